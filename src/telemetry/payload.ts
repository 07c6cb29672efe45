// What devices may send, as zod: the single source of schema/mqtt/*.json, of the fast decoder's limits and of the check every other message goes through.
import { z } from 'zod';

/** Limits of the contract. */
export const MAX_OBJECT_BYTES = 65_536;
export const MAX_ARRAY_BYTES = 262_144;
export const MAX_REPORTS_PER_MESSAGE = 200;
export const MAX_DEPTH = 8;
export const MAX_MEASURES = 64;

/** What a device may be called. The text of the contract. */
export const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;

export const reboots = [
  'user_reset',
  'fw_update',
  'power_on',
  'brownout',
  'hw_watchdog',
  'sw_watchdog',
  'kernel_panic',
  'oom',
  'clock_failure',
  'fw_update_error',
  'unknown',
] as const;
export const sdStates = ['ok', 'ro', 'error', 'full', 'formatting', 'absent'] as const;
export const recStates = ['ok', 'gap', 'stopped', 'no_media'] as const;

const uint = z.int().min(0).nullable().optional();
const between = (low: number, high: number) => z.number().min(low).max(high).nullable().optional();
const level = (low: number, high: number) => z.int().min(low).max(high).nullable().optional();
const flag = z.boolean().nullable().optional();
const oneOf = <const T extends readonly [string, ...string[]]>(words: T) => z.enum(words).nullable().optional();
/** Printable text a store can hold: no control characters, no half of a surrogate pair. */
const label = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u);

/** `m`: every field optional, null means unknown, unknown keys are kept. */
export const Measures = z.looseObject({
  uptime_s: uint,
  boots: uint,
  reboot: oneOf(reboots),
  temp_c: between(-60, 150),
  rh_pct: between(0, 100),
  vin_mv: between(0, 60_000),
  brownouts: uint,
  rssi_dbm: between(-120, 0),
  disconnects: uint,
  link_flaps: uint,
  sd_state: oneOf(sdStates),
  sd_wear_pct: between(0, 100),
  sd_spare_pct: between(0, 100),
  sd_write_errs: uint,
  sd_power_loss: uint,
  emmc_life: level(0, 11),
  fps_set: between(0, 240),
  fps_out: between(0, 240),
  frames_lost: uint,
  enc_restarts: uint,
  rec_state: oneOf(recStates),
  rec_gap_s: uint,
  last_rec_age_s: uint,
  upload_errs: uint,
  upload_backlog_s: uint,
  bitrate_kbps: uint,
  ircut_moves: uint,
  ircut_fault: flag,
  ir_led_fault: flag,
  focus: between(0, 1),
  blurry: flag,
  too_dark: flag,
  too_bright: flag,
  ntp_off_ms: between(-2_147_483_648, 2_147_483_648),
  cpu_pct: between(0, 100),
  mem_free_kb: uint,
});

const head = { v: z.literal(1), boot: label(32), seq: z.int().min(0), ts: z.int().min(0), synced: z.boolean().optional(), hist: z.boolean().optional() };
const identity = { model: label(64).optional(), hw: label(64).optional(), fw: label(64).optional() };

export const Health = z.looseObject({ ...head, ...identity, m: Measures });
export type Health = z.infer<typeof Health>;

const Properties = z.record(z.string(), z.unknown()).nullable().optional();
export const Event = z.looseObject({ ...head, name: label(200), source: Properties, data: Properties });
export type Event = z.infer<typeof Event>;

export const State = z.looseObject({ v: z.literal(1), online: z.boolean(), boot: label(32).optional(), ...identity });
export type State = z.infer<typeof State>;

export const Reply = z.looseObject({ v: z.literal(1), id: label(64) });
export type Reply = z.infer<typeof Reply>;

/** ONVIF's own MQTT form; the topic carries the event's name. ONVIF Core 2.x §9, MQTT event broker: UtcTime, Source, Data. */
export const OnvifEvent = z.looseObject({ UtcTime: z.string().max(64), Source: Properties, Key: Properties, Data: Properties });
export type OnvifEvent = z.infer<typeof OnvifEvent>;

const HealthMessage = z.union([Health, z.array(Health).min(1).max(MAX_REPORTS_PER_MESSAGE)]);
const BackfillMessage = z
  .array(z.union([Health, Event]))
  .min(1)
  .max(MAX_REPORTS_PER_MESSAGE);

/** Name of the file under schema/mqtt → the whole payload of that topic. */
export const messages = { 'health.v1': HealthMessage, 'event.v1': Event, 'state.v1': State, 'backfill.v1': BackfillMessage, 'reply.v1': Reply } as const;

/** The JSON Schema published for one message, as text of the file. */
export const jsonSchemaOf = (name: keyof typeof messages): string =>
  `${JSON.stringify({ ...z.toJSONSchema(messages[name], { io: 'input' }), title: `fleet/v1/{device_id}/${name.split('.')[0]}` }, null, 2)}\n`;

// One camera as a pure function of (seed, clock): asked at any moment, in any order, it tells the same story.
import { type Boot, daysInto, type LivedDay, livedDay, RESTART_DAYS } from './day.ts';
import { DAY_MS } from './defects.ts';
import type { Measures } from './payload.ts';
import { between, happens, seedOf, uniform } from './random.ts';
import { housingAt, isNight, outdoorsAt } from './weather.ts';
import { firmwareAt, type Unit, type World } from './world.ts';

export interface Session extends Boot {
  /** The contract's `boot`: new at every boot, never used again. */
  readonly id: string;
  readonly firmware: string;
}

export interface Incident {
  readonly at: number;
  readonly name: string;
  readonly source: Record<string, string>;
  readonly data: Record<string, string | number | boolean>;
}

export interface Camera {
  readonly unit: Unit;
  /** The boot the camera is running on at that moment, epoch ms. */
  sessionAt(at: number): Session;
  measuresAt(at: number): Measures;
  /** Events with from < at ≤ to, oldest first. */
  incidentsBetween(from: number, to: number): Incident[];
}

/** `salt` tells one run of the simulator from the next, so that boot ids of two runs never collide in one store. */
export function makeCamera(unit: Unit, world: Pick<World, 'seed' | 'now' | 'defects'>, salt = ''): Camera {
  const days = new Map<number, LivedDay>();
  const dayOf = (day: number): LivedDay => {
    const known = days.get(day) ?? livedDay(unit, world.defects, world.seed, day);
    days.set(day, known);
    return known;
  };
  const sessionAt = (at: number): Session => {
    const boot = lastBoot(unit, dayOf, at);
    const id = seedOf(unit.seed, `boot ${boot.at}`).toString(16).padStart(8, '0') + seedOf(unit.seed, `${salt} ${boot.at}`).toString(16).padStart(8, '0');
    return { ...boot, id, firmware: firmwareAt(unit.firmwares, boot.at) };
  };
  return {
    unit,
    sessionAt,
    measuresAt: (at) => ({ boots: bootsEver(unit, dayOf, dayNumber(world.now), at), ...measure(unit, dayOf, sessionAt(at), at) }),
    incidentsBetween: (from, to) => incidents(unit, dayOf, from, to),
  };
}

type DayOf = (day: number) => LivedDay;
const dayNumber = (at: number): number => Math.floor(at / DAY_MS);

function lastBoot(unit: Unit, dayOf: DayOf, at: number): Boot {
  const today = dayNumber(at);
  for (let day = today; day >= today - RESTART_DAYS; day--) {
    const boot = dayOf(day).boots.findLast((candidate) => candidate.at <= at);
    if (boot !== undefined) return boot;
  }
  return { at: unit.in_service_at, reason: 'power_on' };
}

function measure(unit: Unit, dayOf: DayOf, session: Session, at: number): Omit<Measures, 'boots'> {
  const sum = (amount: keyof LivedDay['amounts']) => sumSince(dayOf, amount, session.at, at);
  return {
    uptime_s: Math.floor((at - session.at) / 1000),
    reboot: session.reason,
    ...surroundings(unit, dayOf, session, at),
    disconnects: sum('disconnects'),
    link_flaps: sum('link_flaps'),
    ...storage(unit, at),
    sd_write_errs: sum('sd_write_errs'),
    sd_power_loss: sum('sd_power_loss'),
    ...picture(unit, at),
    frames_lost: sum('frames_lost'),
    enc_restarts: sum('enc_restarts'),
    rec_gap_s: sum('rec_gap_s'),
    upload_errs: sum('upload_errs'),
    upload_backlog_s: 0,
    ircut_moves: sum('ircut_moves'),
    ntp_off_ms: Math.round(between(-20, 20, unit.seed, 'clock', Math.floor(at / 3_600_000))),
    cpu_pct: rounded(between(22, 48, unit.seed, 'cpu', Math.floor(at / 60_000))),
    mem_free_kb: Math.round(between(90_000, 120_000, unit.seed, 'memory')) - Math.min(40_000, Math.floor((at - session.at) / 600_000)),
  };
}

/** The floor of the running sum since the boot: it only grows, however often it is asked. */
function sumSince(dayOf: DayOf, amount: keyof LivedDay['amounts'], from: number, to: number): number {
  let sum = 0;
  for (let day = dayNumber(from); day <= dayNumber(to); day++) {
    const share = (Math.min(to, (day + 1) * DAY_MS) - Math.max(from, day * DAY_MS)) / DAY_MS;
    sum += dayOf(day).amounts[amount] * share;
  }
  return Math.floor(sum + 1e-9);
}

const COUNTED_DAYS = 60;

/** One boot in RESTART_DAYS is assumed for the time before the world's last two months; from there on they are counted one by one. */
function bootsEver(unit: Unit, dayOf: DayOf, worldDay: number, at: number): number {
  const today = dayNumber(at);
  const countedFrom = Math.max(dayNumber(unit.in_service_at), worldDay - COUNTED_DAYS);
  let boots = Math.floor((countedFrom - dayNumber(unit.in_service_at)) / RESTART_DAYS);
  for (let day = countedFrom; day <= today; day++) boots += dayOf(day).boots.filter((boot) => boot.at <= at).length;
  return Math.max(1, boots);
}

function surroundings(unit: Unit, dayOf: DayOf, session: Session, at: number) {
  const sinceBoot = (times: readonly number[]) => times.filter((time) => time > session.at && time <= at).length;
  let brownouts = session.reason === 'brownout' ? 1 : 0;
  for (let day = dayNumber(session.at); day <= dayNumber(at); day++) brownouts += sinceBoot(dayOf(day).brownouts);
  return {
    temp_c: rounded(housingAt(unit.site.place, unit.site.seed, unit.mounting, at)),
    rh_pct: rounded(
      Math.min(100, Math.max(5, 62 - 0.8 * (outdoorsAt(unit.site.place, unit.site.seed, at) - 15) + between(-8, 8, unit.seed, 'damp', dayNumber(at)))),
    ),
    vin_mv: Math.round(between(47_200, 49_000, unit.seed, 'supply') - (brownouts > 0 ? 2_500 : 0) - (isNight(at) ? 300 : 0)),
    brownouts,
  };
}

const CARD_LIFE_YEARS = 9;
const YEAR_MS = 365.25 * DAY_MS;

function storage(unit: Unit, at: number) {
  const failing = daysInto(unit, 'storage', at / DAY_MS - 1);
  const wear = Math.min(100, (100 * (at - unit.in_service_at)) / YEAR_MS / between(0.7, 1.3, unit.seed, 'endurance') / CARD_LIFE_YEARS + 3 * failing);
  const dead = failing > 14;
  return {
    sd_state: dead ? 'error' : failing > 8 ? 'ro' : 'ok',
    sd_wear_pct: rounded(wear),
    sd_spare_pct: rounded(Math.max(0, 100 - wear * 0.8 - 5 * failing)),
    emmc_life: Math.min(11, 1 + Math.floor(wear / 10)),
    rec_state: dead ? 'no_media' : failing > 8 ? 'stopped' : failing > 3 ? 'gap' : 'ok',
    last_rec_age_s: failing > 8 ? Math.floor((failing - 8) * 86_400) : Math.floor(between(0, 20, unit.seed, 'last recording', Math.floor(at / 1000))),
    bitrate_kbps: Math.round(between(1800, 4200, unit.seed, 'bit rate')),
  } as const;
}

function picture(unit: Unit, at: number) {
  const encoder = daysInto(unit, 'encoder', at / DAY_MS - 1);
  const stuck = daysInto(unit, 'ircut', at / DAY_MS - 1) > 0;
  const focus =
    between(0.78, 0.97, unit.seed, 'focus') - (happens(0.01, unit.seed, 'drifting lens') ? Math.min(0.6, (at - unit.in_service_at) / YEAR_MS / 4) : 0);
  return {
    fps_set: unit.fps,
    fps_out: rounded(Math.max(1, unit.fps * (1 - Math.min(0.6, 0.05 * encoder)) - uniform(unit.seed, 'jitter', Math.floor(at / 1000)) * 0.2)),
    ircut_fault: stuck,
    ir_led_fault: happens(0.004, unit.seed, 'dark lamp'),
    focus: Math.round(focus * 1000) / 1000,
    blurry: focus < 0.4,
    too_dark: stuck && isNight(at),
    too_bright: false,
  };
}

function incidents(unit: Unit, dayOf: DayOf, from: number, to: number): Incident[] {
  const found: Incident[] = unit.fate.faults
    .filter((fault) => fault.kind === 'storage' && fault.at > from && fault.at <= to)
    .map((fault) => ({ at: fault.at, name: 'Device/HardwareFailure/StorageFailure', source: { Token: 'SD_DISK' }, data: { Failed: true } }));
  for (let day = dayNumber(from); day <= dayNumber(to); day++) {
    for (const boot of dayOf(day).boots) {
      if (boot.at > from && boot.at <= to)
        found.push({
          at: boot.at,
          name: 'Monitoring/OperatingTime/LastReboot',
          source: {},
          data: { Status: new Date(boot.at).toISOString(), Reason: boot.reason },
        });
    }
  }
  return found.map((incident) => ({ ...incident, at: Math.ceil(incident.at) })).sort((a, b) => a.at - b.at);
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

// Rows of the telemetry side as the API shows them: instants in RFC 3339, flags as booleans.
import { z } from '@hono/zod-openapi';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { Instant } from '../web/route.ts';
import { fields } from './fields.ts';
import { deviceKinds } from './inputs.ts';
import { kindOf, type ListedDevice } from './queries.ts';
import type { StoredReport } from './reports.ts';
import type { DeviceCommandRow, DeviceDayRow, DeviceStateRow, QuarantineRow } from './table.ts';

const instantOrNull = Instant.nullable();

export const DeviceJson = z
  .object({
    device_id: z.string(),
    kind: z.enum(deviceKinds),
    unit_id: z.string().nullable(),
    serial: z.string().nullable(),
    model_code: z.string().nullable(),
    hw_rev: z.string().nullable(),
    firmware: z.string().nullable(),
    first_seen_at: instantOrNull,
    last_seen_at: instantOrNull,
    last_report_at: instantOrNull,
    online_at: instantOrNull,
    offline_at: instantOrNull,
    presence_changes: z.int(),
    reports: z.int(),
    duplicates: z.int(),
    throttled: z.int(),
    clock_suspect: z.int(),
    missing: z.int(),
    lost: z.int(),
  })
  .openapi('Device');

export const deviceJson = (device: ListedDevice, now: number): z.infer<typeof DeviceJson> => ({
  device_id: device.device_id,
  kind: kindOf(device, now),
  unit_id: device.unit_id,
  serial: device.serial,
  model_code: device.model_code,
  hw_rev: device.hw_rev,
  firmware: device.firmware,
  first_seen_at: rfc3339OrNull(device.first_seen_at),
  last_seen_at: rfc3339OrNull(device.last_seen_at),
  last_report_at: rfc3339OrNull(device.last_report_at),
  online_at: rfc3339OrNull(device.online_at),
  offline_at: rfc3339OrNull(device.offline_at),
  presence_changes: device.presence_changes,
  reports: device.reports,
  duplicates: device.duplicates,
  throttled: device.throttled,
  clock_suspect: device.clock_suspect,
  missing: device.missing,
  lost: device.lost,
});

const Value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const DeviceDetailJson = DeviceJson.extend({
  flapping: z.boolean(),
  state: z.object({ reported_at: Instant, received_at: Instant, m: z.record(z.string(), Value) }).nullable(),
}).openapi('DeviceDetail');

export function stateJson(state: DeviceStateRow | undefined): z.infer<typeof DeviceDetailJson>['state'] {
  if (state === undefined) return null;
  const m = Object.fromEntries(
    fields.map(({ name, kind }) => {
      // Columns of device_states are named after the fields.
      const value = state[name as keyof DeviceStateRow];
      return [name, kind === 'flag' && value !== null ? value === 1 : value];
    }),
  );
  return { reported_at: rfc3339(state.reported_at), received_at: rfc3339(state.received_at), m };
}

export const ReportJson = z
  .object({
    id: z.string(),
    received_at: Instant,
    reported_at: Instant,
    clock_suspect: z.boolean(),
    backfilled: z.boolean(),
    sent: z.record(z.string(), z.unknown()),
  })
  .loose()
  .openapi('Report');

/** What was sent, with `received_at` and `clock_suspect` beside it. */
export const reportJson = (report: StoredReport): z.infer<typeof ReportJson> => ({
  ...report.sent,
  id: String(report.address),
  received_at: rfc3339(report.received_at),
  reported_at: rfc3339(report.reported_at),
  clock_suspect: report.clock_suspect,
  backfilled: report.backfilled,
  sent: report.sent,
});

export const DayJson = z.object({ day_on: z.string(), firmware: z.string().nullable(), reports: z.int() }).loose().openapi('DeviceDay');

export const dayJson = ({ device_no: _, last_address: __, changed_at: ___, last_reported_at, ...day }: DeviceDayRow): z.infer<typeof DayJson> => ({
  ...day,
  last_reported_at: last_reported_at === 0 ? null : rfc3339(last_reported_at),
});

export const CommandJson = z
  .object({
    id: z.string(),
    device_id: z.string(),
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()).nullable(),
    created_by: z.string(),
    created_at: Instant,
    sent_at: instantOrNull,
    replied_at: instantOrNull,
    reply: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi('DeviceCommand');

export const commandJson = (row: DeviceCommandRow): z.infer<typeof CommandJson> => ({
  ...row,
  arguments: row.arguments === null ? null : JSON.parse(row.arguments),
  reply: row.reply === null ? null : JSON.parse(row.reply),
  created_at: rfc3339(row.created_at),
  sent_at: rfc3339OrNull(row.sent_at),
  replied_at: rfc3339OrNull(row.replied_at),
});

export const QuarantineJson = z
  .object({
    id: z.string(),
    device_id: z.string().nullable(),
    topic: z.string(),
    reason: z.string(),
    detail: z.string().nullable(),
    size_bytes: z.int(),
    received_at: Instant,
    replay_requested_at: instantOrNull,
    replayed_at: instantOrNull,
    replay_outcome: z.string().nullable(),
  })
  .openapi('Quarantined');
export const QuarantineDetailJson = QuarantineJson.extend({
  payload_base64: z.string(),
  payload_text: z.string().nullable().openapi({ description: 'The payload as text when it is valid UTF-8' }),
}).openapi('QuarantinedDetail');

export const quarantineJson = (row: Omit<QuarantineRow, 'payload'> & { size_bytes: number }): z.infer<typeof QuarantineJson> => ({
  id: row.id,
  device_id: row.device_id,
  topic: row.topic,
  reason: row.reason,
  detail: row.detail,
  size_bytes: Number(row.size_bytes),
  received_at: rfc3339(row.received_at),
  replay_requested_at: rfc3339OrNull(row.replay_requested_at),
  replayed_at: rfc3339OrNull(row.replayed_at),
  replay_outcome: row.replay_outcome,
});

/** Bytes as text, null when they are not UTF-8. */
export function textOf(payload: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return null;
  }
}

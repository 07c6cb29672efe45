// A small fleet with days of reports, written straight into the telemetry tables as the ingester leaves them.
import { createBatch, createCustomer, createMaker, createModel } from '../../src/catalog/write.ts';
import { newId } from '../../src/core/id.ts';
import { addDays, dayOf, startOfDay } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import type { DeviceDayRow } from '../../src/telemetry/table.ts';

export interface Reporter {
  readonly device_no: number;
  readonly unit_id: string;
  readonly model: number;
  readonly batch: number;
}

const COUNTED = [
  'reports',
  'backfilled',
  'clock_suspect',
  'reboot_user_reset',
  'reboot_fw_update',
  'reboot_power_on',
  'reboot_brownout',
  'reboot_hw_watchdog',
  'reboot_sw_watchdog',
  'reboot_kernel_panic',
  'reboot_oom',
  'reboot_clock_failure',
  'reboot_fw_update_error',
  'reboot_unknown',
] as const;

/** `models` models of two batches with `units` units each, one customer; every unit has a device and is in service since 2025. */
export async function reporters(ctx: Ctx, models: number, units: number): Promise<Reporter[]> {
  const { id: maker_id } = await createMaker(ctx, { code: 'MK', name: 'Maker' });
  const { id: customer_id } = await createCustomer(ctx, { code: 'CU', name: 'Customer' });
  const all: Reporter[] = [];
  for (let model = 0; model < models; model += 1) {
    const { id: model_id } = await createModel(ctx, { maker_id, code: `M-${model}`, name: `Model ${model}` });
    const batches = [
      await createBatch(ctx, { model_code: `M-${model}`, code: `${model}A` }),
      await createBatch(ctx, { model_code: `M-${model}`, code: `${model}B` }),
    ];
    for (let n = 0; n < units; n += 1) {
      const unit_id = newId(ctx.now);
      const batch_id = batches[n % 2]?.id ?? null;
      const device_no = all.length + 1;
      await ctx.db
        .insertInto('units')
        .values({
          id: unit_id,
          model_id,
          serial: `S${model}-${n}`,
          serial_key: `S${model}${n}`,
          identity: 'confirmed',
          batch_id,
          hw_rev: 'A',
          firmware_id: null,
          customer_id,
          site_id: null,
          partner_id: null,
          shipped_on: null,
          delivered_on: null,
          purchased_on: null,
          own_warranty_ends_on: null,
          predecessor_id: null,
          merged_into_id: null,
          merged_at: null,
          removed_at: null,
          created_at: ctx.now,
          updated_at: ctx.now,
          version: 1,
        })
        .execute();
      await ctx.db
        .insertInto('service_intervals')
        .values({
          id: newId(ctx.now),
          unit_id,
          site_id: null,
          customer_id,
          from_on: '2025-01-01',
          to_on: null,
          estimated_at: null,
          mounting: null,
          power: null,
          network: null,
          created_at: ctx.now,
          version: 1,
        })
        .execute();
      await ctx.db
        .insertInto('devices')
        .values({
          device_no,
          device_id: `d${device_no}`,
          unit_id,
          model_code: `M-${model}`,
          hw_rev: 'A',
          firmware: '1.0',
          firmware_since_at: null,
          boot: null,
          boot_no: null,
          last_seq: null,
          first_seen_at: 0,
          last_seen_at: 0,
          last_report_at: null,
          online_at: null,
          offline_at: null,
          presence_changes: 0,
          reports: 0,
          events: 0,
          duplicates: 0,
          throttled: 0,
          clock_suspect: 0,
          missing: 0,
          lost: 0,
          last_address: null,
          through_segment: 0,
        })
        .execute();
      all.push({ device_no, unit_id, model, batch: n % 2 });
    }
  }
  return all;
}

/** One row per device for which `fields` gives something; null leaves the device silent that day. */
export async function reportDay(
  ctx: Ctx,
  reporters: readonly Reporter[],
  day_on: string,
  fields: (reporter: Reporter) => Partial<DeviceDayRow> | null,
): Promise<void> {
  const rows = reporters.flatMap((reporter) => {
    const some = fields(reporter);
    if (some === null) return [];
    // The ingester fills every counted field; the others stay null, which SQL does by itself.
    const row = {
      device_no: reporter.device_no,
      day_on,
      firmware: '1.0',
      last_reported_at: startOfDay(day_on, ctx.zone),
      changed_at: ctx.now - 600_000,
      ...Object.fromEntries(COUNTED.map((field) => [field, 0])),
      reports: 24,
      sd_write_errs: 0,
      ...some,
    };
    return [row as unknown as DeviceDayRow];
  });
  await insertMany(ctx.db, 'device_days', rows);
}

/** The days `count` … 1 before the context's today. */
export const daysBefore = (ctx: Ctx, count: number): string[] => Array.from({ length: count }, (_, i) => addDays(dayOf(ctx.now, ctx.zone), i - count));

/** A number in 0…1 that depends on its arguments alone. */
export function chance(...parts: readonly number[]): number {
  let hash = 2_166_136_261;
  for (const part of parts) hash = Math.imul(hash ^ (part + 0x9e3779b9), 16_777_619) ^ (hash >>> 13);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

// The units of an evidence pack: serial, service, finding, bench values, photos, and what telemetry said before the failure.
import { addDays, type Day, dayFromNumber, dayOf } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { dayColumns } from '../telemetry/dayColumns.ts';
import type { EvidenceScope } from './evidenceSubject.ts';
import { type CohortReturn, listReturns } from './exposure.ts';

/** A pack is read by people: more units than this are in the tables, not in it. */
export const MOST_UNITS = 500;
/** Days of telemetry before a failure. */
export const DAYS_BEFORE = 14;

export interface EvidenceUnit {
  readonly serial: string;
  readonly model: string;
  readonly hw_rev: string | null;
  readonly batch: string | null;
  /** On the day of the failure. */
  readonly firmware: string | null;
  readonly in_service_on: Day | null;
  readonly failed_on: Day | null;
  readonly service_days: number | null;
  readonly finding: string | null;
  readonly failure_mode: string | null;
  readonly component: string | null;
  readonly bench: readonly BenchValue[];
  readonly photos: readonly Photo[];
  readonly telemetry: readonly Readonly<Record<string, string | number>>[];
}

export interface BenchValue {
  readonly inspected_on: Day;
  readonly step_en: string;
  readonly step_ja: string;
  readonly result: string;
  readonly value: number | null;
  readonly value_unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface Photo {
  readonly attachment_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly sha256: string;
}

/** The claimed units, or the confirmed ones of the cohorts (with the modes when there are any), oldest failure first. */
export async function listEvidenceUnits(
  ctx: Ctx,
  { cohorts, unit_ids }: EvidenceScope,
  modes: readonly string[],
  until_on: Day,
): Promise<{ units: EvidenceUnit[]; left_out: number }> {
  const returned =
    unit_ids === null
      ? (await listReturns(ctx, cohorts, until_on, modes)).filter((row) => row.finding === 'confirmed')
      : await latestReturns(ctx, unit_ids, until_on);
  const chosen = returned.slice(0, MOST_UNITS);
  const units: EvidenceUnit[] = [];
  for (const row of chosen) units.push(await evidenceUnit(ctx, row));
  return { units, left_out: returned.length - chosen.length };
}

type Chosen = Pick<CohortReturn, 'unit_id' | 'firmware_id' | 'age_days'> & {
  readonly return_unit_id: string | null;
  readonly failed_on: Day | null;
  readonly finding: string | null;
};

/** Each claimed unit's latest return, in the order of the claim; a unit that never came back is listed without one. */
async function latestReturns(ctx: Ctx, unit_ids: readonly string[], until_on: Day): Promise<Chosen[]> {
  const models = await ctx.db
    .selectFrom('units')
    .select('model_id')
    .distinct()
    .where('id', 'in', unit_ids.length > 0 ? [...unit_ids] : [''])
    .execute();
  const returned = await listReturns(
    ctx,
    models.map(({ model_id }) => ({ model_id, hw_rev: null, batch_id: null, firmware_id: null })),
    until_on,
  );
  const latest = new Map(returned.map((row) => [row.unit_id, row]));
  return unit_ids.map((unit_id) => latest.get(unit_id) ?? { unit_id, return_unit_id: null, firmware_id: null, age_days: null, failed_on: null, finding: null });
}

async function evidenceUnit(ctx: Ctx, row: Chosen): Promise<EvidenceUnit> {
  const unit = await ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .leftJoin('batches', 'batches.id', 'units.batch_id')
    .select(['units.serial', 'models.code as model', 'units.hw_rev', 'batches.code as batch'])
    .where('units.id', '=', row.unit_id)
    .executeTakeFirstOrThrow();
  const firmware =
    row.firmware_id === null ? undefined : await ctx.db.selectFrom('firmwares').select('code').where('id', '=', row.firmware_id).executeTakeFirst();
  const first = await ctx.db
    .selectFrom('quality_spans')
    .select((of) => of.fn.min<number | null>('first_day').as('day'))
    .where('unit_id', '=', row.unit_id)
    .executeTakeFirst();
  const returned =
    row.return_unit_id === null
      ? undefined
      : await ctx.db
          .selectFrom('return_units')
          .leftJoin('codes as modes', 'modes.id', 'return_units.failure_mode_id')
          .leftJoin('codes as components', 'components.id', 'return_units.component_id')
          .select(['modes.code as failure_mode', 'components.code as component'])
          .where('return_units.id', '=', row.return_unit_id)
          .executeTakeFirst();
  return {
    ...unit,
    firmware: firmware?.code ?? null,
    in_service_on: first?.day == null ? null : dayFromNumber(first.day),
    failed_on: row.failed_on,
    service_days: row.age_days,
    finding: row.finding,
    failure_mode: returned?.failure_mode ?? null,
    component: returned?.component ?? null,
    bench: await listBench(ctx, row.return_unit_id),
    photos: await listPhotos(ctx, row.return_unit_id),
    telemetry: await listTelemetry(ctx, row.unit_id, row.failed_on),
  };
}

async function listBench(ctx: Ctx, return_unit_id: string | null): Promise<BenchValue[]> {
  if (return_unit_id === null) return [];
  const rows = await ctx.db
    .selectFrom('inspection_steps')
    .innerJoin('inspections', 'inspections.id', 'inspection_steps.inspection_id')
    .innerJoin('checklist_steps', 'checklist_steps.id', 'inspection_steps.step_id')
    .select([
      'inspections.finished_at',
      'checklist_steps.name_en as step_en',
      'checklist_steps.name_ja as step_ja',
      'inspection_steps.result',
      'inspection_steps.value',
      'checklist_steps.value_unit',
      'checklist_steps.min_value as min',
      'checklist_steps.max_value as max',
    ])
    .where('inspections.return_unit_id', '=', return_unit_id)
    .where('inspections.state', '=', 'done')
    .orderBy('inspections.id')
    .orderBy('checklist_steps.position')
    .execute();
  return rows.map(({ finished_at, ...row }) => ({ inspected_on: dayOf(finished_at ?? 0, ctx.zone), ...row }));
}

/** Photos of the return unit and of its inspections. */
async function listPhotos(ctx: Ctx, return_unit_id: string | null): Promise<Photo[]> {
  if (return_unit_id === null) return [];
  const inspections = await ctx.db.selectFrom('inspections').select('id').where('return_unit_id', '=', return_unit_id).execute();
  const records = [return_unit_id, ...inspections.map((inspection) => inspection.id)];
  return ctx.db
    .selectFrom('attachments')
    .select(['id as attachment_id', 'name', 'media_type', 'sha256'])
    .where('record_kind', 'in', ['return_unit', 'inspection'])
    .where('record_id', 'in', records)
    .where('media_type', 'like', 'image/%')
    .where('removed_at', 'is', null)
    .orderBy('id')
    .execute();
}

/** The daily counts of its last days that were not nothing, with the hottest temperature and the lowest supply voltage. */
async function listTelemetry(ctx: Ctx, unit_id: string, failed_on: Day | null): Promise<Record<string, string | number>[]> {
  if (failed_on === null) return [];
  const rows = await ctx.db
    .selectFrom('device_days')
    .innerJoin('devices', 'devices.device_no', 'device_days.device_no')
    .selectAll('device_days')
    .where('devices.unit_id', '=', unit_id)
    .where('day_on', '>=', addDays(failed_on, -DAYS_BEFORE))
    .where('day_on', '<=', failed_on)
    .orderBy('day_on')
    .execute();
  return rows.map((row) => {
    const said = dayColumns
      .filter((name) => name !== 'last_address')
      .flatMap((name): [string, number][] => {
        const value = row[name];
        return value === null || (value === 0 && !EVEN_IF_ZERO.has(name)) ? [] : [[name, value]];
      });
    return { day_on: row.day_on, ...Object.fromEntries(said) };
  });
}

const EVEN_IF_ZERO: ReadonlySet<string> = new Set(['reports', 'online_s']);

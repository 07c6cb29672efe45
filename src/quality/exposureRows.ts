// The stays behind a figure of device-days: which unit served where, from when to when, as far as it counts.
import { sql } from 'kysely';
import { dayFromNumber } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page } from '../db/page.ts';
import { AGE_BANDS } from './ageBands.ts';
import { whereCohort, whereSite } from './cohortSql.ts';
import { countBeforeReading } from './count.ts';
import type { ExposureRowsQuery } from './inputs.ts';
import { periodOf } from './period.ts';

export interface ExposureRow {
  readonly unit_id: string;
  readonly serial: string;
  readonly maker: string;
  readonly model: string;
  readonly hw_rev: string | null;
  readonly batch: string | null;
  readonly firmware: string | null;
  readonly site: string | null;
  /** Half-open, cut to the period and the age band asked for. */
  readonly from_on: string;
  readonly to_on: string;
  readonly exposure_days: number;
}

/** Their days add up to the figure they stand behind. */
export async function listExposureRows(ctx: Ctx, query: ExposureRowsQuery): Promise<Page<ExposureRow>> {
  await countBeforeReading(ctx);
  const { from, to } = periodOf(ctx, query);
  const band = AGE_BANDS.find(({ code }) => code === query.age_band) ?? { low: 0, high: query.age_band === undefined ? 1_000_000 : 0 };
  const rows = ctx.db
    .selectFrom('quality_spans as x')
    .innerJoin('quality_cohorts as c', 'c.id', 'x.cohort_id')
    .innerJoin('models as m', 'm.id', 'c.model_id')
    .innerJoin('makers', 'makers.id', 'm.maker_id')
    .innerJoin('units', 'units.id', 'x.unit_id')
    .leftJoin('batches', 'batches.id', 'c.batch_id')
    .leftJoin('firmwares', 'firmwares.id', 'c.firmware_id')
    .leftJoin('sites', 'sites.id', 'x.site_id')
    .select([
      'x.unit_id',
      'units.serial',
      'makers.code as maker',
      'm.code as model',
      'c.hw_rev',
      'batches.code as batch',
      'firmwares.code as firmware',
      'sites.code as site',
      'x.first_day',
      'x.from_day',
      'x.to_day',
    ])
    .where(
      sql<boolean>`x.from_day < ${to} and (x.to_day is null or x.to_day > ${from}) and x.first_day + ${band.high} > x.from_day and x.first_day + ${band.high} > ${from}
        and x.first_day + ${band.low} < ${to} and (x.to_day is null or x.first_day + ${band.low} < x.to_day) ${whereCohort(query)} ${whereSite(query)}`,
    );
  const page = await listPage(rows, query, { serial: 'units.serial' }, sql`x.unit_id || '/' || x.seq`.compile(ctx.db).sql);
  return {
    ...page,
    items: page.items.map(({ first_day, from_day, to_day, ...row }) => {
      const low = Math.max(from_day, from, first_day + band.low);
      const high = Math.min(to_day ?? to, to, first_day + band.high);
      return { ...row, from_on: dayFromNumber(low), to_on: dayFromNumber(high), exposure_days: high - low };
    }),
  };
}

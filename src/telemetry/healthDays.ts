// The device-days a figure of the health table counts: what each camera reported of the signal, day by day.
import { sql } from 'kysely';
import type { Day } from '../core/time.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page } from '../db/page.ts';
import { type HealthDaysQuery, healthPeriod, NOT_KNOWN } from './healthInputs.ts';
import { findModels, oneModel } from './healthModels.ts';
import { dailySignals } from './signals.ts';

export interface HealthDay {
  readonly day_on: Day;
  readonly device_id: string;
  readonly unit_id: string;
  readonly serial: string;
  readonly hw_rev: string | null;
  readonly batch: string | null;
  readonly firmware: string | null;
  readonly events: number;
}

/** Newest first. Cost: the days of the model's devices in the period. */
export async function listHealthDays(ctx: Ctx, query: HealthDaysQuery): Promise<Page<HealthDay>> {
  const { from_on, to_on } = healthPeriod(ctx, query);
  const model = oneModel(await findModels(ctx, query.model, query.maker));
  const events = sql.raw(dailySignals.find(({ code }) => code === query.signal)?.events ?? 'null');
  const hw_rev = sql<string>`coalesce(u.hw_rev, v.hw_rev, '')`;
  const days = ctx.db
    .selectFrom('device_days as d')
    .innerJoin('devices as v', 'v.device_no', 'd.device_no')
    .innerJoin('units as u', 'u.id', 'v.unit_id')
    .innerJoin('models as m', 'm.id', 'u.model_id')
    .leftJoin('batches as b', 'b.id', 'u.batch_id')
    .select(['d.day_on', 'v.device_id', 'u.id as unit_id', 'u.serial', 'b.code as batch', 'd.firmware'])
    .select([sql<string | null>`coalesce(u.hw_rev, v.hw_rev)`.as('hw_rev'), sql<number>`${events}`.as('events')])
    .where('u.model_id', '=', model?.id ?? '')
    .where('d.day_on', '>=', from_on)
    .where('d.day_on', '<', to_on)
    .where('d.reports', '>', 0)
    .where(query.counted === 'episodes' ? sql<boolean>`(${events}) > 0` : sql<boolean>`(${events}) is not null`)
    .$if(query.hw_rev !== undefined, (rows) => rows.where(hw_rev, '=', codeOf(query.hw_rev)))
    .$if(query.batch !== undefined, (rows) => rows.where(sql<string>`coalesce(b.code, '')`, '=', codeOf(query.batch)))
    .$if(query.firmware !== undefined, (rows) => rows.where(sql<string>`coalesce(d.firmware, '')`, '=', codeOf(query.firmware)));
  const page = await listPage(days, query, { day_on: 'd.day_on', device_id: 'v.device_id' }, `d.day_on || ' ' || v.device_id`);
  return { ...page, items: page.items.map((row) => ({ ...row, events: Number(row.events) })) };
}

const codeOf = (code: string | undefined): string => (code === undefined || code === NOT_KNOWN ? '' : code);

// How the returns desk is doing: turnaround, no-fault-found share, repeat returns, overdue and ageing. Every number names the rows it counted.
import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import { currentClock } from '../catalog/businessClock.ts';
import type { BusinessClock } from '../core/businessTime.ts';
import { addDays, DAY_MS, type Day, HOUR_MS, startOfDay } from '../core/time.ts';
import { type Ctx, today } from '../db/ctx.ts';
import { wilsonInterval } from '../stats/proportionInterval.ts';
import { openUnitStates } from './lifecycle.ts';

const Spread = z
  .object({
    count: z.int(),
    median_days: z.number().nullable(),
    p90_days: z.number().nullable(),
    median_business_hours: z.number().nullable(),
    p90_business_hours: z.number().nullable(),
  })
  .openapi('Turnaround');
/** With Wilson’s interval (95 %). */
const Share = z.object({ part: z.int(), whole: z.int(), share: z.number().nullable(), ci_low: z.number().nullable(), ci_high: z.number().nullable() });

export const ReturnMetrics = z
  .object({
    from_on: z.string(),
    to_on: z.string(),
    received: z.int(),
    receipt_to_disposition: Spread,
    receipt_to_shipment: Spread,
    nff: Share,
    repeat: Share,
    overdue: z.int(),
    ageing: z.array(z.object({ state: z.string(), bands: z.array(z.int()), total: z.int() })),
  })
  .openapi('ReturnMetrics');
export type ReturnMetrics = z.output<typeof ReturnMetrics>;

/** Upper ends of the age bands in days; the last band is open. */
export const AGE_BANDS: readonly number[] = [7, 14, 30];
const USUAL_WINDOW_DAYS = 90;

/** Units received from `from_on` to `to_on` (the last 90 days when left out). Counts come from the store; only units whose instants are known are read. */
export async function returnMetrics(ctx: Ctx, window: { from_on?: Day | undefined; to_on?: Day | undefined }): Promise<ReturnMetrics> {
  const to_on = window.to_on ?? today(ctx);
  const from_on = window.from_on ?? addDays(to_on, -USUAL_WINDOW_DAYS);
  const counts = await countReceived(ctx, from_on, to_on);
  const spans = await listSpans(ctx, from_on, to_on);
  const shipped = await firstShipments(ctx, from_on, to_on);
  const clock = await currentClock(ctx);
  return {
    from_on,
    to_on,
    received: counts.received,
    receipt_to_disposition: spreadOf(
      clock,
      spans.map((unit) => [unit.received_at, unit.dispositioned_at]),
    ),
    receipt_to_shipment: spreadOf(
      clock,
      spans.map((unit) => [unit.received_at, shipped.get(unit.id) ?? null]),
    ),
    nff: shareOf(counts.nff, counts.judged),
    repeat: shareOf(counts.repeated, counts.received),
    overdue: await countOverdue(ctx),
    ageing: await listAgeing(ctx),
  };
}

const receivedIn = (ctx: Ctx, from_on: Day, to_on: Day) =>
  ctx.db.selectFrom('return_units').where('returned_on', '>=', from_on).where('returned_on', '<=', to_on).where('state', '<>', 'cancelled');

const countReceived = (ctx: Ctx, from_on: Day, to_on: Day) =>
  receivedIn(ctx, from_on, to_on)
    .select((of) => [
      of.fn.countAll<number>().as('received'),
      of.fn.count<number>('verdict').as('judged'),
      of.fn.coalesce(of.fn.sum<number>(of.case().when('verdict', '=', 'no_fault_found').then(1).else(0).end()), of.lit(0)).as('nff'),
      of.fn.coalesce(of.fn.sum<number>(of.case().when('repeat_no', '>', 1).then(1).else(0).end()), of.lit(0)).as('repeated'),
    ])
    .executeTakeFirstOrThrow();

/** Units whose instants are known: imported history has days only. */
const listSpans = (ctx: Ctx, from_on: Day, to_on: Day) =>
  receivedIn(ctx, from_on, to_on).select(['id', 'received_at', 'dispositioned_at']).where('received_at', 'is not', null).execute();

async function firstShipments(ctx: Ctx, from_on: Day, to_on: Day): Promise<Map<string, number>> {
  const legs = await ctx.db
    .selectFrom('outbound_legs')
    .innerJoin('return_units', 'return_units.id', 'outbound_legs.return_unit_id')
    .select((of) => ['outbound_legs.return_unit_id as id', of.fn.min('outbound_legs.shipped_at').as('shipped_at')])
    .where('outbound_legs.shipped_at', 'is not', null)
    .where('return_units.returned_on', '>=', from_on)
    .where('return_units.returned_on', '<=', to_on)
    .groupBy('outbound_legs.return_unit_id')
    .execute();
  return new Map(legs.map(({ id, shipped_at }) => [id ?? '', Number(shipped_at)]));
}

/** Spans that have both ends, in order; an advance replacement that left before its unit came back took no time of ours. */
function spreadOf(clock: BusinessClock, spans: readonly (readonly [number | null, number | null])[]): ReturnMetrics['receipt_to_disposition'] {
  const whole = spans.flatMap(([from, to]) =>
    from === null || to === null || to < from ? [] : [{ calendar: (to - from) / DAY_MS, business: clock(from, to) / HOUR_MS }],
  );
  const calendar = whole.map((span) => span.calendar).sort((a, b) => a - b);
  const business = whole.map((span) => span.business).sort((a, b) => a - b);
  return {
    count: whole.length,
    median_days: quantile(calendar, 0.5),
    p90_days: quantile(calendar, 0.9),
    median_business_hours: quantile(business, 0.5),
    p90_business_hours: quantile(business, 0.9),
  };
}

/** Linear interpolation between order statistics (Hyndman & Fan 1996, type 7); null of nothing. */
export function quantile(sorted: readonly number[], p: number): number | null {
  const at = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

function shareOf(part: number, whole: number) {
  const interval = wilsonInterval(part, whole);
  return { part, whole, share: whole === 0 ? null : part / whole, ci_low: interval?.low ?? null, ci_high: interval?.high ?? null };
}

async function countOverdue(ctx: Ctx): Promise<number> {
  const { overdue } = await ctx.db
    .selectFrom('return_units')
    .select((of) => of.fn.countAll<number>().as('overdue'))
    .where('state', '=', 'expected')
    .where('expected_by_on', '<', today(ctx))
    .executeTakeFirstOrThrow();
  return overdue;
}

/** Open units by state and by days since they came in (for expected ones: since they were filed). Counted in the store: the cost is one pass over an index of what is open. */
export async function listAgeing(ctx: Ctx): Promise<ReturnMetrics['ageing']> {
  const on = today(ctx);
  const came = sql<number>`coalesce(received_at, created_at)`;
  /** How many came on the last `days` days, today not counted. */
  const within = (days: number) => sql<number>`sum(case when ${came} >= ${startOfDay(addDays(on, -days), ctx.zone)} then 1 else 0 end)`;
  const counted = await ctx.db
    .selectFrom('return_units')
    .select((of) => ['state', of.fn.countAll<number>().as('total')])
    .select(AGE_BANDS.map((days) => within(days).as(`within_${days}`)))
    .where('state', 'in', openUnitStates)
    .groupBy('state')
    .execute();
  return openUnitStates.map((state) => {
    const found = counted.find((row) => row.state === state);
    const total = found?.total ?? 0;
    const upTo = [...AGE_BANDS.map((days) => found?.[`within_${days}`] ?? 0), total];
    return { state, bands: upTo.map((count, i) => count - (upTo[i - 1] ?? 0)), total };
  });
}

// Reads the bad days of regions, and what each model was to report more on them. Nothing is read of the days on which no region was bad.
import { addDays, type Day, dayNumber } from '../core/time.ts';
import type { Db } from '../db/open.ts';
import { liftOf } from './region.ts';
import type { ModelRange, Span } from './span.ts';
import type { SignalRow } from './table.ts';

/** What multiplies the expectation of a signal on a day, by its places in the past. */
export interface Lift {
  readonly signal: number;
  readonly day: number;
  readonly factor: number;
}

/** By model. */
export type Lifts = ReadonlyMap<string, readonly Lift[]>;

export async function readLifts(db: Db, span: Span, signals: readonly SignalRow[], { from, before }: ModelRange): Promise<Lifts> {
  const rows = await db
    .selectFrom('bad_region_days')
    .selectAll()
    .where('day_on', '>=', span.first_on)
    .where('day_on', '<', addDays(span.first_on, span.days))
    .execute();
  const lifts = new Map<string, Lift[]>();
  for (const day_on of new Set(rows.map((row) => row.day_on))) {
    let query = db.selectFrom('alert_days').select(['model_id', 'regions']).where('day_on', '=', day_on).where('regions', '<>', '{}');
    if (from !== undefined) query = query.where('model_id', '>=', from);
    if (before !== undefined) query = query.where('model_id', '<', before);
    const bad = badOn(rows.filter((row) => row.day_on === day_on));
    for (const { model_id, regions } of await query.execute()) {
      const own = liftsOf(JSON.parse(regions) as Record<string, number>, bad, signals, placeOf(span, day_on));
      if (own.length > 0) lifts.set(model_id, [...(lifts.get(model_id) ?? []), ...own]);
    }
  }
  return lifts;
}

const placeOf = (span: Span, day_on: Day): number => dayNumber(day_on) - dayNumber(span.first_on);

function badOn(rows: readonly { signal: string; region: string; factor: number }[]): Map<string, Map<string, number>> {
  const bad = new Map<string, Map<string, number>>();
  for (const { signal, region, factor } of rows) bad.set(signal, (bad.get(signal) ?? new Map<string, number>()).set(region, factor));
  return bad;
}

const liftsOf = (devices: Record<string, number>, bad: ReadonlyMap<string, ReadonlyMap<string, number>>, signals: readonly SignalRow[], day: number): Lift[] =>
  signals.flatMap(({ code }, signal) => {
    const regions = bad.get(code);
    const factor = regions === undefined ? 1 : liftOf(devices, regions);
    return factor === 1 ? [] : [{ signal, day, factor }];
  });

// Groups of a failure-rate table from running totals: what was true before the period ends, less what was true before it began.
import { type RawBuilder, sql } from 'kysely';
import type { Ctx } from '../db/ctx.ts';
import { ROWS_AS_LISTS } from '../db/open.ts';
import { keyNames, needsModel, selectKeys, whereCohort } from './cohortSql.ts';
import { type GroupKey, keyOf, type RateGroup, type Row, textOf } from './groups.ts';
import type { CohortFilter, Dimension } from './inputs.ts';
import { stretchDayOf } from './months.ts';
import type { Period } from './period.ts';
import type { CohortKind } from './table.ts';

/** The kind of running totals that answers the question; null when none does. */
export function totalsKind(by: readonly Dimension[], filter: CohortFilter): CohortKind | null {
  const asked = new Set<string>([
    ...by,
    ...Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name),
  ]);
  for (const name of ['maker', 'model', 'failure_mode', 'component']) asked.delete(name);
  const [only, second] = [...asked];
  if (second !== undefined) return null;
  switch (only) {
    case undefined:
      return 'model';
    case 'hw_rev':
    case 'batch':
    case 'firmware':
    case 'site_kind':
      return only;
    default:
      return null;
  }
}

/** One contiguous scan of each edge's stretch, in one statement, so that no count comes between the two. */
export async function listFromTotals(ctx: Ctx, kind: CohortKind, by: readonly Dimension[], filter: CohortFilter, period: Period): Promise<RateGroup[]> {
  const keys = await keysOf(ctx, kind, by, filter);
  const groups: RateGroup[] = [];
  for (const row of await differences(ctx, kind, period)) {
    const [cohort_id, units, exposure_days, confirmed, nff, untriaged, other] = row;
    const key = keys.get(cohort_id);
    if (key !== undefined && (units > 0 || exposure_days > 0 || confirmed + nff + untriaged + other > 0)) {
      groups.push({ key, units, exposure_days, confirmed, nff, untriaged, other });
    }
  }
  const isOneEach = kind === 'model' ? by.includes('model') : by.some((dimension) => dimension === kind);
  return isOneEach ? groups : addedUp(groups, keyNames(by));
}

type Difference = readonly [cohort_id: number, units: number, exposure_days: number, confirmed: number, nff: number, untriaged: number, other: number];

// The row that holds just before a day lies in the stretch of the day before it: every cohort has one there from its first stretch on.
async function differences(ctx: Ctx, kind: CohortKind, { from, to }: Period): Promise<readonly Difference[]> {
  const day = { high: sql.lit(to), low: sql.lit(from) };
  const [highStretch, lowStretch] = [sql.lit(stretchDayOf(kind, to - 1)), sql.lit(stretchDayOf(kind, from - 1))];
  const less = (high: RawBuilder<unknown>, low: RawBuilder<unknown>) => (from > 0 ? sql`${high} - coalesce(${low}, 0)` : high);
  const { rows } = await sql<Difference | Readonly<Record<string, number>>>`${sql.raw(ROWS_AS_LISTS)}
    select h.cohort_id as cohort_id, ${less(sql`h.started`, sql`l.finished`)} as units,
      ${less(sql`h.exposure_days + h.active * (${day.high} - h.day)`, sql`l.exposure_days + l.active * (${day.low} - l.day)`)} as exposure_days,
      ${less(sql`h.confirmed`, sql`l.confirmed`)} as confirmed, ${less(sql`h.nff`, sql`l.nff`)} as nff,
      ${less(sql`h.untriaged`, sql`l.untriaged`)} as untriaged, ${less(sql`h.other`, sql`l.other`)} as other
    from quality_totals h ${
      from > 0
        ? sql`left join quality_totals l on l.kind = ${sql.lit(kind)} and l.stretch_day = ${lowStretch} and l.cohort_id = h.cohort_id
            and l.day < ${day.low} and l.until_day >= ${day.low}`
        : sql``
    }
    where h.kind = ${sql.lit(kind)} and h.stretch_day = ${highStretch} and h.day < ${day.high} and h.until_day >= ${day.high}`.execute(ctx.db);
  // The fields of a named row are in the order they were selected in.
  return rows.map((row) => (isList(row) ? row : (Object.values(row) as unknown as Difference)));
}

const isList = (row: Difference | Readonly<Record<string, number>>): row is Difference => Array.isArray(row);

/** Keys of a kind's cohorts by store, as far as they were read: a cohort is made once and never changes, so only those made since are missing. */
const known = new WeakMap<Ctx['db'], Map<string, { last: number; keys: Map<number, GroupKey> }>>();

async function keysOf(ctx: Ctx, kind: CohortKind, by: readonly Dimension[], filter: CohortFilter): Promise<ReadonlyMap<number, GroupKey>> {
  const isWhole = Object.values(filter).every((value) => value === undefined);
  if (!isWhole || needsModel(by, filter)) return readKeys(ctx, kind, by, filter, 0);
  const ofStore = known.get(ctx.db) ?? new Map<string, { last: number; keys: Map<number, GroupKey> }>();
  known.set(ctx.db, ofStore);
  const text = `${kind} ${by.join(' ')}`;
  const cached = ofStore.get(text) ?? { last: 0, keys: new Map<number, GroupKey>() };
  ofStore.set(text, cached);
  for (const [id, key] of await readKeys(ctx, kind, by, filter, cached.last)) {
    cached.keys.set(id, key);
    cached.last = Math.max(cached.last, id);
  }
  return cached.keys;
}

async function readKeys(ctx: Ctx, kind: CohortKind, by: readonly Dimension[], filter: CohortFilter, after: number): Promise<Map<number, GroupKey>> {
  const { rows } = await sql<Row>`
    select ${by.length === 0 ? sql`` : sql`${selectKeys(by)}, `} c.id as cohort_id
    from quality_cohorts c ${needsModel(by, filter) ? sql`join models m on m.id = c.model_id` : sql``}
    where c.kind = ${sql.lit(kind)} and c.id > ${after} ${whereCohort(filter)}`.execute(ctx.db);
  const names = keyNames(by);
  return new Map(rows.map((row) => [Number(row.cohort_id), keyOf(row, names)]));
}

function addedUp(groups: readonly RateGroup[], names: readonly string[]): RateGroup[] {
  const sums = new Map<string, RateGroup>();
  for (const group of groups) {
    const text = textOf(group.key, names);
    const sum = sums.get(text);
    sums.set(
      text,
      sum === undefined
        ? group
        : {
            key: group.key,
            units: sum.units + group.units,
            exposure_days: sum.exposure_days + group.exposure_days,
            confirmed: sum.confirmed + group.confirmed,
            nff: sum.nff + group.nff,
            untriaged: sum.untriaged + group.untriaged,
            other: sum.other + group.other,
          },
    );
  }
  return [...sums.values()];
}

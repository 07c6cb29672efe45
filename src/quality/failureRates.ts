// The failure-rate table: groups, rates, order, and the population they speak of.
import type { Ctx } from '../db/ctx.ts';
import { countBeforeReading } from './count.ts';
import { type GroupCodes, nameGroups } from './groupNames.ts';
import type { RateGroup } from './groups.ts';
import type { FailureKind, RateQuery, RateSort } from './inputs.ts';
import { periodDays, periodOf } from './period.ts';
import { listRateGroups } from './rateGroups.ts';
import { type Counted, DAYS_PER_MONTH, failureCount, type RatedGroup, type Rates, rateGroups, returnedCount } from './rates.ts';
import { standardiseAges } from './standardDays.ts';

export type RateRow = { readonly rank: number; readonly group: GroupCodes; readonly units: number; readonly exposure_days: number } & Rates;

/** Who the table speaks of: printed with it. */
export interface Population {
  readonly from_on: string | null;
  readonly to_on: string;
  readonly kind: FailureKind;
  readonly groups: number;
  readonly units: number;
  readonly exposure_days: number;
  readonly failures: number;
  readonly returned: number;
  /** Failures per 1,000 device-months of all groups together; null without exposure. */
  readonly rate_per_1000_device_months: number | null;
  /** Units of a large import that are not in the figures yet: the periodic count is still at work. */
  readonly waiting_units: number;
  /** The gamma distribution the groups' rates are shrunken towards, per device-month; null with fewer than three groups or no failure. */
  readonly prior: { readonly shape: number; readonly rate: number } | null;
}

export interface RateTable {
  readonly items: readonly RateRow[];
  readonly next_cursor: string | null;
  readonly population: Population;
}

export async function listFailureRates(ctx: Ctx, query: RateQuery): Promise<RateTable> {
  const waiting_units = await countBeforeReading(ctx);
  const period = periodOf(ctx, query);
  const groups: (RateGroup & Counted)[] = await listRateGroups(ctx, query.by, filterOf(query), period);
  const standard = query.standardise === 'age' ? await standardiseAges(ctx, query.by, filterOf(query), period, query.kind) : null;
  const counted = standard === null ? groups : groups.map((group) => ({ ...group, standard_days: standard(group.key) }));
  const shown = query.kind === 'confirmed' && isByFinding(query) ? counted.filter((group) => group.confirmed > 0) : counted;
  const { rows, prior } = rateGroups(shown, query.kind);
  const sorted = inOrder(rows, query.sort);
  const start = Number(query.cursor ?? 0);
  const page = sorted.slice(start, start + query.limit);
  const names = await nameGroups(
    ctx,
    page.map((row) => row.group.key),
  );
  return {
    items: page.map(({ group, rates }, i) => ({
      rank: start + i + 1,
      group: names[i] ?? {},
      units: group.units,
      exposure_days: group.exposure_days,
      ...rates(),
    })),
    next_cursor: start + query.limit < sorted.length ? String(start + query.limit) : null,
    population: { ...periodDays(period), kind: query.kind, prior, waiting_units, ...populationOf(shown, query) },
  };
}

export function filterOf({ maker, model, hw_rev, batch, firmware, site, site_kind, age_band, failure_mode, component }: RateQuery) {
  return { maker, model, hw_rev, batch, firmware, site, site_kind, age_band, failure_mode, component };
}

const isByFinding = ({ by }: RateQuery): boolean => by.includes('failure_mode') || by.includes('component');

function populationOf(groups: readonly RateGroup[], query: RateQuery) {
  // Cut by failure mode or component the groups share one exposure: it is counted once per cohort.
  const cohorts = isByFinding(query)
    ? new Map(groups.map((group) => [JSON.stringify({ ...group.key, failure_mode_id: null, component_id: null }), group])).values()
    : groups;
  let [units, exposure_days, failures, returned] = [0, 0, 0, 0];
  for (const cohort of cohorts) {
    units += cohort.units;
    exposure_days += cohort.exposure_days;
  }
  for (const group of groups) {
    failures += failureCount(group, query.kind);
    returned += returnedCount(group);
  }
  return {
    groups: groups.length,
    units,
    exposure_days,
    failures,
    returned,
    rate_per_1000_device_months: exposure_days > 0 ? (failures / (exposure_days / DAYS_PER_MONTH)) * 1000 : null,
  };
}

/** By a field, unknown last; ties by the larger exposure. */
function inOrder(rows: readonly RatedGroup<RateGroup>[], sort: string): RatedGroup<RateGroup>[] {
  const sign = sort.startsWith('-') ? -1 : 1;
  const figureOf = fieldOf(sort.replace(/^-/, ''));
  return rows
    .map((row) => {
      const figure = figureOf(row);
      return { row, place: figure === null ? Infinity : sign * figure };
    })
    .sort((a, b) => (a.place === b.place ? b.row.group.exposure_days - a.row.group.exposure_days : a.place - b.place))
    .map(({ row }) => row);
}

function fieldOf(name: string): (row: RatedGroup<RateGroup>) => number | null {
  if (name === 'units' || name === 'exposure_days') return (row) => row.group[name];
  // The usual order, known without working out the other figures of every group.
  if (name === 'shrunken_p05') return (row) => row.shrunken?.p05 ?? null;
  // RateQuery admits no other names than these.
  const field = name as Exclude<RateSort, 'units' | 'exposure_days'>;
  return (row) => row.rates()[field];
}

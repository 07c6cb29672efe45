// Is one cohort worse than another, or than its peers? Exact test of two, and observed over expected at equal ages.
import type { Ctx } from '../db/ctx.ts';
import { compareRates, type RateComparison } from '../stats/compareRates.ts';
import { indirectRatio, type StandardisedRatio } from '../stats/standardise.ts';
import { AGE_BANDS } from './ageBands.ts';
import { countBeforeReading } from './count.ts';
import type { RateGroup } from './groups.ts';
import type { CohortFilter, FailureKind } from './inputs.ts';
import type { Period } from './period.ts';
import { listRateGroups } from './rateGroups.ts';
import { failureCount, type RatedGroup, type Rates, rateGroups } from './rates.ts';

export interface ComparedCohort extends Rates {
  readonly units: number;
  readonly exposure_days: number;
}

export interface Comparison {
  readonly first: ComparedCohort;
  readonly second: ComparedCohort;
  /** `second` is everybody else. */
  readonly with_peers: boolean;
  /** Null unless both have exposure. */
  readonly exact: RateComparison | null;
  /** Failures of the first over those the second's rates at the same ages let expect, at ages both have been through; null when nothing was to be expected. */
  readonly age_standardised: StandardisedRatio | null;
}

const NOBODY: RateGroup = { key: {}, units: 0, exposure_days: 0, confirmed: 0, nff: 0, untriaged: 0, other: 0 };

/** Without `second` the first is compared with all units `peersOf` covers, less itself. */
export async function compareCohorts(
  ctx: Ctx,
  first: CohortFilter,
  second: CohortFilter | null,
  peersOf: CohortFilter,
  period: Period,
  kind: FailureKind,
): Promise<Comparison> {
  await countBeforeReading(ctx);
  const [a, whole] = [await byAge(ctx, first, period), await byAge(ctx, second ?? peersOf, period)];
  const b = second === null ? less(whole, a) : whole;
  const [sumA, sumWhole] = [await wholeOf(ctx, first, period), await wholeOf(ctx, second ?? peersOf, period)];
  const sumB = second === null ? lessBy(sumWhole, sumA) : sumWhole;
  // Imputed failures are not whole numbers; the exact test takes the nearest.
  const count = (group: RateGroup): number => Math.round(failureCount(group, kind));
  // Ages the second has not been through say nothing about the first: they are left out of both.
  const ages = AGE_BANDS.filter(({ code }) => (b.get(code)?.exposure_days ?? 0) > 0);
  const strata = (of: ReadonlyMap<string, RateGroup>) =>
    ages.map(({ code }) => ({ count: failureCount(of.get(code) ?? NOBODY, kind), exposure: of.get(code)?.exposure_days ?? 0 }));
  const [ratesA, ratesB] = rateGroups([sumA, sumB], kind).rows;
  return {
    first: comparedOf(ratesA),
    second: comparedOf(ratesB),
    with_peers: second === null,
    exact: compareRates({ count: count(sumA), exposure: sumA.exposure_days }, { count: count(sumB), exposure: sumB.exposure_days }),
    age_standardised: indirectRatio(
      strata(a),
      strata(b).map((band) => band.count / band.exposure),
    ),
  };
}

const byAge = async (ctx: Ctx, filter: CohortFilter, period: Period): Promise<Map<string, RateGroup>> =>
  new Map((await listRateGroups(ctx, ['age_band'], filter, period)).map((group) => [group.key.age_band ?? '', group]));

const wholeOf = async (ctx: Ctx, filter: CohortFilter, period: Period): Promise<RateGroup> => (await listRateGroups(ctx, [], filter, period))[0] ?? NOBODY;

const less = (whole: ReadonlyMap<string, RateGroup>, part: ReadonlyMap<string, RateGroup>): Map<string, RateGroup> =>
  new Map([...whole].map(([band, all]) => [band, lessBy(all, part.get(band) ?? NOBODY)]));

const lessBy = (a: RateGroup, b: RateGroup): RateGroup => ({
  key: {},
  units: a.units - b.units,
  exposure_days: a.exposure_days - b.exposure_days,
  confirmed: a.confirmed - b.confirmed,
  nff: a.nff - b.nff,
  untriaged: a.untriaged - b.untriaged,
  other: a.other - b.other,
});

function comparedOf(row: RatedGroup<RateGroup> | undefined): ComparedCohort {
  if (row === undefined) throw new Error('a rate was computed for each cohort');
  return { units: row.group.units, exposure_days: row.group.exposure_days, ...row.rates() };
}

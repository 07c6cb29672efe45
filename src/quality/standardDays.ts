// Age-standardised exposure: how many days of the population's own mix of ages would bring the failures a group's ages let expect.

import { groupBy } from '../core/groupBy.ts';
import type { Ctx } from '../db/ctx.ts';
import { keyNames } from './cohortSql.ts';
import type { GroupKey, RateGroup } from './groups.ts';
import type { CohortFilter, Dimension, FailureKind } from './inputs.ts';
import type { Period } from './period.ts';
import { listRateGroups } from './rateGroups.ts';
import { failureCount } from './rates.ts';

/** Group → standard days, Σ days in band × the band's rate ÷ the whole's rate; undefined (the exposure as it is) when nothing failed. Scans the spans. */
export async function standardiseAges(
  ctx: Ctx,
  by: readonly Dimension[],
  filter: CohortFilter,
  period: Period,
  kind: FailureKind,
): Promise<(key: GroupKey) => number | undefined> {
  const cohortBy = by.filter((dimension) => dimension !== 'failure_mode' && dimension !== 'component');
  if (cohortBy.includes('age_band')) return () => undefined;
  const banded = await listRateGroups(ctx, [...cohortBy, 'age_band'], { ...filter, failure_mode: undefined, component: undefined }, period);
  const rates = new Map([...groupBy(banded, (group) => group.key.age_band)].map(([band, groups]) => [band ?? '', rateOf(groups, kind)]));
  const overall = rateOf(banded, kind);
  if (!(overall > 0)) return () => undefined;
  const names = keyNames(cohortBy);
  const textOf = (key: GroupKey): string => JSON.stringify(names.map((name) => key[name] ?? null));
  const days = new Map<string, number>();
  for (const group of banded) {
    const text = textOf(group.key);
    days.set(text, (days.get(text) ?? 0) + (group.exposure_days * (rates.get(group.key.age_band ?? '') ?? overall)) / overall);
  }
  return (key) => days.get(textOf(key));
}

function rateOf(groups: readonly RateGroup[], kind: FailureKind): number {
  const exposure = groups.reduce((sum, group) => sum + group.exposure_days, 0);
  return exposure > 0 ? groups.reduce((sum, group) => sum + failureCount(group, kind), 0) / exposure : 0;
}

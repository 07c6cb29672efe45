// From device-days and findings to rates with intervals, shrunken rates and their order. Pure.
import { imputedInterval, imputeFailures } from '../stats/imputation.ts';
import { garwoodInterval, type Interval } from '../stats/poissonInterval.ts';
import { fitGammaPrior, type GammaPrior, type ShrunkenRate, shrinkRates } from '../stats/shrinkage.ts';
import type { Findings } from './groups.ts';
import type { FailureKind } from './inputs.ts';

export const DAYS_PER_MONTH = 30.4375;
export const DAYS_PER_YEAR = 365;
/** Rates are shown per this many device-months. */
const PER_MONTHS = 1000;

export interface Rates {
  readonly failures: number;
  readonly rate_per_1000_device_months: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  readonly shrunken_rate: number | null;
  readonly shrunken_p05: number | null;
  readonly shrunken_p95: number | null;
  readonly afr: number | null;
  readonly afr_ci_low: number | null;
  readonly afr_ci_high: number | null;
  readonly returned: number;
  readonly confirmed: number;
  readonly imputed: number;
  readonly nff: number;
  /** NFF among the returns whose verdict is known; null when none is. */
  readonly nff_share: number | null;
  readonly untriaged: number;
  /** Damage, wrong unit and undetermined. */
  readonly other: number;
  /** The interval is too wide to act on: shown greyed. */
  readonly too_little_exposure: boolean;
}

/** A group beside its rates: apart, because copying thousands of wide rows costs more than computing them; and asked for, because most are only ranked. */
export interface RatedGroup<Group> {
  readonly group: Group;
  /** Per device-month; null without exposure. */
  readonly shrunken: ShrunkenRate | null;
  readonly rates: () => Rates;
}

export interface RatedGroups<Group> {
  readonly rows: readonly RatedGroup<Group>[];
  readonly prior: GammaPrior | null;
}

export interface Counted extends Findings {
  readonly exposure_days: number;
  /** Days of the reference mix of ages that would fail as often; the exposure itself when ages are not standardised. */
  readonly standard_days?: number | undefined;
}

/** Rates of every group, shrunken towards what the groups have in common. */
export function rateGroups<Group extends Counted>(groups: readonly Group[], kind: FailureKind): RatedGroups<Group> {
  const counted = groups.map((group) => ({ count: failureCount(group, kind), exposure: standardMonths(group) }));
  const prior = fitGammaPrior(counted);
  const shrunken = shrinkRates(counted, prior);
  const intervalOf = intervals(kind);
  const rows = groups.map((group, i) => {
    const rate = shrunken[i] ?? null;
    return { group, shrunken: rate, rates: () => ratesOf(group, kind, intervalOf(group), rate) };
  });
  return { rows, prior };
}

export const returnedCount = (findings: Findings): number => findings.confirmed + findings.nff + findings.untriaged + findings.other;

export function failureCount(findings: Findings, kind: FailureKind): number {
  switch (kind) {
    case 'confirmed':
      return findings.confirmed;
    case 'returned':
      return returnedCount(findings);
    case 'imputed':
      return imputedCount(findings);
    default:
      return kind satisfies never;
  }
}

const imputedCount = (findings: Findings): number => (findings.untriaged === 0 ? findings.confirmed : imputeFailures(findings).count);

const standardMonths = (group: Counted): number => (group.standard_days ?? group.exposure_days) / DAYS_PER_MONTH;

// Limits of the mean count. Most groups share a handful of counts, so each is computed once.
function intervals(kind: FailureKind): (findings: Findings) => Interval {
  const known = new Map<number | string, Interval>();
  return (findings) => {
    const mixed = kind === 'imputed' && findings.untriaged > 0;
    const key = mixed ? `${findings.confirmed}/${findings.nff}/${findings.untriaged}` : failureCount(findings, kind);
    let interval = known.get(key);
    if (interval === undefined) {
      interval = mixed ? imputedInterval(findings) : garwoodInterval(failureCount(findings, kind));
      known.set(key, interval);
    }
    return interval;
  };
}

/** Above this yearly upper limit, with limits this far apart, a rate says too little. */
const UNCERTAIN_AFR = 0.05;
const UNCERTAIN_RATIO = 10;

function ratesOf(group: Counted, kind: FailureKind, interval: Interval, shrunken: ShrunkenRate | null): Rates {
  const failures = failureCount(group, kind);
  const perMonths = group.exposure_days > 0 ? (PER_MONTHS * DAYS_PER_MONTH) / group.exposure_days : null;
  const perYear = group.exposure_days > 0 ? DAYS_PER_YEAR / group.exposure_days : null;
  const known = group.confirmed + group.nff + group.other;
  return {
    failures,
    rate_per_1000_device_months: perMonths === null ? null : failures * perMonths,
    ci_low: perMonths === null ? null : interval.low * perMonths,
    ci_high: perMonths === null ? null : interval.high * perMonths,
    shrunken_rate: shrunken === null ? null : shrunken.mean * PER_MONTHS,
    shrunken_p05: shrunken === null ? null : shrunken.p05 * PER_MONTHS,
    shrunken_p95: shrunken === null ? null : shrunken.p95 * PER_MONTHS,
    afr: perYear === null ? null : failures * perYear,
    afr_ci_low: perYear === null ? null : interval.low * perYear,
    afr_ci_high: perYear === null ? null : interval.high * perYear,
    returned: returnedCount(group),
    confirmed: group.confirmed,
    imputed: imputedCount(group),
    nff: group.nff,
    nff_share: known > 0 ? group.nff / known : null,
    untriaged: group.untriaged,
    other: group.other,
    too_little_exposure:
      perYear === null || (interval.high * perYear > UNCERTAIN_AFR && (interval.low === 0 || interval.high / interval.low > UNCERTAIN_RATIO)),
  };
}

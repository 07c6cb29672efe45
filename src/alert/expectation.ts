// What a cohort was expected to report on a day: age-band reference rates of the family times the robust fleet factor of that day.
// Indirect standardisation makes a young model comparable with an old one; the factor cancels what hits everybody (outage, winter, release).
import type { Cap } from '../stats/cappedCount.ts';
import { logGamma } from '../stats/gamma.ts';
import { PLATFORM_FACTOR } from './rules.ts';

/** Discounted totals of one signal and age band over the whole family. */
export interface BandTotal {
  readonly events: number;
  readonly device_days: number;
}

/** Events the written-down rate of a signal is worth when the fleet has shown little yet. */
const PRIOR_EVENTS = 5;

/** Episodes per device-day of an age band, drawn to the written-down `prior_rate` while the family has few events. */
export const referenceRate = (total: BandTotal, prior_rate: number): number => (total.events + PRIOR_EVENTS) / (total.device_days + PRIOR_EVENTS / prior_rate);

/** One cohort's share of the family on one day: weight 1, or less when it must not speak for the family. */
export interface Share {
  readonly events: number;
  readonly expected: number;
}

/** A cohort above this share of the family is left out of its own reference. */
export const LARGE_SHARE = 0.2;
/** Events of the assumption "an ordinary day" that steady the factor in small fleets. */
const STEADY = 5;
const PASSES = 8;

/**
 * The robust factor of a day: how much more the family reported than expected, so that one failing model does not raise everybody's expectation. On a day
 * that is not ordinary by any measure nothing is steadied: where little is expected, the steadied factor of an outage would be far below the truth, and
 * every model would stand out against it.
 */
export function fleetFactor(shares: readonly Share[], cap: Cap): number {
  const expected = shares.reduce((sum, share) => sum + share.expected, 0);
  if (expected <= 0) return 1;
  const bare = robustRatio(shares, cap, expected, 0);
  const isOutage = (bare * expected + STEADY) / (expected + STEADY) >= PLATFORM_FACTOR;
  return isOutage ? bare : robustRatio(shares, cap, expected, STEADY);
}

/**
 * Each cohort's count capped at f e + 3 sqrt(f e dispersion), and compared with what a cap leaves of a count: where a cohort expects a hundredth of an
 * event, the cap is a third of one, and bare sums would find the factor too low by as much.
 */
function robustRatio(shares: readonly Share[], cap: Cap, expected: number, steady: number): number {
  // From above: started at 1, the caps of a fleet-wide outage would hold the factor down.
  let factor = (shares.reduce((sum, share) => sum + share.events, 0) + steady) / (expected + steady);
  for (let pass = 0; pass < PASSES && factor > 0; pass += 1) {
    let [capped, kept] = [0, 0];
    for (const share of shares) {
      if (share.expected === 0) continue;
      const root = Math.sqrt(factor * share.expected);
      if (share.events > 0) capped += Math.min(share.events, cap.at(root));
      kept += share.expected * cap.kept(root);
    }
    const next = ((capped * expected) / kept + steady) / (expected + steady);
    if (Math.abs(next - factor) < 1e-6 * factor) return next;
    factor = next;
  }
  return factor;
}

/** The factor as each cohort sees it: a large cohort sees the others only. */
export function factorsByCohort(shares: readonly Share[], cap: Cap): number[] {
  const all = fleetFactor(shares, cap);
  const expected = shares.reduce((sum, share) => sum + share.expected, 0);
  return shares.map((share, index) =>
    share.expected > LARGE_SHARE * expected
      ? fleetFactor(
          shares.filter((_, other) => other !== index),
          cap,
        )
      : all,
  );
}

/**
 * Heterogeneity of a signal over cohorts: the gamma shape with the largest negative-binomial likelihood of their totals, events and
 * expectation divided by the over-dispersion. Searched on a grid: the detector does not notice a step of it.
 */
export function heterogeneityShape(shares: readonly Share[], dispersion: number): number {
  let best = { shape: SHAPES[0] ?? 1, log_likelihood: -Infinity };
  for (const shape of SHAPES) {
    let log_likelihood = 0;
    for (const share of shares) {
      const events = share.events / dispersion;
      const expected = share.expected / dispersion;
      log_likelihood += logGamma(events + shape) - logGamma(shape) + shape * Math.log(shape) - (shape + events) * Math.log(shape + expected);
    }
    if (log_likelihood > best.log_likelihood) best = { shape, log_likelihood };
  }
  return best.shape;
}

/** What a fleet of products can plausibly show: levels that differ by a factor of e, down to by a tenth. */
const SHAPES = Array.from({ length: 24 }, (_, i) => 50 ** (i / 23));
const DISPERSION_MAX = 4;

/**
 * Over-dispersion of daily counts around each cohort's own level, so that differences between cohorts do not count: with p_t the share of
 * day t in the cohort's expectation and Y its events, sum (y_t - p_t Y)^2 over sum Y p_t (1 - p_t), both pooled over cohorts.
 */
export const dispersionOf = (squares: number, binomial: number): number => (binomial <= 0 ? 1 : Math.min(DISPERSION_MAX, Math.max(1, squares / binomial)));

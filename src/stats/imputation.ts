// Failures among returns whose verdicts are only partly known: c confirmed, n no fault found, u not yet triaged.
import { betaQuantile, logBeta } from './beta.ts';
import { gammaQuantile, logGamma, lowerGamma, poissonDensity, upperGamma } from './gamma.ts';
import type { Interval } from './poissonInterval.ts';

export interface Verdicts {
  readonly confirmed: number;
  readonly nff: number;
  readonly untriaged: number;
}

export interface ImputedFailures {
  /** p̂ = (c+½)/(c+n+1), the expected share of true failures. */
  readonly share: number;
  /** c + u·p̂. */
  readonly count: number;
  /** c + u · the quantiles of Beta(c+½, n+½): what the verdicts leave open, and nothing else. Far too narrow for a rate. */
  readonly verdict_interval: Interval;
}

export function imputeFailures({ confirmed, nff, untriaged }: Verdicts, level = 0.95): ImputedFailures {
  const tail = (1 - level) / 2;
  const share = (confirmed + 0.5) / (confirmed + nff + 1);
  const at = (p: number): number => confirmed + (untriaged === 0 ? 0 : untriaged * betaQuantile(p, confirmed + 0.5, nff + 0.5));
  return { share, count: confirmed + untriaged * share, verdict_interval: { low: at(tail), high: at(1 - tail) } };
}

/** More untriaged returns than this are represented by this many equally likely numbers of failures among them. */
const MAX_OUTCOMES = 2000;
const MAX_STEPS = 100;

/**
 * Interval for the mean number of failures: Garwood's limits mixed over how many of the untriaged are failures, K ~ beta-binomial(u; c+½, n+½)
 * (Poisson × Beta). Without untriaged returns it is Garwood's interval itself. Divide by the exposure for a rate.
 */
export function imputedInterval(verdicts: Verdicts, level = 0.95): Interval {
  const tail = (1 - level) / 2;
  const outcomes = failuresAmongUntriaged(verdicts);
  const largest = outcomes.reduce((most, { count }) => Math.max(most, count), 0);
  const lower = outcomes.map(({ count, weight }) => ({ shape: verdicts.confirmed + count, weight }));
  const upper = lower.map(({ shape, weight }) => ({ shape: shape + 1, weight }));
  const ceiling = gammaQuantile(verdicts.confirmed + largest + 1, 1 - tail);
  const pointMass = lower.reduce((sum, { shape, weight }) => sum + (shape === 0 ? weight : 0), 0);
  return { low: pointMass >= tail ? 0 : mixtureQuantile(lower, tail, ceiling), high: mixtureQuantile(upper, 1 - tail, ceiling) };
}

interface Component {
  readonly shape: number;
  readonly weight: number;
}

function failuresAmongUntriaged({ confirmed, nff, untriaged: u }: Verdicts): { count: number; weight: number }[] {
  const a = confirmed + 0.5;
  const b = nff + 0.5;
  if (u > MAX_OUTCOMES) {
    return Array.from({ length: MAX_OUTCOMES }, (_, i) => ({ count: u * betaQuantile((i + 0.5) / MAX_OUTCOMES, a, b), weight: 1 / MAX_OUTCOMES }));
  }
  const base = logGamma(u + 1) - logBeta(a, b);
  return Array.from({ length: u + 1 }, (_, k) => ({ count: k, weight: Math.exp(base - logGamma(k + 1) - logGamma(u - k + 1) + logBeta(a + k, b + u - k)) }));
}

// Newton's steps inside a bracket that only shrinks; a component of shape 0 is a point mass at 0.
function mixtureQuantile(components: readonly Component[], p: number, ceiling: number): number {
  let low = 0;
  let high = ceiling;
  let x = components.reduce((sum, { shape, weight }) => sum + shape * weight, 0);
  for (let step = 0; step < MAX_STEPS; step++) {
    let below = 0;
    let above = 0;
    let slope = 0;
    for (const { shape, weight } of components) {
      below += weight * (shape === 0 ? 1 : lowerGamma(shape, x));
      above += weight * (shape === 0 ? 0 : upperGamma(shape, x));
      slope += weight * (shape === 0 ? 0 : (shape * poissonDensity(shape, x)) / x);
    }
    const excess = p < 0.5 ? below - p : 1 - p - above;
    if (excess > 0) high = x;
    else low = x;
    let next = x - excess / slope;
    if (!(next >= low && next <= high)) next = (low + high) / 2;
    if (Math.abs(next - x) <= 1e-13 * x) return next;
    x = next;
  }
  return x;
}

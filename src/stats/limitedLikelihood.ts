// The log-likelihood of a defective sub-population with its derivatives in (logit share, log scale, log shape).
import type { LifeRow } from './lifeRow.ts';
import { at, type WeibullSample, type WeightedTimes, weibullLikelihood, weightedTimes } from './weibullLikelihood.ts';

export interface LimitedLikelihood {
  readonly value: number;
  readonly gradient: readonly [share: number, scale: number, shape: number];
  readonly curvature: { readonly pp: number; readonly pu: number; readonly pv: number; readonly uu: number; readonly uv: number; readonly vv: number };
}

/**
 * Failures contribute log p and the plain Weibull term; survivors and entries log G with G = 1 − p + p·S. With p as a logit,
 * p′ = p(1−p) and p″ = p′(1−2p); S_i = −S·H_i and S_ij = S·(H_i·H_j − H_ij).
 */
export function limitedLikelihood(rows: readonly LifeRow[], sample: WeibullSample, logit: number, u: number, v: number): LimitedLikelihood {
  const { failures, survivors } = splitOf(rows, sample);
  const plain = weibullLikelihood(failures, u, v);
  const p = 1 / (1 + Math.exp(-logit));
  const p1 = p * (1 - p);
  const p2 = p1 * (1 - 2 * p);
  const n = failures.failures;
  const beta = Math.exp(v);
  let value = plain.value - n * Math.log1p(Math.exp(-logit));
  let [gp, gu, gv] = [n * (1 - p), plain.scale, plain.shape];
  let [pp, pu, pv, uu, uv, vv] = [-n * p1, 0, 0, plain.scale2, plain.cross, plain.shape2];
  for (let i = 0; i < survivors.weight.length; i++) {
    const weight = at(survivors.weight, i);
    const z = beta * (at(survivors.logTime, i) - u);
    const h = Math.exp(Math.min(z, 700));
    const s = Math.exp(-h);
    const g = 1 - p + p * s;
    const fp = (p1 * (s - 1)) / g;
    const ps = (p * s) / g;
    const hu = -beta * h;
    const hv = z * h;
    const fu = -ps * hu;
    const fv = -ps * hv;
    value += weight * Math.log(g);
    gp += weight * fp;
    gu += weight * fu;
    gv += weight * fv;
    pp += weight * ((p2 * (s - 1)) / g - fp * fp);
    pu += weight * (-((p1 * s) / g) * hu - fp * fu);
    pv += weight * (-((p1 * s) / g) * hv - fp * fv);
    uu += weight * (ps * (hu * hu - beta * beta * h) - fu * fu);
    uv += weight * (ps * (hu * hv + beta * (1 + z) * h) - fu * fv);
    vv += weight * (ps * (hv * hv - z * (1 + z) * h) - fv * fv);
  }
  return { value, gradient: [gp, gu, gv], curvature: { pp, pu, pv, uu, uv, vv } };
}

interface Split {
  readonly failures: WeibullSample;
  readonly survivors: WeightedTimes;
}

const splits = new WeakMap<WeibullSample, Split>();

// Failures' own terms apart from the survivors and entries, whose hazards the plain sample had merged with them. Once per sample.
function splitOf(rows: readonly LifeRow[], sample: WeibullSample): Split {
  const known = splits.get(sample);
  if (known !== undefined) return known;
  const failureHazards = new Map<number, number>();
  const survivorTimes = new Map<number, number>();
  const add = (to: Map<number, number>, time: number, weight: number): void => {
    if (time > 0) to.set(time, (to.get(time) ?? 0) + weight);
  };
  for (const { time, lower, failed, count, entry } of rows) {
    add(survivorTimes, entry, -count);
    if (failed) add(failureHazards, lower ?? time, count);
    else add(survivorTimes, time, count);
  }
  const split = {
    failures: { ...sample, hazards: weightedTimes(failureHazards, sample.logUnit) },
    survivors: weightedTimes(survivorTimes, sample.logUnit),
  };
  splits.set(sample, split);
  return split;
}

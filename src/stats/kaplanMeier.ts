// The product-limit estimate (Kaplan & Meier 1958) with left truncation, Greenwood's error and log-log limits.

import type { LifeRow } from './lifeRow.ts';
import { Z_95 } from './normal.ts';
import { riskTable } from './riskTable.ts';

export interface SurvivalPoint {
  readonly time: number;
  /** When not null the curve falls somewhere in (lower, time]; null means exactly at `time`. */
  readonly lower: number | null;
  readonly survival: number;
  /** Greenwood (1926), of the survival itself; null once nobody is left, and where failures are known by intervals. */
  readonly std_error: number | null;
  /** 95 %, on the log(−log S) scale (Kalbfleisch & Prentice 2002, §1.4); null like the error. */
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  readonly at_risk: number;
  readonly failed: number;
}

/** One point per distinct failure time, ascending; survival is 1 before the first. */
export function kaplanMeier(rows: readonly LifeRow[]): SurvivalPoint[] {
  let survival = 1;
  let greenwood = 0;
  return riskTable(rows).map(({ time, at_risk, failed }) => {
    survival *= 1 - failed / at_risk;
    greenwood += failed / (at_risk * (at_risk - failed));
    if (at_risk === failed) survival = 0;
    return { time, lower: null, survival, ...errorOf(survival, greenwood), at_risk, failed };
  });
}

/** The estimate at any time: that of the last failure not after it. */
export function survivalAt(points: readonly SurvivalPoint[], time: number): number {
  let survival = 1;
  for (const point of points) {
    if (point.time > time) break;
    survival = point.survival;
  }
  return survival;
}

function errorOf(survival: number, greenwood: number): Pick<SurvivalPoint, 'std_error' | 'ci_low' | 'ci_high'> {
  if (survival <= 0) return { std_error: null, ci_low: null, ci_high: null };
  const spread = Math.exp((Z_95 * Math.sqrt(greenwood)) / Math.abs(Math.log(survival)));
  return { std_error: survival * Math.sqrt(greenwood), ci_low: survival ** spread, ci_high: survival ** (1 / spread) };
}

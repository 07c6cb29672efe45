// Cumulative incidence of competing failure modes (Aalen & Johansen 1978). One minus Kaplan–Meier of a single mode overstates it.
import type { LifeRow } from './lifeRow.ts';
import { Z_95 } from './normal.ts';
import { type RiskPoint, riskTable } from './riskTable.ts';

export interface IncidencePoint {
  readonly time: number;
  /** Probability of having failed by this mode by now, the other modes being at work as well. */
  readonly incidence: number;
  readonly std_error: number;
  /** 95 %, on the log(−log) scale; null when the incidence is 0 or 1. */
  readonly ci_low: number | null;
  readonly ci_high: number | null;
}

/** A curve per mode (`''` for failures without one), with a point at each failure time of that mode. */
export function aalenJohansen(rows: readonly LifeRow[]): Map<string, IncidencePoint[]> {
  const table = riskTable(rows);
  const modes = [...new Set(table.flatMap((point) => [...point.failedByMode.keys()]))].sort();
  return new Map(modes.map((mode) => [mode, incidenceOf(table, mode)]));
}

// Variance by the delta method (Marubini & Valsecchi 1995, eq. 10.12), its sums over t_j ≤ t written as running totals:
// Σ (I(t) − I(t_j))² d/(n(n−d)) + Σ S(t_j−)² (n−d_k)d_k/n³ − 2 Σ (I(t) − I(t_j)) S(t_j−) d_k/n².
function incidenceOf(table: readonly RiskPoint[], mode: string): IncidencePoint[] {
  const points: IncidencePoint[] = [];
  let survival = 1;
  let incidence = 0;
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let own = 0;
  let c0 = 0;
  let c1 = 0;
  for (const { time, at_risk: n, failed, failedByMode } of table) {
    const byMode = failedByMode.get(mode) ?? 0;
    incidence += (survival * byMode) / n;
    const greenwood = n > failed ? failed / (n * (n - failed)) : 0;
    g0 += greenwood;
    g1 += greenwood * incidence;
    g2 += greenwood * incidence * incidence;
    own += (survival * survival * (n - byMode) * byMode) / n ** 3;
    c0 += (survival * byMode) / (n * n);
    c1 += (incidence * survival * byMode) / (n * n);
    survival *= 1 - failed / n;
    if (byMode === 0) continue;
    const variance = incidence * incidence * g0 - 2 * incidence * g1 + g2 + own - 2 * (incidence * c0 - c1);
    points.push({ time, incidence, ...limits(incidence, Math.sqrt(Math.max(0, variance))) });
  }
  return points;
}

function limits(incidence: number, error: number): Pick<IncidencePoint, 'std_error' | 'ci_low' | 'ci_high'> {
  if (!(incidence > 0 && incidence < 1)) return { std_error: error, ci_low: null, ci_high: null };
  const spread = Math.exp((Z_95 * error) / (incidence * Math.abs(Math.log(incidence))));
  return { std_error: error, ci_low: incidence ** spread, ci_high: incidence ** (1 / spread) };
}

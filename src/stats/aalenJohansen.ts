// Cumulative incidence of competing failure modes (Aalen & Johansen 1978). One minus Kaplan–Meier of a single mode overstates it.
import type { LifeRow } from './lifeRow.ts';
import { Z_95 } from './normal.ts';

export interface IncidencePoint {
  readonly time: number;
  /** Probability of having failed by this mode by now, the other modes being at work as well. */
  readonly incidence: number;
  readonly std_error: number;
  /** 95 %, on the log(−log) scale; null when the incidence is 0 or 1. */
  readonly ci_low: number | null;
  readonly ci_high: number | null;
}

/** A curve per mode (`''` for failures without one), with a point at each failure time of that mode. n log n per mode. */
export function aalenJohansen(rows: readonly LifeRow[]): Map<string, IncidencePoint[]> {
  const entries = [...rows].sort((a, b) => a.entry - b.entry);
  const exits = [...rows].sort((a, b) => a.time - b.time);
  const modes = [...new Set(rows.flatMap((row) => (row.failed ? [row.mode ?? ''] : [])))].sort();
  return new Map(modes.map((mode) => [mode, incidenceOf(entries, exits, mode)]));
}

function incidenceOf(entries: readonly LifeRow[], exits: readonly LifeRow[], mode: string): IncidencePoint[] {
  const curve = new Incidence();
  const points: IncidencePoint[] = [];
  let nextEntry = 0;
  for (let i = 0; i < exits.length; ) {
    const time = exits[i]?.time ?? 0;
    for (let row = entries[nextEntry]; row !== undefined && row.entry < time; row = entries[++nextEntry]) curve.enter(row);
    const leaving: LifeRow[] = [];
    for (let row = exits[i]; row !== undefined && row.time === time; row = exits[++i]) leaving.push(row);
    const failed = leaving.reduce((sum, row) => sum + (row.failed ? row.count : 0), 0);
    const byMode = leaving.reduce((sum, row) => sum + (row.failed && (row.mode ?? '') === mode ? row.count : 0), 0);
    curve.step(leaving, failed, byMode, mode);
    if (byMode > 0) points.push({ time, incidence: curve.incidence, ...limits(curve.incidence, Math.sqrt(curve.variance())) });
  }
  return points;
}

/**
 * The incidence C of one mode and its variance Σ U², U = ∂C/∂w the influence of one unit's weight (the infinitesimal jackknife; Jaeckel 1972), which is right
 * under late entry too. With n at risk, hazards h of any and k of this mode, S = survival before: at each failure time ∂S/S of a unit at risk moves by
 * (h − [it fails])/n/(1 − h), and ∂C by S·(∂S/S)·k + S·([it fails so] − k)/n. Hence, with the running sums G = Σ h/n/(1 − h), A = Σ S·k·G − Σ S·k/n and their
 * values g, a, c at its entry, a unit at risk has U = A − g·C + q, q = g·c − a; one that left keeps U = α + u·C. Sums over the units stand for the units.
 */
class Incidence {
  incidence = 0;
  #survival = 1;
  #g = 0;
  #a = 0;
  readonly #entered = new Map<LifeRow, { g: number; q: number }>();
  /** Over the units at risk: their number, Σ g, Σ q, Σ g², Σ gq, Σ q²; over those that left: Σ α², Σ αu, Σ u². */
  readonly #atRisk = { n: 0, g: 0, q: 0, gg: 0, gq: 0, qq: 0 };
  readonly #left = { aa: 0, au: 0, uu: 0 };

  enter(row: LifeRow): void {
    const at = { g: this.#g, q: this.#g * this.incidence - this.#a };
    this.#entered.set(row, at);
    this.#count(at, row.count);
  }

  /** The failures of one time, then the units that leave with it. */
  step(leaving: readonly LifeRow[], failed: number, byMode: number, mode: string): void {
    const before = this.#survival;
    const { n } = this.#atRisk;
    const h = failed / n;
    const k = byMode / n;
    this.#a += before * k * (this.#g - 1 / n);
    this.incidence += before * k;
    // Where all fail there is no survival left to be moved.
    const own = failed < n ? 1 / (n * (1 - h)) : 0;
    this.#g += h * own;
    this.#survival = failed < n ? before * (1 - h) : 0;
    for (const row of leaving) {
      const at = this.#entered.get(row);
      if (at === undefined) continue;
      this.#count(at, -row.count);
      const u = this.#g - at.g - (row.failed ? own : 0);
      const influence = this.#a - at.g * this.incidence + at.q + (row.failed && (row.mode ?? '') === mode ? before / n : 0);
      const alpha = influence - u * this.incidence;
      this.#left.aa += row.count * alpha * alpha;
      this.#left.au += row.count * alpha * u;
      this.#left.uu += row.count * u * u;
    }
  }

  variance(): number {
    const [c, a, r, l] = [this.incidence, this.#a, this.#atRisk, this.#left];
    const staying = r.n * a * a - 2 * a * c * r.g + 2 * a * r.q + c * c * r.gg - 2 * c * r.gq + r.qq;
    return Math.max(0, staying + l.aa + 2 * c * l.au + c * c * l.uu);
  }

  #count({ g, q }: { g: number; q: number }, units: number): void {
    const sums = this.#atRisk;
    sums.n += units;
    sums.g += units * g;
    sums.q += units * q;
    sums.gg += units * g * g;
    sums.gq += units * g * q;
    sums.qq += units * q * q;
  }
}

function limits(incidence: number, error: number): Pick<IncidencePoint, 'std_error' | 'ci_low' | 'ci_high'> {
  if (!(incidence > 0 && incidence < 1)) return { std_error: error, ci_low: null, ci_high: null };
  const spread = Math.exp((Z_95 * error) / (incidence * Math.abs(Math.log(incidence))));
  return { std_error: error, ci_low: incidence ** spread, ci_high: incidence ** (1 / spread) };
}

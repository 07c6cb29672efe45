// What an alert says for itself: numbers, onset, who carries the excess, and how much hangs on one device or one site. Pure.
import type { Day } from '../core/time.ts';
import { compareRates } from '../stats/compareRates.ts';
import { gammaQuantile } from '../stats/gamma.ts';
import { bestWindow, knownAt, type Stream } from '../stats/sequential.ts';
import { design, type Evidence } from './detector.ts';
import type { Past } from './past.ts';
import type { Cohort, ModelPast } from './series.ts';

export interface Excess {
  readonly kind: Cohort['kind'];
  readonly value: string;
  readonly observed: number;
  readonly expected: number;
  readonly ratio: number | null;
  /** Exact test of this part against the rest of the model. */
  readonly p_value: number | null;
}

export interface RollOutEvidence {
  readonly firmware: string;
  readonly started_on: Day;
  readonly upgraded: number;
  readonly e_value: number;
  readonly threshold: number;
  readonly treated: number;
  readonly treated_expected: number;
  readonly control: number;
  readonly control_expected: number;
}

export interface AlertEvidence {
  readonly signal: string;
  readonly cohort: Cohort;
  readonly start_day: number;
  /** The first day on which the statistic was at the level without a break of the quiet days since; undefined for a roll-out. */
  readonly crossed_day?: number;
  readonly observed: number;
  readonly expected: number;
  /** Rate ratio of the best window to what was expected of this cohort at its own level, with its 95 % interval. */
  readonly ratio: number;
  readonly ratio_low: number;
  readonly ratio_high: number;
  readonly own_level: number;
  readonly fleet_factor: number;
  readonly statistic: number;
  readonly budget: number;
  readonly by_signal: readonly { readonly signal: string; readonly statistic: number }[];
  readonly excess: readonly Excess[];
  /** A firmware roll-out that alarms: its e-value, the level it had to reach, and what both groups of devices showed. */
  readonly rollout?: RollOutEvidence;
  /** Observed and expected of the leading signal and cohort over the last days, for the chart. */
  readonly chart: { readonly first_day: number; readonly observed: readonly number[]; readonly expected: readonly number[] };
}

const CHART_DAYS = 120;

/** Which cohort and signal an alert speaks of, and since which day if that is known. */
export interface Subject {
  readonly cohort: number;
  readonly signal: number;
  readonly start?: number;
}

/** Null when no window speaks at all. `evidence` is that of the last day of `past`. */
export function explain(
  past: Past,
  model: ModelPast,
  streams: readonly (readonly Stream[])[],
  evidence: Evidence,
  { cohort, signal, ...subject }: Subject,
  threshold: number,
): AlertEvidence | null {
  const t = past.days - 1;
  const stream = streams[cohort]?.[signal];
  const series = model.series[cohort]?.[signal];
  const definition = past.signals[signal];
  const start = subject.start ?? (stream === undefined ? undefined : bestWindow(stream, t, design)?.start);
  if (start === undefined || stream === undefined || series === undefined || definition === undefined) return null;
  const known = knownAt(stream, start, design.guard_days);
  const level = known.shape / known.rate;
  const [observed, expected] = [sumFrom(series.events, start, t), sumFrom(series.expected, start, t)];
  const usual = expected * level;
  const [low, high] = intervalOf(observed / definition.dispersion);
  const chartFrom = Math.max(0, past.days - CHART_DAYS);
  return {
    signal: definition.code,
    cohort: model.cohorts[cohort] ?? { kind: 'model', value: null },
    start_day: start,
    observed,
    expected: usual,
    ratio: usual > 0 ? observed / usual : 0,
    ratio_low: usual > 0 ? (low * definition.dispersion) / usual : 0,
    ratio_high: usual > 0 ? (high * definition.dispersion) / usual : 0,
    own_level: level,
    fleet_factor: past.expectation.factor(signal, t),
    statistic: evidence.statistic,
    budget: threshold,
    by_signal: past.signals
      .map(({ code }, s) => ({ signal: code, statistic: Math.max(...evidence.by_stream.map((row) => row[s] ?? 0)) }))
      .sort((a, b) => b.statistic - a.statistic)
      .slice(0, 5),
    excess: excessOf(model, signal, start, t),
    chart: { first_day: chartFrom, observed: sliceOf(series.events, chartFrom), expected: sliceOf(series.expected, chartFrom).map((value) => value * level) },
  };
}

/** The cohort and signal that weigh most in the statistic. */
export function leading({ by_stream }: Evidence, budgets: readonly number[]): Subject {
  let best = { cohort: 0, signal: 0, weight: -1 };
  for (const [cohort, row] of by_stream.entries()) {
    for (const [signal, value] of row.entries()) {
      const weight = value * (budgets[cohort] ?? 0);
      if (weight > best.weight) best = { cohort, signal, weight };
    }
  }
  return best;
}

function excessOf(model: ModelPast, signal: number, start: number, t: number): Excess[] {
  const whole = model.series[0]?.[signal];
  if (whole === undefined) return [];
  const all = { count: sumFrom(whole.events, start, t), exposure: sumFrom(whole.expected, start, t) };
  return model.cohorts
    .slice(1)
    .map((cohort, index): Excess => {
      const series = model.series[index + 1]?.[signal];
      const part = {
        count: series === undefined ? 0 : sumFrom(series.events, start, t),
        exposure: series === undefined ? 0 : sumFrom(series.expected, start, t),
      };
      const rest = { count: Math.max(0, Math.round(all.count - part.count)), exposure: all.exposure - part.exposure };
      const test = part.exposure > 0 && rest.exposure > 1e-9 ? compareRates({ count: Math.round(part.count), exposure: part.exposure }, rest) : null;
      return {
        kind: cohort.kind,
        value: cohort.value ?? '',
        observed: part.count,
        expected: part.exposure,
        ratio: part.exposure > 0 ? part.count / part.exposure : null,
        p_value: test?.p_two_sided ?? null,
      };
    })
    .sort((a, b) => (a.p_value ?? 1) - (b.p_value ?? 1) || (b.ratio ?? 0) - (a.ratio ?? 0));
}

/** Garwood's exact interval at 95 %, also for fractions of an event. */
const intervalOf = (count: number): [number, number] => [count <= 0 ? 0 : gammaQuantile(count, 0.025), gammaQuantile(count + 1, 0.975)];

function sumFrom(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let day = from; day <= to; day += 1) sum += values[day] ?? 0;
  return sum;
}

const sliceOf = (values: ArrayLike<number>, from: number): number[] =>
  Array.from(values)
    .slice(from)
    .map((value) => Math.round(value * 1000) / 1000);

export interface Share {
  readonly devices: number;
  readonly most_by_device: number;
  readonly most_by_site: number;
  readonly top_unit_id: string | null;
  readonly top_site_id: string | null;
}

/** How the excess days of an incident spread over devices and sites. */
export function sharesOf(rows: readonly { unit_id: string; site_id: string | null }[]): Share {
  const top = (keys: readonly (string | null)[]): [string | null, number] => {
    const counts = new Map<string, number>();
    for (const key of keys) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] ?? [null, 0];
  };
  const [unit, device] = top(rows.map((row) => row.unit_id));
  const [site, most] = top(rows.map((row) => row.site_id));
  return { devices: new Set(rows.map((row) => row.unit_id)).size, most_by_device: device, most_by_site: most, top_unit_id: unit, top_site_id: site };
}

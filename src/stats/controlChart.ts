// Laney's u′ chart (2002): a u chart whose limits are widened by the variation between periods, and the run rules read on it.
import { type RunRule, runRules } from './runRules.ts';

export interface Period {
  readonly count: number;
  readonly exposure: number;
}

export interface ControlPoint {
  /** Null without exposure, as are the limits and z. */
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Deviation from the centre in Laney's standard deviations. */
  readonly z: number | null;
  readonly rules: readonly RunRule[];
}

export interface ControlChart {
  /** Σ counts / Σ exposure; null without exposure. */
  readonly centre: number | null;
  /** Mean moving range of the z scores / 1.128; 1 where it cannot be told (fewer than two periods, or no event). */
  readonly sigma_z: number;
  readonly points: readonly ControlPoint[];
}

/** Expected moving range of two standard normal values (d₂ for n = 2). */
const D2 = 1.128;
const LIMIT_SIGMAS = 3;

/** One point per period, in order of time. */
export function laneyChart(periods: readonly Period[]): ControlChart {
  const used = periods.filter(({ exposure }) => exposure > 0);
  const exposure = used.reduce((sum, period) => sum + period.exposure, 0);
  if (exposure === 0) return { centre: null, sigma_z: 1, points: periods.map(() => EMPTY) };
  const centre = used.reduce((sum, period) => sum + period.count, 0) / exposure;
  const sigmaOf = (period: Period): number => Math.sqrt(centre / period.exposure);
  const sigmaZ = centre === 0 ? 1 : spread(used.map((period) => (period.count / period.exposure - centre) / sigmaOf(period)));
  const values = periods.map((period) => pointOf(period, centre, sigmaZ * sigmaOf(period)));
  const rules = runRules(values.map(({ z }) => z));
  return { centre, sigma_z: sigmaZ, points: values.map((value, i) => ({ ...value, rules: rules[i] ?? [] })) };
}

const EMPTY: ControlPoint = { rate: null, low: null, high: null, z: null, rules: [] };

function spread(z: readonly number[]): number {
  if (z.length < 2) return 1;
  let moved = 0;
  for (const [i, value] of z.entries()) moved += i === 0 ? 0 : Math.abs(value - (z[i - 1] ?? value));
  return moved === 0 ? 1 : moved / (z.length - 1) / D2;
}

function pointOf({ count, exposure }: Period, centre: number, sigma: number): Omit<ControlPoint, 'rules'> {
  if (!(exposure > 0)) return EMPTY;
  const rate = count / exposure;
  return {
    rate,
    low: Math.max(0, centre - LIMIT_SIGMAS * sigma),
    high: centre + LIMIT_SIGMAS * sigma,
    z: sigma > 0 ? (rate - centre) / sigma : 0,
  };
}

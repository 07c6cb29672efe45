// From device-days and episodes to rates with intervals, and their order. Pure.
import { garwoodInterval } from '../stats/poissonInterval.ts';
import { orderQuantile } from '../stats/quantileOrder.ts';
import { fitGammaPrior, type GammaPrior, shrinkRates } from '../stats/shrinkage.ts';
import type { HealthSort } from './healthInputs.ts';
import type { GroupSum } from './healthSums.ts';

/** Rates are shown per this many device-days. */
const PER_DAYS = 1000;

/** A group in its signal, with what it is ranked by: the rest is worked out for the rows that are shown. */
export interface RankedGroup extends GroupSum {
  readonly signal: string;
  readonly prior: GammaPrior | null;
  /** Of all groups together, per device-day; null when none had an episode. */
  readonly fleet_rate: number | null;
  /** The 5 % quantile of the shrunken rate, per device-day. */
  readonly p05: number;
}

/** Shrunken towards what the groups have in common; without at least three of them, or without any episode, each stands alone with Jeffreys' prior. */
export function rankGroups(signal: string, groups: readonly GroupSum[]): RankedGroup[] {
  const prior = fitGammaPrior(groups.map(({ episodes, device_days }) => ({ count: episodes, exposure: device_days })));
  const { shape, rate } = prior ?? { shape: 0.5, rate: 0 };
  const quantile = orderQuantile();
  const fleet = totalOf(groups);
  const fleet_rate = fleet.episodes > 0 ? fleet.episodes / fleet.device_days : null;
  return groups.map(({ key, device_days, episodes }) => ({
    key,
    device_days,
    episodes,
    signal,
    prior,
    fleet_rate,
    p05: quantile(shape + episodes) / (rate + device_days),
  }));
}

export function totalOf(groups: readonly GroupSum[]): { device_days: number; episodes: number } {
  let [device_days, episodes] = [0, 0];
  for (const group of groups) {
    device_days += group.device_days;
    episodes += group.episodes;
  }
  return { device_days, episodes };
}

export interface HealthRates {
  readonly rate_per_1000_device_days: number;
  readonly ci_low: number;
  readonly ci_high: number;
  readonly shrunken_rate: number;
  readonly shrunken_p05: number;
  readonly shrunken_p95: number;
  /** How many times the rate of all groups it is at the least: the 5 % quantile over that rate. */
  readonly excess_p05: number | null;
}

export function healthRates({ device_days, episodes, prior, fleet_rate }: RankedGroup): HealthRates {
  const per = PER_DAYS / device_days;
  const { low, high } = garwoodInterval(episodes);
  const [shrunken] = shrinkRates([{ count: episodes, exposure: device_days }], prior);
  const { mean = 0, p05 = 0, p95 = 0 } = shrunken ?? {};
  return {
    rate_per_1000_device_days: episodes * per,
    ci_low: low * per,
    ci_high: high * per,
    shrunken_rate: mean * PER_DAYS,
    shrunken_p05: p05 * PER_DAYS,
    shrunken_p95: p95 * PER_DAYS,
    excess_p05: fleet_rate === null ? null : p05 / fleet_rate,
  };
}

/** The first `most` by a field, unknown last; ties by the larger exposure, then by name, so that pages do not overlap. */
export function inOrder(groups: readonly RankedGroup[], sort: string, most: number): RankedGroup[] {
  const sign = sort.startsWith('-') ? -1 : 1;
  // The query admits no other names than these.
  const figureOf = figures[sort.replace(/^-/, '') as HealthSort];
  const places = new Float64Array(groups.length);
  for (const [i, group] of groups.entries()) {
    const figure = figureOf(group);
    places[i] = figure === null ? Infinity : sign * figure;
  }
  // Numbers alone are sorted many times faster than what they stand for: only what is not behind the last one wanted is put in order.
  const last = places.slice().sort()[most - 1] ?? Infinity;
  const wanted: { group: RankedGroup; place: number }[] = [];
  for (const [i, group] of groups.entries()) {
    const place = places[i] ?? Infinity;
    if (place <= last) wanted.push({ group, place });
  }
  wanted.sort((a, b) => (a.place === b.place ? tie(a.group, b.group) : a.place - b.place));
  return wanted.slice(0, most).map(({ group }) => group);
}

const tie = (a: RankedGroup, b: RankedGroup): number => b.device_days - a.device_days || compare(a.signal, b.signal) || compare(a.key, b.key);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const figures: Readonly<Record<HealthSort, (group: RankedGroup) => number | null>> = {
  excess_p05: excessOf,
  shrunken_p05: ({ p05 }) => p05,
  shrunken_rate: ({ episodes, device_days, prior }) => ((prior?.shape ?? 0.5) + episodes) / ((prior?.rate ?? 0) + device_days),
  rate_per_1000_device_days: ({ episodes, device_days }) => episodes / device_days,
  episodes: ({ episodes }) => episodes,
  device_days: ({ device_days }) => device_days,
};

/** From this factor on a group stands out. */
export const STANDS_OUT = 1.1;

/** Comparable between signals, as the rates themselves are not. */
export function excessOf({ p05, fleet_rate }: RankedGroup): number | null {
  return fleet_rate === null ? null : p05 / fleet_rate;
}

// A fleet on the bench: ordinary trouble in every model, one thing added, and the models the detector then alarms on.

import { poisson, type Random, randomFrom } from '../../simulators/score/random.ts';
import { BANDS } from '../../src/alert/day.ts';
import { type SignalShape, streamsOf } from '../../src/alert/detector.ts';
import { countEpisodes, episodeStarts } from '../../src/alert/episodes.ts';
import { emptyTotals, expectationOf } from '../../src/alert/fleet.ts';
import { statisticPath } from '../../src/alert/path.ts';
import { alertThreshold } from '../../src/alert/rules.ts';

export interface Excess {
  readonly unit: string;
  readonly site: string | null;
  readonly model: number;
  readonly day: number;
}

export interface Setting {
  readonly models?: number;
  readonly days?: number;
  /** Devices of a model on a day. */
  readonly devices?: (model: number, day: number) => number;
  /** What multiplies the rate of a model on a day. */
  readonly factor?: (model: number, day: number) => number;
  /** Further excesses, raw: the rules of episodes are applied to them. */
  readonly excesses?: readonly Excess[];
  readonly network?: boolean;
  readonly seed?: number;
}

const RATE = 0.002;
const FIRST = 40;
/** As many signals share the average in the product's ordinary set-up. */
const SIGNALS = 10;

/** Models alarmed on, with the first day, in order of the day. */
export function alarmedModels({
  models = 40,
  days = 160,
  devices = () => 300,
  factor = () => 1,
  excesses = [],
  network = false,
  seed = 5,
}: Setting): { model: number; day: number }[] {
  const random = randomFrom(seed);
  const totals = emptyTotals(models, days, 1);
  for (let model = 0; model < models; model += 1) {
    for (let day = 0; day < days; day += 1) {
      totals.devices[(model * BANDS + 1) * days + day] = devices(model, day);
      book(totals.events, model, day, ordinary(random, devices(model, day) * RATE * factor(model, day)), days);
    }
  }
  for (const { model, day, count } of episodesOf(excesses, network)) book(totals.events, model, day, count, days);
  const expectation = expectationOf(totals, [{ prior_rate: 0.0005, dispersion: 1.1, shape: 4 }]);
  const shape: SignalShape = { dispersion: 1.1, shape: 4, part_shape: 15, weight: 1 / SIGNALS };
  const alarms: { model: number; day: number }[] = [];
  for (let model = 0; model < models; model += 1) {
    const rates = expectation.rates(model, 0);
    const events = totals.events.subarray((model * BANDS + 1) * days, (model * BANDS + 2) * days);
    const expected = Float64Array.from({ length: days }, (_, day) => (totals.devices[(model * BANDS + 1) * days + day] ?? 0) * (rates[days + day] ?? 0));
    const path = statisticPath(streamsOf([[{ events, expected }]], [shape], days), [shape], [1], FIRST, days - 1, { floor: 3000, ceiling: alertThreshold(1) });
    const day = path.findIndex((value) => value >= alertThreshold(1));
    if (day >= 0) alarms.push({ model, day: FIRST + day });
  }
  return alarms.sort((a, b) => a.day - b.day);
}

const ordinary = (random: Random, mean: number): number => poisson(random, mean);

function book(events: Float32Array, model: number, day: number, count: number, days: number): void {
  const place = (model * BANDS + 1) * days + day;
  events[place] = (events[place] ?? 0) + count;
}

function episodesOf(excesses: readonly Excess[], network: boolean): { model: number; day: number; count: number }[] {
  const byUnit = new Map<string, Excess[]>();
  for (const excess of excesses) {
    const rows = byUnit.get(excess.unit);
    if (rows === undefined) byUnit.set(excess.unit, [excess]);
    else rows.push(excess);
  }
  const starting = [...byUnit.values()].flatMap((rows) =>
    episodeStarts(rows.map((row) => row.day)).map((day) => ({ site: rows[0]?.site ?? null, cohort: { model: rows[0]?.model ?? 0, day } })),
  );
  return [...countEpisodes(starting, network, ({ model, day }) => `${model} ${day}`)].map(([cohort, count]) => ({ ...cohort, count }));
}

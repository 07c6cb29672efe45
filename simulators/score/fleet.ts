// The population of the scored fleet: models with their sizes, batches, ages, firmware roll-outs and true rates. No defect is known here.
import { AGE_LIMITS, BANDS, BATCHES, FIRMWARES, isNetwork, type Parameters, REPORTS, RETURNS, SIGNALS, STRATA } from './parameters.ts';
import { between, gammaWithMeanOne, logNormal, normal, pick, type Random } from './random.ts';

export interface Batch {
  readonly devices: number;
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

/** A roll-out: stratum s takes `firmware` on day start + s x spacing, so early strata are the eager ones. */
export interface RollOut {
  readonly firmware: number;
  readonly start: number;
  readonly spacing: number;
}

export interface Model {
  readonly batches: readonly Batch[];
  readonly rollouts: readonly RollOut[];
  /** Level of each signal relative to the fleet, and its yearly drift in logs. */
  readonly levels: readonly number[];
  readonly drifts: readonly number[];
  /** How strongly winter and each platform outage reach this model. */
  readonly outdoor: number;
  readonly in_outage: readonly boolean[];
  readonly devices: number;
}

export interface Fleet {
  readonly models: readonly Model[];
  readonly rates: readonly number[];
  readonly dispersions: readonly number[];
  /** age_effects[signal][band]; signals that age alike share the array. */
  readonly age_effects: readonly (readonly number[])[];
  readonly outage_days: readonly number[];
}

export function buildFleet(parameters: Parameters, random: Random): Fleet {
  const signals = Array.from({ length: SIGNALS }, (_, signal) => signal);
  const [infant, wear] = [
    [parameters.infant_ratio, 1, 1],
    [1, 1, parameters.wear_ratio],
  ];
  const bursts = new Set(Array.from({ length: parameters.growth_bursts }, () => pick(random, parameters.models)));
  return {
    rates: signals.map((signal) =>
      signal === REPORTS
        ? parameters.report_rate
        : signal === RETURNS
          ? parameters.return_rate
          : logNormal(random, parameters.base_rate, parameters.base_sigma),
    ),
    dispersions: signals.map((signal) =>
      signal >= REPORTS ? parameters.dispersion_low : between(random, parameters.dispersion_low, parameters.dispersion_high),
    ),
    age_effects: signals.map((signal) => (signal % 2 === 0 ? infant : wear)),
    outage_days: Array.from({ length: parameters.outages }, () => Math.floor(between(random, 70, parameters.days - 20))),
    models: Array.from({ length: parameters.models }, (_, index) => buildModel(parameters, random, bursts.has(index))),
  };
}

function buildModel(parameters: Parameters, random: Random, bursting: boolean): Model {
  const devices = Math.max(8, Math.round(logNormal(random, parameters.size_median, parameters.size_sigma)));
  const shares = Array.from({ length: BATCHES }, () => 0.3 + random.uniform());
  const sum = shares.reduce((a, b) => a + b, 0);
  const born = between(random, -900, 60);
  const batches = shares.map((share, index) => {
    const from = born + index * between(random, 60, 140);
    const burst = bursting && index === BATCHES - 1;
    const start = burst ? between(random, 120, parameters.days - 120) : from;
    return {
      devices: (devices * share) / sum,
      from: start,
      to: start + (burst ? 14 : between(random, 60, 200)),
      level: gammaWithMeanOne(random, parameters.batch_shape),
    };
  });
  return {
    batches,
    devices,
    rollouts: buildRollOuts(parameters, random),
    levels: Array.from({ length: SIGNALS }, () => gammaWithMeanOne(random, parameters.model_shape)),
    drifts: Array.from({ length: SIGNALS }, () => parameters.drift * normal(random)),
    outdoor: between(random, 0.8, 1.2),
    in_outage: Array.from({ length: parameters.outages }, () => random.uniform() < 0.9),
  };
}

function buildRollOuts(parameters: Parameters, random: Random): RollOut[] {
  const first = between(random, 100, parameters.days - 160);
  return [
    { firmware: 1, start: first },
    { firmware: 2, start: first + between(random, 150, 260) },
  ]
    .filter(() => random.uniform() < parameters.rollout_share)
    .map(({ firmware, start }) => ({
      firmware,
      start: Math.floor(start),
      spacing: Math.ceil(between(random, parameters.rollout_spacing_low, parameters.rollout_spacing_high)),
    }));
}

/** Devices of a batch in service on `day` by age band; shipped evenly between its two days. */
export function devicesByBand(batch: Batch, day: number, out: Float64Array): void {
  const perDay = batch.devices / (batch.to - batch.from);
  const youngest = Math.min(batch.to, day);
  for (let band = 0; band < BANDS; band += 1) {
    const newest = band === 0 ? day : day - (AGE_LIMITS[band - 1] ?? 0);
    const oldest = band === BANDS - 1 ? batch.from : day - (AGE_LIMITS[band] ?? 0);
    out[band] = Math.max(0, Math.min(newest, youngest) - Math.max(oldest, batch.from)) * perDay;
  }
}

/** The firmware index (0 … FIRMWARES-1) of a stratum on a day. */
export function firmwareOf(model: Model, stratum: number, day: number): number {
  let firmware = 0;
  for (const rollout of model.rollouts) if (day >= rollout.start + stratum * rollout.spacing) firmware = Math.max(firmware, rollout.firmware);
  return Math.min(firmware, FIRMWARES - 1);
}

/** Winter is day 0 and 365; weekends are days 5 and 6 of each week. */
export function weather(parameters: Parameters, fleet: Fleet, model: Model, signal: number, day: number): number {
  if (signal >= REPORTS) return day % 7 >= 5 ? 0.4 : 1;
  let factor = day % 7 >= 5 ? parameters.weekend : 1;
  if (signal < 3) factor *= Math.exp(parameters.winter * model.outdoor * Math.cos((2 * Math.PI * day) / 365));
  const outage = fleet.outage_days.indexOf(day);
  if (outage >= 0 && isNetwork(signal) && model.in_outage[outage] === true) factor *= parameters.outage_ratio;
  return factor;
}

/** Rate of one stratum relative to the model's mean: the first third upgrades first because it has more trouble already. */
export const strataLevels = (eager_ratio: number): number[] => {
  const raw = Array.from({ length: STRATA }, (_, stratum) => (stratum < STRATA / 3 ? eager_ratio : 1));
  const mean = raw.reduce((a, b) => a + b, 0) / STRATA;
  return raw.map((level) => level / mean);
};

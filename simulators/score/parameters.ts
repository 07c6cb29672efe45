// Every parameter of the scored fleet. Each is a flag of `npm run score` of the same name with dashes.

export const defaults = {
  models: 2000,
  days: 540,
  /** Log-normal sizes of models in devices. */
  size_median: 260,
  size_sigma: 1.1,
  /** Median episodes per device and day of a telemetry signal, and its spread over signals. */
  base_rate: 0.0005,
  base_sigma: 0.4,
  report_rate: 0.0001,
  return_rate: 0.00005,
  /** Shape of the gamma spread of a signal's level over models, and of batches inside a model. */
  model_shape: 4,
  batch_shape: 30,
  /** Standard deviation of the slow drift of a model's level over a year, in logs. */
  drift: 0.1,
  dispersion_low: 1.1,
  dispersion_high: 2,
  infant_ratio: 2.5,
  wear_ratio: 1.4,
  winter: 0.5,
  weekend: 0.85,
  outages: 3,
  outage_ratio: 12,
  site_outages: 400,
  chatty_devices: 150,
  growth_bursts: 60,
  rollout_share: 0.5,
  /** Days from one sixth of a model's devices to the next in taking a new firmware. */
  rollout_spacing_low: 4,
  rollout_spacing_high: 14,
  eager_ratio: 1.3,
  hardware_defects: 80,
  hardware_low: 2,
  hardware_high: 10,
  ramp_low: 14,
  ramp_high: 60,
  batch_share: 0.3,
  second_signal: 0.4,
  firmware_defects: 40,
  firmware_low: 2,
  firmware_high: 5,
  /** Share of the excess episodes that are the fault itself; the others are its forerunners on devices that go on working. */
  fault_share: 0.35,
  return_share: 0.35,
  return_delay: 30,
  return_sigma: 0.4,
  report_share: 0.4,
  report_delay: 14,
};

export type Parameters = typeof defaults;

/** The number of each kind of thing: fixed, so that the arrays have a shape. */
export const TELEMETRY = 8;
export const REPORTS = 8;
export const RETURNS = 9;
export const SIGNALS = 10;
/** Signals 6 and 7 are of the network: outages touch them, and a site counts once a day. */
export const isNetwork = (signal: number): boolean => signal === 6 || signal === 7;
export const BATCHES = 4;
/** Devices of a model by the order in which they take a new firmware. */
export const STRATA = 6;
export const FIRMWARES = 3;
/** Nodes of a model: the whole, each batch, each firmware. */
export const NODES = 1 + BATCHES + FIRMWARES;
/** Age bands in days: infant, adult, old. */
export const BANDS = 3;
export const AGE_LIMITS = [90, 540] as const;

/** Parameters as far from the defaults as we would believe of a real fleet: what is promised must hold there too. */
export function varied(uniform: () => number): Partial<Parameters> {
  const around = (value: number, factor: number): number => value * factor ** (2 * uniform() - 1);
  return {
    size_median: around(defaults.size_median, 1.25),
    base_rate: around(defaults.base_rate, 1.25),
    model_shape: around(defaults.model_shape, 1.6),
    batch_shape: around(defaults.batch_shape, 1.6),
    drift: around(defaults.drift, 1.6),
    dispersion_high: 1.1 + 0.9 * uniform(),
    infant_ratio: around(defaults.infant_ratio, 1.5),
    winter: around(defaults.winter, 1.5),
    ramp_low: around(defaults.ramp_low, 1.3),
    ramp_high: around(defaults.ramp_high, 1.3),
    batch_share: 0.3 + 0.4 * uniform(),
    outage_ratio: around(defaults.outage_ratio, 1.5),
    eager_ratio: 1 + 0.5 * uniform(),
    return_sigma: around(defaults.return_sigma, 1.3),
  };
}

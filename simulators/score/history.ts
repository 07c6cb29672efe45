// Days of the scored fleet: what every cohort reported, and for each defect when its customers called and returned.
import { emptyTotals, type Totals } from '../../src/alert/fleet.ts';
import { type Defect, plantDefects } from './defects.ts';
import { buildFleet, type Fleet, strataLevels } from './fleet.ts';
import { simulateModel } from './model.ts';
import { BANDS, BATCHES, defaults, NODES, type Parameters, SIGNALS, STRATA } from './parameters.ts';
import { between, pick, type Random, randomFrom } from './random.ts';

/** A planted defect and its consequences for customers, as sorted days. */
export interface Truth extends Defect {
  readonly returns: number[];
  readonly reports: number[];
}

/** One device that reports the same trouble again and again, or one site whose power fails: raw, before any rule of episodes. */
export interface Nuisance {
  readonly kind: 'chatty' | 'site';
  readonly model: number;
  readonly signal: number;
  readonly place: Place;
  readonly days: readonly number[];
  readonly devices: number;
}

export interface Place {
  readonly batch: number;
  readonly band: number;
  readonly stratum: number;
}

export interface History {
  readonly parameters: Parameters;
  readonly fleet: Fleet;
  readonly truths: readonly Truth[];
  readonly nuisances: readonly Nuisance[];
  /** exposure[((model x NODES + node) x BANDS + band) x days + day] in device-days. */
  readonly exposure: Float32Array;
  /** counts[((model x NODES + node) x SIGNALS + signal) x days + day]. */
  readonly counts: Uint16Array;
  /** strata[((model x STRATA + stratum) x SIGNALS + signal) x days + day]. */
  readonly strata: Uint8Array;
  /** What the product's scan keeps of a fleet: devices and episodes by model, age band and day. */
  readonly totals: Totals;
}

export function simulateFleet(seed: number, changes: Partial<Parameters> = {}): History {
  const parameters = { ...defaults, ...changes };
  const random = randomFrom(seed);
  const fleet = buildFleet(parameters, random);
  const truths = plantDefects(parameters, fleet, random).map((defect) => ({ ...defect, returns: [], reports: [] }));
  const { models, days } = parameters;
  const history: History = {
    parameters,
    fleet,
    truths,
    nuisances: nuisancesOf(parameters, random),
    exposure: new Float32Array(models * NODES * BANDS * days),
    counts: new Uint16Array(models * NODES * SIGNALS * days),
    strata: new Uint8Array(models * STRATA * SIGNALS * days),
    totals: emptyTotals(models, days, SIGNALS),
  };
  const truthOf = new Map(truths.map((truth) => [truth.model, truth]));
  const order = strataLevels(parameters.eager_ratio);
  for (const model of fleet.models.keys()) simulateModel(history, model, truthOf.get(model) ?? null, order, randomFrom(seed * 100_003 + model));
  for (const truth of truths) {
    truth.returns.sort((a, b) => a - b);
    truth.reports.sort((a, b) => a - b);
  }
  return history;
}

function nuisancesOf(parameters: Parameters, random: Random): Nuisance[] {
  const place = (): Place => ({ batch: pick(random, BATCHES), band: 1, stratum: pick(random, STRATA) });
  const chatty = Array.from({ length: parameters.chatty_devices }, (): Nuisance => {
    const start = pick(random, parameters.days);
    const days = Array.from({ length: Math.ceil(between(random, 5, 90)) }, (_, i) => start + i).filter((day) => day < parameters.days);
    return { kind: 'chatty', model: pick(random, parameters.models), signal: pick(random, SIGNALS - 2), place: place(), days, devices: 1 };
  });
  const sites = Array.from(
    { length: parameters.site_outages },
    (): Nuisance => ({
      kind: 'site',
      model: pick(random, parameters.models),
      signal: 6 + pick(random, 2),
      place: place(),
      days: [pick(random, parameters.days)],
      devices: 2 + pick(random, 60),
    }),
  );
  return [...chatty, ...sites];
}

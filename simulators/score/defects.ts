// The planted truth: which model, batches or firmware goes wrong on which signal, when, how fast and by how much.
import { devicesByBand, type Fleet } from './fleet.ts';
import { BATCHES, type Parameters, TELEMETRY } from './parameters.ts';
import { between, pick, type Random } from './random.ts';

export interface Defect {
  readonly kind: 'hardware' | 'firmware';
  readonly model: number;
  /** Batches affected; for a firmware defect all of them. */
  readonly batches: readonly number[];
  readonly firmware: number | null;
  readonly signal: number;
  readonly second_signal: number | null;
  readonly onset: number;
  readonly ramp: number;
  readonly ratio: number;
  /** Devices of the affected cohort at the onset. */
  readonly devices: number;
}

/** A model carries at most one defect, and has enough devices that the defect could ever be seen. */
const FEWEST_DEVICES = 60;

export function plantDefects(parameters: Parameters, fleet: Fleet, random: Random): Defect[] {
  const free = new Set(fleet.models.keys());
  const defects: Defect[] = [];
  for (let tries = 0; tries < 100_000 && defects.length < parameters.hardware_defects; tries += 1) {
    const defect = hardwareDefect(parameters, fleet, random);
    if (free.has(defect.model) && defect.devices >= FEWEST_DEVICES) plant(defect);
  }
  for (let tries = 0; tries < 100_000 && defects.length < parameters.hardware_defects + parameters.firmware_defects; tries += 1) {
    const defect = firmwareDefect(parameters, fleet, random);
    if (defect !== null && free.has(defect.model) && defect.devices >= FEWEST_DEVICES) plant(defect);
  }
  return defects;

  function plant(defect: Defect): void {
    free.delete(defect.model);
    defects.push(defect);
  }
}

function hardwareDefect(parameters: Parameters, fleet: Fleet, random: Random): Defect {
  const model = pick(random, fleet.models.length);
  const some = random.uniform() < parameters.batch_share;
  const first = pick(random, BATCHES);
  const batches = some ? (random.uniform() < 0.5 ? [first] : [first, (first + 1) % BATCHES]) : Array.from({ length: BATCHES }, (_, batch) => batch);
  const onset = Math.floor(between(random, 120, parameters.days - 140));
  const signal = pick(random, TELEMETRY);
  const other = pick(random, TELEMETRY);
  return {
    kind: 'hardware',
    model,
    batches,
    firmware: null,
    signal,
    onset,
    second_signal: random.uniform() < parameters.second_signal && other !== signal ? other : null,
    ramp: between(random, parameters.ramp_low, parameters.ramp_high),
    ratio: between(random, parameters.hardware_low, parameters.hardware_high),
    devices: devicesOf(fleet, model, batches, onset),
  };
}

function firmwareDefect(parameters: Parameters, fleet: Fleet, random: Random): Defect | null {
  const model = pick(random, fleet.models.length);
  const rollout = fleet.models[model]?.rollouts[0];
  if (rollout === undefined || rollout.start > parameters.days - 60) return null;
  const batches = Array.from({ length: BATCHES }, (_, batch) => batch);
  return {
    kind: 'firmware',
    model,
    batches,
    firmware: rollout.firmware,
    signal: pick(random, TELEMETRY),
    second_signal: null,
    onset: rollout.start,
    ramp: 0,
    ratio: between(random, parameters.firmware_low, parameters.firmware_high),
    devices: devicesOf(fleet, model, batches, rollout.start),
  };
}

function devicesOf(fleet: Fleet, model: number, batches: readonly number[], day: number): number {
  const bands = new Float64Array(3);
  let devices = 0;
  for (const index of batches) {
    const batch = fleet.models[model]?.batches[index];
    if (batch === undefined) continue;
    devicesByBand(batch, day, bands);
    devices += bands.reduce((a, b) => a + b, 0);
  }
  return devices;
}

/** The rate ratio of the defect on a day, linear over the ramp. The second signal rises by the square root. */
export const ratioOn = (defect: Defect, day: number): number =>
  day < defect.onset ? 1 : 1 + (defect.ratio - 1) * (defect.ramp === 0 ? 1 : Math.min(1, (day - defect.onset + 0.5) / defect.ramp));

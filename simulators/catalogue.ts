// The seeded catalogue: makers, models, batches, firmwares, and which cohorts carry a planted defect.
import { DAY_MS, type Defect } from './defects.ts';
import { type MakerName, makerNames } from './names.ts';
import { between, pick, seedOf, wholeBetween } from './random.ts';

export interface Batch {
  readonly code: string;
  readonly made_at: number;
  readonly weight: number;
}
export interface Firmware {
  readonly version: string;
  readonly released_at: number;
}

export interface Model {
  readonly maker_code: string;
  readonly code: string;
  readonly name: string;
  readonly own_warranty_months: number;
  readonly maker_warranty_months: number;
  readonly substitutes: readonly string[];
  readonly hw_revs: readonly string[];
  readonly batches: readonly Batch[];
  readonly firmwares: readonly Firmware[];
  readonly oui: string;
  readonly fps: number;
  /** Share of units whose newest firmware was installed on the day it came out. */
  readonly rollout_share: number;
  /** How often it was sold, relative to the others. */
  readonly weight: number;
}

export interface Catalogue {
  readonly models: readonly Model[];
  readonly defects: readonly Defect[];
}

const BATCHES = 3;
const PLANTED_WEIGHT = 9;

/** 48 models of eight makers, and five planted defects that began 14 to 100 days before `now` (epoch ms). */
export function makeCatalogue(seed: number, now: number): Catalogue {
  const models = makerNames.flatMap((maker) => maker.series.map((series, place) => makeModel(seed, now, maker, series, place)));
  return { models, defects: plantedDefects(models, now) };
}

// The cohorts that carry a defect, by the place of their maker and series in names.ts, so that they stay the same under every seed.
const PLANTED = { storage: 'MN-200', crash: 'NVP20', brownout: 'HZ2160N', encoder: 'HTX800', ircut: 'AKB4' } as const;
// Models whose newest firmware went out lately and does no harm: what a detector must not mistake for the bad one.
const HARMLESS_ROLLOUTS: readonly string[] = ['CSC5', 'FYS21'];
const ROLLOUT_DAYS_AGO = 14;

function makeModel(catalogueSeed: number, now: number, maker: MakerName, series: string, place: number): Model {
  const code = `${maker.prefix}${series}`;
  const seed = seedOf(catalogueSeed, code);
  const planted = Object.values<string>(PLANTED).includes(code);
  const rolledOut = code === PLANTED.crash || HARMLESS_ROLLOUTS.includes(code);
  return {
    maker_code: maker.code,
    code,
    name: `${maker.name} ${series}`,
    own_warranty_months: pick([12, 12, 24, 36], seed, 'own warranty'),
    maker_warranty_months: pick([12, 24, 36], seed, 'maker warranty'),
    substitutes: [`${maker.prefix}${maker.series[(place + 1) % maker.series.length]}`],
    hw_revs: ['A', 'B'],
    batches: makeBatches(seed, now, planted),
    firmwares: makeFirmwares(seed, now, maker, rolledOut),
    oui: maker.oui,
    fps: pick([15, 20, 25, 30], seed, 'fps'),
    rollout_share: rolledOut ? 0.8 : 0,
    weight: planted || rolledOut ? PLANTED_WEIGHT : between(1, 5, seed, 'weight'),
  };
}

/** The newest batch of a model with a planted defect is large and at least 200 days old: in the field before the trouble began. */
function makeBatches(seed: number, now: number, planted: boolean): Batch[] {
  return Array.from({ length: BATCHES }, (_, i) => {
    const newest = i === BATCHES - 1;
    const age = newest ? wholeBetween(planted ? 200 : 120, 260, seed, 'batch age', i) : wholeBetween(300, 900, seed, 'batch age', i) + (BATCHES - 2 - i) * 120;
    const made_at = now - age * DAY_MS;
    return {
      code: `${new Date(made_at).toISOString().slice(2, 7).replace('-', '')}-${String.fromCharCode(65 + i)}`,
      made_at,
      weight: newest && planted ? 6 : 1,
    };
  });
}

function makeFirmwares(seed: number, now: number, maker: MakerName, rolledOut: boolean): Firmware[] {
  return maker.versions.map((version, i) => {
    const newest = i === maker.versions.length - 1;
    const age = newest && rolledOut ? ROLLOUT_DAYS_AGO : wholeBetween(80, 140, seed, 'firmware age', i) + (maker.versions.length - 1 - i) * 320;
    return { version, released_at: now - age * DAY_MS };
  });
}

function plantedDefects(models: readonly Model[], now: number): Defect[] {
  const newestBatch = (code: string) => last(modelNamed(models, code).batches).code;
  const newestFirmware = last(modelNamed(models, PLANTED.crash).firmwares);
  const since = (days: number) => now - days * DAY_MS;
  return [
    {
      id: 'sd-card-batch',
      kind: 'storage',
      cohort: { model_code: PLANTED.storage, batch_code: newestBatch(PLANTED.storage) },
      onset_at: since(100),
      ramp_days: 60,
      per_day: 0.012,
    },
    {
      id: 'firmware-reboots',
      kind: 'crash',
      cohort: { model_code: PLANTED.crash, firmware: newestFirmware.version },
      onset_at: newestFirmware.released_at,
      ramp_days: 0,
      per_day: 0.2,
    },
    { id: 'poe-brownouts', kind: 'brownout', cohort: { model_code: PLANTED.brownout }, onset_at: since(75), ramp_days: 60, per_day: 0.06 },
    { id: 'encoder-revision-b', kind: 'encoder', cohort: { model_code: PLANTED.encoder, hw_rev: 'B' }, onset_at: since(60), ramp_days: 30, per_day: 0.008 },
    {
      id: 'ir-cut-batch',
      kind: 'ircut',
      cohort: { model_code: PLANTED.ircut, batch_code: newestBatch(PLANTED.ircut) },
      onset_at: since(40),
      ramp_days: 20,
      per_day: 0.006,
    },
  ];
}

function modelNamed(models: readonly Model[], code: string): Model {
  const found = models.find((model) => model.code === code);
  if (found === undefined) throw new Error(`no model ${code} in names.ts`);
  return found;
}

export function last<T>(rows: readonly T[]): T {
  const row = rows[rows.length - 1];
  if (row === undefined) throw new Error('an empty list has no last row');
  return row;
}

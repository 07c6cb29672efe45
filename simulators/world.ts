// The seeded world: who bought which cameras, where they hang, since when, and what has befallen each. The same seed and day make the same world.
import { type Catalogue, last, type Model, makeCatalogue } from './catalogue.ts';
import { DAY_MS, type Defect, strikes } from './defects.ts';
import { type Fate, fateOf } from './fate.ts';
import { customerNames, type Place, partnerNames, places } from './names.ts';
import { between, happens, pick, pickWeighted, seedOf, uniform, wholeBetween } from './random.ts';

export interface Site {
  readonly code: string;
  readonly name: string;
  readonly customer_code: string;
  readonly kind: string;
  readonly place: Place;
  readonly seed: number;
}

export interface Customer {
  readonly code: string;
  readonly name: string;
  readonly partner_code: string | null;
}

export interface Installed {
  readonly version: string;
  readonly since_at: number;
}

export interface Unit {
  readonly seed: number;
  readonly model_code: string;
  readonly maker_code: string;
  readonly serial: string;
  readonly batch_code: string;
  readonly hw_rev: string;
  readonly mac: string;
  readonly device_id: string;
  readonly shipped_at: number;
  readonly delivered_at: number;
  readonly in_service_at: number;
  readonly site: Site;
  readonly mounting: 'indoor' | 'outdoor';
  readonly fps: number;
  /** Oldest first; the last one is running now. */
  readonly firmwares: readonly Installed[];
  readonly fate: Fate;
}

export interface World extends Catalogue {
  readonly seed: number;
  readonly now: number;
  readonly customers: readonly Customer[];
  readonly sites: readonly Site[];
  /** Every unit ever shipped: `inService` picks those still hanging. */
  readonly units: readonly Unit[];
}

/** `units` cameras still in service at `now` (epoch ms), and in addition those that were returned before. */
export function makeWorld({ seed, units: wanted, now }: { seed: number; units: number; now: number }): World {
  const { models, defects } = makeCatalogue(seed, now);
  const customers = makeCustomers(seed);
  const sites = makeSites(seed, customers, wanted);
  const units: Unit[] = [];
  for (let n = 0, hanging = 0; hanging < wanted; n++) {
    const unit = makeUnit(seed, n, { models, defects, sites, now });
    if (isInService(unit, now)) hanging += 1;
    units.push(unit);
  }
  return { seed, now, models, defects, customers, sites, units };
}

export const isInService = (unit: Unit, at: number): boolean => unit.fate.complaint === null || unit.fate.complaint.returned_at > at;

export const inService = (world: World): Unit[] => world.units.filter((unit) => isInService(unit, world.now));

export const firmwareAt = (firmwares: readonly Installed[], at: number): string =>
  (firmwares.findLast((firmware) => firmware.since_at <= at) ?? firmwares[0])?.version ?? '';

const SHARE_THROUGH_PARTNERS = 0.6;
const UNITS_PER_SITE = 12;

function makeCustomers(seed: number): Customer[] {
  return customerNames.map(({ code, name }) => ({
    code,
    name,
    partner_code: happens(SHARE_THROUGH_PARTNERS, seed, `partner of ${code}`) ? pick(partnerNames, seed, `which ${code}`)[0] : null,
  }));
}

function makeSites(worldSeed: number, customers: readonly Customer[], units: number): Site[] {
  const count = Math.max(customers.length, Math.ceil(units / UNITS_PER_SITE));
  return Array.from({ length: count }, (_, n) => {
    const customer = customerNames[n % customerNames.length] ?? last(customerNames);
    const seed = seedOf(worldSeed, `site ${n}`);
    const place = pick(places, seed, 'place');
    const code = `S-${customer.code.slice(2)}-${String(Math.floor(n / customerNames.length) + 1).padStart(3, '0')}`;
    return {
      code,
      name: `${customer.name} ${place.name}第${Math.floor(n / customerNames.length) + 1}${customer.site_word}`,
      customer_code: customer.code,
      kind: customer.site_kind,
      place,
      seed,
    };
  });
}

function makeUnit(worldSeed: number, n: number, around: { models: readonly Model[]; defects: readonly Defect[]; sites: readonly Site[]; now: number }): Unit {
  const seed = seedOf(worldSeed, `unit ${n}`);
  const model = pickWeighted(around.models, (candidate) => candidate.weight, seed, 'model');
  const batch = pickWeighted(model.batches, (candidate) => candidate.weight, seed, 'batch');
  const hw_rev = batch === model.batches[0] ? 'A' : pick(model.hw_revs, seed, 'hardware revision');
  const shipped_at = batch.made_at + wholeBetween(15, 50, seed, 'shipping') * DAY_MS;
  const delivered_at = shipped_at + wholeBetween(1, 6, seed, 'delivery') * DAY_MS;
  const in_service_at = Math.min(delivered_at + wholeBetween(2, 30, seed, 'installation') * DAY_MS, around.now - 30 * DAY_MS);
  const firmwares = makeInstalled(seed, model, in_service_at);
  const body = { seed, model_code: model.code, batch_code: batch.code, hw_rev, in_service_at };
  return {
    ...body,
    maker_code: model.maker_code,
    ...namesOf(n, model, batch.code),
    shipped_at,
    delivered_at,
    site: pick(around.sites, seed, 'site'),
    mounting: happens(0.45, seed, 'outdoors') ? 'outdoor' : 'indoor',
    fps: model.fps,
    firmwares,
    fate: fateOf({ ...body, firmwareAt: (at) => firmwareAt(firmwares, at) }, around.defects, around.now + 30 * DAY_MS),
  };
}

function makeInstalled(seed: number, model: Model, inServiceAt: number): Installed[] {
  const first = model.firmwares.findLast((firmware) => firmware.released_at <= inServiceAt) ?? model.firmwares[0] ?? last(model.firmwares);
  const installed = [{ version: first.version, since_at: inServiceAt }];
  const newest = last(model.firmwares);
  if (newest === first || !happens(model.rollout_share, seed, 'roll-out')) return installed;
  return [...installed, { version: newest.version, since_at: Math.max(inServiceAt, newest.released_at + between(0, 2, seed, 'roll-out hour') * DAY_MS) }];
}

// Two makers print plain figures from series that overlap, so some serials exist twice, on different models.
const FIRST_PLAIN_SERIAL: Readonly<Record<string, number>> = { NORDLYS: 4_100_000, CASCADE: 4_100_001 };

function namesOf(n: number, model: Model, batchCode: string): Pick<Unit, 'serial' | 'mac' | 'device_id'> {
  const first = FIRST_PLAIN_SERIAL[model.maker_code];
  const tail = (n & 0xffffff).toString(16).toUpperCase().padStart(6, '0');
  const mac = `${model.oui}:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4, 6)}`;
  const serial =
    first === undefined ? `${model.code.replace('-', '')}-${batchCode.replace('-', '')}-${String(n).padStart(6, '0')}` : String(first + n).padStart(9, '0');
  return { serial, mac, device_id: `cam-${mac.replaceAll(':', '').toLowerCase()}` };
}

/** What a judge compares the product's findings with. */
export function groundTruth(world: World) {
  // Crashes and brown-outs come to every unit of the cohort, the lasting faults one by one.
  const struckBy = (defect: Defect) =>
    world.units.filter(
      (unit) =>
        strikes(defect, unit) &&
        (defect.kind === 'crash' || defect.kind === 'brownout'
          ? unit.firmwares.some(({ version }) => (defect.cohort.firmware ?? version) === version)
          : unit.fate.faults.some((fault) => fault.defect_id === defect.id && fault.at <= world.now)),
    );
  return {
    seed: world.seed,
    now: new Date(world.now).toISOString(),
    units: world.units.length,
    in_service: inService(world).length,
    defects: world.defects.map((defect) => ({
      ...defect,
      onset_at: new Date(defect.onset_at).toISOString(),
      struck_serials: struckBy(defect).map((unit) => unit.serial),
    })),
    failures: world.units.flatMap((unit) =>
      unit.fate.faults
        .filter((fault) => fault.at <= world.now)
        .map((fault) => ({ serial: unit.serial, model_code: unit.model_code, device_id: unit.device_id, ...fault, at: new Date(fault.at).toISOString() })),
    ),
  };
}

/** 0…1 where in its reporting period a unit stands, so that a fleet does not speak all at once. */
export const phaseOf = (unit: Unit): number => uniform(unit.seed, 'phase');

// A fleet of any size for benchmarks: 2,000 models × 4 batches × 3 firmwares, ten years of entering service, returns spread over them. Written in bulk.
import { systemActor } from '../../src/core/actor.ts';
import { dayFromNumber, dayNumber } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import type { Store } from '../../src/db/open.ts';
import { type Random, seededRandom } from '../../src/stats/random.ts';

export const MODELS = 2000;
const MAKERS = 40;
const BATCHES = 4;
const FIRMWARES = 3;
const FIRST_DAY = dayNumber('2016-04-01');
const LAST_DAY = dayNumber('2026-04-01');
const CHUNK = 20_000;

export interface BenchUnit {
  readonly id: string;
  readonly model: number;
  readonly from: number;
  readonly to: number | null;
}
export interface BenchReturn {
  readonly id: string;
  readonly unit: number;
  readonly failed: number;
  readonly confirmed: boolean;
}
export interface BenchFleet {
  readonly units: BenchUnit[];
  readonly returns: BenchReturn[];
}

export const benchCtx = (store: Store): Ctx => ({
  db: store.db,
  now: Date.UTC(2026, 3, 1),
  zone: 'Asia/Tokyo',
  actor: systemActor('bench'),
  afterCommit: (run) => run(),
});

/** A period of three months to five years somewhere in the ten. */
export function periodAt(random: Random): { from_on: string; to_on: string } {
  const length = 90 + Math.floor(random.uniform() * 1700);
  const from = FIRST_DAY + Math.floor(random.uniform() * (LAST_DAY - FIRST_DAY - length));
  return { from_on: dayFromNumber(from), to_on: dayFromNumber(from + length) };
}

/** Units and returns drawn from a fixed seed, and their rows. */
export async function fillFleet(ctx: Ctx, units: number, returns: number): Promise<BenchFleet> {
  const fleet = drawFleet(units, returns);
  await fillCatalog(ctx);
  for (let start = 0; start < units; start += CHUNK) {
    const chunk = fleet.units.slice(start, start + CHUNK);
    await ctx.db.transaction().execute(async (db) => {
      await insertMany(
        db,
        'units',
        chunk.map((unit, i) => unitRow(unit, start + i)),
      );
      await insertMany(
        db,
        'service_intervals',
        chunk.map((unit) => serviceRow(unit)),
      );
    });
  }
  for (let start = 0; start < returns; start += CHUNK) {
    const chunk = fleet.returns.slice(start, start + CHUNK);
    await ctx.db.transaction().execute((db) => addReturns({ ...ctx, db }, fleet, chunk));
  }
  return fleet;
}

/** Turns the verdict of one return of the middle years over. */
export async function correctOneReturn(ctx: Ctx, fleet: BenchFleet, i: number): Promise<void> {
  const found = fleet.returns[(i * 7919 + 13) % fleet.returns.length];
  await ctx.db
    .updateTable('return_units')
    .set({ verdict: found?.confirmed ? 'no_fault_found' : 'confirmed' })
    .where('id', '=', found?.id ?? '')
    .execute();
}

/** A 3,650th of the fleet enters service, and as large a share of the returns comes. */
export async function liveOneMoreDay(ctx: Ctx, fleet: BenchFleet, i: number): Promise<void> {
  const random = seededRandom(1000 + i);
  const units = Array.from(
    { length: Math.ceil(fleet.units.length / 3650) },
    (_, k): BenchUnit => ({ id: `day-${i}-${k}`, model: Math.floor(random.uniform() * MODELS), from: LAST_DAY - 1, to: null }),
  );
  await insertMany(
    ctx.db,
    'units',
    units.map((unit, k) => unitRow(unit, 100_000_000 + i * 1_000_000 + k)),
  );
  await insertMany(
    ctx.db,
    'service_intervals',
    units.map((unit) => serviceRow(unit)),
  );
  const returns = Array.from(
    { length: Math.ceil(fleet.returns.length / 3650) },
    (_, k): BenchReturn => ({ id: `day-${i}-r${k}`, unit: Math.floor(random.uniform() * fleet.units.length), failed: LAST_DAY - 1, confirmed: true }),
  );
  await addReturns(ctx, fleet, returns);
}

function drawFleet(units: number, returns: number): BenchFleet {
  const random = seededRandom(42);
  const list = Array.from({ length: units }, (_, i): BenchUnit => {
    const from = FIRST_DAY + Math.floor(random.uniform() * (LAST_DAY - FIRST_DAY - 1));
    const stays = 200 + Math.floor(random.uniform() * 4000);
    // Models differ in size: a few large ones, many small.
    return { id: `u${String(i).padStart(8, '0')}`, model: Math.floor(random.uniform() ** 2 * MODELS), from, to: from + stays < LAST_DAY ? from + stays : null };
  });
  return {
    units: list,
    returns: Array.from({ length: returns }, (_, i): BenchReturn => {
      const unit = failingUnit(list, random);
      const { from = FIRST_DAY, to = null } = list[unit] ?? {};
      return {
        id: `r${String(i).padStart(8, '0')}`,
        unit,
        failed: from + Math.floor(random.uniform() * ((to ?? LAST_DAY) - from)),
        confirmed: random.uniform() < 0.6,
      };
    }),
  };
}

// Models differ in how often they fail: one in ten fails far more often than the others.
function failingUnit(units: readonly BenchUnit[], random: Random): number {
  for (;;) {
    const unit = Math.floor(random.uniform() * units.length);
    const model = units[unit]?.model ?? 0;
    if (random.uniform() < (model % 10 === 0 ? 1 : 0.1 + (model % 7) / 20)) return unit;
  }
}

async function fillCatalog(ctx: Ctx): Promise<void> {
  const created = { created_at: ctx.now, version: 1 };
  const models = Array.from({ length: MODELS }, (_, i) => i);
  await insertMany(
    ctx.db,
    'makers',
    Array.from({ length: MAKERS }, (_, i) => ({ id: `k${i}`, code: `k${i}`, name: `Maker ${i}`, contact_email: null, locale: 'en' as const, ...created })),
  );
  await insertMany(
    ctx.db,
    'models',
    models.map((i) => ({
      id: modelId(i),
      maker_id: `k${i % MAKERS}`,
      code: modelId(i),
      name: `Model ${i}`,
      family: null,
      own_warranty_months: 12,
      maker_warranty_months: 24,
      temp_limit_c: null,
      unit_cost: null,
      currency: null,
      ...created,
    })),
  );
  await insertMany(
    ctx.db,
    'batches',
    models.flatMap((i) =>
      Array.from({ length: BATCHES }, (_, b) => ({ id: `${modelId(i)}b${b}`, model_id: modelId(i), code: `b${b}`, made_on: null, ...created })),
    ),
  );
  await insertMany(
    ctx.db,
    'firmwares',
    models.flatMap((i) =>
      Array.from({ length: FIRMWARES }, (_, f) => ({ id: `${modelId(i)}f${f}`, model_id: modelId(i), code: `4.${f}`, released_on: null, ...created })),
    ),
  );
}

const modelId = (i: number): string => `m${String(i).padStart(4, '0')}`;

const unitRow = ({ id, model, from }: BenchUnit, i: number) => ({
  id,
  model_id: modelId(model),
  serial: id,
  serial_key: id,
  identity: 'confirmed' as const,
  batch_id: `${modelId(model)}b${i % BATCHES}`,
  hw_rev: i % 2 === 0 ? 'A' : 'B',
  firmware_id: `${modelId(model)}f${i % FIRMWARES}`,
  customer_id: null,
  site_id: null,
  partner_id: null,
  shipped_on: dayFromNumber(from),
  delivered_on: null,
  purchased_on: null,
  own_warranty_ends_on: null,
  predecessor_id: null,
  merged_into_id: null,
  merged_at: null,
  removed_at: null,
  created_at: 0,
  updated_at: 0,
  version: 1,
});

const serviceRow = ({ id, from, to }: BenchUnit) => ({
  id: `s${id}`,
  unit_id: id,
  site_id: null,
  customer_id: null,
  from_on: dayFromNumber(from),
  to_on: to === null ? null : dayFromNumber(to),
  estimated_at: null,
  mounting: null,
  power: null,
  network: null,
  created_at: 0,
  version: 1,
});

async function addReturns(ctx: Ctx, fleet: BenchFleet, returns: readonly BenchReturn[]): Promise<void> {
  await insertMany(
    ctx.db,
    'returns',
    returns.map(({ id, failed }) => ({
      id,
      number: id,
      type: 'return_first' as const,
      state: 'open' as const,
      customer_id: null,
      partner_id: null,
      case_id: null,
      owner_id: null,
      note: null,
      ship_to: null,
      rejected_reason: null,
      origin: 'filed' as const,
      filed_on: dayFromNumber(failed),
      authorised_at: null,
      closed_at: null,
      created_at: 0,
      updated_at: 0,
      version: 1,
    })),
  );
  await insertMany(
    ctx.db,
    'return_units',
    returns.map(({ id, unit, failed, confirmed }) => ({
      id,
      return_id: id,
      unit_id: fleet.units[unit]?.id ?? '',
      partner_id: null,
      state: 'resolved' as const,
      unexpected_at: null,
      returned_on: dayFromNumber(failed),
      failed_on: null,
      expected_by_on: null,
      received_at: 0,
      received_by: null,
      dispositioned_at: 0,
      resolved_at: 0,
      reported_symptom_id: null,
      reported_text: null,
      snapshot: null,
      verdict: confirmed ? ('confirmed' as const) : ('no_fault_found' as const),
      failure_mode_id: null,
      component_id: null,
      cause_id: null,
      verdict_by: null,
      verdict_at: null,
      disposition: 'repair' as const,
      coverage: null,
      coverage_reason: null,
      warranty_starts_on: null,
      contract_ends_on: null,
      warranty_basis: null,
      own_warranty_ends_on: null,
      maker_warranty_ends_on: null,
      repeat_no: 1,
      footage_erased_at: null,
      footage_erased_by: null,
      reminders_sent: 0,
      write_off_requested_by: null,
      write_off_approved_by: null,
      written_off_at: null,
      merged_into_id: null,
      created_at: 0,
      updated_at: 0,
      version: 1,
    })),
  );
}

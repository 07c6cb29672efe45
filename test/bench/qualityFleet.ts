// A fleet of any size for benchmarks: 2,000 models × 4 batches × 3 firmwares, ten years of entering service, returns spread over them. Written in bulk.
import type Sqlite from 'better-sqlite3';
import { systemActor } from '../../src/core/actor.ts';
import { dayFromNumber, dayNumber } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { connectSqlite, type Store } from '../../src/db/open.ts';
import { type Random, seededRandom } from '../../src/stats/random.ts';
import { returnRow, returnUnitRow, serviceRow, unitRow } from './qualityRows.ts';

export const MODELS = 2000;
const MAKERS = 40;
export const BATCHES = 4;
export const FIRMWARES = 3;
const FIRST_DAY = dayNumber('2016-04-01');
const LAST_DAY = dayNumber('2026-04-01');

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

/** Units and returns drawn from a fixed seed, and their rows in the SQLite file. A fleet of a million is written in about a minute. */
export async function fillFleet(ctx: Ctx, file: string, units: number, returns: number): Promise<BenchFleet> {
  const fleet = drawFleet(units, returns);
  await fillCatalog(ctx);
  const sqlite = connectSqlite(file);
  // Nobody misses a bench after a crash, and its references hold as they are drawn.
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('foreign_keys = OFF');
  insertBulk(sqlite, 'units', fleet.units, unitRow);
  insertBulk(sqlite, 'service_intervals', fleet.units, serviceRow);
  insertBulk(sqlite, 'returns', fleet.returns, returnRow);
  insertBulk(sqlite, 'return_units', fleet.returns, (returned) => returnUnitRow(returned, fleet.units));
  sqlite.exec('analyze');
  sqlite.close();
  return fleet;
}

function insertBulk<Item>(sqlite: Sqlite.Database, table: string, items: readonly Item[], rowOf: (item: Item, i: number) => object): void {
  const [first] = items;
  if (first === undefined) return;
  const columns = Object.keys(rowOf(first, 0));
  const insert = sqlite.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
  sqlite.transaction(() => {
    for (const [i, item] of items.entries()) insert.run(Object.values(rowOf(item, i)));
  })();
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
  await insertMany(ctx.db, 'returns', returns.map(returnRow));
  await insertMany(
    ctx.db,
    'return_units',
    returns.map((returned) => returnUnitRow(returned, fleet.units)),
  );
}

function drawFleet(units: number, returns: number): BenchFleet {
  const random = seededRandom(42);
  // Models differ in size: a few large ones, many small. A model's units lie together, so that a million rows are inserted in the order of the indexes.
  const models = Array.from({ length: units }, () => Math.floor(random.uniform() ** 2 * MODELS)).sort((a, b) => a - b);
  const list = models.map((model, i): BenchUnit => {
    const from = FIRST_DAY + Math.floor(random.uniform() * (LAST_DAY - FIRST_DAY - 1));
    const stays = 200 + Math.floor(random.uniform() * 4000);
    return { id: `u${String(i).padStart(8, '0')}`, model, from, to: from + stays < LAST_DAY ? from + stays : null };
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

export const modelId = (i: number): string => `m${String(i).padStart(4, '0')}`;

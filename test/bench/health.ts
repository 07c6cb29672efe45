// Fleet health at 2,000 models x 3 firmwares x 4 batches x 730 days x 8 signals, and at a quarter and a sixteenth of the models: the top 20 of 90 days beside the plain sum over
// cohort_days in alternation, the page, and what one more day, a day that comes late, and one late report cost the hourly count.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { systemActor } from '../../src/core/actor.ts';
import { openLog } from '../../src/core/log.ts';
import { addDays, type Day, HOUR_MS } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { createApp } from '../../src/http/app.ts';
import { addToken } from '../../src/person/tokens.ts';
import { countCohorts } from '../../src/telemetry/cohorts.ts';
import { listFleetHealth } from '../../src/telemetry/fleetHealth.ts';
import { FleetHealthQuery } from '../../src/telemetry/healthInputs.ts';
import { fillCameras, fillCatalog, fillHistory, reportDay, SIGNALS } from './healthFill.ts';
import { longestWait } from './writer.ts';

const NOW = Date.UTC(2026, 3, 1);
const LAST = '2026-03-30';
const LATE = '2026-03-06';
const TOP = 20;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { models: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '200' } } });
  const largest = Number(values.models);
  const found: Measured[] = [];
  for (const models of [largest / 16, largest / 4, largest].map(Math.round)) found.push(await measure(models, Number(values.rounds)));
  const exponents = (of: (m: Measured) => number): string =>
    [1, 2].map((i) => (Math.log(of(found[i] as Measured) / of(found[i - 1] as Measured)) / Math.log(4)).toFixed(2)).join(', ');
  console.log(
    `growth ×1→×4, ×4→×16: one signal n^${exponents((m) => m.one)}, all signals n^${exponents((m) => m.all)}, plain sum n^${exponents((m) => m.plain)}, one more day n^${exponents((m) => m.day)}, one late report n^${exponents((m) => m.report)}`,
  );
}

interface Measured {
  readonly one: number;
  readonly all: number;
  readonly plain: number;
  readonly day: number;
  readonly report: number;
}

async function measure(models: number, rounds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
  const file = join(folder, 'bench.db');
  const store = openStore(`sqlite:${file}`);
  try {
    await migrate(store);
    const ctx: Ctx = { db: store.db, now: NOW, zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run) => run() };
    await fillCatalog(ctx, models);
    fillHistory(file, models, LAST, LATE);
    fillCameras(file, models);
    for (const name of ['cohort_days', 'signal_totals']) await ctx.db.insertInto('ingest_marks').values({ name, mark: NOW }).execute();
    console.log(`${models.toLocaleString('en')} models, 12 cohorts each, 730 days, 8 signals · load ${loadavg()[0]?.toFixed(1)}`);
    const questions = await ask(ctx, rounds);
    await pages(ctx, folder, rounds);
    return { ...questions, ...(await changes(ctx, file, models)) };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plain sums take their time: one after every so many of ours. */
const PLAIN_ROUNDS = 7;

async function ask(ctx: Ctx, rounds: number): Promise<{ one: number; all: number; plain: number }> {
  const [one, all, plain, same]: [number[], number[], number[], boolean[]] = [[], [], [], []];
  for (let round = -10; round < rounds; round++) {
    const signal = SIGNALS[(round + 16) % SIGNALS.length] ?? 'reboot';
    const to_on = addDays(LAST, -((round + 10) % 9));
    const period = { from_on: addDays(to_on, -90), to_on };
    const [table, ms] = await timed(() => listFleetHealth(ctx, FleetHealthQuery.parse({ signal, limit: TOP, ...period })));
    const [, allMs] = await timed(() => listFleetHealth(ctx, FleetHealthQuery.parse({ limit: TOP, ...period })));
    if (round < 0) continue;
    one.push(ms);
    all.push(allMs);
    if (round % Math.ceil(rounds / PLAIN_ROUNDS) !== 0) continue;
    const [sums, plainMs] = await timed(() => plainSum(ctx, signal, period.from_on, period.to_on));
    plain.push(plainMs);
    same.push(table.items.every((row) => sums.get(row.model_id) === `${row.device_days} ${row.episodes} ${row.events}`));
  }
  console.log(`  top 20 of one signal, 90 days, intervals and shrinkage included   ${spread(one)} ms`);
  console.log(`  top 20 of all 8 signals together, the same                       ${spread(all)} ms`);
  console.log(
    `  one signal, plain sum over cohort_days, rates without intervals   ${spread(plain)} ms; figures equal in ${same.filter(Boolean).length} of ${same.length}`,
  );
  return { one: at(one, 0.5), all: at(all, 0.5), plain: at(plain, 0.5) };
}

async function plainSum(ctx: Ctx, signal: string, from_on: Day, to_on: Day): Promise<Map<string, string>> {
  const { rows } = await sql<{ model_id: string; d: number; e: number; v: number }>`select model_id, sum(devices) as d, sum(episodes) as e, sum(events) as v
    from cohort_days where signal = ${signal} and day_on >= ${from_on} and day_on < ${to_on} group by model_id`.execute(ctx.db);
  return new Map(rows.map(({ model_id, d, e, v }) => [model_id, `${d} ${e} ${v}`]));
}

async function pages(ctx: Ctx, folder: string, rounds: number): Promise<void> {
  const settings = { store: { db: ctx.db, dialect: 'sqlite', url: '', close: async () => {} }, now: () => NOW, zone: ctx.zone, public_url: undefined } as const;
  const app = createApp({ ...settings, log: openLog('silent'), data_dir: folder });
  const { token } = await addToken(ctx, { name: 'bench', role: 'quality', partner_id: null, scopes: null, expires_at: null });
  for (const path of ['/fleet-health?signal=brownout', '/fleet-health', '/fleet-health?model=M-1&by=firmware&signal=brownout']) {
    const taken: number[] = [];
    for (let round = -5; round < rounds / 4; round++) {
      const [, ms] = await timed(async () => (await app.request(path, { headers: { Authorization: `Bearer ${token}` } })).arrayBuffer());
      if (round >= 0) taken.push(ms);
    }
    console.log(`  page ${path.padEnd(60)} ${spread(taken)} ms`);
  }
}

/** Each as the ingest leaves it, counted by the hourly job; how long another writer of the file waits meanwhile. */
async function changes(ctx: Ctx, file: string, models: number): Promise<{ day: number; report: number }> {
  const at = (hours: number): Ctx => ({ ...ctx, now: NOW + hours * HOUR_MS });
  reportDay(file, models, addDays(LAST, 1), at(2).now);
  const day = await counted(at(2), file);
  reportDay(file, models, LATE, at(4).now);
  const late = await counted(at(4), file);
  await ctx.db
    .updateTable('device_days')
    .set({ brownouts: 9, changed_at: at(6).now })
    .where('device_no', '=', 2)
    .where('day_on', '=', LATE)
    .execute();
  const report = await counted(at(6), file);
  console.log(`  hourly count after one more day ${day.says} · after a whole day 25 days late ${late.says} · after one report as late ${report.says}`);
  return { day: day.ms, report: report.ms };
}

async function counted(ctx: Ctx, file: string): Promise<{ ms: number; says: string }> {
  let ms = 0;
  const waited = await longestWait(file, async () => {
    [, ms] = await timed(() => countCohorts(ctx));
  });
  return { ms, says: `${ms.toFixed(0)} ms (another writer waited ${waited.toFixed(0)} ms at most)` };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

const at = (values: readonly number[], p: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? 0;

const spread = (values: readonly number[]): string =>
  `p50 ${at(values, 0.5).toFixed(1)} · p99 ${at(values, 0.99).toFixed(1)} (least ${at(values, 0).toFixed(1)}, ${values.length} rounds)`;

// The nightly scan itself, rows read from the store included: 2,000 models x 3 firmwares x 4 batches x 8 signals over its 400 days, at three sizes.
// Then one more day of reports, and one late report, beside all the days counted before: what they cost, how many days they re-open, and how long
// another writer of the same file waited meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scanCohorts } from '../../src/alert/scan.ts';
import { PAST_DAYS } from '../../src/alert/span.ts';
import { ensureSignals } from '../../src/alert/starters.ts';
import { systemActor } from '../../src/core/actor.ts';
import { addDays } from '../../src/core/time.ts';
import { type Ctx, transaction } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { chance, daysBefore, reportDay, reporters } from '../alert/fleet.ts';
import { BATCHES, batchId, fillCatalog, modelId } from './healthFill.ts';
import { longestWait } from './writer.ts';

const ROUNDS = 3;
const FIRMWARES = 3;
const SIGNALS = ['brownout', 'crash', 'encoder', 'fps', 'overheat', 'sd_error', 'recording_gap', 'watchdog'];
const DEVICES_PER_CELL = 40;
const EPISODES_PER_DEVICE_DAY = 0.0005;
const NOW = Date.parse('2026-04-01T03:00:00Z');

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { models: { type: 'string', default: '2000' }, devices: { type: 'string', default: '16000' } } });
  const largest = Number(values.models);
  const seconds: number[] = [];
  for (const models of [largest / 16, largest / 4, largest].map(Math.round)) seconds.push(await measure(models));
  console.log(`  growth ×1→×4 n^${exponent(seconds[0], seconds[1])}, ×4→×16 n^${exponent(seconds[1], seconds[2])}`);
  const most = Number(values.devices);
  const day: number[] = [];
  for (const devices of [most / 16, most / 4, most].map(Math.round)) day.push(await measureDay(devices));
  console.log(`  growth ×1→×4 n^${exponent(day[0], day[1])}, ×4→×16 n^${exponent(day[1], day[2])}`);
}

async function measure(models: number): Promise<number> {
  return withStore(async (ctx) => {
    await ensureSignals(ctx);
    // An alert that chance raises names them.
    await fillCatalog(ctx, models);
    await ctx.db.updateTable('signals').set({ retired_at: NOW }).where('code', 'not in', SIGNALS).execute();
    for (let day = 1; day <= PAST_DAYS; day += 1) await fillDay(ctx, models, addDays('2026-04-01', -day), seededRandom(day).uniform);
    const rounds: number[] = [];
    const passed: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const started = performance.now();
      rounds.push(await cpuOf(() => scanCohorts(ctx)));
      passed.push((performance.now() - started) / 1000);
    }
    const [least = 0, median = 0, most = 0] = rounds.sort((a, b) => a - b);
    const [soonest = 0] = passed.sort((a, b) => a - b);
    console.log(
      `  ${models} models, ${models * FIRMWARES * BATCHES * SIGNALS.length} cells a day: ${median.toFixed(2)} s of processor (${least.toFixed(2)}–${most.toFixed(2)}), done in ${soonest.toFixed(2)} s, most memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB, load ${loadavg()[0]?.toFixed(1)}`,
    );
    return median;
  });
}

const DAY_MODELS = 20;
/** Days counted before the one that is measured. */
const COUNTED_DAYS = 30;

/** Counting one more day of so many devices; the judging of the models, which is the part above, is small here. */
async function measureDay(devices: number): Promise<number> {
  return withStore(async (ctx, file) => {
    const fleet = await transaction(ctx, (ctx) => reporters(ctx, DAY_MODELS, Math.ceil(devices / DAY_MODELS)));
    const reported = (ctx: Ctx, day: string, n: number) =>
      reportDay(ctx, fleet, day, ({ device_no }) => ({ sd_write_errs: chance(1, n, device_no) < 0.003 ? 1 : 0 }));
    for (const [n, day] of daysBefore(ctx, COUNTED_DAYS).entries()) await reported(ctx, day, n);
    let all = 0;
    const waited = await longestWait(file, async () => {
      all = await cpuOf(() => scanCohorts(ctx));
    });
    const tomorrow = { ...ctx, now: NOW + 86_400_000 };
    await reported(tomorrow, daysBefore(tomorrow, 1)[0] ?? '', COUNTED_DAYS);
    let days = 0;
    const one = await cpuOf(async () => {
      days = (await scanCohorts(tomorrow)).days_counted;
    });
    const later = { ...ctx, now: tomorrow.now + 3_600_000 };
    await later.db
      .updateTable('device_days')
      .set({ sd_write_errs: 9, changed_at: later.now })
      .where('device_no', '=', 1)
      .where('day_on', '=', daysBefore(ctx, 10)[0] ?? '')
      .execute();
    let reopened = 0;
    const late = await cpuOf(async () => {
      reopened = (await scanCohorts(later)).days_counted;
    });
    console.log(
      `  ${fleet.length} devices: ${COUNTED_DAYS} days ${all.toFixed(2)} s of a core, one more ${one.toFixed(3)} s (${days} days looked at), one late report ${late.toFixed(3)} s (${reopened}); another writer waited ${waited.toFixed(0)} ms at most`,
    );
    return one;
  });
}

async function cpuOf(run: () => Promise<unknown>): Promise<number> {
  const used = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(used);
  return (user + system) / 1e6;
}

async function withStore<T>(run: (ctx: Ctx, file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
  const file = join(folder, 'bench.db');
  const store = openStore(`sqlite:${file}`);
  try {
    await migrate(store);
    return await run({ db: store.db, now: NOW, zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: () => undefined }, file);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

async function fillDay(ctx: Ctx, models: number, day_on: string, uniform: () => number): Promise<void> {
  const rows = Array.from({ length: models }, (_, model) => {
    const cells = Array.from({ length: FIRMWARES * BATCHES }, (_, cell) => ['A', batchId(model, cell % BATCHES), `${Math.floor(cell / BATCHES)}.0`] as const);
    return {
      day_on,
      model_id: modelId(model),
      exposure: JSON.stringify(cells.map((cell) => [...cell, [0, DEVICES_PER_CELL, 0]])),
      episodes: JSON.stringify(
        cells.flatMap((cell) => SIGNALS.filter(() => uniform() < DEVICES_PER_CELL * EPISODES_PER_DEVICE_DAY).map((signal) => [...cell, signal, [0, 1, 0]])),
      ),
      regions: '{}',
    };
  });
  await insertMany(ctx.db, 'alert_days', rows);
}

const exponent = (small = 1, large = 1): string => (Math.log(large / small) / Math.log(4)).toFixed(2);

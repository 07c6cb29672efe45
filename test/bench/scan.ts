// The nightly scan itself, rows read from the store included: 2,000 models x 3 firmwares x 4 batches x 8 signals over its 400 days, at three sizes.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PAST_DAYS } from '../../src/alert/past.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { ensureSignals } from '../../src/alert/starters.ts';
import { systemActor } from '../../src/core/actor.ts';
import { addDays } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { seededRandom } from '../../src/stats/random.ts';

const ROUNDS = 3;
const FIRMWARES = 3;
const BATCHES = 4;
const SIGNALS = ['brownout', 'crash', 'encoder', 'fps', 'overheat', 'sd_error', 'recording_gap', 'watchdog'];
const DEVICES_PER_CELL = 40;
const EPISODES_PER_DEVICE_DAY = 0.0005;
const NOW = Date.parse('2026-04-01T03:00:00Z');

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { models: { type: 'string', default: '2000' } } });
  const largest = Number(values.models);
  const seconds: number[] = [];
  for (const models of [largest / 16, largest / 4, largest].map(Math.round)) seconds.push(await measure(models));
  console.log(`  growth ×1→×4 n^${exponent(seconds[0], seconds[1])}, ×4→×16 n^${exponent(seconds[1], seconds[2])}`);
}

async function measure(models: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
  const store = openStore(`sqlite:${join(folder, 'bench.db')}`);
  try {
    await migrate(store);
    const ctx: Ctx = { db: store.db, now: NOW, zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: () => undefined };
    await ensureSignals(ctx);
    await ctx.db.updateTable('signals').set({ retired_at: NOW }).where('code', 'not in', SIGNALS).execute();
    for (let day = 1; day <= PAST_DAYS; day += 1) await fillDay(ctx, models, addDays('2026-04-01', -day), seededRandom(day).uniform);
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const used = process.cpuUsage();
      await scanCohorts(ctx);
      const { user, system } = process.cpuUsage(used);
      rounds.push((user + system) / 1e6);
    }
    const [least = 0, median = 0, most = 0] = rounds.sort((a, b) => a - b);
    console.log(
      `  ${models} models, ${models * FIRMWARES * BATCHES * SIGNALS.length} cells a day: ${median.toFixed(2)} s of a core (${least.toFixed(2)}–${most.toFixed(2)}), rss ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB, load ${loadavg()[0]?.toFixed(1)}`,
    );
    return median;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

async function fillDay(ctx: Ctx, models: number, day_on: string, uniform: () => number): Promise<void> {
  const cells = Array.from({ length: FIRMWARES * BATCHES }, (_, cell) => ['A', `b${cell % BATCHES}`, `${Math.floor(cell / BATCHES)}.0`] as const);
  const exposure = JSON.stringify(cells.map((cell) => [...cell, [0, DEVICES_PER_CELL, 0]]));
  const rows = Array.from({ length: models }, (_, model) => ({
    day_on,
    model_id: `m${String(model).padStart(5, '0')}`,
    exposure,
    episodes: JSON.stringify(
      cells.flatMap((cell) => SIGNALS.filter(() => uniform() < DEVICES_PER_CELL * EPISODES_PER_DEVICE_DAY).map((signal) => [...cell, signal, [0, 1, 0]])),
    ),
  }));
  await insertMany(ctx.db, 'alert_days', rows);
}

const exponent = (small = 1, large = 1): string => (Math.log(large / small) / Math.log(4)).toFixed(2);

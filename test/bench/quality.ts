// The failure-rate table by model for any period, beside DuckDB's plain query over the same rows, in alternation; what a day's change costs; at three sizes.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dayNumber } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { countChanges } from '../../src/quality/count.ts';
import { listFailureRates } from '../../src/quality/failureRates.ts';
import { RateQuery } from '../../src/quality/inputs.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { openDuckdb } from './qualityDuckdb.ts';
import { benchCtx, correctOneReturn, fillFleet, liveOneMoreDay, MODELS, periodAt } from './qualityFleet.ts';

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { units: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '15' } } });
  const largest = Number(values.units);
  const found: Measured[] = [];
  for (const units of [largest / 16, largest / 4, largest].map(Math.round)) found.push(await measure(units, Math.round(units * 0.06), Number(values.rounds)));
  const exponent = (of: (m: Measured) => number): string =>
    [1, 2]
      .map((i) => {
        const [before, after] = [found[i - 1], found[i]];
        return before === undefined || after === undefined ? '' : (Math.log(of(after) / of(before)) / Math.log(4)).toFixed(2);
      })
      .join(', ');
  console.log(
    `growth ×1→×4, ×4→×16: table n^${exponent((m) => m.table)}, one corrected return n^${exponent((m) => m.correction)}, one more day n^${exponent((m) => m.day)}, counting all n^${exponent((m) => m.all)}`,
  );
}

interface Measured {
  readonly table: number;
  readonly correction: number;
  readonly day: number;
  readonly all: number;
}

async function measure(units: number, returns: number, rounds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
  const file = join(folder, 'bench.db');
  const store = openStore(`sqlite:${file}`);
  try {
    await migrate(store);
    const ctx = benchCtx(store);
    const fleet = await fillFleet(ctx, file, units, returns);
    const [, all] = await timed(() => countChanges(ctx));
    await warm(ctx);
    const duckdb = await openDuckdb(folder, fleet);
    const random = seededRandom(1);
    const [ours, theirs, sameRows]: [number[], number[], boolean[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const period = periodAt(random);
      const [table, mine] = await timed(() => listFailureRates(ctx, RateQuery.parse({ by: 'model', limit: 500, ...period })));
      const [plain, plainly] = await timed(() => duckdb.ratesByModel(dayNumber(period.from_on), dayNumber(period.to_on)));
      ours.push(mine);
      theirs.push(plainly);
      sameRows.push(table.population.exposure_days === plain.exposure_days && table.population.failures === plain.failures);
    }
    duckdb.close();
    const corrections: number[] = [];
    const days: number[] = [];
    for (let i = 0; i < 7; i++) {
      await correctOneReturn(ctx, fleet, i);
      corrections.push((await timed(() => countChanges(ctx)))[1]);
      await liveOneMoreDay(ctx, fleet, i);
      days.push((await timed(() => countChanges(ctx)))[1]);
    }
    const ratio = ours.map((ms, i) => (theirs[i] ?? 0) / ms);
    console.log(
      `${units.toLocaleString('en')} units, ${returns.toLocaleString('en')} returns, ${MODELS.toLocaleString('en')} models, ten years · load ${loadavg()[0]?.toFixed(1)}`,
    );
    console.log(`  failure-rate table by model, any period, intervals and shrinkage included   ${spread(ours)} ms`);
    console.log(`  DuckDB, plain query over the same rows, rates without intervals             ${spread(theirs)} ms`);
    console.log(
      `  ratio DuckDB / ours, paired                                                 ${spread(ratio)} ×; figures equal in ${sameRows.filter(Boolean).length} of ${rounds} rounds`,
    );
    console.log(
      `  one corrected return ${spread(corrections)} ms · one more day ${spread(days)} ms · counting everything from nothing ${(all / 1000).toFixed(1)} s`,
    );
    return { table: median(ours), correction: median(corrections), day: median(days), all };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function warm(ctx: Ctx): Promise<void> {
  for (let i = 0; i < 3; i++) await listFailureRates(ctx, RateQuery.parse({ by: 'model' }));
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;

/** Median with the smallest and the largest. */
function spread(values: readonly number[]): string {
  const all = sorted(values);
  return `${median(values).toFixed(1)} (${(all[0] ?? 0).toFixed(1)}–${(all.at(-1) ?? 0).toFixed(1)})`;
}

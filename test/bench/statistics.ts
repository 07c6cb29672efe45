// Weibull fits with all profile intervals, the shrinkage of a large table; beside R's survreg with a profile of the same quantities where R is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyseLife } from '../../src/stats/lifeAnalysis.ts';
import type { LifeRow } from '../../src/stats/lifeRow.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { fitGammaPrior, shrinkRates } from '../../src/stats/shrinkage.ts';
import { fitWeibull } from '../../src/stats/weibullFit.ts';

const ROUNDS = 7;
/** Small work is repeated within a round until the round lasts this long: below, the clock and the scheduler dominate. */
const SHORTEST_ROUND_MS = 50;
const SIZES = [625, 2500, 10_000] as const;

export async function run(): Promise<void> {
  const tables: [string, (rows: number) => LifeRow[]][] = [
    ['right-censored', (rows) => drawLives(rows, false, false)],
    ['left-truncated', (rows) => drawLives(rows, true, false)],
    ['interval-censored', (rows) => drawLives(rows, false, true)],
  ];
  for (const [name, draw] of tables) {
    for (const [what, work] of [
      ['fit with 12 profile limits', fitWeibull],
      ['whole analysis', (rows: LifeRow[]) => analyseLife(rows)],
    ] as const) {
      const medians = SIZES.map((size) => report(`${size} ${name} rows, ${what}`, draw(size), work));
      console.log(`  growth ×1→×4 n^${exponent(medians[0], medians[1])}, ×4→×16 n^${exponent(medians[1], medians[2])}`);
    }
  }
  const groups = Array.from({ length: 2000 }, (_, i) => ({ count: (i * 7) % 60, exposure: 5000 + ((i * 131) % 90_000) }));
  report('2,000 groups shrunken', groups, (cells) => shrinkRates(cells, fitGammaPrior(cells)));
  besideR(drawLives(10_000, false, false));
}

// Every unit its own age: nothing can be grouped, the hardest case of its size.
function drawLives(rows: number, late: boolean, interval: boolean): LifeRow[] {
  const random = seededRandom(rows);
  return Array.from({ length: rows }, () => {
    const entry = late ? random.uniform() * 150 : 0;
    const life = entry + 900 * (-Math.log(random.uniform())) ** (1 / 1.8);
    const end = entry + 100 + random.uniform() * 800;
    const failed = life < end;
    const time = Math.min(life, end);
    return { time, failed, lower: failed && interval ? Math.max(entry, time - 30) : null, count: 1, entry, mode: null };
  });
}

/** CPU time of one piece of work, the median of the rounds: other programs on the machine do not count. */
function report<T>(name: string, input: T, work: (input: T) => unknown): number {
  const repeats = repeatsFor(() => work(input));
  const times = Array.from({ length: ROUNDS }, () => cpuMs(() => work(input), repeats) / repeats).sort((a, b) => a - b);
  const median = times[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(
    `${name.padEnd(62)} ${median.toFixed(1)} ms CPU (${(times[0] ?? 0).toFixed(1)}–${(times.at(-1) ?? 0).toFixed(1)}), ${repeats} a round · load ${loadavg()[0]?.toFixed(1)}`,
  );
  return median;
}

// Also warms the work up.
function repeatsFor(work: () => unknown): number {
  let repeats = 1;
  while (cpuMs(work, repeats) < SHORTEST_ROUND_MS) repeats *= 2;
  return repeats;
}

function cpuMs(work: () => unknown, repeats: number): number {
  const began = process.cpuUsage();
  for (let i = 0; i < repeats; i++) work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

const exponent = (before = 1, after = 1): string => (Math.log(after / before) / Math.log(4)).toFixed(2);

const R_PROGRAM = `
suppressPackageStartupMessages(library(survival)); d <- read.csv(commandArgs(TRUE)[1])
limits <- function(p) { fit <- survreg(Surv(time, failed) ~ 1, d); top <- fit$loglik[2] - qchisq(.95, 1) / 2
  at <- function(shape) survreg(Surv(time, failed) ~ 1, d, scale = 1 / shape)$loglik[2] - top
  c(uniroot(at, c(.5, 1) / fit$scale)$root, uniroot(at, c(1, 2) / fit$scale)$root) }
began <- proc.time()[["elapsed"]]; for (i in 1:3) found <- limits()
cat((proc.time()[["elapsed"]] - began) / 3 * 1000, found)`;

/** R fits the shape and its two profile limits; ours does so for the shape, the scale and four quantiles. */
function besideR(rows: readonly LifeRow[]): void {
  if (spawnSync('Rscript', ['--version']).status !== 0) {
    console.log('Rscript is not installed: the comparison with R (survreg and profile) was left out');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
  const file = join(folder, 'rows.csv');
  writeFileSync(file, ['time,failed', ...rows.map(({ time, failed }) => `${time},${failed ? 1 : 0}`)].join('\n'));
  const [ms, low, high] = execFileSync('Rscript', ['-e', R_PROGRAM, file], { encoding: 'utf8' }).trim().split(' ').map(Number);
  const began = performance.now();
  const fit = fitWeibull(rows);
  const ours = performance.now() - began;
  console.log(
    `R survreg, profile of the shape alone: ${ms?.toFixed(0)} ms (${low}–${high}); ours, six profiles: ${ours.toFixed(0)} ms (${fit?.shape.ci_low}–${fit?.shape.ci_high}); ratio ${((ms ?? 0) / ours).toFixed(0)} ×`,
  );
  rmSync(folder, { recursive: true, force: true });
}

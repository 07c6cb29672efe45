// `npm run score -- --seeds 21,22,23`: simulates fleets with planted defects, feeds the product's own scan, prints the scores. Every parameter is a flag.
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Command, Option } from 'commander';
import { defaults, type Parameters } from './parameters.ts';
import { FIRST_TEST_SEED, type Row, type Task } from './seed.ts';
import { plotOf, pooledRows, stepTableOf, tableOf } from './table.ts';

/** One seed needs about 1 GB and a core. */
const MOST_WORKERS = 2;

const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`;

const command = new Command('score')
  .description('Scores the detector on simulated fleets. Seeds below 101 were used while it was made; from 101 on the parameters vary as well.')
  .option('--seeds <list>', 'comma-separated seeds', '101,102,103')
  .option('--out <file>', 'where to write the plot (SVG)')
  .option('--budget <number>', 'false alerts allowed per 1,000 model-months', Number, 1)
  .option('--workers <number>', 'seeds at a time', Number, MOST_WORKERS)
  .option('--no-baselines', 'the product alone, without the detectors it is compared with');
for (const [name, value] of Object.entries(defaults)) command.addOption(new Option(`${flagOf(name)} <number>`, `default ${value}`).argParser(Number));
command.parse();

// commander types options as any; each flag was parsed by Number above.
const options = command.opts() as { seeds: string; out?: string; budget: number; workers: number; baselines: boolean } & Record<
  string,
  number | string | boolean | undefined
>;
const changes: Partial<Parameters> = Object.fromEntries(
  Object.keys(defaults)
    .map((name) => [name, options[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]])
    .filter(([, value]) => value !== undefined),
);
const seeds = options.seeds.split(',').map(Number).filter(Number.isInteger);

const started = performance.now();
const rows: Row[] = [];
const waiting = [...seeds];
await Promise.all(
  Array.from({ length: Math.max(1, Math.min(MOST_WORKERS, options.workers, seeds.length)) }, async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) tell(seed, await inWorker(seed));
  }),
);
console.log(`All seeds together:\n${tableOf(pooledRows(rows))}\n\n${stepTableOf(rows)}`);
console.log(
  `\nDevelopment seeds: ${seeds.filter((seed) => seed < FIRST_TEST_SEED).join(', ') || 'none'}. Test seeds, parameters varied: ${seeds.filter((seed) => seed >= FIRST_TEST_SEED).join(', ') || 'none'}.` +
    ` ${((performance.now() - started) / 1000).toFixed(0)} s.`,
);

/** A seed as soon as it is done: a run that is cut short has said what it knew, and drawn it. */
function tell(seed: number, found: readonly Row[]): void {
  rows.push(...found);
  const { user, system } = process.cpuUsage();
  const done = new Set(rows.map((row) => row.seed)).size;
  console.log(`${tableOf(found)}\n  seed ${seed}, ${done} of ${seeds.length} done, ${((user + system) / 1e6).toFixed(0)} s of processor time so far\n`);
  if (options.out !== undefined) writeFileSync(options.out, plotOf([...rows].sort((a, b) => a.seed - b.seed)));
}

function inWorker(seed: number): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const task: Task = { seed, changes, budget: options.budget, baselines: options.baselines };
    const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

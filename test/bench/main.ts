// `npm run bench <name> [options]`: each benchmark measures side by side in one run, prints its table and the machine, and judges nothing.
import { cpus, loadavg, release, totalmem } from 'node:os';

const benches: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
  desk: () => import('./desk.ts'),
  deskModel: () => import('./deskModel.ts'),
  health: () => import('./health.ts'),
  import: () => import('./import.ts'),
  ingest: () => import('./ingest.ts'),
  kpi: () => import('./kpi.ts'),
  kill: () => import('./kill.ts'),
  pages: () => import('./pages.ts'),
  quality: () => import('./quality.ts'),
  statistics: () => import('./statistics.ts'),
  scan: () => import('./scan.ts'),
  start: () => import('./start.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`Which benchmark? One of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  const load = loadavg()[0] ?? 0;
  console.log(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'} · ${Math.round(totalmem() / 2 ** 30)} GiB · Linux ${release()} · Node ${process.version} · load of others before: ${load.toFixed(2)}`,
  );
  await (await bench()).run(args);
}

// From `kizashi serve` to the first good /readyz, on an empty store and on one that is there: wall and CPU time, the bundled program beside the single files.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../../src/core/root.ts';

/** A tick of /proc/<pid>/stat. */
const TICK_MS = 10;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '5' } } });
  const programs = ['dist/program/cli.js', 'dist/src/cli.js'].map((path) => fileURLToPath(new URL(path, root)));
  const folders = programs.map(() => mkdtempSync(join(tmpdir(), 'kizashi-bench-')));
  const walls: number[][] = programs.map(() => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, program] of programs.entries()) {
      const { wall_ms, cpu_ms } = await startOnce(program, folders[i] ?? '');
      console.log(
        `${program.slice(-20).padEnd(20)} ${round === 0 ? 'first start' : 'start'}: ready after ${Math.round(wall_ms)} ms, ${cpu_ms} ms of CPU, load ${loadavg()[0]?.toFixed(1)}`,
      );
      if (round > 0) walls[i]?.push(wall_ms);
    }
  }
  for (const [i, program] of programs.entries()) console.log(`${program.slice(-20).padEnd(20)} median ${Math.round(median(walls[i] ?? []))} ms`);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

async function startOnce(program: string, folder: string): Promise<{ wall_ms: number; cpu_ms: number }> {
  const [HTTP_PORT, MQTT_PORT] = [String(await freePort()), String(await freePort())];
  const environment = { PATH: process.env.PATH, DATABASE_URL: `sqlite:${join(folder, 'kizashi.db')}`, DATA_DIR: folder, HTTP_PORT, MQTT_PORT };
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'serve'], { env: environment, stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (!(await isReady(HTTP_PORT))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const measured = { wall_ms: performance.now() - began, cpu_ms: cpuOf(child) };
  child.kill('SIGTERM');
  await ended;
  return measured;
}

const isReady = (port: string): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** User and system time as Linux counts it; n/a elsewhere. */
function cpuOf(child: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

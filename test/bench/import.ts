// A file of units into SQLite: judged, written, undone; at three sizes, with the exponent of the growth between them.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemActor } from '../../src/core/actor.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';
import { undoImport } from '../../src/transfer/undoImport.ts';

const MODELS = 200;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '1' } } });
  const rows = Number(values.rows);
  const sizes = [rows / 16, rows / 4, rows].map(Math.round);
  for (let round = 1; round <= Number(values.rounds); round++) {
    const seconds: number[] = [];
    for (const size of sizes) seconds.push(await measure(size));
    const exponent = (a: number, b: number): string =>
      (Math.log((seconds[b] ?? 1) / (seconds[a] ?? 1)) / Math.log((sizes[b] ?? 1) / (sizes[a] ?? 1))).toFixed(2);
    console.log(`round ${round}: growth ×1→×4 n^${exponent(0, 1)}, ×4→×16 n^${exponent(1, 2)}`);
  }
}

async function measure(size: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-bench-'));
  const store = openStore(`sqlite:${join(folder, 'bench.db')}`);
  await migrate(store);
  const ctx: Ctx = { db: store.db, now: Date.now(), zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run) => run() };
  await importFile(ctx, findKind(importKinds, 'models'), bytes(modelLines()));
  const file = bytes(unitLines(size));
  const kind = findKind(importKinds, 'units');
  const [, trying] = await timed(() => importFile(ctx, kind, file, { dry_run: true }));
  const cpu = process.cpuUsage();
  const [report, writing] = await timed(() => importFile(ctx, kind, file));
  const used = process.cpuUsage(cpu);
  const [again, comparing] = await timed(() => importFile(ctx, kind, file));
  const [, undoing] = await timed(() => undoImport(ctx, importKinds, report.id ?? ''));
  console.log(
    `${String(size).padStart(7)} rows (${(file.length / 2 ** 20).toFixed(1)} MiB): dry run ${trying.toFixed(2)} s, import ${writing.toFixed(2)} s = ${perSecond(size, writing)} units/s (${perSecond(size, (used.user + used.system) / 1e6)} a second of CPU), ` +
      `again ${comparing.toFixed(2)} s (${again.rows_same} same), undo ${undoing.toFixed(2)} s, load ${loadavg()[0]?.toFixed(1)}`,
  );
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return writing;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, (performance.now() - began) / 1000];
}

const perSecond = (rows: number, seconds: number): string => Math.round(rows / seconds).toLocaleString('en');

const bytes = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);

const modelLines = (): string[] => [
  'maker_code,model_code,name,own_warranty_months',
  ...Array.from({ length: MODELS }, (_, i) => `MAKER-${i % 6},M-${i},Camera ${i},24`),
];

const unitLines = (size: number): string[] => [
  'model_code,serial,hw_rev,firmware,mac,device_id,shipped_on,delivered_on,in_service_on,location,condition',
  ...Array.from({ length: size }, (_, i) => {
    const mac = (i + 1).toString(16).padStart(12, '0').match(/../g)?.join(':');
    return `M-${(i * 7) % MODELS},SN-${String(i).padStart(8, '0')},B,4.${i % 3}.1,${mac},cam-${i},2025/0${1 + (i % 9)}/1,2025/0${1 + (i % 9)}/15,2025/0${1 + (i % 9)}/20,customer,new`;
  }),
];

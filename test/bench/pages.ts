// The main pages of every role at the server, p50 and p99, on a store of 100,000 units, 20,000 returns and 2,000 models. Beside the time by the clock stands
// the time of the processor, which the work of others on the machine does not lengthen.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemActor } from '../../src/core/actor.ts';
import { openLog } from '../../src/core/log.ts';
import type { Role } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore } from '../../src/db/open.ts';
import { createApp } from '../../src/http/app.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { addToken } from '../../src/person/tokens.ts';
import { countChanges } from '../../src/quality/count.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';

const NOW = Date.UTC(2026, 3, 1);
const SITES = 500;
/** Requests before the first that counts. */
const WARM_UP = 5;

const PAGES: readonly (readonly [path: string, role: Role])[] = [
  ['/', 'tech'],
  ['/', 'stock'],
  ['/', 'quality'],
  ['/', 'lead'],
  ['/scan', 'tech'],
  ['/units', 'tech'],
  ['/units?model_code=M-7', 'tech'],
  ['/returns', 'tech'],
  ['/return-units?state=received', 'tech'],
  ['/bench', 'tech'],
  ['/cases', 'lead'],
  ['/stock', 'stock'],
  ['/stock?short=true', 'stock'],
  ['/alerts', 'quality'],
  ['/failure-rates', 'quality'],
  ['/moved-rates', 'quality'],
  ['/investigations', 'quality'],
  ['/claims', 'quality'],
  ['/devices', 'engineer'],
  ['/catalog/models', 'quality'],
  ['/kpis', 'lead'],
  ['/search?q=D-00071', 'tech'],
];

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      units: { type: 'string', default: '100000' },
      returns: { type: 'string', default: '20000' },
      models: { type: 'string', default: '2000' },
      times: { type: 'string', default: '60' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-pages-'));
  const store = openStore(`sqlite:${join(folder, 'pages.db')}`);
  await migrate(store);
  const ctx: Ctx = { db: store.db, now: NOW, zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run) => run() };
  await fill(ctx, Number(values.units), Number(values.returns), Number(values.models));
  const app = createApp({ store, now: () => NOW, zone: 'Asia/Tokyo', log: openLog('silent'), data_dir: folder });
  console.log(
    `${values.units} units, ${values.returns} returns, ${values.models} models, ${values.times} requests each; ms at the server, load ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log(
    `${'page'.padEnd(36)}${'role'.padEnd(10)}${'p50'.padStart(8)}${'p99'.padStart(8)}${'cpu p50'.padStart(9)}${'cpu p99'.padStart(9)}${'kB'.padStart(8)}`,
  );
  for (const [path, role] of PAGES) {
    const { token } = await addToken(ctx, { name: role, role, partner_id: null, scopes: null, expires_at: null });
    const taken: number[] = [];
    const worked: number[] = [];
    let bytes = 0;
    for (let i = -WARM_UP; i < Number(values.times); i++) {
      const began = performance.now();
      const before = process.cpuUsage();
      const answer = await app.request(path, { headers: { Authorization: `Bearer ${token}`, 'Accept-Language': 'ja' } });
      bytes = (await answer.arrayBuffer()).byteLength;
      if (answer.status >= 400) throw new Error(`${path}: ${answer.status}`);
      const { user, system } = process.cpuUsage(before);
      if (i < 0) continue;
      taken.push(performance.now() - began);
      worked.push((user + system) / 1000);
    }
    console.log(
      `${path.padEnd(36)}${role.padEnd(10)}${at(taken, 0.5)}${at(taken, 0.99)}${at(worked, 0.5, 9)}${at(worked, 0.99, 9)}${(bytes / 1000).toFixed(0).padStart(8)}`,
    );
  }
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function fill(ctx: Ctx, units: number, returns: number, models: number): Promise<void> {
  await load(ctx, 'models', 'maker_code,model_code,name,own_warranty_months', models, (m) => `MK${m % 12},M-${m},Model ${m},24`);
  await load(
    ctx,
    'units',
    'model_code,serial,shipped_on,delivered_on,in_service_on,location',
    units,
    (i) =>
      `M-${i % models},D-${String(i).padStart(7, '0')},2025-0${1 + (i % 9)}-01,2025-0${1 + (i % 9)}-05,2025-0${1 + (i % 9)}-06,${i % SITES === 0 ? 'good_stock' : 'customer'}`,
  );
  await load(
    ctx,
    'returns',
    'serial,returned_on,verdict,disposition',
    returns,
    (i) =>
      `D-${String((i * 13) % units).padStart(7, '0')},2026-0${1 + (i % 3)}-${String(1 + (Math.floor((i * 13) / units) % 28)).padStart(2, '0')},${i % 3 === 0 ? 'no_fault_found' : 'confirmed'},return_to_maker`,
  );
  await countChanges(ctx);
}

async function load(ctx: Ctx, kind: string, head: string, count: number, line: (i: number) => string): Promise<void> {
  const text = [head, ...Array.from({ length: count }, (_, i) => line(i))].join('\r\n');
  const report = await importFile(ctx, findKind(importKinds, kind), new TextEncoder().encode(`${text}\r\n`));
  if (report.rows_failed > 0) throw new Error(`${kind}: ${report.rows_failed} rows refused: ${JSON.stringify(report.rows.slice(0, 3))}`);
}

function at(taken: readonly number[], p: number, width = 8): string {
  const sorted = [...taken].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0).toFixed(1).padStart(width);
}

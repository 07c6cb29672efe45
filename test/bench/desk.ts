// The returns desk with 100,000 units and 20,000 returns beside an empty one: list pages, look-up by scan, timeline, at the server, p50 and p99.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemActor } from '../../src/core/actor.ts';
import { openLog } from '../../src/core/log.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openStore, type Store } from '../../src/db/open.ts';
import { createApp } from '../../src/http/app.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { addToken } from '../../src/person/tokens.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { findKind } from '../../src/transfer/kind.ts';

const MODELS = 200;
const OPEN_RETURNS = 1000;
const NOW = Date.UTC(2026, 3, 1);

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      units: { type: 'string', default: '100000' },
      returns: { type: 'string', default: '20000' },
      times: { type: 'string', default: '300' },
      url: { type: 'string' },
    },
  });
  const [units, returns, times] = [Number(values.units), Number(values.returns), Number(values.times)];
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-desk-'));
  const empty = await fill(openStore(`sqlite:${join(folder, 'empty.db')}`), 1, 1);
  const full = await fill(openStore(values.url ?? `sqlite:${join(folder, 'full.db')}`), units, returns);
  console.log(
    `${full.store.dialect}: ${units.toLocaleString('en')} units, ${returns.toLocaleString('en')} returns, ${times} requests each; ms at the server, load ${loadavg()[0]?.toFixed(1)}`,
  );
  const heads = ['empty p50', 'p99', 'cpu p50', 'p99', 'full p50', 'p99', 'cpu p50', 'p99'];
  console.log(`${'request'.padEnd(44)}${heads.map((head) => head.padStart(9)).join('')}`);
  for (const [name, path] of requests) {
    // Side by side, so that what else the machine does falls on both.
    const [small, large] = await measure(
      times,
      () => empty.ask(path(0, 1)),
      (i) => full.ask(path(i, units)),
    );
    const figures = [small, large].flatMap((taken) => [ms(taken, 'wall', 0.5), ms(taken, 'wall', 0.99), ms(taken, 'cpu', 0.5), ms(taken, 'cpu', 0.99)]);
    console.log(`${name.padEnd(44)}${figures.map((figure) => figure.padStart(9)).join('')}`);
  }
  await empty.store.close();
  await full.store.close();
  rmSync(folder, { recursive: true, force: true });
}

type Path = (i: number, units: number) => { path: string; body?: object };

/** Spread over the units, the same ones in every run. */
const serial = (i: number, units: number): string => `D-${String((i * 7919) % units).padStart(7, '0')}`;

const requests: readonly (readonly [string, Path])[] = [
  ['page of returns', () => ({ path: '/returns' })],
  ['page of open returns', () => ({ path: '/returns?state=open' })],
  ['page of returned units', () => ({ path: '/return-units' })],
  ['page of returned units, confirmed', () => ({ path: '/return-units?verdict=confirmed' })],
  ['page of the bench', () => ({ path: '/bench' })],
  ['page of stock levels', () => ({ path: '/stock' })],
  ['page of stock moves', () => ({ path: '/stock/moves' })],
  ['page of ageing', () => ({ path: '/returns/ageing' })],
  ['page of metrics, 90 days', () => ({ path: '/returns/metrics' })],
  ['JSON list of returns, 500', () => ({ path: '/api/v1/returns?limit=500' })],
  ['look-up of a unit by serial', (i, units) => ({ path: `/api/v1/units?serial=${serial(i, units)}` })],
  ['receipt of a unit received before', (i, units) => ({ path: '/api/v1/receipts', body: { scan: serial(i % Math.min(OPEN_RETURNS, units), units) } })],
  ['timeline of a unit', (i, units) => ({ path: `/api/v1/units/${ids[units === 1 ? 'empty' : 'full'][i % 500] ?? ids.empty[0] ?? ''}/timeline` })],
];

const ids: { empty: string[]; full: string[] } = { empty: [], full: [] };

interface Desk {
  readonly store: Store;
  ask(request: { path: string; body?: object }): Promise<void>;
}

async function fill(store: Store, units: number, returns: number): Promise<Desk> {
  await migrate(store);
  const ctx: Ctx = { db: store.db, now: NOW, zone: 'Asia/Tokyo', actor: systemActor('bench'), afterCommit: (run) => run() };
  await load(ctx, 'models', ['maker_code,model_code,name,own_warranty_months', ...Array.from({ length: MODELS }, (_, m) => `MK${m % 6},M-${m},Model ${m},24`)]);
  await load(ctx, 'units', [
    'model_code,serial,shipped_on,delivered_on,in_service_on,location',
    ...Array.from(
      { length: units },
      (_, i) => `M-${i % MODELS},D-${String(i).padStart(7, '0')},2025-0${1 + (i % 9)}-01,2025-0${1 + (i % 9)}-05,,${i % 20 === 19 ? 'good_stock' : 'customer'}`,
    ),
  ]);
  await load(ctx, 'returns', [
    'serial,returned_on,verdict,disposition',
    ...Array.from(
      { length: returns },
      (_, i) =>
        `D-${String((i * 13) % units).padStart(7, '0')},2026-0${1 + (i % 3)}-${String(1 + (Math.floor(i / Math.max(1, units / 13)) % 28)).padStart(2, '0')},${i % 3 === 0 ? 'no_fault_found' : 'confirmed'},return_to_maker`,
    ),
  ]);
  for (let i = 0; i < Math.min(OPEN_RETURNS, units); i++) {
    const filed = await fileReturn(ctx, { type: 'return_first', authorised: true, units: [{ serial: serial(i, units) }] });
    if (i % 2 === 0) await receiveUnit(ctx, { scan: serial(i, units), return_id: filed.id });
  }
  const listed = await store.db.selectFrom('return_units').select('unit_id').orderBy('id', 'desc').limit(500).execute();
  ids[units === 1 ? 'empty' : 'full'] = listed.map(({ unit_id }) => unit_id);
  const app = createApp({ store, now: () => NOW, zone: 'Asia/Tokyo', log: openLog('silent'), data_dir: tmpdir() });
  const { token } = await addToken(ctx, { name: 'bench', role: 'admin', partner_id: null, scopes: null, expires_at: null });
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return {
    store,
    ask: async ({ path, body }) => {
      const answer = await app.request(path, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
      await answer.arrayBuffer();
      if (answer.status >= 500 || answer.status === 404) throw new Error(`${path}: ${answer.status}`);
    },
  };
}

async function load(ctx: Ctx, kind: string, lines: readonly string[]): Promise<void> {
  const report = await importFile(ctx, findKind(importKinds, kind), new TextEncoder().encode(`${lines.join('\r\n')}\r\n`));
  if (report.rows_failed > 0) throw new Error(`${kind}: ${report.rows_failed} rows refused: ${JSON.stringify(report.rows.slice(0, 3))}`);
}

/** Milliseconds by the clock, and of processor: what a shared machine does meanwhile falls on the first alone. */
interface Taken {
  readonly wall: number;
  readonly cpu: number;
}

/** Both sides in turn; the first tenth only warms up. */
async function measure(times: number, small: (i: number) => Promise<void>, large: (i: number) => Promise<void>): Promise<[Taken[], Taken[]]> {
  const taken: [Taken[], Taken[]] = [[], []];
  for (let i = -Math.ceil(times / 10); i < times; i++) {
    for (const [side, ask] of [small, large].entries()) {
      const [began, used] = [performance.now(), process.cpuUsage()];
      await ask(Math.abs(i));
      const { user, system } = process.cpuUsage(used);
      if (i >= 0) taken[side]?.push({ wall: performance.now() - began, cpu: (user + system) / 1000 });
    }
  }
  return taken;
}

function ms(taken: readonly Taken[], of: keyof Taken, p: number): string {
  const sorted = taken.map((one) => one[of]).sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0).toFixed(1);
}

// `kizashi demo` as a person starts it: the compiled command line, a terminal's Ctrl-C, and nothing left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { brokenInvariants, rowsOf } from './support/invariants.ts';

const CLI = fileURLToPath(new URL('../dist/program/cli.js', import.meta.url));
/** So many that boxes are still to come. */
const UNITS = 120;
const PATIENCE_MS = 120_000;
/** What a seeded run fills. */
const FILLED = [
  'stock_moves',
  'history',
  'telemetry_events',
  'returns',
  'return_units',
  'inspections',
  'dispositions',
  'quality_failures',
  'firmware_intervals',
];

let child: ChildProcess | null = null;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kizashi-demo-test-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function startDemo(): { printed: () => string; ended: Promise<unknown[]> } {
  const environment = { PATH: process.env.PATH, TMPDIR: folder, HTTP_PORT: '0', MQTT_PORT: '0' };
  const demo = spawn(process.execPath, [CLI, 'demo', `--units=${UNITS}`, `--truth=${join(folder, 'truth.json')}`], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = demo;
  let text = '';
  for (const stream of [demo.stdout, demo.stderr])
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  return { printed: () => text, ended: once(demo, 'exit') };
}

it(
  'prints where to sign in, fills itself, does the night’s work, keeps every invariant of the domain, and ends with Ctrl-C leaving nothing behind',
  async () => {
    const { printed, ended } = startDemo();
    await vi.waitFor(() => expect(printed()).toContain('The nightly work is done'), { timeout: PATIENCE_MS, interval: 200 });
    const url = /(http:\/\/\S+)\/sign-in/.exec(printed())?.[1] ?? '';
    expect((await fetch(`${url}/sign-in`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))).toMatchObject({ in_service: UNITS });
    expect(await stockCheck(url, /password {2}(\S+)/.exec(printed())?.[1] ?? '')).toEqual({ balances: [], places: [], over_reserved: [] });
    const store = join(folder, readdirSync(folder).find((name) => name.startsWith('kizashi-demo-')) ?? '', 'kizashi.db');
    // The technician's first boxes are through the bench: an empty store would keep every promise.
    await vi.waitFor(() => expect(Math.min(...Object.values(rowsOf(store, FILLED)))).toBeGreaterThan(0), { timeout: PATIENCE_MS, interval: 500 });
    expect(brokenInvariants(store)).toEqual({});
    child?.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(printed()).toContain('its store is gone');
    expect(readdirSync(folder)).toEqual(['truth.json']);
  },
  3 * PATIENCE_MS,
);

/** What the ledger says of itself: cached balances that are not the sum of their moves, units not where their last move put them, promises beyond the stock. */
async function stockCheck(url: string, password: string): Promise<unknown> {
  const body = new URLSearchParams({ email: 'demo@example.com', password });
  const signedIn = await fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual', headers: { Origin: url } });
  const cookie = signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  return (await fetch(`${url}/api/v1/stock/check`, { headers: { Cookie: cookie } })).json();
}

it(
  'ends at once with a second Ctrl-C, and still leaves nothing behind',
  async () => {
    const { printed, ended } = startDemo();
    await vi.waitFor(() => expect(printed()).toContain('/sign-in'), { timeout: PATIENCE_MS, interval: 100 });
    // As a terminal and npm do together: the same Ctrl-C twice; and then an impatient hand.
    const pressing = setInterval(() => child?.kill('SIGINT'), 300);
    await ended;
    clearInterval(pressing);
    expect(readdirSync(folder).filter((name) => name.startsWith('kizashi-demo-'))).toEqual([]);
  },
  PATIENCE_MS,
);

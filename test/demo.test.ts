// `kizashi demo` as a person starts it: the compiled command line, a terminal's Ctrl-C, and nothing left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/program/cli.js', import.meta.url));
const UNITS = 60;
const PATIENCE_MS = 120_000;

let child: ChildProcess | null = null;
const folder = mkdtempSync(join(tmpdir(), 'kizashi-demo-test-'));

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
  'prints where to sign in, fills itself, does the night’s work, and ends with Ctrl-C leaving nothing behind',
  async () => {
    const { printed, ended } = startDemo();
    await vi.waitFor(() => expect(printed()).toContain('The nightly work is done'), { timeout: PATIENCE_MS, interval: 200 });
    const url = /(http:\/\/\S+)\/sign-in/.exec(printed())?.[1] ?? '';
    expect((await fetch(`${url}/sign-in`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))).toMatchObject({ in_service: UNITS });
    expect(await stockCheck(url, /password {2}(\S+)/.exec(printed())?.[1] ?? '')).toEqual({ balances: [], places: [], over_reserved: [] });
    child?.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(printed()).toContain('its store is gone');
    expect(readdirSync(folder)).toEqual(['truth.json']);
  },
  2 * PATIENCE_MS,
);

/** What the ledger says of itself: cached balances that are not the sum of their moves, units not where their last move put them, promises beyond the stock. */
async function stockCheck(url: string, password: string): Promise<unknown> {
  const body = new URLSearchParams({ email: 'demo@example.com', password });
  const signedIn = await fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual', headers: { Origin: url } });
  const cookie = signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  return (await fetch(`${url}/api/v1/stock/check`, { headers: { Cookie: cookie } })).json();
}

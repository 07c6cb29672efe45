// What a start says when it cannot: the setting by name, and nothing left open behind it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startServer } from '../src/main.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-start-'));
const file = join(folder, 'a-file');
writeFileSync(file, 'no database, and no folder');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** On a store of its own: another start's ingester would make this one stand by. */
const start = (changes: Record<string, string>) =>
  startServer(
    readConfig({
      DATABASE_URL: `sqlite:${join(mkdtempSync(join(folder, 'store-')), 'kizashi.db')}`,
      DATA_DIR: folder,
      HTTP_PORT: '0',
      MQTT_PORT: '0',
      LOG_LEVEL: 'silent',
      ...changes,
    }),
  );

it.each([
  ['a folder the system will not make', 'DATABASE_URL', 'sqlite:/proc/x/kizashi.db'],
  ['a folder that is a file', 'DATABASE_URL', `sqlite:${join(file, 'kizashi.db')}`],
  ['a file that is no database', 'DATABASE_URL', `sqlite:${file}`],
  ['a PostgreSQL nobody answers for', 'DATABASE_URL', 'postgres://kizashi@127.0.0.1:1/kizashi'],
  ['a folder the system will not make', 'DATA_DIR', '/proc/x'],
  ['a folder that is a file', 'DATA_DIR', file],
  ['an address of another machine', 'HTTP_HOST', '192.0.2.1'],
])('%s is told by the name of its setting: %s=%s', async (_what, setting, value) => {
  await expect(start({ [setting]: value })).rejects.toThrow(setting);
});

it('a port that is taken is said to be in use', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await expect(start({ HTTP_PORT: String(port) })).rejects.toThrow(`HTTP_PORT ${port} on 127.0.0.1 is in use`);
  await expect(start({ MQTT_PORT: String(port) })).rejects.toThrow(`MQTT_PORT ${port} on 127.0.0.1 is in use`);
  other.close();
});

it('a second process on one store says that it stands by, and takes over when the first ends', async () => {
  const DATABASE_URL = `sqlite:${join(mkdtempSync(join(folder, 'shared-')), 'kizashi.db')}`;
  const first = await start({ DATABASE_URL });
  const second = await start({ DATABASE_URL });
  onTestFinished(() => second.close());
  expect([first.standing_by, second.standing_by]).toEqual([false, true]);
  await first.close();
  const working = async () => /^kizashi_ingest_working (\d)$/m.exec(await (await fetch(`${second.url}/metrics`)).text())?.[1];
  await vi.waitFor(async () => expect(await working()).toBe('1'), 20_000);
});

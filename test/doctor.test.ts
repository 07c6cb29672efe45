// What `kizashi doctor` says in broken situations, and that it changes nothing.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { openStore } from '../src/db/open.ts';
import { examine } from '../src/doctor.ts';
import { eachDb, NOW, testCtx } from './support/eachDb.ts';

const folder = mkdtempSync(join(tmpdir(), 'kizashi-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The findings that are not in order, as `name: what is wrong`. */
async function wrong(changes: Record<string, string>, now = NOW): Promise<string[]> {
  const config = readConfig({ DATA_DIR: folder, SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'a@example.com', ...changes });
  const findings = await examine(config, (store) => testCtx(store, { now }));
  return findings.filter(({ trouble }) => trouble !== null).map(({ name, trouble, note }) => `${note === true ? '(note) ' : ''}${name}: ${trouble}`);
}

it('a store that is not there yet is said so, and not made', async () => {
  const file = join(folder, 'absent', 'kizashi.db');
  expect(await wrong({ DATABASE_URL: `sqlite:${file}` })).toEqual([`store answers: DATABASE_URL: ${file} is not there: the first start makes it`]);
  expect(existsSync(join(folder, 'absent'))).toBe(false);
});

it('a file that is no database, and a PostgreSQL nobody answers for, are told by the name of the setting and nothing else is asked of them', async () => {
  const file = join(folder, 'garbage.db');
  writeFileSync(file, 'x'.repeat(5000));
  expect(await wrong({ DATABASE_URL: `sqlite:${file}` })).toEqual(['store answers: DATABASE_URL: file is not a database']);
  expect(await wrong({ DATABASE_URL: 'postgres://kizashi@127.0.0.1:1/kizashi' })).toEqual([
    expect.stringMatching(/^store answers: DATABASE_URL: .*ECONNREFUSED/),
  ]);
});

it('a store without its migrations is told how to get them', async () => {
  const file = join(folder, 'bare.db');
  await openStore(`sqlite:${file}`).close();
  expect(await wrong({ DATABASE_URL: `sqlite:${file}` })).toEqual(['schema is this version: nothing is applied: run `kizashi migrate`']);
});

it('attachments that cannot be written are named, mail that is not set up is only noted', async () => {
  const file = join(folder, 'sound.db');
  const store = openStore(`sqlite:${file}`);
  await migrate(store);
  await store.close();
  expect(await wrong({ DATABASE_URL: `sqlite:${file}`, SMTP_URL: '', MAIL_FROM: '' })).toEqual([
    '(note) reports are stored: no ingester is running',
    '(note) mails leave the house: SMTP_URL is not set: notices stay in the outbox',
  ]);
});

eachDb('a store in use', (test) => {
  const status = (state: string, reason: string | null, at = NOW) =>
    test.store.db
      .insertInto('ingest_status')
      .values({ ingester: 'here:1:a', status: JSON.stringify({ state, reason }), updated_at: at })
      .onConflict((conflict) => conflict.column('ingester').doUpdateSet({ status: JSON.stringify({ state, reason }), updated_at: at }))
      .execute();

  it('is well while its ingester works, and is not when that one is stalled', async () => {
    await status('working', null);
    expect(await wrong({ DATABASE_URL: test.store.url })).toEqual([]);
    await status('stalled', 'database or disk is full');
    expect(await wrong({ DATABASE_URL: test.store.url })).toEqual(['reports are stored: ingest stalled: database or disk is full']);
  });

  it('that holds tomorrow tells of a wrong clock', async () => {
    await status('working', null);
    expect(await wrong({ DATABASE_URL: test.store.url }, NOW - 86_400_000)).toEqual([
      'clock is right: it stands 86400 s before what the store holds',
      '(note) reports are stored: no ingester is running',
    ]);
  });

  it('a broker that is down, that speaks something else, and one that would drop messages are told', async () => {
    await status('working', null);
    const stranger = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => {
      stranger.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void stranger.close());
    const at = stranger.address();
    const port = typeof at === 'object' && at !== null ? at.port : 0;
    const broker = (mqtt_url: string) => wrong({ DATABASE_URL: test.store.url, MQTT_URL: mqtt_url });
    expect(await broker('mqtt://127.0.0.1:1')).toEqual([expect.stringMatching(/^broker answers: .*ECONNREFUSED/)]);
    expect(await broker(`mqtt://127.0.0.1:${port}`)).toEqual([expect.stringMatching(/^broker answers: (speaks no MQTT|hangs up)/)]);
  });
});

// One notice sent by two at the very same moment, and one outbox emptied by two: every contact gets one message.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../src/core/log.ts';
import { openStore, type Store } from '../../src/db/open.ts';
import { runJob } from '../../src/jobs/run.ts';
import { deliveryJob } from '../../src/jobs/schedule.ts';
import { approveNotice, sendNotice, submitNotice, writeNotice } from '../../src/notice/write.ts';
import { aoi, as, ben, castDesk, lena } from '../case/cast.ts';
import { dialects, type FreshStore, freshStore, NOW, type TestStore, testCtx } from '../support/eachDb.ts';

const text = { subject_en: 's', body_en: 'Dear {name}', subject_ja: 's', body_ja: '{name} 様' };
const everybody = { model_ids: ['x100', 'x200'], batch_ids: [], firmware_ids: [], site_ids: [], unit_ids: [], alert_id: null };
const CONTACTS = 3;

/** What another process does when it is told to: send the notice, and say how it went. */
const SENDER = `
import { openStore } from ${JSON.stringify(new URL('../../dist/src/db/open.js', import.meta.url).href)};
import { sendNotice } from ${JSON.stringify(new URL('../../dist/src/notice/write.js', import.meta.url).href)};
const [url, id, name] = process.argv.slice(-3);
const store = openStore(url);
const actor = { kind: 'person', id: name, name, role: 'tech', scopes: null, partner_id: null, locale: 'en' };
const ctx = { db: store.db, now: ${NOW}, zone: 'Asia/Tokyo', actor, afterCommit: (run) => run() };
await store.db.selectFrom('notices').select('id').execute();
console.log('ready');
process.stdin.once('data', async () => {
  console.log(await sendNotice(ctx, id).then(() => 'sent', (error) => error.code ?? String(error)));
  await store.close();
  process.exit();
});
`;

describe.each(dialects)('on %s, at the very same moment,', (dialect) => {
  let fresh: FreshStore;
  let test: TestStore;
  const others: Store[] = [];

  beforeAll(async () => {
    fresh = await freshStore(dialect);
    test = { dialect, store: fresh.store, ctx: (changes = {}) => testCtx(fresh.store, changes) };
    await castDesk(fresh.store);
  });
  afterAll(async () => {
    for (const store of others) await store.close();
    await fresh.drop();
  });

  const approved = async (): Promise<string> => {
    const { id } = await writeNotice(as(test, aoi), { ...text, kind: 'defect', checklist: [], starts_at: null, ends_at: null, query: everybody });
    await submitNotice(as(test, aoi), id);
    await approveNotice(as(test, lena), id, CONTACTS);
    return id;
  };
  const mailsOf = (id: string) =>
    fresh.store.db.selectFrom('outbox').select('target').where('dedupe_key', 'like', `notice:${id}:%`).orderBy('target').execute();
  const everyContact = [{ target: 'it@hoshi.example' }, { target: 'it@sakura.example' }, { target: 'it@yuki.example' }];
  const tellingsOf = (id: string) =>
    fresh.store.db.selectFrom('history').select('actor_name').where('record_id', '=', id).where('action', '=', 'notice.sent').execute();

  it('two processes send it: one does, the other is told, nobody is written to twice', async () => {
    for (let round = 0; round < 3; round++) {
      const id = await approved();
      const senders = ['aoi', 'ben'].map((name) =>
        spawn(process.execPath, ['--input-type=module', '-e', SENDER, fresh.url, id, name], { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      const lines = senders.map((sender) => createInterface({ input: sender.stdout })[Symbol.asyncIterator]());
      for (const line of lines) expect((await line.next()).value).toBe('ready');
      for (const sender of senders) sender.stdin.write('go\n');
      const said = await Promise.all(lines.map(async (line) => (await line.next()).value));
      await Promise.all(senders.map((sender) => (sender.exitCode === null ? once(sender, 'exit') : null)));
      expect(said.filter((word) => word === 'sent')).toHaveLength(1);
      expect(said.every((word) => ['sent', 'conflict', 'stale'].includes(word))).toBe(true);
      expect(await mailsOf(id)).toEqual(everyContact);
      expect(await tellingsOf(id)).toHaveLength(1);
    }
  }, 60_000);

  it.runIf(dialect === 'postgres')('both have read it as approved before either writes: still one', async () => {
    const id = await approved();
    const [one, two, third] = [openStore(fresh.url), openStore(fresh.url), openStore(fresh.url)];
    others.push(one, two, third);
    let sending: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([]);
    // A third holds the row: both get as far as the update that decides, and wait.
    await third.db.transaction().execute(async (trx) => {
      await trx.selectFrom('notices').select('id').where('id', '=', id).forUpdate().execute();
      sending = Promise.allSettled([sendNotice(testCtx(one, { actor: aoi }), id), sendNotice(testCtx(two, { actor: ben }), id)]);
      const waiting = async () => (await sql`select pid from pg_locks where not granted`.execute(fresh.store.db)).rows.length;
      while ((await waiting()) < 2) await new Promise((resolve) => setImmediate(resolve));
    });
    const results = await sending;
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'stale' } });
    expect(await mailsOf(id)).toEqual(everyContact);
    expect(await tellingsOf(id)).toHaveLength(1);
  });

  it('two processes empty the outbox: every mail leaves once', async () => {
    const arrived: string[] = [];
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData: (stream, session, done) => {
        stream.resume();
        stream.on('end', () => {
          arrived.push(...session.envelope.rcptTo.map(({ address }) => address));
          done();
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
    const other = openStore(fresh.url);
    others.push(other);
    // A listening server of ours has an address with a port.
    const job = deliveryJob({ smtp_url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`, mail_from: 'support@kizashi.example' });
    const run = (store: Store, worker: string) => runJob(job, { store, zone: 'Asia/Tokyo', now: () => NOW, log: openLog('silent') }, worker);
    const queued = await fresh.store.db.selectFrom('outbox').select('target').where('kind', '=', 'mail').orderBy('target').execute();
    expect(queued.length).toBeGreaterThanOrEqual(3 * CONTACTS);
    expect((await Promise.all([run(fresh.store, 'one'), run(other, 'two')])).sort()).toEqual([false, true]);
    await run(other, 'two');
    expect(arrived.sort()).toEqual(queued.map(({ target }) => target));
    await new Promise<void>((resolve) => smtp.close(resolve));
  });
});

// What a locked SQLite store does to this process: writers wait their turn, everything else goes on.
import Sqlite from 'better-sqlite3';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type Store, sqliteFile } from '../../src/db/open.ts';
import { BUSY_TIMEOUT_MS } from '../../src/db/patient.ts';
import { eachDb } from '../support/eachDb.ts';

/** Another process in the middle of a long write. */
function lock(store: Store): { release(): void } {
  const other = new Sqlite(sqliteFile(store.url), { timeout: 0 });
  other.exec('begin immediate');
  onTestFinished(() => void other.close());
  return { release: () => void other.exec('rollback') };
}

eachDb('a store that another process is writing to', (test) => {
  beforeEach(async () => {
    await test.store.db.deleteFrom('ingest_marks').where('name', 'like', 'test-%').execute();
  });
  const note = (name: string) => test.store.db.insertInto('ingest_marks').values({ name, mark: 1 }).execute();
  const names = async () =>
    (await test.store.db.selectFrom('ingest_marks').select('name').where('name', 'like', 'test-%').orderBy('name').execute()).map(({ name }) => name);
  const inTransaction = (name: string) =>
    test.store.db.transaction().execute(async (trx) => {
      await trx.insertInto('ingest_marks').values({ name, mark: 1 }).execute();
    });

  it('is read while a statement and a transaction wait; both are written when it is free', async () => {
    if (test.dialect !== 'sqlite') return;
    const held = lock(test.store);
    const writes = [note('test-a'), inTransaction('test-b')];
    let done = 0;
    for (const write of writes) void write.then(() => done++);
    for (let read = 0; read < 20; read++) expect(await names()).toEqual([]);
    expect(done).toBe(0);
    held.release();
    await Promise.all(writes);
    expect(await names()).toEqual(['test-a', 'test-b']);
  });

  it('the thread is free while a writer waits', async () => {
    if (test.dialect !== 'sqlite') return;
    const held = lock(test.store);
    const write = note('test-a');
    // A timer of this very thread ends the lock: a thread that waits inside SQLite would never come to it.
    setTimeout(() => held.release(), 0);
    await write;
    expect(await names()).toEqual(['test-a']);
  });

  it('a writer gives up after its time, and the next one finds the connection as it was', async () => {
    if (test.dialect !== 'sqlite') return;
    const held = lock(test.store);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const refused = [
      expect(inTransaction('test-a')).rejects.toMatchObject({ code: 'SQLITE_BUSY' }),
      expect(note('test-b')).rejects.toMatchObject({ code: 'SQLITE_BUSY' }),
    ];
    await vi.advanceTimersByTimeAsync(BUSY_TIMEOUT_MS + 100);
    await Promise.all(refused);
    held.release();
    await inTransaction('test-c');
    expect(await names()).toEqual(['test-c']);
  });

  it('what one transaction has written is not read by another before its end', async () => {
    let goOn: () => void = () => {};
    const halfway = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = test.store.db.transaction().execute(async (trx) => {
      await trx.insertInto('ingest_marks').values({ name: 'test-a', mark: 1 }).execute();
      await halfway;
    });
    const read = names();
    const other = inTransaction('test-b');
    goOn();
    await Promise.all([slow, other]);
    expect([[], ['test-a'], ['test-a', 'test-b']]).toContainEqual(await read);
    expect(await names()).toEqual(['test-a', 'test-b']);
  });

  it('a transaction that fails leaves nothing and locks nobody out', async () => {
    const failing = test.store.db.transaction().execute(async (trx) => {
      await trx.insertInto('ingest_marks').values({ name: 'test-a', mark: 1 }).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await note('test-b');
    expect(await names()).toEqual(['test-b']);
  });
});

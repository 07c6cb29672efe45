// Readers while another process holds the write lock of the store: they are answered at once, whatever is noted of them.
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MINUTE_MS } from '../../src/core/time.ts';
import { sqliteFile } from '../../src/db/open.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('a store that another process writes to', (test) => {
  it('answers a token that was not seen for long, and notes its use when the lock is gone', async () => {
    if (test.dialect !== 'sqlite') return;
    const clock = { now: NOW };
    const reader = await callerWith(testApp(test.store, clock), test.store, 'engineer');
    const usedAt = async () => (await test.store.db.selectFrom('tokens').select('last_used_at').executeTakeFirstOrThrow()).last_used_at;
    await reader.get('/api/v1/me');
    await vi.waitFor(async () => expect(await usedAt()).toBe(NOW));
    const other = new Sqlite(sqliteFile(test.store.url), { timeout: 0 });
    onTestFinished(() => void other.close());
    other.exec('begin immediate');
    clock.now += 10 * MINUTE_MS;
    for (const path of ['/api/v1/me', '/api/v1/devices', '/devices', '/readyz']) expect([path, (await reader.get(path)).status]).toEqual([path, 200]);
    expect(await usedAt()).toBe(NOW);
    other.exec('rollback');
    await vi.waitFor(async () => expect(await usedAt()).toBe(NOW + 10 * MINUTE_MS));
  });
});

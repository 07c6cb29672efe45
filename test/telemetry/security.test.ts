import { expect, it, onTestFinished } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { openIngestStore } from '../../src/telemetry/openIngestStore.ts';
import { type SecurityEvent, SecurityLog } from '../../src/telemetry/security.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const event = (changes: Partial<SecurityEvent>): SecurityEvent => ({
  kind: 'bad_credential',
  device_id: null,
  client_id: null,
  username: null,
  topic: null,
  address: '192.0.2.1',
  ...changes,
});

eachDb('security events', (test) => {
  const rows = () => test.store.db.selectFrom('device_security_events').select(['kind', 'client_id', 'address', 'times']).orderBy('id').execute();
  const open = async () => {
    await test.store.db.deleteFrom('device_security_events').execute();
    const store = openIngestStore(test.store.url);
    onTestFinished(() => store.close());
    return store;
  };

  it('the same again is counted, not repeated', async () => {
    const log = new SecurityLog();
    for (let i = 0; i < 3; i++) log.note(event({ client_id: 'cam-1' }));
    await log.flush(await open(), NOW);
    expect((await rows()).map((row) => [row.client_id, Number(row.times)])).toEqual([['cam-1', 3]]);
  });

  it('one address that tries ten thousand names fills a few rows, and pushes out nobody else', async () => {
    const log = new SecurityLog();
    for (let i = 0; i < 10_000; i++) log.note(event({ client_id: `guess-${i}` }));
    log.note(event({ client_id: 'cam-7', address: '192.0.2.7' }));
    await log.flush(await open(), NOW);
    const kept = await rows();
    expect(kept.length).toBeLessThan(30);
    expect(kept.reduce((sum, row) => sum + Number(row.times), 0)).toBe(10_001);
    expect(kept).toContainEqual(expect.objectContaining({ client_id: 'cam-7', address: '192.0.2.7' }));
  });

  it('after a write every address has its rows again', async () => {
    const log = new SecurityLog();
    const store = await open();
    for (let i = 0; i < 100; i++) log.note(event({ client_id: `guess-${i}` }));
    await log.flush(store, NOW);
    log.note(event({ client_id: 'cam-1' }));
    await log.flush(store, NOW + 1000);
    expect((await rows()).at(-1)).toMatchObject({ client_id: 'cam-1' });
  });

  it('one that goes on for hours is one row an hour, with the moment it was seen last', async () => {
    const log = new SecurityLog();
    const store = await open();
    for (let at = NOW; at < NOW + 3 * HOUR_MS; at += MINUTE_MS) {
      log.note(event({ kind: 'sign_in_flood' }));
      await log.flush(store, at);
    }
    const kept = await test.store.db.selectFrom('device_security_events').select(['at', 'times']).orderBy('id').execute();
    expect(kept).toEqual([
      { at: NOW + 60 * MINUTE_MS, times: 61 },
      { at: NOW + 121 * MINUTE_MS, times: 61 },
      { at: NOW + 179 * MINUTE_MS, times: 58 },
    ]);
  });

  it('a row that was removed meanwhile is written anew', async () => {
    const log = new SecurityLog();
    const store = await open();
    log.note(event({ client_id: 'cam-1' }));
    await log.flush(store, NOW);
    await test.store.db.deleteFrom('device_security_events').execute();
    log.note(event({ client_id: 'cam-1' }));
    await log.flush(store, NOW + 1000);
    expect((await rows()).map((row) => [row.client_id, row.times])).toEqual([['cam-1', 1]]);
  });

  it('names that would break a table or a page are written without their control characters', async () => {
    const log = new SecurityLog();
    log.note(event({ client_id: `a\u0000b\u001b[2J${'x'.repeat(500)}` }));
    await log.flush(await open(), NOW);
    expect((await rows())[0]?.client_id).toBe(`a�b�[2J${'x'.repeat(193)}`);
  });
});

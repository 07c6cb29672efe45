// What goes after its time, and what stays: raw reports a recovery may still need, and the newest of the quarantine.
import { expect, it, onTestFinished } from 'vitest';
import { DAY_MS } from '../../src/core/time.ts';
import { takeReplays } from '../../src/mqtt/replays.ts';
import { dropOldSegments, pruneQuarantine } from '../../src/telemetry/retention.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

eachDb('what goes after its time', (test) => {
  const opened = async (limits = {}, now = NOW) => {
    const station = await openStation(test.store.url, { limits, now });
    onTestFinished(() => station.close());
    return station;
  };
  const segments = async () => (await test.store.db.selectFrom('report_segments').select('segment_no').execute()).length;
  const quarantined = (device_id: string) =>
    test.store.db.selectFrom('quarantine').select(['reason', 'replay_outcome']).where('device_id', '=', device_id).orderBy('id').execute();

  it('raw reports that a recovery could still need stay, however old', async () => {
    const fleet = Array.from({ length: 300 }, (_, i) => `old-${i}`);
    await registerDevices(test.store.db, fleet);
    const station = await opened();
    for (const id of fleet) station.send(id, 'health', report(0));
    await station.settle();
    for (const id of fleet) station.send(id, 'health', report(1));
    // Committed; the rows of so many devices follow in slices.
    await station.pipeline.settle();
    expect(station.pipeline.ingest.batch.waiting).toBeGreaterThan(0);
    const before = await segments();
    await dropOldSegments(station.store, NOW + 100 * DAY_MS, 14);
    const kept = await segments();
    expect([kept < before, kept > 0]).toEqual([true, true]);
    await station.settle();
    await dropOldSegments(station.store, NOW + 100 * DAY_MS, 14);
    expect(await segments()).toBe(0);
    expect(await test.store.db.selectFrom('devices').select('reports').distinct().where('device_id', 'in', fleet).execute()).toEqual([{ reports: 2 }]);
  });

  it('a device fills its places in quarantine and no more; what was replayed makes room', async () => {
    await registerDevices(test.store.db, ['crowd']);
    const station = await opened({ quarantined_per_device: 5 });
    const rubbish = (count: number) => {
      for (let i = 0; i < count; i++) station.send('crowd', 'health', 'no JSON');
      return station.settle();
    };
    await rubbish(8);
    expect((await quarantined('crowd')).length).toBe(5);
    expect(station.pipeline.ingest.counts).toMatchObject({ quarantined: 5, quarantine_dropped: 3 });
    await test.store.db.updateTable('quarantine').set({ replay_requested_at: NOW }).where('device_id', '=', 'crowd').execute();
    await takeReplays(station.store, station.pipeline, NOW);
    await station.settle();
    expect((await quarantined('crowd')).map(({ replay_outcome }) => replay_outcome)).toEqual(new Array(5).fill('not_json'));
    await pruneQuarantine(station.store, station.pipeline.ingest, NOW);
    await rubbish(8);
    expect((await quarantined('crowd')).length).toBe(10);
  });

  it('the places a device takes in quarantine are known to the next ingester once it has looked', async () => {
    await registerDevices(test.store.db, ['again']);
    const first = await openStation(test.store.url, { limits: { quarantined_per_device: 5 } });
    for (let i = 0; i < 5; i++) first.send('again', 'health', '{');
    await first.close();
    const second = await opened({ quarantined_per_device: 5 });
    second.send('again', 'health', report(0));
    await second.settle();
    await pruneQuarantine(second.store, second.pipeline.ingest, NOW);
    second.send('again', 'health', '{');
    await second.settle();
    expect((await quarantined('again')).length).toBe(5);
  });

  it('after ninety days a message in quarantine goes', async () => {
    await registerDevices(test.store.db, ['stale']);
    const station = await opened();
    station.send('stale', 'health', '{');
    await station.settle();
    await pruneQuarantine(station.store, station.pipeline.ingest, NOW + 89 * DAY_MS);
    expect((await quarantined('stale')).length).toBe(1);
    await pruneQuarantine(station.store, station.pipeline.ingest, NOW + 91 * DAY_MS);
    expect((await quarantined('stale')).length).toBe(0);
  });
});

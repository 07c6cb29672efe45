import { expect, it, onTestFinished } from 'vitest';
import { addDays, DAY_MS } from '../../src/core/time.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { countCohorts } from '../../src/telemetry/cohorts.ts';
import { openIngestStore } from '../../src/telemetry/openIngestStore.ts';
import { checkRollups, rebuildRollups, verifyRollups } from '../../src/telemetry/recount.ts';
import { dropOldSegments } from '../../src/telemetry/retention.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report, type Station } from './station.ts';

const burst = (station: Station, device_ids: readonly string[], from: number, to: number): string[] => {
  const keys: string[] = [];
  for (let seq = from; seq < to; seq++) {
    for (const device_id of device_ids) {
      station.send(device_id, 'health', report(seq, { frames_lost: seq * 3, brownouts: seq }, { ts: NOW + seq * 60_000 }));
      keys.push(`${device_id} ${seq}`);
    }
  }
  return keys;
};

eachDb('after a crash', (test) => {
  it('what was acknowledged is there, once, and the roll-ups equal a recount', async () => {
    const device_ids = Array.from({ length: 30 }, (_, i) => `crash-${i}`);
    await registerDevices(test.store.db, device_ids);
    const keys = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const station = await openStation(test.store.url);
      const sent = burst(station, device_ids, round * 20, round * 20 + 25);
      await station.pipeline.settle();
      burst(station, device_ids, 90, 95);
      for (const id of station.acknowledged) keys.add(sent[id - 1] ?? '');
      await station.crash();
    }
    const { stored } = await test.store.db
      .selectFrom('report_segments')
      .select((eb) => eb.fn.sum<number>('reports').as('stored'))
      .executeTakeFirstOrThrow();
    expect(Number(stored)).toBeGreaterThanOrEqual(keys.size);
    // The broker delivers again what was not acknowledged, and here everything else too.
    const station = await openStation(test.store.url);
    burst(station, device_ids, 0, 105);
    await station.settle();
    const { reports, device_days, differences } = await verifyRollups(station.store, 'Asia/Tokyo');
    expect({ reports, device_days, differences }).toEqual({ reports: 30 * 105, device_days: 30, differences: [] });
    await station.close();
  });

  it('a damaged roll-up is found and rebuilt from the raw reports', async () => {
    const station = await openStation(test.store.url);
    await test.store.db.updateTable('device_days').set({ frames_lost: 1 }).where('day_on', '=', '2026-04-01').where('device_no', '=', 1).execute();
    expect((await verifyRollups(station.store, 'Asia/Tokyo')).differences).toEqual([
      expect.objectContaining({ column: 'frames_lost', kept: 1, recounted: 312 }),
    ]);
    await station.close();
    const again = openIngestStore(test.store.url);
    expect(await rebuildRollups(again, 'Asia/Tokyo', () => NOW)).toBe(30);
    expect((await verifyRollups(again, 'Asia/Tokyo')).differences).toEqual([]);
    await again.close();
  });

  it('roll-ups are not rebuilt while an ingester runs, and none begins while they are', async () => {
    const station = await openStation(test.store.url);
    const mending = openIngestStore(test.store.url);
    await expect(rebuildRollups(mending, 'Asia/Tokyo', () => NOW)).rejects.toThrow('An ingester is running');
    await station.close();
    let clock = NOW;
    // Each look at the clock is twenty seconds later: without a word in between the lease would be over.
    const rebuilding = rebuildRollups(mending, 'Asia/Tokyo', () => (clock += 20_000));
    expect(await rebuilding).toBeGreaterThan(0);
    const other = openIngestStore(test.store.url);
    onTestFinished(() => other.close());
    expect(await other.claim('elsewhere:1:a', clock + 1000)).toBe(false);
    await mending.close();
    expect(await other.claim('elsewhere:1:a', clock + 1000)).toBe(true);
  });

  it('raw reports older than the retention go, the roll-ups stay', async () => {
    const station = await openStation(test.store.url, { now: NOW + 20 * DAY_MS });
    const before = await test.store.db
      .selectFrom('device_days')
      .select((eb) => eb.fn.countAll<number>().as('rows'))
      .executeTakeFirst();
    expect(await dropOldSegments(station.store, NOW + 10 * DAY_MS, 14)).toBe(0);
    expect(await dropOldSegments(station.store, NOW + 20 * DAY_MS, 14)).toBeGreaterThan(0);
    expect(await test.store.db.selectFrom('report_segments').selectAll().execute()).toEqual([]);
    expect(
      await test.store.db
        .selectFrom('device_days')
        .select((eb) => eb.fn.countAll<number>().as('rows'))
        .executeTakeFirst(),
    ).toEqual(before);
    await station.close();
  });

  it('cohort totals follow the days that changed', async () => {
    const ctx = test.ctx({ now: Date.now() });
    expect(await countCohorts(ctx)).toContain('2026-04-01');
    const totals = await test.store.db.selectFrom('cohort_days').selectAll().where('signal', '=', 'brownout').where('day_on', '=', '2026-04-01').execute();
    expect(totals).toEqual([
      {
        day_on: '2026-04-01',
        model_id: 'model',
        hw_rev: 'B',
        batch_id: '',
        firmware: '4.2.1',
        signal: 'brownout',
        devices: 30,
        episodes: 30,
        events: 30 * 104,
      },
    ]);
  });

  it('an import of years is counted to its first day', async () => {
    const { db } = test.store;
    const row = await db.selectFrom('device_days').selectAll().where('day_on', '=', '2026-04-01').limit(1).executeTakeFirstOrThrow();
    const days = Array.from({ length: 520 }, (_, i) => addDays('2026-04-01', -1 - i));
    await insertMany(
      db,
      'device_days',
      days.map((day_on) => ({ ...row, day_on, changed_at: Date.now() })),
    );
    expect((await countCohorts(test.ctx({ now: Date.now() }))).length).toBeGreaterThanOrEqual(520);
    const first = await db
      .selectFrom('cohort_days')
      .select('events')
      .where('signal', '=', 'brownout')
      .where('day_on', '=', days.at(-1) ?? '')
      .execute();
    expect(first).toEqual([{ events: row.brownouts }]);
  });
});

eachDb('the check of roll-ups', (test) => {
  it('tells only real differences while an ingester runs', async () => {
    await registerDevices(test.store.db, ['check-0', 'check-1']);
    const station = await openStation(test.store.url);
    burst(station, ['check-0', 'check-1'], 0, 5);
    await station.settle();
    burst(station, ['check-0', 'check-1'], 5, 10);
    await station.pipeline.settle();
    expect((await checkRollups(test.store.url, 'Asia/Tokyo')).differences).toEqual([]);
    await station.settle();
    expect(await checkRollups(test.store.url, 'Asia/Tokyo')).toMatchObject({ differences: [], reports: 20, device_days: 2 });
    await test.store.db.updateTable('device_days').set({ brownouts: 99 }).execute();
    expect((await checkRollups(test.store.url, 'Asia/Tokyo')).differences).toHaveLength(2);
    await station.close();
  });
});

// A region comes back after a power cut: thousands of known devices with new boots, read from the store together.
import { expect, it, onTestFinished } from 'vitest';
import type { IngestStore } from '../../src/telemetry/ingestStore.ts';
import { eachDb } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

/** Counts the questions about boots. */
function counting(store: IngestStore): { asked: number } {
  const counter = { asked: 0 };
  const all = store.all.bind(store);
  store.all = async <Row>(sql: string, parameters: Parameters<IngestStore['all']>[1]): Promise<Row[]> => {
    if (sql.startsWith('select * from device_boots')) counter.asked++;
    return all<Row>(sql, parameters);
  };
  return counter;
}

const fleetNamed = (name: string) => Array.from({ length: 150 }, (_, i) => `${name}-${i}`);

eachDb('new boots of known devices', (test) => {
  async function heardBefore(fleet: readonly string[]) {
    await registerDevices(test.store.db, fleet);
    const station = await openStation(test.store.url);
    onTestFinished(() => station.close());
    for (const id of fleet) station.send(id, 'health', report(0, { frames_lost: 5 }));
    await station.settle();
    return station;
  }
  const boots = async (fleet: readonly string[]) =>
    (
      await test.store.db
        .selectFrom('device_boots as b')
        .innerJoin('devices as d', 'd.device_no', 'b.device_no')
        .select(['b.boot', 'b.boot_no'])
        .where('d.device_id', 'in', fleet)
        .orderBy('b.device_no')
        .orderBy('b.boot_no')
        .execute()
    ).map(({ boot, boot_no }) => `${boot_no} ${boot}`);

  it('are asked for in few questions, counted once, and a report of the boot before still finds its own', async () => {
    const fleet = fleetNamed('many');
    const station = await heardBefore(fleet);
    const counter = counting(station.store);
    for (const id of fleet) {
      station.send(id, 'health', report(0, { frames_lost: 2 }, { boot: 'second' }));
      station.send(id, 'health', report(1, { frames_lost: 3 }, { boot: 'second' }));
      station.send(id, 'health', report(0, { frames_lost: 2 }, { boot: 'second' }));
    }
    for (const id of fleet) station.send(id, 'health', report(1, { frames_lost: 9 }));
    await station.settle();
    expect(counter.asked).toBeLessThan(20);
    expect(await boots(fleet)).toEqual(fleet.flatMap(() => ['1 9f3c61d2a07b41e8', '2 second']));
    const days = await test.store.db
      .selectFrom('device_days as y')
      .innerJoin('devices as d', 'd.device_no', 'y.device_no')
      .select(['y.reports', 'y.frames_lost'])
      .distinct()
      .where('d.device_id', 'in', fleet)
      .execute();
    // 5, then 4 more of the first boot; 2 and 1 of the second.
    expect(days.map((day) => [Number(day.reports), Number(day.frames_lost)])).toEqual([[4, 12]]);
    expect(station.pipeline.ingest.counts).toMatchObject({ reports: 150 * 4, duplicates: 150, quarantined: 0 });
  });

  it('a boot named only by a message that is refused is not begun', async () => {
    const ghosts = ['ghost-0', 'ghost-1', 'ghost-2'];
    const [first = '', second = '', third = ''] = ghosts;
    const station = await heardBefore(ghosts);
    station.send(first, 'health', report(0, {}, { boot: 'real' }));
    station.send(second, 'health', '{"v":1,"boot":"ghost","seq":0,"m":');
    station.send(third, 'health', report(0, {}, { boot: 'ghost', v: 2 }));
    await station.settle();
    expect(await boots(ghosts)).toEqual(['1 9f3c61d2a07b41e8', '2 real', '1 9f3c61d2a07b41e8', '1 9f3c61d2a07b41e8']);
    station.send(second, 'health', report(0, {}, { boot: 'ghost' }));
    await station.settle();
    expect(await boots([second])).toEqual(['1 9f3c61d2a07b41e8', '2 ghost']);
  });
});

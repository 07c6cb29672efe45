import { expect, it, onTestFinished } from 'vitest';
import { GapWatch } from '../../src/telemetry/gapWatch.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report, type Station } from './station.ts';

const MINUTE = 60_000;

eachDb('a gap in the sequence', (test) => {
  /** A device that sent 0 and 5 of this boot, and the watch over it. */
  const gapped = async (device_id: string, reachable = true): Promise<{ station: Station; watch: GapWatch; at(after_ms: number): Promise<void> }> => {
    await registerDevices(test.store.db, [device_id]);
    const station = await openStation(test.store.url);
    onTestFinished(() => station.close());
    for (const seq of [0, 5]) station.send(device_id, 'health', report(seq));
    await station.settle();
    const watch = new GapWatch(station.store, station.pipeline.ingest);
    const at = async (after_ms: number) => {
      station.clock.now = NOW + after_ms;
      await watch.look(station.clock.now);
      if (reachable) await told(device_id);
    };
    await at(0);
    return { station, watch, at };
  };
  const told = (device_id: string) =>
    test.store.db.updateTable('device_commands').set({ sent_at: NOW }).where('device_id', '=', device_id).where('sent_at', 'is', null).execute();
  const gapsOf = (device_id: string) =>
    test.store.db
      .selectFrom('device_gaps')
      .innerJoin('devices', 'devices.device_no', 'device_gaps.device_no')
      .select(['from_seq', 'to_seq', 'asks', 'closed_at', 'given_up_at'])
      .where('device_id', '=', device_id)
      .execute();
  const asked = async (device_id: string) => {
    const rows = await test.store.db.selectFrom('device_commands').select(['name', 'arguments', 'created_at']).where('device_id', '=', device_id).execute();
    return rows.map((row) => [(row.created_at - NOW) / MINUTE, row.name, row.arguments]);
  };
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirstOrThrow();

  it('is left alone while its numbers may still be under way', async () => {
    const { station, at } = await gapped('gap-young');
    await at(4999);
    expect([await gapsOf('gap-young'), await asked('gap-young')]).toEqual([[], []]);
    station.send(
      'gap-young',
      'health',
      [1, 2, 3, 4].map((seq) => report(seq)),
    );
    await station.settle();
    await at(10 * MINUTE);
    expect([await gapsOf('gap-young'), await asked('gap-young')]).toEqual([[], []]);
  });

  it('is asked for five times with growing patience, then given up, and stays counted on its device', async () => {
    const { watch, at } = await gapped('gap-lost');
    for (let minute = 1; minute <= 400; minute++) await at(minute * MINUTE);
    const resend = ['resend', '{"from_seq":1,"to_seq":4}'];
    expect(await asked('gap-lost')).toEqual([1, 2, 6, 22, 86].map((minute) => [minute, ...resend]));
    expect(await gapsOf('gap-lost')).toEqual([{ from_seq: 1, to_seq: 4, asks: 5, closed_at: null, given_up_at: NOW + 342 * MINUTE }]);
    expect([watch.open, (await device('gap-lost')).missing]).toEqual([0, 4]);
  });

  it('of a device that is away is asked for once, and patience begins when it was told', async () => {
    const { at } = await gapped('gap-away', false);
    for (let minute = 1; minute <= 400; minute++) await at(minute * MINUTE);
    expect([(await asked('gap-away')).length, await gapsOf('gap-away')]).toMatchObject([1, [{ asks: 1, given_up_at: null }]]);
    await told('gap-away');
    await at(401 * MINUTE);
    expect((await asked('gap-away')).map(([minute]) => minute)).toEqual([1, 401]);
  });

  it('that was given up is closed all the same when its numbers come at last', async () => {
    const { station, at } = await gapped('gap-late');
    for (let minute = 1; minute <= 400; minute++) await at(minute * MINUTE);
    station.send(
      'gap-late',
      'backfill',
      [1, 2, 3, 4].map((seq) => report(seq, {}, { hist: true })),
    );
    await station.settle();
    await at(401 * MINUTE);
    expect(await gapsOf('gap-late')).toMatchObject([{ from_seq: 1, to_seq: 4, closed_at: NOW + 401 * MINUTE }]);
    expect((await device('gap-late')).missing).toBe(0);
  });

  it('of a boot that is over cannot be filled: it is given up and its reports are counted as lost', async () => {
    const { station, at } = await gapped('gap-boot');
    await at(1 * MINUTE);
    station.send('gap-boot', 'health', report(0, {}, { boot: 'the-next-boot' }));
    await station.settle();
    await at(2 * MINUTE);
    expect(await gapsOf('gap-boot')).toMatchObject([{ from_seq: 1, to_seq: 4, asks: 1, closed_at: null, given_up_at: NOW + 2 * MINUTE }]);
    expect(await device('gap-boot')).toMatchObject({ missing: 0, lost: 4 });
    station.send(
      'gap-boot',
      'backfill',
      [1, 2, 3].map((seq) => report(seq, {}, { hist: true })),
    );
    await station.settle();
    expect(await device('gap-boot')).toMatchObject({ missing: 0, lost: 1, reports: 6 });
  });

  it('filled in part is asked for again only for what is missing still', async () => {
    const { station, at } = await gapped('gap-part');
    await at(1 * MINUTE);
    station.send(
      'gap-part',
      'backfill',
      [1, 2].map((seq) => report(seq, {}, { hist: true })),
    );
    await station.settle();
    await at(2 * MINUTE);
    expect(await asked('gap-part')).toEqual([
      [1, 'resend', '{"from_seq":1,"to_seq":4}'],
      [2, 'resend', '{"from_seq":3,"to_seq":4}'],
    ]);
  });
});

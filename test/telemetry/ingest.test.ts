import { expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

eachDb('telemetry', (test) => {
  const dayOf = async (device_id: string, day_on = '2026-04-01') =>
    test.store.db
      .selectFrom('device_days')
      .innerJoin('devices', 'devices.device_no', 'device_days.device_no')
      .selectAll('device_days')
      .where('device_id', '=', device_id)
      .where('day_on', '=', day_on)
      .executeTakeFirst();
  const device = (device_id: string) => test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirstOrThrow();

  it('a report is stored, rolled up, and then acknowledged', async () => {
    await registerDevices(test.store.db, ['cam-1']);
    const station = await openStation(test.store.url);
    const id = station.send('cam-1', 'health', report(0, { frames_lost: 7, temp_c: 52.25 }));
    expect(station.acknowledged).toEqual([]);
    await station.settle();
    expect(station.acknowledged).toEqual([id]);
    expect(await device('cam-1')).toMatchObject({ reports: 1, boot: '9f3c61d2a07b41e8', last_seq: 0, firmware: '4.2.1', online_at: NOW });
    expect(await dayOf('cam-1')).toMatchObject({ reports: 1, frames_lost: 7, temp_c_max: 52.25, online_s: 60, reboot_power_on: 1, rec_gap_s: null });
    const state = await test.store.db
      .selectFrom('device_states')
      .selectAll()
      .where('device_no', '=', (await device('cam-1')).device_no)
      .executeTakeFirst();
    expect(state).toMatchObject({ temp_c: 52.25, sd_state: 'ok', reboot: 'power_on', rec_gap_s: null, reported_at: NOW });
    await station.close();
  });

  it('a repeated report changes nothing, and is acknowledged again', async () => {
    await registerDevices(test.store.db, ['cam-2']);
    const station = await openStation(test.store.url);
    for (let i = 0; i < 5; i++) station.send('cam-2', 'health', report(1, { frames_lost: 3 }));
    await station.settle();
    expect(station.acknowledged).toHaveLength(5);
    expect(await device('cam-2')).toMatchObject({ reports: 1, duplicates: 4 });
    expect(await dayOf('cam-2')).toMatchObject({ reports: 1, frames_lost: 3 });
    await station.close();
  });

  it('the same key with other bytes goes to quarantine', async () => {
    await registerDevices(test.store.db, ['cam-3']);
    const station = await openStation(test.store.url);
    station.send('cam-3', 'health', report(1, { temp_c: 40 }));
    await station.settle();
    station.send('cam-3', 'health', report(1, { temp_c: 41 }));
    station.send('cam-3', 'backfill', [report(1, { temp_c: 40 }, { hist: true })]);
    await station.settle();
    const rows = await test.store.db.selectFrom('quarantine').selectAll().where('device_id', '=', 'cam-3').execute();
    expect(rows.map((row) => [row.reason, JSON.parse(Buffer.from(row.payload).toString()).m.temp_c])).toEqual([['same_key_other_bytes', 41]]);
    expect(await device('cam-3')).toMatchObject({ reports: 1, duplicates: 1 });
    await station.close();
  });

  it('counters survive a reboot: each boot counts from zero', async () => {
    await registerDevices(test.store.db, ['cam-4']);
    const station = await openStation(test.store.url);
    station.send('cam-4', 'health', report(0, { frames_lost: 10 }));
    station.send('cam-4', 'health', report(1, { frames_lost: 15 }));
    station.send('cam-4', 'health', report(0, { frames_lost: 4, reboot: 'brownout' }, { boot: 'b2' }));
    await station.settle();
    expect(await dayOf('cam-4')).toMatchObject({ frames_lost: 19, reboot_power_on: 1, reboot_brownout: 1, reports: 3 });
    expect(await device('cam-4')).toMatchObject({ boot: 'b2', boot_no: 2 });
    await station.close();
  });

  it('a boot that began the evening before counts there, and that day keeps what it had', async () => {
    await registerDevices(test.store.db, ['cam-night']);
    const station = await openStation(test.store.url);
    station.send('cam-night', 'health', report(0, { frames_lost: 3, uptime_s: 600 }, { boot: 'b1' }));
    await station.settle();
    // 2026-04-02 00:05 in Tokyo; up for ten minutes.
    station.clock.now = Date.UTC(2026, 3, 1, 15, 5);
    station.send('cam-night', 'health', report(0, { frames_lost: 4, uptime_s: 600, reboot: 'brownout' }, { boot: 'b2', ts: station.clock.now }));
    await station.settle();
    expect(await dayOf('cam-night')).toMatchObject({ reports: 1, frames_lost: 3, reboot_power_on: 1, reboot_brownout: 1 });
    expect(await dayOf('cam-night', '2026-04-02')).toMatchObject({ reports: 1, frames_lost: 4, reboot_brownout: 0 });
    await station.close();
  });

  it('what a device counted before it was first heard belongs to no day', async () => {
    await registerDevices(test.store.db, ['cam-5']);
    const station = await openStation(test.store.url);
    station.send('cam-5', 'health', report(5000, { uptime_s: 40 * 86_400, frames_lost: 900 }));
    station.send('cam-5', 'health', report(5001, { uptime_s: 40 * 86_400 + 60, frames_lost: 902 }));
    await station.settle();
    expect(await dayOf('cam-5')).toMatchObject({ frames_lost: 2, online_s: 60, reboot_power_on: 0 });
    expect(await dayOf('cam-5', '2026-02-20')).toMatchObject({ reports: 0, reboot_power_on: 1 });
    await station.close();
  });

  it('a clock that cannot be right is not believed, a late backfill is', async () => {
    await registerDevices(test.store.db, ['cam-6']);
    const station = await openStation(test.store.url);
    station.send('cam-6', 'health', report(1, {}, { ts: 1000 }));
    station.send('cam-6', 'health', report(2, {}, { ts: Date.UTC(2099, 0, 1) }));
    station.send('cam-6', 'health', report(3, {}, { synced: false }));
    station.send('cam-6', 'backfill', [report(4, {}, { ts: NOW - 3 * DAY_MS, hist: true }), report(5, {}, { ts: NOW - 31 * DAY_MS, hist: true })]);
    await station.settle();
    expect(await dayOf('cam-6')).toMatchObject({ reports: 4, clock_suspect: 4, backfilled: 1 });
    expect(await dayOf('cam-6', '2026-03-29')).toMatchObject({ reports: 1, clock_suspect: 0, backfilled: 1 });
    await station.close();
  });

  it('days are those of the business time zone', async () => {
    await registerDevices(test.store.db, ['cam-7']);
    const station = await openStation(test.store.url);
    station.send('cam-7', 'health', report(1, {}, { ts: Date.UTC(2026, 2, 31, 14, 59, 59) }));
    station.send('cam-7', 'health', report(2, {}, { ts: Date.UTC(2026, 2, 31, 15, 0, 0) }));
    await station.settle();
    expect(await dayOf('cam-7', '2026-03-31')).toMatchObject({ reports: 1 });
    expect(await dayOf('cam-7', '2026-04-01')).toMatchObject({ reports: 1 });
    await station.close();
  });

  it('an unknown device is listed and its messages wait in quarantine', async () => {
    const station = await openStation(test.store.url);
    station.send('stranger', 'health', report(1));
    await station.settle();
    expect(await device('stranger')).toMatchObject({ unit_id: null, reports: 0 });
    const waiting = await test.store.db.selectFrom('quarantine').select(['reason', 'topic', 'received_at']).where('device_id', '=', 'stranger').execute();
    expect(waiting).toEqual([{ reason: 'unknown_device', topic: 'fleet/v1/stranger/health', received_at: NOW }]);
    await registerDevices(test.store.db, ['stranger']);
    station.clock.now += 1000;
    station.send('stranger', 'health', report(2));
    await station.settle();
    expect(await device('stranger')).toMatchObject({ reports: 1 });
    await station.close();
  });

  it('events are kept whole, once', async () => {
    await registerDevices(test.store.db, ['cam-8']);
    const station = await openStation(test.store.url);
    const event = {
      v: 1,
      boot: 'b',
      seq: 9,
      ts: NOW - HOUR_MS,
      name: 'Device/HardwareFailure/StorageFailure',
      source: { Token: 'SD' },
      data: { Failed: true },
    };
    station.send('cam-8', 'event', event);
    station.send('cam-8', 'event', event);
    station.send('cam-8', 'onvif-ej/Device/HardwareFailure/FanFailure', {
      UtcTime: '2026-03-31T23:59:58.500Z',
      Source: { Token: 'fan' },
      Data: { Failed: true },
    });
    station.send('cam-8', 'onvif-ej/Device/HardwareFailure/FanFailure', {
      UtcTime: '2026-03-31T23:59:58.500Z',
      Source: { Token: 'fan' },
      Data: { Failed: true },
    });
    await station.settle();
    const rows = await test.store.db
      .selectFrom('telemetry_events')
      .innerJoin('devices', 'devices.device_no', 'telemetry_events.device_no')
      .select(['name', 'reported_at', 'source', 'data'])
      .where('device_id', '=', 'cam-8')
      .orderBy('event_no')
      .execute();
    expect(rows).toEqual([
      { name: 'Device/HardwareFailure/StorageFailure', reported_at: NOW - HOUR_MS, source: '{"Token":"SD"}', data: '{"Failed":true}' },
      { name: 'Device/HardwareFailure/FanFailure', reported_at: NOW - 1500, source: '{"Token":"fan"}', data: '{"Failed":true}' },
    ]);
    await station.close();
  });

  it('two hundred reports in one message are two hundred reports', async () => {
    await registerDevices(test.store.db, ['cam-9']);
    const station = await openStation(test.store.url);
    station.send(
      'cam-9',
      'health',
      Array.from({ length: 200 }, (_, seq) => report(seq, { frames_lost: seq })),
    );
    station.send(
      'cam-9',
      'health',
      Array.from({ length: 201 }, (_, seq) => report(seq)),
    );
    await station.settle();
    expect(await dayOf('cam-9')).toMatchObject({ reports: 200, frames_lost: 199 });
    expect(await test.store.db.selectFrom('quarantine').select('reason').where('device_id', '=', 'cam-9').execute()).toEqual([{ reason: 'wrong_length' }]);
    await station.close();
  });
});

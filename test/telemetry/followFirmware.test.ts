import { expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/time.ts';
import { followAllFirmware, followFirmware } from '../../src/telemetry/followFirmware.ts';
import { changeFirmware } from '../../src/unit/firmware.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

eachDb('the firmware a device reports', (test) => {
  const intervals = (device_id: string) =>
    test.store.db
      .selectFrom('firmware_intervals')
      .innerJoin('firmwares', 'firmwares.id', 'firmware_intervals.firmware_id')
      .innerJoin('unit_identifiers', 'unit_identifiers.unit_id', 'firmware_intervals.unit_id')
      .select(['firmwares.code', 'from_on', 'to_on'])
      .where('identifier', '=', device_id)
      .orderBy('from_on')
      .orderBy('firmware_intervals.id')
      .execute();
  const say = async (device_id: string, now: number, ...reports: readonly object[]) => {
    const station = await openStation(test.store.url, { now });
    for (const each of reports) station.send(device_id, 'health', each);
    await station.settle();
    await station.close();
  };
  const unitOf = async (device_id: string) =>
    (await test.store.db.selectFrom('unit_identifiers').select('unit_id').where('identifier', '=', device_id).executeTakeFirstOrThrow()).unit_id;

  it('begins an interval on its day, ends the one before, and says so once', async () => {
    await registerDevices(test.store.db, ['fw-1']);
    await say('fw-1', NOW, report(1, {}, { fw: '4.2.1' }));
    expect(await followFirmware(test.ctx())).toBe(1);
    expect(await followFirmware(test.ctx())).toBe(0);
    const later = NOW + 5 * DAY_MS;
    await say('fw-1', later, report(2, {}, { fw: '4.3.0', ts: later }));
    expect(await followFirmware(test.ctx({ now: later }))).toBe(1);
    expect(await intervals('fw-1')).toEqual([
      { code: '4.2.1', from_on: '2026-04-01', to_on: '2026-04-06' },
      { code: '4.3.0', from_on: '2026-04-06', to_on: null },
    ]);
    const history = await test.store.db
      .selectFrom('history')
      .select('action')
      .where('record_id', '=', await unitOf('fw-1'))
      .execute();
    expect(history).toEqual([{ action: 'unit.firmware_changed' }, { action: 'unit.firmware_changed' }]);
  });

  it('as history of an earlier boot changes nothing', async () => {
    await registerDevices(test.store.db, ['fw-2']);
    await say('fw-2', NOW, report(1, {}, { fw: '5.0', boot: 'now' }), report(1, {}, { fw: '4.0', boot: 'before', hist: true, ts: NOW - DAY_MS }));
    await followFirmware(test.ctx());
    expect(await intervals('fw-2')).toEqual([{ code: '5.0', from_on: '2026-04-01', to_on: null }]);
  });

  it('does not undo what a person said of a later day, until the device speaks again', async () => {
    await registerDevices(test.store.db, ['fw-3']);
    await say('fw-3', NOW, report(1, {}, { fw: '4.2.1' }));
    await followFirmware(test.ctx());
    const bench = NOW + 3 * DAY_MS;
    await changeFirmware(test.ctx({ now: bench }), await unitOf('fw-3'), { firmware: '4.9' });
    expect(await followAllFirmware(test.ctx({ now: bench }))).toBe(0);
    await say('fw-3', bench + DAY_MS, report(2, {}, { fw: '4.2.1', ts: bench + DAY_MS }));
    expect(await followAllFirmware(test.ctx({ now: bench + DAY_MS }))).toBe(1);
    expect(await intervals('fw-3')).toEqual([
      { code: '4.2.1', from_on: '2026-04-01', to_on: '2026-04-04' },
      { code: '4.9', from_on: '2026-04-04', to_on: '2026-04-04' },
      { code: '4.2.1', from_on: '2026-04-04', to_on: null },
    ]);
  });

  it('of a unit registered long after is followed by the nightly pass', async () => {
    await registerDevices(test.store.db, ['fw-4']);
    await say('fw-4', NOW, report(1, {}, { fw: '4.2.1' }));
    const muchLater = test.ctx({ now: NOW + 10 * DAY_MS });
    expect(await followFirmware(muchLater)).toBe(0);
    expect(await followAllFirmware(muchLater)).toBe(1);
    expect(await intervals('fw-4')).toEqual([{ code: '4.2.1', from_on: '2026-04-01', to_on: null }]);
  });
});

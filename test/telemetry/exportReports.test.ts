// Telemetry leaves in the columns it is imported in.
import { beforeAll, expect, it } from 'vitest';
import { type Actor, systemActor } from '../../src/core/actor.ts';
import { importKinds } from '../../src/http/kinds.ts';
import { takeInbox } from '../../src/mqtt/replays.ts';
import { telemetryImport } from '../../src/telemetry/import.ts';
import { exportTable } from '../../src/transfer/exportTable.ts';
import { importFile } from '../../src/transfer/importFile.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

const HEAD = 'device_id,ts,name,value';
const SAMPLES = [
  'cam-1,2025-06-01T00:00:00.000Z,ircut_fault,true',
  'cam-1,2025-06-01T00:00:00.000Z,sd_state,ok',
  'cam-1,2025-06-01T00:00:00.000Z,temp_c,41.5',
  'cam-1,2025-06-02T00:00:00.000Z,rssi_dbm,-61',
  'cam-2,2025-06-02T00:00:00.000Z,lens_turns,3',
];

eachDb('an export of telemetry', (test) => {
  beforeAll(() => registerDevices(test.store.db, ['cam-1', 'cam-2', 'cam-3', 'cam-4']));

  const slices = async (actor: Actor = systemActor('test')): Promise<string[]> => {
    const all: string[] = [];
    for await (const slice of exportTable(test.ctx({ actor }), importKinds, 'telemetry')) all.push(slice);
    return all;
  };
  const lines = async () =>
    (await slices())
      .join('')
      .split('\r\n')
      .filter((line) => line !== '');
  const takeIn = async (text: string): Promise<void> => {
    await importFile(test.ctx(), telemetryImport, Buffer.from(text));
    const station = await openStation(test.store.url);
    await takeInbox(station.store, station.pipeline, NOW);
    await station.settle();
    await station.close();
  };

  it('of nothing is its heading', async () => {
    expect(await lines()).toEqual([HEAD]);
  });

  it('gives what was imported as it went in, and adds nothing when it is imported again', async () => {
    await takeIn([HEAD, ...SAMPLES].join('\n'));
    const [head, ...rows] = await lines();
    expect([head, ...rows.sort()]).toEqual([HEAD, ...SAMPLES]);
    await takeIn((await slices()).join(''));
    expect((await lines()).slice(1).sort()).toEqual(SAMPLES);
  });

  it('gives what devices sent, and leaves events out', async () => {
    const station = await openStation(test.store.url);
    station.send('cam-4', 'health', report(1, { temp_c: 33 }));
    station.send('cam-4', 'event', { v: 1, boot: '9f3c61d2a07b41e8', seq: 2, ts: NOW, name: 'Device/HardwareFailure/StorageFailure', source: {}, data: {} });
    await station.settle();
    await station.close();
    const sent = (await lines()).filter((line) => line.startsWith('cam-4')).map((line) => line.split(',').slice(2).join(','));
    expect(sent).toEqual(expect.arrayContaining(['uptime_s,120', 'boots,3', 'reboot,power_on', 'temp_c,33']));
    expect(sent).toHaveLength(Object.keys(report(1, { temp_c: 33 }).m).length);
  });

  it('comes in slices, however much there is', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `cam-3,${new Date(NOW - 10_000_000_000 + i * 60_000).toISOString()},temp_c,${20 + (i % 30)}`);
    await takeIn([HEAD, ...many].join('\n'));
    const counts = (await slices()).map((slice) => slice.split('\r\n').length - 1);
    expect(Math.max(...counts)).toBeLessThan(2100);
    expect((await lines()).filter((line) => line.startsWith('cam-3')).sort()).toEqual(many.sort());
  });

  it('is for those who may read telemetry', async () => {
    await expect(slices({ ...systemActor('test'), scopes: ['export:read'] })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

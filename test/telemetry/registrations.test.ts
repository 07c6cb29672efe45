// A device id that goes over to another unit takes its reports along.
import { expect, it, onTestFinished } from 'vitest';
import { Registrations } from '../../src/telemetry/registrations.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

eachDb('units that change hands', (test) => {
  const unitOf = async (device_id: string) =>
    (await test.store.db.selectFrom('devices').select('unit_id').where('device_id', '=', device_id).executeTakeFirstOrThrow()).unit_id;

  async function heard(...device_ids: string[]) {
    await registerDevices(test.store.db, device_ids);
    const station = await openStation(test.store.url);
    onTestFinished(() => station.close());
    for (const device_id of device_ids) station.send(device_id, 'health', report(1));
    await station.settle();
    return new Registrations(station.store, station.pipeline.ingest);
  }

  const giveTo = (device_id: string, unit_id: string) =>
    test.store.db.updateTable('unit_identifiers').set({ unit_id }).where('identifier', '=', device_id).execute();

  it('are followed by the round that is begun, and not before', async () => {
    const registrations = await heard('moved-1', 'moved-2');
    const [before, other] = [await unitOf('moved-1'), await unitOf('moved-2')];
    await giveTo('moved-1', other ?? '');
    await registrations.linkMoved(false);
    expect(await unitOf('moved-1')).toBe(before);
    await registrations.linkMoved(true);
    expect(await unitOf('moved-1')).toBe(other);
  });

  it('lose the device when the id is taken off, and get it back', async () => {
    const registrations = await heard('taken-1');
    const unit_id = await unitOf('taken-1');
    await test.store.db.deleteFrom('unit_identifiers').where('identifier', '=', 'taken-1').execute();
    await registrations.linkMoved(true);
    expect(await unitOf('taken-1')).toBeNull();
    const row = { unit_id: unit_id ?? '', kind: 'device_id' as const, identifier: 'taken-1', identifier_key: 'TAKEN-1', created_at: NOW };
    await test.store.db.insertInto('unit_identifiers').values(row).execute();
    await registrations.linkNew(NOW);
    expect(await unitOf('taken-1')).toBe(unit_id);
  });

  it('go through all devices, and begin again after the last', async () => {
    const registrations = await heard('round-1');
    for (const begin of [true, false, true]) await registrations.linkMoved(begin);
    const unit_id = await unitOf('round-1');
    await giveTo('round-1', (await unitOf('moved-1')) ?? '');
    await registrations.linkMoved(false);
    await registrations.linkMoved(true);
    await registrations.linkMoved(true);
    expect(await unitOf('round-1')).not.toBe(unit_id);
  });
});

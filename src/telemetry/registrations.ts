// Devices and units find each other by the device id, whichever comes first.
import type { Ingest } from './ingest.ts';
import type { IngestStore } from './ingestStore.ts';

interface Pair {
  device_no: number;
  device_id: string;
  unit_id: string | null;
}

/** Gives newly registered units their devices and asks for the replay of what waited for them. `all` also looks for units that changed hands. */
export async function linkDevices(store: IngestStore, ingest: Ingest, now: number, all: boolean): Promise<void> {
  const registered = await store.all<Pair>(
    `select d.device_no, d.device_id, i.unit_id from devices d join unit_identifiers i on i.kind = 'device_id' and i.identifier = d.device_id where d.unit_id is null`,
    [],
  );
  for (const pair of registered) {
    await link(store, ingest, pair);
    await store.run(`update quarantine set replay_requested_at = ? where device_id = ? and reason = 'unknown_device' and replay_requested_at is null`, [
      now,
      pair.device_id,
    ]);
  }
  if (!all) return;
  const moved = await store.all<Pair>(
    `select d.device_no, d.device_id, i.unit_id from devices d left join unit_identifiers i on i.kind = 'device_id' and i.identifier = d.device_id
     where d.unit_id is not null and (i.unit_id is null or i.unit_id <> d.unit_id)`,
    [],
  );
  for (const pair of moved) await link(store, ingest, pair);
}

async function link(store: IngestStore, ingest: Ingest, { device_no, device_id, unit_id }: Pair): Promise<void> {
  await store.run('update devices set unit_id = ? where device_no = ?', [unit_id, device_no]);
  const device = ingest.devices.get(device_id);
  if (device !== undefined) device.unit_id = unit_id;
}

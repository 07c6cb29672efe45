// Devices the ingester does not have in memory: read from the store, or met for the first time.
import { findUnits, loadDevices } from './hydrate.ts';
import type { Ingest } from './ingest.ts';
import type { Asks } from './records.ts';

/** Afterwards every one of them is in memory with its unit, if it has one; beyond the bound on unregistered devices none is made. */
export async function lookUpDevices(store: Asks, ingest: Ingest, device_ids: readonly string[], now: number): Promise<void> {
  const { devices } = ingest;
  const units = await findUnits(store, device_ids);
  const absent = device_ids.filter((id) => !devices.has(id));
  for (const device of await loadDevices(store, absent)) devices.set(device.device_id, device);
  for (const id of device_ids) {
    const device = devices.get(id);
    if (device === undefined) ingest.meet(id, units.get(id) ?? null, now);
    else {
      device.unit_id = units.get(id) ?? null;
      device.looked_up_at = now;
    }
  }
}

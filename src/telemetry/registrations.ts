// Devices and units find each other by the device id, whichever comes first.
import type { Ingest } from './ingest.ts';
import type { IngestStore } from './ingestStore.ts';

interface Pair {
  device_no: number;
  device_id: string;
  unit_id: string | null;
}

/** Devices looked through at a time for units that changed hands: reports wait meanwhile. */
const DEVICES_AT_A_TIME = 5000;

export class Registrations {
  private readonly store: IngestStore;
  private readonly ingest: Ingest;
  /** The device up to which the round at hand has looked; null between two rounds. */
  private after: number | null = null;

  constructor(store: IngestStore, ingest: Ingest) {
    this.store = store;
    this.ingest = ingest;
  }

  /** Gives newly registered units their devices and asks for the replay of what waited for them. */
  async linkNew(now: number): Promise<void> {
    const registered = await this.store.all<Pair>(
      `select d.device_no, d.device_id, i.unit_id from devices d join unit_identifiers i on i.kind = 'device_id' and i.identifier = d.device_id where d.unit_id is null`,
      [],
    );
    for (const pair of registered) {
      await this.link(pair);
      await this.store.run(`update quarantine set replay_requested_at = ? where device_id = ? and reason = 'unknown_device' and replay_requested_at is null`, [
        now,
        pair.device_id,
      ]);
    }
  }

  /** Follows units that changed hands, a few thousand devices each time. `begin` starts a round where none is under way. */
  async linkMoved(begin: boolean): Promise<void> {
    if (begin) this.after ??= 0;
    if (this.after === null) return;
    const last = await this.lastOfNext(this.after);
    if (last !== null) for (const pair of await this.moved(this.after, last)) await this.link(pair);
    this.after = last;
  }

  private async lastOfNext(after: number): Promise<number | null> {
    const [next] = await this.store.all<{ last: number | string | null }>(
      'select max(device_no) as last from (select device_no from devices where device_no > ? order by device_no limit ?) n',
      [after, DEVICES_AT_A_TIME],
    );
    const last = next?.last ?? null;
    return last === null ? null : Number(last);
  }

  private moved(after: number, last: number): Promise<Pair[]> {
    return this.store.all<Pair>(
      `select d.device_no, d.device_id, i.unit_id from devices d left join unit_identifiers i on i.kind = 'device_id' and i.identifier = d.device_id
       where d.device_no > ? and d.device_no <= ? and d.unit_id is not null and (i.unit_id is null or i.unit_id <> d.unit_id)`,
      [after, last],
    );
  }

  private async link({ device_no, device_id, unit_id }: Pair): Promise<void> {
    await this.store.run('update devices set unit_id = ? where device_no = ?', [unit_id, device_no]);
    const device = this.ingest.devices.get(device_id);
    if (device !== undefined) device.unit_id = unit_id;
  }
}

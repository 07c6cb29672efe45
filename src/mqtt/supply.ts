// Reads from the store what messages need before they can be taken in, and with it what those waiting behind them will need: after a power cut a whole
// region comes back with new boots, and a query for each would take minutes.
import { judgeDoubt } from '../telemetry/doubt.ts';
import { type BootName, findBoots, loadBoot, loadDay } from '../telemetry/hydrate.ts';
import type { Ingest, Missing } from '../telemetry/ingest.ts';
import type { IngestStore } from '../telemetry/ingestStore.ts';
import { lookUpDevices } from '../telemetry/lookUp.ts';
import type { Message } from '../telemetry/message.ts';
import type { Backlog } from './backlog.ts';

/** Waiting messages looked through for others to read in the same query. */
const LOOK_AHEAD = 2000;
/** Where a report names its boot, as every firmware prints it. A guess: what it misses costs a query of its own. */
const BOOT = /"boot":"([^"\\]{1,32})"/;
const BOOT_WITHIN_BYTES = 120;

export class Supply {
  private readonly store: IngestStore;
  private readonly ingest: Ingest;
  private readonly backlog: Backlog;
  /** Boots the store was asked for and does not have. Only the ingester writes boots, so that holds until it begins one. */
  private readonly absent = new Set<string>();

  constructor(store: IngestStore, ingest: Ingest, backlog: Backlog) {
    this.store = store;
    this.ingest = ingest;
    this.backlog = backlog;
  }

  /** Afterwards the message can be taken in, or misses something else. Batches must have been written: they may hold the very row. */
  async fetch(missing: Missing, message: Message): Promise<void> {
    if ('device_id' in missing) {
      await this.fetchDevices(missing.device_id, message.received_at);
      message.asked = true;
    } else if ('day' in missing) await loadDay(this.store, missing.device, missing.day);
    else if ('boot' in missing) await this.fetchBoot(missing, message.received_at);
    else message.verdict = await judgeDoubt(this.store, this.ingest, missing.device, missing.doubt);
  }

  /** Nobody waits any more. */
  forget(): void {
    this.absent.clear();
  }

  /** Looks up the device, and every other unknown one that waits behind it. */
  private async fetchDevices(device_id: string, now: number): Promise<void> {
    const { devices } = this.ingest;
    const wanted = new Set([device_id]);
    for (const { message } of this.backlog.next(LOOK_AHEAD)) {
      const other = message.of.device_id;
      if (!devices.has(other)) wanted.add(other);
    }
    await lookUpDevices(this.store, this.ingest, [...wanted], now);
  }

  private async fetchBoot(wanted: BootName, now: number): Promise<void> {
    if (!this.absent.has(keyOf(wanted))) await this.askForBoots(wanted);
    const { device, boot } = wanted;
    if (this.absent.delete(keyOf(wanted))) device.begin(boot, now);
    else if (device.knownBoot(boot) === undefined) await loadBoot(this.store, device, boot, now);
  }

  private async askForBoots(first: BootName): Promise<void> {
    const wanted = new Map([[keyOf(first), first]]);
    for (const { message } of this.backlog.next(LOOK_AHEAD)) {
      const device = this.ingest.devices.get(message.of.device_id);
      const boot = device === undefined || message.of.kind !== 'health' ? undefined : BOOT.exec(headOf(message))?.[1];
      if (device === undefined || boot === undefined || device.knownBoot(boot) !== undefined) continue;
      wanted.set(keyOf({ device, boot }), { device, boot });
    }
    const found = await findBoots(this.store, [...wanted.values()]);
    for (const [key, { device, boot }] of wanted) {
      const known = found.get(key);
      if (known === undefined) this.absent.add(key);
      else if (device.knownBoot(boot) === undefined) device.holdBoot(known);
    }
  }
}

const headOf = ({ bytes, from, to }: Message): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(to - from, BOOT_WITHIN_BYTES)).toString('latin1');
const keyOf = ({ device, boot }: BootName): string => `${device.device_no} ${boot}`;

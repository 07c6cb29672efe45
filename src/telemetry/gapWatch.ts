// Sequence numbers that did not come: noticed, asked for again with growing patience, closed by the backfill or given up.
import { newId } from '../core/id.ts';
import { gapsOf } from './boots.ts';
import type { Device } from './device.ts';
import { EXPIRES_MS } from './dispatch.ts';
import type { Ingest } from './ingest.ts';
import type { IngestStore } from './ingestStore.ts';

/** Order is no promise of the network: a number may still be on its way for so long. */
export const GRACE_MS = 5000;
const FIRST_ASK_AGAIN_MS = 60_000;
const MAX_ASKS = 5;
/** Devices looked at per round, and gaps of one device: the oldest first. */
const MAX_DEVICES = 2000;
const MAX_GAPS = 20;

interface Gap {
  readonly device_no: number;
  readonly boot_no: number;
  readonly from_seq: number;
  readonly to_seq: number;
  asks: number;
  asked_at: number | null;
  given_up_at: number | null;
}

export class GapWatch {
  private readonly store: IngestStore;
  private readonly ingest: Ingest;
  private readonly noticed = new Map<Device, number>();
  private readonly unheard = new Set<string>();
  private gaps: Map<number, Gap[]> | null = null;

  constructor(store: IngestStore, ingest: Ingest) {
    this.store = store;
    this.ingest = ingest;
  }

  get open(): number {
    let count = 0;
    for (const gaps of this.gaps?.values() ?? []) count += gaps.filter((gap) => gap.given_up_at === null).length;
    return count;
  }

  async look(now: number): Promise<void> {
    this.gaps ??= await this.load();
    this.hear();
    let looked = 0;
    for (const device of this.ingest.gapped) {
      if (++looked > MAX_DEVICES) return;
      const since = this.noticed.get(device) ?? now;
      this.noticed.set(device, since);
      if (now - since >= GRACE_MS) await this.follow(device, now);
      if (device.missing === 0 && (this.gaps.get(device.device_no)?.length ?? 0) === 0) {
        this.ingest.gapped.delete(device);
        this.noticed.delete(device);
      }
    }
  }

  /** Gaps of earlier days go on where they were, as soon as their device is heard. */
  private async load(): Promise<Map<number, Gap[]>> {
    const rows = await this.store.all<Gap & { device_id: string }>(
      `select g.device_no, g.boot_no, g.from_seq, g.to_seq, g.asks, g.asked_at, g.given_up_at, d.device_id
       from device_gaps g join devices d on d.device_no = g.device_no and d.boot_no = g.boot_no where g.closed_at is null order by g.device_no, g.from_seq`,
      [],
    );
    const byDevice = new Map<number, Gap[]>();
    for (const { device_id, ...gap } of rows) {
      byDevice.set(gap.device_no, [...(byDevice.get(gap.device_no) ?? []), gap]);
      if (gap.given_up_at === null) this.unheard.add(device_id);
    }
    return byDevice;
  }

  private hear(): void {
    for (const device_id of this.unheard) {
      const device = this.ingest.devices.get(device_id);
      if (device === undefined) continue;
      this.ingest.gapped.add(device);
      this.unheard.delete(device_id);
    }
  }

  private async follow(device: Device, now: number): Promise<void> {
    const boot = device.boot;
    if (boot === null) return;
    const missing = gapsOf(boot);
    const known = this.gaps?.get(device.device_no) ?? [];
    const open: Gap[] = [];
    for (const gap of known) {
      const still = gap.boot_no === boot.boot_no ? missing.filter((each) => each.from_seq <= gap.to_seq && each.to_seq >= gap.from_seq) : [];
      if (gap.boot_no !== boot.boot_no) await this.end(gap, 'given_up_at', now);
      else if (still.length === 0) await this.end(gap, 'closed_at', now);
      else {
        await this.ask(device, gap, still[0] ?? gap, now);
        open.push(gap);
      }
    }
    for (const each of missing.slice(0, MAX_GAPS)) {
      if (known.some((gap) => gap.boot_no === boot.boot_no && gap.from_seq <= each.from_seq && gap.to_seq >= each.to_seq)) continue;
      const gap = { device_no: device.device_no, boot_no: boot.boot_no, ...each, asks: 0, asked_at: null, given_up_at: null };
      await this.store.run(
        'insert into device_gaps (device_no, boot_no, from_seq, to_seq, opened_at) values (?, ?, ?, ?, ?) on conflict (device_no, boot_no, from_seq) do nothing',
        [gap.device_no, gap.boot_no, gap.from_seq, gap.to_seq, now],
      );
      await this.ask(device, gap, gap, now);
      open.push(gap);
    }
    if (open.length === 0) this.gaps?.delete(device.device_no);
    else this.gaps?.set(device.device_no, open);
  }

  /** Asks when it is time. What was asked for often enough is given up, and stays known so that it is not asked for anew. */
  private async ask(device: Device, gap: Gap, part: { from_seq: number; to_seq: number }, now: number): Promise<void> {
    if (gap.given_up_at !== null || (gap.asked_at !== null && now - gap.asked_at < FIRST_ASK_AGAIN_MS * 4 ** (gap.asks - 1))) return;
    // A device that is away hears nothing: patience counts from when it was told.
    if (gap.asks > 0 && (await this.isWaiting(device, now))) return;
    if (gap.asks >= MAX_ASKS) {
      gap.given_up_at = now;
      await this.end(gap, 'given_up_at', now);
      return;
    }
    gap.asks++;
    gap.asked_at = now;
    await this.store.run(`insert into device_commands (id, device_id, name, arguments, created_by, created_at) values (?, ?, 'resend', ?, 'system', ?)`, [
      `c-${newId(now)}`,
      device.device_id,
      JSON.stringify({ from_seq: part.from_seq, to_seq: part.to_seq }),
      now,
    ]);
    await this.store.run('update device_gaps set asks = ?, asked_at = ? where device_no = ? and boot_no = ? and from_seq = ?', [
      gap.asks,
      now,
      gap.device_no,
      gap.boot_no,
      gap.from_seq,
    ]);
  }

  /** Whether the device still has to be told of a gap. */
  private async isWaiting(device: Device, now: number): Promise<boolean> {
    const waiting = await this.store.all<{ id: string }>(
      `select id from device_commands where device_id = ? and name = 'resend' and sent_at is null and created_at > ? limit 1`,
      [device.device_id, now - EXPIRES_MS],
    );
    return waiting.length > 0;
  }

  private async end(gap: Gap, how: 'closed_at' | 'given_up_at', now: number): Promise<void> {
    await this.store.run(`update device_gaps set ${how} = ? where device_no = ? and boot_no = ? and from_seq = ?`, [
      now,
      gap.device_no,
      gap.boot_no,
      gap.from_seq,
    ]);
  }
}

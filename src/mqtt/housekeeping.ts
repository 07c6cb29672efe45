// What the ingester does every second besides messages: registrations, replays, commands, gaps, retention, and telling how it is.
import { messageOf } from '../core/messageOf.ts';
import { Dispatch } from '../telemetry/dispatch.ts';
import { GapWatch } from '../telemetry/gapWatch.ts';
import { type IngestStatus, noteUsedCredentials, writeStatus } from '../telemetry/ingestStatus.ts';
import { type IngestStore, LeaseLost } from '../telemetry/ingestStore.ts';
import { Registrations } from '../telemetry/registrations.ts';
import { dropOldSegments, prunePresence, pruneQuarantine } from '../telemetry/retention.ts';
import { EmbeddedBroker } from './broker.ts';
import type { Gate } from './gate.ts';
import type { Log } from './log.ts';
import type { Pipeline } from './pipeline.ts';
import { takeInbox, takeReplays } from './replays.ts';
import { statusOf } from './status.ts';

export interface House {
  readonly store: IngestStore;
  readonly pipeline: Pipeline;
  readonly gate: Gate;
  readonly now: () => number;
  readonly log: Log;
  readonly holder: string;
  readonly retention_days: number;
  readonly onLost: (error: LeaseLost) => void;
}

const TICK_MS = 500;
/** Ticks between the rarer chores. */
const EVERY = { lease: 4, gaps: 6, status: 6, relink: 120, prune: 600, evict: 240 } as const;
const IDLE_MS = 3_600_000;
const KEEP_DEVICES = 20_000;

export class Housekeeping {
  private reports_per_s = 0;
  /** Asked of the kernel once a tick, not at every question. */
  private memory_bytes = process.memoryUsage.rss();
  private readonly gaps: GapWatch;
  private readonly dispatch: Dispatch;
  private readonly registrations: Registrations;
  private readonly house: House;
  private timer: NodeJS.Timeout | null = null;
  private ticks = 0;
  private lastReports = 0;
  private lastTickAt: number;
  private checkedRevocationsAt: number;
  private closed = false;
  private readonly failing = new Set<string>();

  constructor(house: House) {
    this.house = house;
    this.gaps = new GapWatch(house.store, house.pipeline.ingest);
    this.dispatch = new Dispatch(house.store, house.gate);
    this.registrations = new Registrations(house.store, house.pipeline.ingest);
    this.lastTickAt = house.now();
    this.checkedRevocationsAt = house.now() - TICK_MS;
    this.schedule();
  }

  status(): IngestStatus {
    const { pipeline, gate, now, holder } = this.house;
    const { reports_per_s, memory_bytes } = this;
    return statusOf({ ingester: holder, pipeline, gate, reports_per_s, memory_bytes, gaps_open: this.gaps.open, now: now() });
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private schedule(): void {
    this.timer = setTimeout(
      () =>
        void this.tick().finally(() => {
          if (!this.closed) this.schedule();
        }),
      TICK_MS,
    );
  }

  /** One round of chores. A chore that fails is tried again in the next round. */
  async tick(): Promise<void> {
    const tick = this.ticks++;
    this.measure();
    if (tick % EVERY.evict === 0) this.evict();
    for (const [name, every, chore] of this.chores(tick)) {
      if (this.closed) return;
      if (tick % every !== 0) continue;
      try {
        await chore();
        this.failing.delete(name);
      } catch (error) {
        if (error instanceof LeaseLost) return this.lost(error);
        this.noteFailure(name, error);
      }
    }
  }

  /** Name, ticks from one time to the next, and work. */
  private chores(tick: number): readonly [string, number, () => Promise<unknown>][] {
    const { store, pipeline, now, holder, retention_days } = this.house;
    return [
      ['lease', EVERY.lease, () => store.renew(now())],
      ['registrations', 1, () => this.registrations.linkNew(now())],
      ['changed hands', 1, () => this.registrations.linkMoved(tick % EVERY.relink === 0)],
      ['replays', 1, () => takeReplays(store, pipeline, now())],
      ['inbox', 1, () => takeInbox(store, pipeline, now())],
      ['commands', 1, () => this.dispatch.send(now())],
      ['credentials', 1, () => this.keepCredentials()],
      ['gaps', EVERY.gaps, () => this.gaps.look(now())],
      ['retention', 1, () => dropOldSegments(store, now(), retention_days)],
      ['quarantine', EVERY.prune, () => pruneQuarantine(store, pipeline.ingest, now())],
      ['presence', EVERY.prune, () => prunePresence(store, now())],
      ['status', EVERY.status, () => this.tell(holder)],
    ];
  }

  /** A lock of another is gone at the next round; what fails again is told. */
  private noteFailure(chore: string, error: unknown): void {
    if (this.failing.has(chore)) this.house.log.warn({ chore, err: messageOf(error) }, 'A chore of the ingester failed');
    this.failing.add(chore);
  }

  private lost(error: LeaseLost): void {
    this.house.log.error({}, error.message);
    this.close();
    this.house.onLost(error);
  }

  private measure(): void {
    const { pipeline, now } = this.house;
    const reports = pipeline.ingest.counts.reports;
    this.reports_per_s = Math.round(((reports - this.lastReports) * 1000) / Math.max(1, now() - this.lastTickAt));
    this.memory_bytes = process.memoryUsage.rss();
    this.lastReports = reports;
    this.lastTickAt = now();
  }

  /** Ends connections whose credential was revoked, and notes which were used. */
  private async keepCredentials(): Promise<void> {
    const { gate, store, now } = this.house;
    if (!(gate instanceof EmbeddedBroker)) return;
    // What is only noted waits while the store takes nothing; a revocation does not.
    const asked_at = now() - TICK_MS;
    const revoked = await store.all<{ device_id: string }>('select device_id from device_credentials where revoked_at >= ?', [
      this.checkedRevocationsAt - TICK_MS,
    ]);
    this.checkedRevocationsAt = asked_at;
    for (const { device_id } of revoked) gate.revoke(device_id);
    await gate.security.flush(store, now());
    await noteUsedCredentials(store, gate.signIns.used, now());
  }

  private async tell(holder: string): Promise<void> {
    const { store, now } = this.house;
    await writeStatus(store, holder, this.status(), now());
  }

  /** Forgets devices that fell silent: their rows say everything. */
  private evict(): void {
    const { pipeline, now } = this.house;
    const { devices, gapped } = pipeline.ingest;
    if (devices.size <= KEEP_DEVICES) return;
    for (const device of devices.values()) if (!device.dirty && !gapped.has(device) && now() - device.last_seen_at > IDLE_MS) pipeline.ingest.forget(device);
  }
}

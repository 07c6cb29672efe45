// Refused connections and topics, under the name the device proved. Collected in memory and written every second; a flood is one row an hour.
import { newId } from '../core/id.ts';
import { setNewest } from '../core/newest.ts';
import type { IngestStore } from './ingestStore.ts';

export type SecurityKind =
  | 'bad_credential'
  | 'bad_client_id'
  | 'no_credential'
  | 'sign_in_flood'
  | 'spoofed_topic'
  | 'forbidden_subscription'
  | 'bad_will'
  | 'packet_too_large'
  | 'protocol_error';

export interface SecurityEvent {
  readonly kind: SecurityKind;
  /** Proved by password or certificate, null when nothing was proved. */
  readonly device_id: string | null;
  readonly client_id: string | null;
  /** Claimed, whatever the client id. */
  readonly username: string | null;
  readonly topic: string | null;
  readonly address: string | null;
}

/** Different events kept between two writes, of all and of one address: one that tries thousands of names must not push out what others did. */
const MAX_PENDING = 1000;
const MAX_PENDING_PER_ADDRESS = 20;
/** An event that goes on is one row an hour: a flood of days must not push out what others did. */
const SAME_ROW_MS = 3_600_000;
/** Rows kept in the store. */
const MAX_ROWS = 10_000;
const MAX_TEXT = 200;

export class SecurityLog {
  private readonly pending = new Map<string, { event: SecurityEvent; times: number }>();
  /** Rows that take up the same event again, since when. */
  private readonly written = new Map<string, { id: string; at: number }>();
  private readonly perAddress = new Map<string | null, number>();
  total = 0;

  note(event: SecurityEvent): void {
    this.total++;
    if (this.count(event)) return;
    const of = this.perAddress.get(event.address) ?? 0;
    const named = of < MAX_PENDING_PER_ADDRESS ? event : { ...event, client_id: null, username: null, topic: null };
    if (named !== event && this.count(named)) return;
    if (this.pending.size >= MAX_PENDING) return;
    this.perAddress.set(event.address, of + 1);
    this.pending.set(keyOf(named), { event: named, times: 1 });
  }

  private count(event: SecurityEvent): boolean {
    const known = this.pending.get(keyOf(event));
    if (known !== undefined) known.times++;
    return known !== undefined;
  }

  async flush(store: IngestStore, now: number): Promise<void> {
    if (this.pending.size === 0) return;
    for (const [key, noted] of this.pending) {
      const { event, times } = noted;
      await this.write(store, key, event, times, now);
      // Only now: a store that takes nothing loses none, and what came meanwhile is for the next time.
      noted.times -= times;
      if (noted.times === 0) this.pending.delete(key);
    }
    this.perAddress.clear();
    await store.run('delete from device_security_events where id <= (select id from device_security_events order by id desc limit 1 offset ?)', [MAX_ROWS]);
  }

  private async write(store: IngestStore, key: string, event: SecurityEvent, times: number, now: number): Promise<void> {
    const same = this.written.get(key);
    const fresh = same !== undefined && now - same.at <= SAME_ROW_MS;
    if (fresh && (await store.run('update device_security_events set at = ?, times = times + ? where id = ?', [now, times, same.id])) > 0) return;
    const id = newId(now);
    await store.run(
      'insert into device_security_events (id, at, kind, device_id, client_id, username, topic, address, times) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [id, now, event.kind, event.device_id, printable(event.client_id), printable(event.username), printable(event.topic), event.address, times],
    );
    setNewest(this.written, key, { id, at: now }, MAX_ROWS);
  }
}

const keyOf = (event: SecurityEvent): string => JSON.stringify([event.kind, event.device_id, event.client_id, event.username, event.topic, event.address]);

/** Hostile names go into a table and onto a page: no control characters, no half characters, not too long. */
const printable = (text: string | null): string | null => (text === null ? null : text.slice(0, MAX_TEXT).replace(/[\p{Cc}\p{Cs}]/gu, '�'));

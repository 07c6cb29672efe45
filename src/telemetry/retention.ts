// What goes after its time: raw reports by retention, quarantine beyond its bounds. In small bites between batches, so that nothing waits.
import { DAY_MS } from '../core/time.ts';
import type { Ingest } from './ingest.ts';
import type { IngestStore } from './ingestStore.ts';
import { MAX_OBJECT_BYTES } from './payload.ts';

/** Segments per bite: up to 2,000 reports each, at most a few megabytes of pages given back. */
const SEGMENTS_PER_BITE = 20;
const BITES_PER_ROUND = 20;
const MAX_QUARANTINED = 200_000;
const QUARANTINE_DAYS = 90;
const QUARANTINE_BITES_PER_ROUND = 80;
const PRESENCE_DAYS = 400;
const PRESENCE_BITES_PER_ROUND = 200;
const ROWS_PER_BITE = 500;

/** Removes segments older than the retention, oldest first; never one that a recovery could still need. Returns how many. */
export async function dropOldSegments(store: IngestStore, now: number, days: number): Promise<number> {
  const [mark] = await store.all<{ mark: number }>(`select mark from ingest_marks where name = 'through_segment'`, []);
  let dropped = 0;
  for (let bite = 0; bite < BITES_PER_ROUND; bite++) {
    const oldest = await store.all<{ segment_no: number; last_at: number }>('select segment_no, last_at from report_segments order by segment_no limit ?', [
      SEGMENTS_PER_BITE,
    ]);
    const expired = oldest.filter((segment) => segment.last_at < now - days * DAY_MS && segment.segment_no <= (mark?.mark ?? 0));
    const last = expired.at(-1);
    if (last === undefined) return dropped;
    dropped += await store.run('delete from report_segments where segment_no <= ?', [last.segment_no]);
    await othersFirst();
  }
  return dropped;
}

/** Lets the messages that came meanwhile go first. */
const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Forgets when devices came and went long ago. */
export async function prunePresence(store: IngestStore, now: number): Promise<void> {
  for (let bite = 0; bite < PRESENCE_BITES_PER_ROUND; bite++) {
    const removed = await store.run(
      'delete from presence_changes where change_no in (select change_no from presence_changes where changed_at < ? order by changed_at limit ?)',
      [now - PRESENCE_DAYS * DAY_MS, ROWS_PER_BITE],
    );
    if (removed < ROWS_PER_BITE) return;
    await othersFirst();
  }
}

/** Keeps the newest of the quarantine. */
export async function pruneQuarantine(store: IngestStore, ingest: Ingest, now: number): Promise<void> {
  const [bound] = await store.all<{ id: string }>('select id from quarantine order by id desc limit 1 offset ?', [MAX_QUARANTINED]);
  for (let bite = 0; bite < QUARANTINE_BITES_PER_ROUND; bite++) {
    const removed = await store.run('delete from quarantine where id in (select id from quarantine where id <= ? or received_at < ? order by id limit ?)', [
      bound?.id ?? '',
      now - QUARANTINE_DAYS * DAY_MS,
      ROWS_PER_BITE,
    ]);
    if (removed < ROWS_PER_BITE) break;
    await othersFirst();
  }
  for (const device of ingest.devices.values()) device.quarantined = 0;
  const crowded = await store.all<{ device_id: string; kept: number }>(
    `select device_id, sum(1 + length(payload) / ${MAX_OBJECT_BYTES}) as kept from quarantine where replayed_at is null group by device_id`,
    [],
  );
  for (const row of crowded) {
    const device = ingest.devices.get(row.device_id);
    if (device !== undefined) device.quarantined = Number(row.kept);
  }
}

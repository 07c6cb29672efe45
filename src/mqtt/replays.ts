// Messages that come from the store: quarantined ones a person wants replayed, and imports of history. They take the same path as any other.

import type { IngestStore } from '../telemetry/ingestStore.ts';
import { Message } from '../telemetry/message.ts';
import { readTopic } from '../telemetry/topic.ts';
import { inboxDone, replayRows } from '../telemetry/writes.ts';
import type { Pipeline } from './pipeline.ts';
import { nobody } from './source.ts';

const PER_ROUND = 500;

interface Waiting {
  id: string;
  topic: string;
  payload: Uint8Array;
  received_at: number;
  replay_requested_at?: number;
}

/** Ids (and when they were asked for) offered and not yet committed, per pipeline: their rows are still there at the next round. */
const offered = { replays: new WeakMap<Pipeline, Set<string>>(), inbox: new WeakMap<Pipeline, Set<string>>() };

function fresh(kind: keyof typeof offered, pipeline: Pipeline, rows: readonly Waiting[]): Waiting[] {
  const known = offered[kind].get(pipeline);
  const keyOf = (row: Waiting): string => `${row.id} ${row.replay_requested_at ?? ''}`;
  offered[kind].set(pipeline, new Set(rows.map(keyOf)));
  return rows.filter((row) => known?.has(keyOf(row)) !== true);
}

/** Offers what was asked to be replayed. Its outcome is written with the reports it became. */
export async function takeReplays(store: IngestStore, pipeline: Pipeline, now: number): Promise<void> {
  const rows = await store.all<Waiting>(
    'select id, topic, payload, received_at, replay_requested_at from quarantine where replay_requested_at is not null and replayed_at is null order by replay_requested_at, id limit ?',
    [PER_ROUND],
  );
  for (const row of fresh('replays', pipeline, rows)) {
    const of = readTopic(row.topic);
    const note = (outcome: string) => pipeline.ingest.batch.add(replayRows, [now, outcome, row.id]);
    if (of === null) note('unknown_topic');
    else pipeline.offer(Object.assign(new Message(of, row.received_at, row.payload), { origin: 'replay', onTaken: note } as const), nobody, 0);
  }
}

/** Offers imported history; the row is removed in the transaction that stores it. */
export async function takeInbox(store: IngestStore, pipeline: Pipeline, now: number): Promise<void> {
  const rows = await store.all<Waiting>('select id, topic, payload, received_at from telemetry_inbox order by id limit ?', [PER_ROUND]);
  if (rows.length === 0) return;
  for (const row of fresh('inbox', pipeline, rows)) {
    const of = readTopic(row.topic);
    const done = () => pipeline.ingest.batch.add(inboxDone, [row.id]);
    if (of === null) done();
    else pipeline.offer(Object.assign(new Message(of, Math.min(row.received_at, now), row.payload), { origin: 'import', onTaken: done } as const), nobody, 0);
  }
}

// Raw reports as CSV in the columns of their import: one row per device, instant and field, so that another system, or an import, reads what was measured.
import type { Db } from '../db/open.ts';
import { findField } from './fields.ts';
import { askWith } from './reports.ts';
import { CLOCK_SUSPECT, IS_EVENT, type RawRecord, recordsOf } from './segment.ts';
import { unpackReport } from './shape.ts';
import { loadShapes } from './shapes.ts';

export interface Measurement extends Record<string, string | number | boolean> {
  readonly device_id: string;
  /** The instant it counts under, as RFC 3339. */
  readonly ts: string;
  readonly name: string;
  readonly value: string | number | boolean;
}

/** Measurements held at once: a segment holds up to some 20,000 reports of 20 fields. */
const MEASUREMENTS_PER_SLICE = 2000;

/** In order of arrival, read a segment (1 MiB) at a time. Left out is what the long form cannot say: events, lists, and texts that are no word of a field. */
export async function* exportReports(db: Db): AsyncGenerator<readonly Measurement[]> {
  const { through } = await db
    .selectFrom('report_segments')
    .select((select) => select.fn.max('segment_no').as('through'))
    .executeTakeFirstOrThrow();
  // Read after the last segment is known: what it needs was stored with it or before.
  const shapes = await loadShapes(askWith(db));
  const measuresOf = (record: RawRecord): Record<string, unknown> => {
    const shape = shapes.get(record.shape_no);
    const sent = shape === undefined ? JSON.parse(record.text ?? '{}') : unpackReport(shape, { boot: '', seq: record.seq, ts: record.ts }, record.packed);
    return sent.m ?? {};
  };
  let slice: Measurement[] = [];
  for await (const { device_id, record } of reportsOf(db, Number(through ?? 0))) {
    const ts = new Date((record.flags & CLOCK_SUSPECT) === 0 ? record.ts : record.received_at).toISOString();
    for (const [name, value] of Object.entries(measuresOf(record))) if (isMeasured(name, value)) slice.push({ device_id, ts, name, value });
    if (slice.length < MEASUREMENTS_PER_SLICE) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

async function* reportsOf(db: Db, through: number): AsyncGenerator<{ device_id: string; record: RawRecord }> {
  const devices = new Map((await db.selectFrom('devices').select(['device_no', 'device_id']).execute()).map((row) => [row.device_no, row.device_id]));
  for (let last = 0; ; ) {
    const segment = await db
      .selectFrom('report_segments')
      .select(['segment_no', 'first_at', 'body'])
      .where('segment_no', '>', last)
      .where('segment_no', '<=', through)
      .orderBy('segment_no')
      .limit(1)
      .executeTakeFirst();
    if (segment === undefined) return;
    for (const record of recordsOf(segment)) {
      const device_id = devices.get(record.device_no);
      if (device_id !== undefined && (record.flags & IS_EVENT) === 0) yield { device_id, record };
    }
    last = segment.segment_no;
  }
}

const isMeasured = (name: string, value: unknown): value is Measurement['value'] =>
  typeof value === 'number' ||
  (typeof value === 'boolean' && findField(name)?.kind === 'flag') ||
  (typeof value === 'string' && findField(name)?.kind === 'word');

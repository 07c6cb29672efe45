// The same (device, boot, seq) came again: was it the same report? The answer is in the records of the device, newest first.
import type { Device } from './device.ts';
import type { Reading } from './reading.ts';
import { type Asks, findRecord } from './records.ts';
import { type RawRecord, type SegmentWriter, segmentOf } from './segment.ts';
import { TEXT_SHAPE } from './shape.ts';
import type { Shapes } from './shapes.ts';

/** A report whose key is known already: are its bytes? */
export interface Doubt {
  readonly boot_no: number;
  readonly seq: number;
  readonly ts: number;
  readonly shape_no: number;
  readonly packed: readonly number[];
  readonly text: string | null;
}

export function doubtOf(device: Device, { boot, seq, ts, shape, packed, measures, text }: Reading): Doubt {
  const { boot_no = 0 } = device.knownBoot(boot) ?? {};
  return { boot_no, seq, ts, shape_no: shape?.no ?? TEXT_SHAPE, packed: shape === null ? [] : Array.from(packed.subarray(0, measures.length)), text };
}

/** Repetitions follow soon after the original. Further back than this the key alone decides. */
const MAX_STEPS = 300;

/** Where a report may be: the segment being written, else the store. */
export interface Memory {
  readonly shapes: Shapes;
  readonly batch: { readonly segment: SegmentWriter };
}

/** 'other' only when the stored report is found and differs. */
export async function judgeDoubt(store: Asks, { shapes, batch }: Memory, device: Device, doubt: Doubt): Promise<'same' | 'other'> {
  let next = device.last_address;
  for (let step = 0; step < MAX_STEPS && next !== null; step++) {
    const record: RawRecord | null = segmentOf(next) === batch.segment.segment_no ? batch.segment.read(next) : await findRecord(store, next);
    if (record === null) break;
    if (record.boot_no === doubt.boot_no && record.seq === doubt.seq) return sameReport(shapes, record, doubt) ? 'same' : 'other';
    next = record.previous_address;
  }
  return 'same';
}

/** A resent report differs in nothing but `hist`. */
function sameReport(shapes: Shapes, record: RawRecord, doubt: Doubt): boolean {
  if (record.ts !== doubt.ts) return false;
  if (record.text !== null || doubt.text !== null) return record.text !== null && doubt.text !== null && withoutHist(record.text) === withoutHist(doubt.text);
  const [stored, sent] = [shapes.get(record.shape_no)?.layout ?? '', shapes.get(doubt.shape_no)?.layout ?? ''];
  return (
    record.packed.length === doubt.packed.length && record.packed.every((number, i) => number === doubt.packed[i]) && withoutHist(stored) === withoutHist(sent)
  );
}

/** Also within a layout, where the quotes are escaped. */
const withoutHist = (text: string): string => text.replace(/,?\\?"hist\\?":(true|false)/, '');

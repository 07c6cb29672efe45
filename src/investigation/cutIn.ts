// On which side of a corrective action's cut-in a unit stands. Pure.

/** From where on an action holds, with what is needed to order batches and firmwares of a model. */
export type CutIn = { readonly model_id: string } & (
  | { readonly kind: 'batch'; readonly batch_id: string; readonly order: readonly string[] }
  | { readonly kind: 'firmware'; readonly firmware_id: string; readonly order: readonly string[] }
  | { readonly kind: 'hw_rev'; readonly hw_rev: string }
  | { readonly kind: 'serial_range'; readonly serial_from_key: string; readonly serial_to_key: string | null }
);

export interface Subject {
  readonly model_id: string;
  readonly batch_id: string | null;
  readonly hw_rev: string | null;
  readonly firmware_id: string | null;
  readonly serial_key: string | null;
}

export type Side = 'before' | 'after' | 'unknown';

/**
 * `after` when any cut-in of the unit's model has it, `before` when all say so. `unknown` when what a cut-in asks for is not known, or when
 * no cut-in concerns the model: such a unit proves nothing either way.
 */
export function sideOf(cutIns: readonly CutIn[], subject: Subject): Side {
  const sides = cutIns.filter((cutIn) => cutIn.model_id === subject.model_id).map((cutIn) => sideOfOne(cutIn, subject));
  if (sides.includes('after')) return 'after';
  return sides.length > 0 && sides.every((side) => side === 'before') ? 'before' : 'unknown';
}

function sideOfOne(cutIn: CutIn, subject: Subject): Side {
  switch (cutIn.kind) {
    case 'batch':
      return sideInOrder(cutIn.order, cutIn.batch_id, subject.batch_id);
    case 'firmware':
      return sideInOrder(cutIn.order, cutIn.firmware_id, subject.firmware_id);
    case 'hw_rev':
      return subject.hw_rev === null ? 'unknown' : naturalOrder(subject.hw_rev, cutIn.hw_rev) >= 0 ? 'after' : 'before';
    case 'serial_range':
      return sideInRange(cutIn.serial_from_key, cutIn.serial_to_key, subject.serial_key);
    default:
      return cutIn satisfies never;
  }
}

function sideInOrder(order: readonly string[], from: string, id: string | null): Side {
  if (id === null) return 'unknown';
  const place = order.indexOf(id);
  return place === -1 ? 'unknown' : place >= order.indexOf(from) ? 'after' : 'before';
}

function sideInRange(from: string, to: string | null, serial: string | null): Side {
  if (serial === null) return 'unknown';
  return naturalOrder(serial, from) >= 0 && (to === null || naturalOrder(serial, to) <= 0) ? 'after' : 'before';
}

/** Text with runs of digits compared as numbers: `A9` before `A10`, `4.2.9` before `4.2.10`. Exact for any length of digits. */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = orderOfParts(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function orderOfParts(a: string, b: string): number {
  if (/^\d/.test(a) && /^\d/.test(b)) {
    const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
    return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ids from the earliest to the latest: by date where every row has one, else by the natural order of the codes. */
export function inOrder(rows: readonly { readonly id: string; readonly code: string; readonly dated_on: string | null }[]): string[] {
  const dated = rows.every((row) => row.dated_on !== null);
  return [...rows].sort((a, b) => (dated ? (a.dated_on ?? '').localeCompare(b.dated_on ?? '') : 0) || naturalOrder(a.code, b.code)).map((row) => row.id);
}

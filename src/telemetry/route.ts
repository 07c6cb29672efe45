// A shape prepared for walking: bytes to compare and codes for the values between them. The part that names model and firmware is the shape's own,
// the part with the measures is shared by every shape that sends the same ones: a fleet of thousands of shapes stays in the cache.
import { type Plan, planOf } from './plan.ts';
import type { Slot } from './slot.ts';

/** Codes of values: before each the length of the literal text (two bytes) and the text. END after the last text. */
export const [END, BOOT, SEQ, TS, FOREIGN, FIRST_FIELD] = [0, 1, 2, 3, 4, 5];

export interface Route {
  readonly head: DataView;
  readonly body: Body;
}
export interface Body {
  readonly bytes: DataView;
  readonly plan: Plan;
}

const OPEN_OBJECT = 0x7b;
const bodies = new Map<string, Body>();

/** `literals` has one text more than there are slots. */
export function routeOf(literals: readonly Uint8Array[], slots: readonly Slot[]): Route {
  const first = slots.findIndex((slot) => slot.kind === 'measure');
  const last = first < 0 ? slots.length : first;
  const joint = literals[last] ?? new Uint8Array();
  // Where the two are parted changes what is shared, never what is read.
  const at = first < 0 ? joint.length : joint.lastIndexOf(OPEN_OBJECT) + 1;
  const head = write([...literals.slice(0, last), joint.subarray(0, at)], slots.slice(0, last));
  const rest = [joint.subarray(at), ...literals.slice(last + 1)];
  return { head, body: shared(rest, slots.slice(last)) };
}

function shared(literals: readonly Uint8Array[], slots: readonly Slot[]): Body {
  const bytes = write(literals, slots);
  const measures = slots.flatMap((slot) => (slot.kind === 'measure' ? [slot.field] : []));
  const foreign = measures.filter(({ index }) => index < 0).map(({ name }) => name);
  const key = `${Buffer.from(bytes.buffer).toString('latin1')}${JSON.stringify(foreign)}`;
  const known = bodies.get(key) ?? { bytes, plan: planOf(measures) };
  bodies.set(key, known);
  return known;
}

const write = (literals: readonly Uint8Array[], slots: readonly Slot[]): DataView =>
  new DataView(Uint8Array.from(literals.flatMap((literal, i) => [literal.length >> 8, literal.length & 255, ...literal, codeOf(slots[i])])).buffer);

function codeOf(slot: Slot | undefined): number {
  if (slot === undefined) return END;
  if (slot.kind === 'measure') return slot.field.index < 0 ? FOREIGN : FIRST_FIELD + slot.field.index;
  return slot.kind === 'boot' ? BOOT : slot.kind === 'seq' ? SEQ : TS;
}

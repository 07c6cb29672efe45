// The shape of a report: its JSON text with the changing values left out. Firmware prints the same shape every minute, so a report is read by walking
// its bytes along the shape of the device's previous one, and stored as the shape's number and the packed values.
import { type Field, findField, foreignField, jsonValue } from './fields.ts';
import { packNumber, unpackDecimal } from './pack.ts';
import type { Health } from './payload.ts';
import { type Route, routeOf } from './route.ts';
import type { Slot } from './slot.ts';

export interface Shape {
  readonly no: number;
  /** Literal text before each slot, and one more after the last: JSON array of strings, slot names between them. */
  readonly layout: string;
  readonly slots: readonly Slot[];
  readonly route: Route;
  readonly model: string | null;
  readonly hw: string | null;
  readonly fw: string | null;
  readonly synced: boolean;
  readonly hist: boolean;
}

/** Shape 0: the report is stored as JSON text. For whatever has no packed form. */
export const TEXT_SHAPE = 0;

const encoder = new TextEncoder();

/** The layout and packed values of a checked report, or null when it must be stored as text. Values are in the order of the shape's measures. */
export function packReport(report: Health): { layout: string; packed: number[] } | null {
  const parts: string[] = [];
  const packed: number[] = [];
  let text = '{';
  for (const [key, value] of Object.entries(report)) {
    text += `${text.endsWith('{') ? '' : ','}${JSON.stringify(key)}:`;
    if (key === 'boot' || key === 'seq' || key === 'ts') {
      parts.push(text, key);
      text = '';
    } else if (key === 'm') {
      const rest = packMeasures(report.m, text, parts, packed);
      if (rest === null) return null;
      text = rest;
    } else if (['v', 'synced', 'hist', 'model', 'hw', 'fw'].includes(key)) text += JSON.stringify(value);
    else return null;
  }
  parts.push(`${text}}`);
  return { layout: JSON.stringify(parts), packed };
}

function packMeasures(measures: Health['m'], before: string, parts: string[], packed: number[]): string | null {
  let text = `${before}{`;
  for (const [key, value] of Object.entries(measures)) {
    const found = findField(key) ?? foreignField(key);
    const number = numberOf(found, value);
    if (number === null) return null;
    parts.push(`${text}${text.endsWith('{') ? '' : ','}${JSON.stringify(key)}:`, `m.${key}`);
    packed.push(number);
    text = '';
  }
  return `${text}}`;
}

/** The number a measure is packed as, null when it has none (null, text, nested). */
function numberOf(of: Field, value: unknown): number | null {
  if (of.kind === 'word') return typeof value === 'string' && of.words.includes(value) ? of.words.indexOf(value) : null;
  if (of.kind === 'flag') return typeof value === 'boolean' ? Number(value) : null;
  if (typeof value !== 'number' || Object.is(value, -0)) return null;
  return of.kind === 'integer' ? value : packNumber(value);
}

/** The number a packed measure stands for. */
export const unpackMeasure = (of: Field, packed: number): number => (of.kind === 'number' ? unpackDecimal(packed) : packed);

/** Builds the shape of a layout made by `packReport`. */
export function shapeOf(no: number, layout: string): Shape {
  // Written by packReport: an array of strings.
  const parts = JSON.parse(layout) as string[];
  const slots = parts.filter((_, i) => i % 2 === 1).map(slotNamed);
  // The literals with null in every slot are the report itself without its values.
  const skeleton = JSON.parse(parts.map((part, i) => (i % 2 === 1 ? 'null' : part)).join('')) as Partial<Health>;
  return {
    no,
    layout,
    slots,
    route: routeOf(
      parts.filter((_, i) => i % 2 === 0).map((part) => encoder.encode(part)),
      slots,
    ),
    model: skeleton.model ?? null,
    hw: skeleton.hw ?? null,
    fw: skeleton.fw ?? null,
    synced: skeleton.synced ?? true,
    hist: skeleton.hist ?? false,
  };
}

function slotNamed(name: string): Slot {
  if (name === 'boot' || name === 'seq' || name === 'ts') return { kind: name };
  const key = name.slice('m.'.length);
  return { kind: 'measure', field: findField(key) ?? foreignField(key) };
}

/** The report as it was sent, from its shape and packed values. */
export function unpackReport(shape: Shape, head: { boot: string; seq: number; ts: number }, packed: ArrayLike<number>): Record<string, unknown> {
  let measure = 0;
  // Written by packReport: an array of strings.
  const parts = JSON.parse(shape.layout) as string[];
  const text = parts.map((part, i) => {
    if (i % 2 === 0) return part;
    const slot = shape.slots[(i - 1) / 2];
    if (slot === undefined) return 'null';
    return JSON.stringify(slot.kind === 'measure' ? jsonValue(slot.field, unpackMeasure(slot.field, packed[measure++] ?? 0)) : head[slot.kind]);
  });
  return JSON.parse(text.join('')) as Record<string, unknown>;
}

// One report as the ingester handles it: head, and its measures as numbers. Two ways lead here, and a property test holds them equal:
// `walkReport` reads bytes along a known shape in about a microsecond; `readReport` takes a value that went through JSON.parse and zod.
import { type Field, fields } from './fields.ts';
import { POWERS, packDecimal } from './pack.ts';
import { type Health, MAX_MEASURES } from './payload.ts';
import { type Plan, planOf } from './plan.ts';
import { BOOT, END, FIRST_FIELD, FOREIGN, SEQ } from './route.ts';
import { packReport, type Shape, unpackMeasure } from './shape.ts';

const nothing = planOf([]);

/** Reused from report to report: what it says holds until the next one is read. */
export class Reading {
  boot = '';
  seq = 0;
  ts = 0;
  synced = true;
  hist = false;
  model: string | null = null;
  hw: string | null = null;
  fw: string | null = null;
  shape: Shape | null = null;
  /** Set when it is accepted: how it was received (bits of segment.ts), the number of its boot, and whether it is the first of it. */
  flags = 0;
  boot_no = 0;
  opens_boot = false;
  /** The report as JSON when it has no shape. */
  text: string | null = null;
  /** Which fields were sent and what they add to; their numbers in the same order. */
  plan: Plan = nothing;
  readonly packed = new Float64Array(MAX_MEASURES);
  readonly values = new Float64Array(MAX_MEASURES);

  get measures(): readonly Field[] {
    return this.plan.measures;
  }
}

const [QUOTE, BACKSLASH, MINUS, DOT, ZERO, NINE] = [0x22, 0x5c, 0x2d, 0x2e, 0x30, 0x39];
const MAX_BOOT = 32;
const MAX_DIGITS = 15;
const MAX_WHOLE_DIGITS = 12;
const MAX_PLACES = 3;

const [INTEGER, NUMBER, FLAG] = [0, 1, 2];
const kindOf = Uint8Array.from(fields, ({ kind }) => (kind === 'integer' ? INTEGER : kind === 'number' ? NUMBER : FLAG));
const minOf = Float64Array.from(fields, ({ min }) => min);
const maxOf = Float64Array.from(fields, ({ max }) => max);
const encoder = new TextEncoder();
const flagWords = [encoder.encode('false'), encoder.encode('true')];
const wordsOf = fields.map((field) => (field.kind === 'flag' ? flagWords : field.words.map((word) => encoder.encode(`"${word}"`))));

/** Where the last number read stopped, and what it packs to: module state instead of an object per number. */
let stop = 0;
let packedNumber = 0;

/**
 * Reads one report of `shape` from `bytes` at `from`. Returns the position after it, or -1 when the bytes are anything else than this
 * shape with values inside their limits: the slow way then decides what they are.
 */
export function walkReport(bytes: Uint8Array, from: number, end: number, shape: Shape, into: Reading): number {
  const { head, body } = shape.route;
  measured = 0;
  let at = walk(bytes, from, end, head, into);
  if (at >= 0) at = walk(bytes, at, end, body.bytes, into);
  if (at >= 0) describe(into, shape);
  return at;
}

/** Measures read so far of the report at hand. */
let measured = 0;

function walk(bytes: Uint8Array, from: number, end: number, route: DataView, into: Reading): number {
  const view = viewOf(bytes);
  let at = from;
  for (let step = 0; ; ) {
    const length = route.getUint16(step);
    step += 2;
    if (at + length > end || !equals(view, at, route, step, length)) return -1;
    at += length;
    step += length;
    const code = route.getUint8(step++);
    if (code === END) return at;
    if (code >= FOREIGN) {
      into.values[measured] = readMeasure(bytes, at, end, code - FIRST_FIELD);
      into.packed[measured++] = packedNumber;
    } else if (code === BOOT) readBoot(bytes, at, end, into);
    else if (code === SEQ) into.seq = readInteger(bytes, at, end);
    else into.ts = readInteger(bytes, at, end);
    if (stop < 0) return -1;
    at = stop;
  }
}

/** Four bytes at a time: most of a report is the text between its values. */
function equals(a: DataView, at: number, b: DataView, from: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) if (a.getInt32(at + i) !== b.getInt32(from + i)) return false;
  for (; i < length; i++) if (a.getUint8(at + i) !== b.getUint8(from + i)) return false;
  return true;
}

let viewed: Uint8Array | null = null;
let view: DataView = new DataView(new ArrayBuffer(0));

/** One view per chunk of the socket, not per report. */
function viewOf(bytes: Uint8Array): DataView {
  if (bytes === viewed) return view;
  viewed = bytes;
  view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view;
}

/** Sets `stop` behind the value, or to -1 when it is not one of the field. */
function readMeasure(bytes: Uint8Array, at: number, end: number, field: number): number {
  if (field < 0) return readDecimal(bytes, at, end);
  const kind = kindOf[field] as number;
  if (kind === FLAG) return readWord(bytes, at, end, wordsOf[field] as readonly Uint8Array[]);
  const value = kind === INTEGER ? readInteger(bytes, at, end) : readDecimal(bytes, at, end);
  if (value < (minOf[field] as number) || value > (maxOf[field] as number)) stop = -1;
  return value;
}

function skipLiteral(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  const length = literal.length;
  if (at + length > end) return -1;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== literal[i]) return -1;
  return at + length;
}

/** Sets `stop` behind the word, or to -1. */
function readWord(bytes: Uint8Array, at: number, end: number, words: readonly Uint8Array[]): number {
  for (let i = 0; i < words.length; i++) {
    stop = skipLiteral(bytes, at, end, words[i] as Uint8Array);
    if (stop >= 0) {
      packedNumber = i;
      return i;
    }
  }
  stop = -1;
  return 0;
}

function readInteger(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  let i = at;
  while (i < end) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    i++;
  }
  const digits = i - at;
  packedNumber = value;
  stop = digits === 0 || digits > MAX_DIGITS || (digits > 1 && bytes[at] === ZERO) ? -1 : i;
  return value;
}

function readDecimal(bytes: Uint8Array, at: number, end: number): number {
  const negative = bytes[at] === MINUS;
  const whole = readInteger(bytes, negative ? at + 1 : at, end);
  if (stop < 0 || stop - at > MAX_WHOLE_DIGITS) {
    stop = -1;
    return 0;
  }
  let mantissa = whole;
  let places = 0;
  if (bytes[stop] === DOT && stop < end) {
    let i = stop + 1;
    for (; i < end && places <= MAX_PLACES; i++, places++) {
      const digit = bytes[i] as number;
      if (digit < ZERO || digit > NINE) break;
      mantissa = mantissa * 10 + digit - ZERO;
    }
    stop = places === 0 || places > MAX_PLACES ? -1 : i;
    // 1.50 is the same number as 1.5 and packs alike.
    for (; places > 0 && mantissa % 10 === 0; places--) mantissa /= 10;
  }
  if (negative && mantissa === 0) stop = -1;
  const signed = negative ? -mantissa : mantissa;
  packedNumber = packDecimal(signed, places);
  return signed / (POWERS[places] ?? 1);
}

/** The boot is compared before a string is made: it is nearly always the one the device had before. Sets `stop`. */
function readBoot(bytes: Uint8Array, at: number, end: number, into: Reading): void {
  stop = -1;
  if (bytes[at] !== QUOTE) return;
  let i = at + 1;
  let same = true;
  for (; i < end && i - at <= MAX_BOOT + 1; i++) {
    const code = bytes[i] as number;
    if (code === QUOTE) break;
    if (code < 0x20 || code > 0x7e || code === BACKSLASH) return;
    if (code !== into.boot.charCodeAt(i - at - 1)) same = false;
  }
  const length = i - at - 1;
  if (bytes[i] !== QUOTE || i >= end || length === 0 || length > MAX_BOOT) return;
  if (!same || length !== into.boot.length) into.boot = String.fromCharCode(...bytes.subarray(at + 1, i));
  stop = i + 1;
}

function describe(into: Reading, shape: Shape): void {
  into.shape = shape;
  into.text = null;
  into.plan = shape.route.body.plan;
  into.synced = shape.synced;
  into.hist = shape.hist;
  into.model = shape.model;
  into.hw = shape.hw;
  into.fw = shape.fw;
}

/** Takes over a checked report. `shapeFor` gives the shape of a layout, or null when there are too many already. */
export function readReport(report: Health, shapeFor: (layout: string) => Shape | null, into: Reading): void {
  into.boot = report.boot;
  into.seq = report.seq;
  into.ts = report.ts;
  const packed = packReport(report);
  const shape = packed === null ? null : shapeFor(packed.layout);
  if (packed !== null && shape !== null) {
    describe(into, shape);
    packed.packed.forEach((number, i) => {
      into.packed[i] = number;
      into.values[i] = unpackMeasure(into.measures[i] as Field, number);
    });
    return;
  }
  readText(report, into);
}

/** Takes over a stored report. */
export function readStored(shape: Shape, head: { boot: string; seq: number; ts: number }, packed: readonly number[], into: Reading): void {
  Object.assign(into, head);
  describe(into, shape);
  packed.forEach((number, i) => {
    into.packed[i] = number;
    into.values[i] = unpackMeasure(into.measures[i] as Field, number);
  });
}

function readText(report: Health, into: Reading): void {
  into.shape = null;
  into.text = JSON.stringify(report);
  into.synced = report.synced ?? true;
  into.hist = report.hist ?? false;
  into.model = report.model ?? null;
  into.hw = report.hw ?? null;
  into.fw = report.fw ?? null;
  into.plan = planOf(knownMeasures(report, into.values));
}

/** The fields of the contract a report carries, their numbers written to `values`. */
function knownMeasures(report: Health, values: Float64Array): Field[] {
  const found: Field[] = [];
  for (const field of fields) {
    const value = report.m[field.name];
    if (value === undefined || value === null) continue;
    values[found.length] = field.kind === 'word' ? field.words.indexOf(String(value)) : Number(value);
    found.push(field);
  }
  return found;
}

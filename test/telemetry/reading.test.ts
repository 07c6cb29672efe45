import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fields } from '../../src/telemetry/fields.ts';
import { Health } from '../../src/telemetry/payload.ts';
import { Reading, readReport, walkReport } from '../../src/telemetry/reading.ts';
import { type Shape, unpackReport } from '../../src/telemetry/shape.ts';
import { Shapes } from '../../src/telemetry/shapes.ts';
import { report } from './station.ts';

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** The long way: JSON.parse, zod, readReport. */
function readSlowly(bytes: Buffer, shapes: Shapes): Reading | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return null;
  }
  const checked = Health.safeParse(value);
  if (!checked.success) return null;
  const reading = new Reading();
  readReport(checked.data, (layout) => shapes.find(layout, () => {}), reading);
  return reading;
}

const summary = (reading: Reading) => ({
  boot: reading.boot,
  seq: reading.seq,
  ts: reading.ts,
  synced: reading.synced,
  hist: reading.hist,
  model: reading.model,
  hw: reading.hw,
  fw: reading.fw,
  shape: reading.shape?.no,
  measures: reading.measures.map((field, i) => [field.name, reading.values[i], reading.packed[i]]),
});

const measure = fc.constantFrom(...fields).chain((field) => {
  const value =
    field.kind === 'flag'
      ? fc.boolean()
      : field.kind === 'word'
        ? fc.constantFrom(...field.words)
        : field.kind === 'integer'
          ? fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1)).map((n) => Math.min(n, field.max))
          : fc.oneof(
              fc.integer({ min: Math.ceil(field.min), max: Math.floor(field.max) }),
              fc.integer({ min: field.min * 10, max: field.max * 10 }).map((n) => n / 10),
              fc.double({ min: field.min, max: field.max, noNaN: true }),
            );
  return value.map((number) => [field.name, number] as const);
});

const reports = fc
  .record({
    measures: fc.array(measure, { maxLength: 20 }),
    seq: fc.nat(),
    ts: fc.nat({ max: 4e12 }),
    hist: fc.option(fc.boolean(), { nil: undefined }),
    fw: fc.constantFrom('4.2.1', '4.3', 'β1'),
  })
  .map(({ measures, seq, ts, hist, fw }) => ({
    v: 1,
    boot: 'b1',
    seq,
    ts,
    ...(hist === undefined ? {} : { hist }),
    model: 'X-100',
    hw: 'B',
    fw,
    m: Object.fromEntries(measures),
  }));

describe('reading a report', () => {
  it('walking the bytes along a shape gives what JSON.parse and zod give', () => {
    fc.assert(
      fc.property(reports, fc.nat(), fc.nat(), (first, seq, ts) => {
        const shapes = new Shapes();
        const shape = readSlowly(bytesOf(first), shapes)?.shape ?? null;
        fc.pre(shape !== null);
        const bytes = bytesOf({ ...first, seq, ts });
        const walked = new Reading();
        const end = walkReport(bytes, 0, bytes.length, shape as Shape, walked);
        if (end === bytes.length) expect(summary(walked)).toEqual(summary(readSlowly(bytes, shapes) as Reading));
      }),
      { numRuns: 500 },
    );
  });

  it('walking takes the usual report, with trailing zeros too', () => {
    const shapes = new Shapes();
    const shape = readSlowly(bytesOf(report(1)), shapes)?.shape as Shape;
    const bytes = bytesOf(JSON.stringify(report(2, { temp_c: 41.5, reboot: 'fw_update_error', brownouts: 12 })).replace('41.5', '-41.50'));
    const walked = new Reading();
    expect(walkReport(bytes, 0, bytes.length, shape, walked)).toBe(bytes.length);
    expect(summary(walked)).toEqual(summary(readSlowly(bytes, shapes) as Reading));
  });

  it('walking accepts nothing that JSON.parse and zod refuse, whatever byte is changed', () => {
    const shapes = new Shapes();
    const original = bytesOf(report(18231, { temp_c: -4.5, reboot: 'brownout', ircut_fault: false }));
    const shape = readSlowly(original, shapes)?.shape as Shape;
    fc.assert(
      fc.property(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: 3 }), (at, byte, drop) => {
        const bytes = Buffer.concat([original.subarray(0, at), Buffer.from([byte]), original.subarray(at + 1 + drop)]);
        const walked = new Reading();
        if (walkReport(bytes, 0, bytes.length, shape, walked) !== bytes.length) return;
        const slow = readSlowly(bytes, shapes);
        expect(slow).not.toBeNull();
        expect(summary(walked)).toEqual(summary(slow as Reading));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['a number over its limit', report(1, { temp_c: 151 })],
    ['a negative counter', report(1, { brownouts: -1 })],
    ['a word of another field', report(1, { reboot: 'ok' })],
    ['text for a number', report(1, { temp_c: '41' })],
    ['a fraction of a counter', report(1, { brownouts: 1.5 })],
  ])('walking leaves %s to the long way', (_, changed) => {
    const shapes = new Shapes();
    const shape = readSlowly(bytesOf(report(1, { brownouts: 2 })), shapes)?.shape as Shape;
    const bytes = bytesOf(changed);
    expect(walkReport(bytes, 0, bytes.length, shape, new Reading())).toBe(-1);
  });

  it('a packed report comes back as it was sent', () => {
    fc.assert(
      fc.property(reports, (sent) => {
        const reading = readSlowly(bytesOf(sent), new Shapes()) as Reading;
        if (reading.shape === null) expect(JSON.parse(reading.text ?? '')).toEqual(JSON.parse(JSON.stringify(sent)));
        else expect(unpackReport(reading.shape, reading, reading.packed)).toEqual(JSON.parse(JSON.stringify(sent)));
      }),
      { numRuns: 500 },
    );
  });
});

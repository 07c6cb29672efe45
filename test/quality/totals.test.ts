import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayFromNumber, dayNumber } from '../../src/core/time.ts';
import { stretchDayOf } from '../../src/quality/months.ts';
import type { QualityTotalRow } from '../../src/quality/table.ts';
import { addStays, applySteps, type Stay, Steps } from '../../src/quality/totals.ts';

fc.configureGlobal({ seed: 20_260_401 });

const stay = fc
  .tuple(fc.integer({ min: 0, max: 150 }), fc.option(fc.integer({ min: 1, max: 30 })))
  .map(([from_day, length]): Stay => ({ from_day, to_day: length === null ? null : from_day + length }));

const COHORT = { id: 7, kind: 'batch' } as const;
/** 1970-07-01: three quarters are open. */
const OPENED = 181;

function apply(rows: readonly QualityTotalRow[], stays: readonly Stay[], sign: 1 | -1): QualityTotalRow[] {
  const steps = new Steps();
  for (const one of stays) addStays(steps, COHORT, [one], sign);
  const [found] = [...steps.cohorts()];
  if (found === undefined) return [...rows];
  const stretch = stretchDayOf(COHORT.kind, Math.min(OPENED, ...found[1].keys()));
  return [
    ...rows.filter((row) => row.stretch_day < stretch),
    ...applySteps(
      COHORT,
      rows.filter((row) => row.stretch_day >= stretch),
      found[1],
      OPENED,
    ),
  ];
}

/** Device-days before `day`, from running totals. */
function exposureBefore(rows: readonly QualityTotalRow[], day: number): number {
  const row = rows.findLast((candidate) => candidate.day < day);
  return row === undefined ? 0 : row.exposure_days + row.active * (day - row.day);
}

const recounted = (stays: readonly Stay[], day: number): number =>
  stays.reduce((sum, { from_day, to_day }) => sum + Math.max(0, Math.min(to_day ?? day, day) - from_day), 0);

const seenBetween = (rows: readonly QualityTotalRow[], from: number, to: number): number =>
  (rows.findLast((row) => row.day < to)?.started ?? 0) - (rows.findLast((row) => row.day < from)?.finished ?? 0);

describe('running totals', () => {
  it('give the device-days of any period as a difference of two rows', () => {
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 20 }), fc.integer({ min: 0, max: 120 }), (stays, day) => {
        expect(exposureBefore(apply([], stays, 1), day)).toBe(recounted(stays, day));
      }),
    );
  });

  it('give the units seen in a period', () => {
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 20 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 60 }), (stays, from, length) => {
        const to = from + length;
        expect(seenBetween(apply([], stays, 1), from, to)).toBe(stays.filter((s) => s.from_day < to && (s.to_day === null || s.to_day > from)).length);
      }),
    );
  });

  it('hold until the next row or the end of the quarter, and every open quarter begins with one', () => {
    fc.assert(
      fc.property(fc.array(stay, { minLength: 1, maxLength: 20 }), fc.array(stay, { maxLength: 6 }), (stays, late) => {
        const rows = apply(apply([], stays, 1), late, 1);
        for (const [i, row] of rows.entries()) {
          expect(row.stretch_day).toBe(stretchDayOf(COHORT.kind, row.day));
          expect(row.until_day).toBe(Math.min(rows[i + 1]?.day ?? Infinity, stretchDayOf(COHORT.kind, row.day, 1)));
        }
        const first = rows[0]?.day ?? 0;
        for (const quarter of [90, 181]) if (quarter > first) expect(rows.map((row) => row.day)).toContain(quarter);
      }),
    );
  });

  it('are the same whatever the order things became known in, and empty again when all is taken back', () => {
    fc.assert(
      fc.property(fc.array(stay, { minLength: 1, maxLength: 12 }), fc.array(stay, { maxLength: 6 }), fc.integer({ min: 0, max: 120 }), (stays, wrong, day) => {
        const inSteps = stays.reduce<QualityTotalRow[]>((rows, one) => apply(rows, [one], 1), []);
        const corrected = apply(apply(inSteps, wrong, 1), wrong, -1);
        expect(exposureBefore(corrected, day)).toBe(recounted(stays, day));
        for (const row of apply(corrected, stays, -1)) expect(row).toMatchObject({ active: 0, exposure_days: 0, started: 0, finished: 0 });
      }),
    );
  });
});

describe('a stretch', () => {
  const day = fc.integer({ min: -25_000, max: 84_000 });
  const kinds = fc.constantFrom('model', 'batch');

  it('holds each of its days, and the next begins where it ends', () => {
    fc.assert(
      fc.property(kinds, day, (kind, day) => {
        const [first, next] = [stretchDayOf(kind, day), stretchDayOf(kind, day, 1)];
        expect(first).toBeLessThanOrEqual(day);
        expect(next).toBeGreaterThan(day);
        expect([stretchDayOf(kind, first), stretchDayOf(kind, next), stretchDayOf(kind, next, -1)]).toEqual([first, next, first]);
      }),
    );
  });

  it('is half a month of a whole model, and a quarter of a finer cohort', () => {
    const beginning = (kind: 'model' | 'batch') => ['2026-02-15', '2026-02-16', '2026-12-31'].map((on) => dayFromNumber(stretchDayOf(kind, dayNumber(on))));
    expect(beginning('model')).toEqual(['2026-02-01', '2026-02-16', '2026-12-16']);
    expect(beginning('batch')).toEqual(['2026-01-01', '2026-01-01', '2026-10-01']);
  });
});

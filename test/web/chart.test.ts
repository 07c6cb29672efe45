import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepped } from '../../src/web/chart/marks.tsx';
import { linearScale, logScale, niceStep } from '../../src/web/chart/scale.ts';

fc.configureGlobal({ seed: 20_260_401 });

describe('a linear scale', () => {
  it('has round ticks that hold the values between them', () => {
    expect(linearScale([0, 97], [0, 100]).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(linearScale([0.13, 0.41], [0, 1]).ticks[0]).toBeLessThanOrEqual(0.13);
  });

  it('runs downward for a vertical axis', () => {
    const scale = linearScale([0, 10], [300, 0]);
    expect([scale.at(0), scale.at(10)]).toEqual([300, 0]);
  });

  it('of one value or none still has a length', () => {
    for (const span of [
      [0, 0],
      [5, 5],
    ] as const)
      expect(linearScale(span, [0, 100]).ticks.length).toBeGreaterThan(1);
  });

  it('keeps order and stays in its range', () => {
    const value = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const scale = linearScale([Math.min(a, b), Math.max(a, b)], [0, 100]);
        expect(scale.at(Math.min(a, b))).toBeGreaterThanOrEqual(-1e-6);
        expect(scale.at(Math.max(a, b))).toBeLessThanOrEqual(100 + 1e-6);
      }),
    );
  });
});

describe('a logarithmic scale', () => {
  it('gives every decade the same length', () => {
    const scale = logScale([1, 1000], [0, 300]);
    expect(scale.at(10)).toBeCloseTo(100, 9);
    expect(scale.at(100)).toBeCloseTo(200, 9);
  });

  it('draws zero at its low end and never has more ticks than fit', () => {
    const scale = logScale([0, 50], [0, 100]);
    expect(scale.at(0)).toBe(0);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 1, max: 1e9, noNaN: true }), (low, high) => {
        const { ticks } = logScale([low, high], [0, 100], 6);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.every((tick) => tick >= low * 0.99 && tick <= high * 1.01)).toBe(true);
      }),
    );
  });
});

it('steps are 1, 2 or 5 times a power of ten', () => {
  expect([0.13, 0.3, 7, 20].map(niceStep)).toEqual([0.2, 0.5, 10, 20]);
});

it('a stepped line holds each value until the next', () => {
  expect(
    stepped([
      { x: 0, y: 1 },
      { x: 2, y: 0.5 },
    ]),
  ).toEqual([
    { x: 0, y: 1 },
    { x: 2, y: 1 },
    { x: 2, y: 0.5 },
  ]);
});

import { describe, expect, test } from 'vitest';
import { addControlDay, controlEvidence, eBenjaminiHochberg, weightedAverage } from '../../src/stats/evalue.ts';

describe('lists with a false discovery rate', () => {
  test('e-BH rejects the reference set', () => {
    expect(eBenjaminiHochberg([500, 3, 120, 0.2, 45, 60, 1, 0, 18, 900], 0.1)).toEqual([0, 2, 4, 5, 8, 9]);
  });

  test('e-BH given only the large e-values needs the number looked at', () => {
    expect(eBenjaminiHochberg([500, 120, 45, 60, 18, 900], 0.1, 10)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(eBenjaminiHochberg([500, 120, 45, 60, 18, 900], 0.1, 100)).toEqual([0, 5]);
  });

  test('nothing is rejected when nothing is large', () => {
    expect(eBenjaminiHochberg([1, 2, 3], 0.1)).toEqual([]);
    expect(eBenjaminiHochberg([], 0.1)).toEqual([]);
  });
});

test('an average of e-values is their weighted mean', () => {
  expect(weightedAverage([10, 2, 0], [0.5, 0.25, 0.25])).toBe(5.5);
});

describe('the concurrent-control product', () => {
  const none = [0, 0, 0, 0];

  test('one day is the mean binomial likelihood ratio', () => {
    const after = addControlDay(none, { treated: 3, treated_expected: 1, control: 1, control_expected: 3 });
    const byHand = [1.5, 2, 3, 5].map((r) => (r / (r + 3) / 0.25) ** 3 * (3 / (r + 3) / 0.75));
    expect(controlEvidence(after)).toBeCloseTo(byHand.reduce((a, b) => a + b) / 4, 12);
  });

  test('days multiply within a ratio and the mean is taken last', () => {
    const day = { treated: 2, treated_expected: 1, control: 2, control_expected: 1 };
    const twice = addControlDay(addControlDay(none, day), day);
    const once = addControlDay(none, day);
    expect(twice).toEqual(once.map((log) => 2 * log));
  });

  test('what hits both groups alike is no evidence', () => {
    let products: number[] = none;
    for (let day = 0; day < 30; day += 1) products = addControlDay(products, { treated: 12, treated_expected: 1, control: 12, control_expected: 1 });
    expect(controlEvidence(products)).toBeLessThan(1e-5);
  });

  test('a day without controls adds nothing', () => {
    expect(addControlDay(none, { treated: 9, treated_expected: 1, control: 0, control_expected: 0 })).toEqual(none);
  });

  test('has the reference digits over six days of a roll-out', () => {
    const [upgraded, old] = [
      [0, 2, 3, 6, 9, 14],
      [31, 28, 30, 27, 22, 18],
    ];
    const [upgraded_expected, old_expected] = [
      [0.6, 1.5, 2.4, 4.8, 7.2, 9.6],
      [29.4, 28.5, 27.6, 25.2, 22.8, 20.4],
    ];
    let products: number[] = none;
    const path = upgraded.map((treated, day) => {
      products = addControlDay(products, {
        treated,
        treated_expected: upgraded_expected[day] ?? 0,
        control: old[day] ?? 0,
        control_expected: old_expected[day] ?? 0,
      });
      return controlEvidence(products);
    });
    expect(Math.abs((path[0] ?? 0) / 0.4160748556 - 1)).toBeLessThan(1e-8);
    expect(Math.abs((path[5] ?? 0) / 0.529870978 - 1)).toBeLessThan(1e-8);
  });
});

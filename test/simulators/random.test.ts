import { expect, it } from 'vitest';
import { exponential, happens, normal, pickWeighted, poisson, seedOf, uniform, wholeBetween } from '../../simulators/random.ts';

const DRAWS = 20_000;
const sample = (draw: (n: number) => number) => Array.from({ length: DRAWS }, (_, n) => draw(n));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: number[]) => mean(values.map((value) => value ** 2)) - mean(values) ** 2;

it('the same question has the same answer, in any order', () => {
  const forwards = [0, 1, 2].map((n) => uniform(7, 'rain', n));
  const backwards = [2, 1, 0].map((n) => uniform(7, 'rain', n)).reverse();
  expect(forwards).toEqual(backwards);
});

it('seeds, purposes and numbers are told apart', () => {
  const answers = new Set([uniform(1, 'a'), uniform(2, 'a'), uniform(1, 'b'), uniform(1, 'a', 1), uniform(seedOf(1, 'a'), 'a')]);
  expect(answers.size).toBe(5);
});

it('draws are uniform: mean 1/2, variance 1/12, every tenth about equally full', () => {
  const values = sample((n) => uniform(3, 'u', n));
  expect(mean(values)).toBeCloseTo(0.5, 2);
  expect(variance(values)).toBeCloseTo(1 / 12, 2);
  const tenths = Array.from({ length: 10 }, (_, i) => values.filter((value) => Math.floor(value * 10) === i).length);
  // Six standard deviations of a binomial count.
  for (const count of tenths) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(6 * Math.sqrt(DRAWS * 0.09));
});

it('normal, exponential and Poisson draws have their means and variances', () => {
  const normals = sample((n) => normal(4, 'n', n));
  const waits = sample((n) => exponential(4, 'e', n));
  const counts = sample((n) => poisson(1.7, 4, 'p', n));
  for (const [values, expectedMean, expectedVariance] of [
    [normals, 0, 1],
    [waits, 1, 1],
    [counts, 1.7, 1.7],
  ] as const) {
    expect(mean(values)).toBeCloseTo(expectedMean, 1);
    expect(variance(values)).toBeCloseTo(expectedVariance, 1);
  }
});

it('weights are kept', () => {
  const picked = sample((n) => pickWeighted([1, 3], (weight) => weight, 5, 'w', n));
  expect(picked.filter((weight) => weight === 3).length / DRAWS).toBeCloseTo(0.75, 1);
});

it('whole numbers reach both ends', () => {
  const values = new Set(sample((n) => wholeBetween(1, 4, 6, 'i', n)));
  expect([...values].sort()).toEqual([1, 2, 3, 4]);
});

it('what is certain happens and what is impossible does not', () => {
  expect(sample((n) => (happens(1, 8, 'h', n) ? 1 : 0)).every((value) => value === 1)).toBe(true);
  expect(sample((n) => (happens(0, 8, 'h', n) ? 1 : 0)).some((value) => value === 1)).toBe(false);
});

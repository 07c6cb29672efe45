import { expect, test } from 'vitest';
import { gammaWithMeanOne, poisson, randomFrom } from '../../simulators/score/random.ts';
import { capFor, cappedMean } from '../../src/stats/cappedCount.ts';

test.each([
  // P(Y >= 1) = 1 - exp(-0.3); 2 - 2 P(0) - P(1) at a mean of 1; a negative binomial of mean 1 and variance 2 is geometric: P(Y >= k) = 2^-k.
  { mean: 0.3, dispersion: 1, cap: 0.5, left: 0.5 * (1 - Math.exp(-0.3)) },
  { mean: 1, dispersion: 1, cap: 2, left: 2 - 3 * Math.exp(-1) },
  { mean: 1, dispersion: 2, cap: 3, left: 0.875 },
])('what a cap of $cap leaves of a mean of $mean at dispersion $dispersion', ({ mean, dispersion, cap, left }) => {
  expect(cappedMean(mean, dispersion, cap)).toBeCloseTo(left, 12);
});

test('the table agrees with the sums it is made of, and leaves everything of large counts', () => {
  const { at, kept } = capFor(1.6);
  for (const mean of [0.001, 0.05, 0.4, 3, 60]) {
    const root = Math.sqrt(mean);
    expect(at(root)).toBeCloseTo(mean + 3 * Math.sqrt(mean * 1.6), 12);
    expect(kept(root)).toBeCloseTo(cappedMean(mean, 1.6, at(root)) / mean, 1);
  }
  expect([kept(0), kept(1e4)]).toEqual([0, 1]);
});

test('drawn counts keep that share', () => {
  const random = randomFrom(8);
  const { at, kept } = capFor(2);
  // Gamma shape 0.5 of a mean of 0.5: a negative binomial of variance 2 x mean.
  const cap = at(Math.sqrt(0.5));
  const draws = Array.from({ length: 20_000 }, () => Math.min(cap, poisson(random, 0.5 * gammaWithMeanOne(random, 0.5))));
  expect(draws.reduce((sum, value) => sum + value, 0) / draws.length / 0.5).toBeCloseTo(kept(Math.sqrt(0.5)), 1);
});

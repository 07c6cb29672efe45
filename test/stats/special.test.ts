import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaQuantile, binomialDensity, binomialDistribution, incompleteBeta } from '../../src/stats/beta.ts';
import { digamma, gammaQuantile, logGamma, lowerGamma, trigamma, upperGamma } from '../../src/stats/gamma.ts';
import { chiSquareTail, HALF_CHI_SQUARE_95, normalDistribution, normalQuantile, Z_95 } from '../../src/stats/normal.ts';

fc.configureGlobal({ seed: 20_260_401 });

// Figures from SciPy 1.17 (scipy.special), except where they are known in closed form.
const close = (value: number, expected: number, digits = 1e-12): void => expect(Math.abs(value / expected - 1)).toBeLessThan(digits);

describe('the gamma function', () => {
  it('is a factorial at whole numbers and √π at ½', () => {
    close(logGamma(11), Math.log(3_628_800));
    close(logGamma(0.5), Math.log(Math.sqrt(Math.PI)));
    expect(logGamma(1)).toBe(0);
    expect(logGamma(2)).toBe(0);
  });

  it('has Euler’s constant and π²/6 as derivatives at 1', () => {
    close(digamma(1), -0.5772156649015329);
    close(trigamma(1), Math.PI ** 2 / 6);
  });

  it('satisfies Γ(x+1) = xΓ(x)', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), (x) => {
        expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThan(1e-14 * Math.max(10, Math.abs(logGamma(x + 1))));
      }),
    );
  });
});

describe('the incomplete gamma function', () => {
  it('is 1 − e^−x for shape 1', () => {
    for (const x of [1e-9, 0.3, 1, 5, 40]) close(lowerGamma(1, x), -Math.expm1(-x));
  });

  it('sums of Poisson probabilities: Q(n, x) = P(Poisson(x) < n)', () => {
    const poisson = [0, 1, 2, 3, 4].reduce((sum, k) => sum + Math.exp(-3.7 + k * Math.log(3.7) - logGamma(k + 1)), 0);
    close(upperGamma(5, 3.7), poisson);
  });

  it('keeps its digits in the tails and for large shapes', () => {
    close(lowerGamma(10, 1), 1.1142547833872071e-7);
    close(upperGamma(1000, 2000), 6.847349459617758e-136, 1e-11);
    close(lowerGamma(60_000, 54_000), 3.3778682536137915e-142, 1e-11);
  });

  it('is undone by its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 5000, noNaN: true }), fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (shape, p) => {
        const x = gammaQuantile(shape, p);
        const back = p < 0.5 ? lowerGamma(shape, x) / p : upperGamma(shape, x) / (1 - p);
        expect(Math.abs(back - 1)).toBeLessThan(1e-9);
      }),
    );
    expect(gammaQuantile(3, 0)).toBe(0);
    expect(gammaQuantile(3, 1)).toBe(Infinity);
  });
});

describe('the incomplete beta function', () => {
  it('is a power for b = 1', () => {
    for (const x of [0.01, 0.4, 0.99]) close(incompleteBeta(x, 3.5, 1), x ** 3.5);
  });

  it('keeps its digits far out', () => {
    close(incompleteBeta(0.5, 1000, 4.5), 2.268246560938873e-293, 1e-11);
    close(incompleteBeta(0.5, 60_000, 50_000), 2.7537941834060506e-200, 1e-11);
  });

  it('is undone by its quantile', () => {
    const size = fc.double({ min: 0.1, max: 2000, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true }), size, size, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        if (x > 1e-12 && x < 1 - 1e-6) expect(Math.abs(incompleteBeta(x, a, b) - p)).toBeLessThan(1e-10);
      }),
    );
  });

  it('sums binomial probabilities', () => {
    const sum = [0, 1, 2, 3].reduce((total, k) => total + binomialDensity(k, 100, 0.037), 0);
    close(binomialDistribution(3, 100, 0.037), sum);
    expect(binomialDistribution(100, 100, 0.3)).toBe(1);
    expect(binomialDensity(0, 10, 0)).toBe(1);
    expect(binomialDensity(10, 10, 1)).toBe(1);
  });
});

describe('the normal distribution', () => {
  it('has the familiar points', () => {
    close(normalQuantile(0.975), Z_95);
    close(normalQuantile(1e-20), -9.262340089798409);
    close(normalDistribution(-8), 6.22096057427174e-16);
    close(chiSquareTail(2 * HALF_CHI_SQUARE_95), 0.05);
  });

  it('is undone by its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (z) => {
        if (z < 5) expect(normalQuantile(normalDistribution(z))).toBeCloseTo(z, 8);
      }),
    );
  });
});

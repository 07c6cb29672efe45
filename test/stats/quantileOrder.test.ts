import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gammaQuantile } from '../../src/stats/gamma.ts';
import { orderQuantile } from '../../src/stats/quantileOrder.ts';

it('the quantile that groups are ordered by is the exact one to a few ten-millionths, of any shape', () => {
  const quantile = orderQuantile();
  fc.assert(
    fc.property(fc.double({ min: Math.log(0.3), max: Math.log(1e7), noNaN: true }), (logShape) => {
      const shape = Math.exp(logShape);
      expect(Math.abs(quantile(shape) / gammaQuantile(shape, 0.05) - 1)).toBeLessThan(3e-7);
    }),
    { numRuns: 2000 },
  );
});

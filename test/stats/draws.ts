// Lives drawn from a Weibull distribution, in whole days from 1.
import { seededRandom } from '../../src/stats/random.ts';

export function drawWeibull(count: number, shape: number, scale: number, seed = 5): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.max(1, Math.round(scale * (-Math.log(random.uniform())) ** (1 / shape))));
}

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/stats/random.ts';
import { reportingDelay } from '../../src/stats/reportingDelay.ts';

const repeated = (count: number, delay: number, seen: number) => Array.from({ length: count }, () => ({ delay, seen }));

describe('the reporting delay', () => {
  it('of records that could all have shown every delay is their plain distribution', () => {
    const share = reportingDelay([...repeated(6, 1, 100), ...repeated(3, 5, 100), ...repeated(1, 9, 100), ...repeated(2, 20, 100), ...repeated(8, 0, 100)]);
    expect([0, 1, 5, 9, 20, 30].map((time) => share?.(time))).toEqual([0.4, 0.7, 0.85, 0.9, 1, 1].map((x) => expect.closeTo(x, 12)));
  });

  // By hand: at delay 30 four of the ten old records, so F(10) = 6/10. At delay 10 the six old ones and none of the young (seen for 10 days: at risk), of
  // 6 + 20 at risk 3 + 5 have it: F(2) = 6/10 × (1 − 8/26).
  it('takes a record only for the delays it could have shown', () => {
    const share = reportingDelay([...repeated(4, 30, 60), ...repeated(3, 10, 60), ...repeated(3, 2, 60), ...repeated(5, 10, 10), ...repeated(15, 2, 10)]);
    expect(share?.(10)).toBeCloseTo(0.6, 12);
    expect(share?.(2)).toBeCloseTo(0.6 * (1 - 8 / 26), 12);
    expect(share?.(1)).toBe(0);
  });

  it('recovers the delays of failures half of which are not known yet', () => {
    const random = seededRandom(7);
    const records = Array.from({ length: 4000 }, () => ({ delay: Math.floor(-40 * Math.log(random.uniform())), seen: Math.floor(random.uniform() * 300) }));
    const share = reportingDelay(records.filter(({ delay, seen }) => delay <= seen));
    for (const days of [10, 30, 60, 120]) expect(Math.abs((share?.(days) ?? 0) - (1 - Math.exp(-(days + 1) / 40)))).toBeLessThan(0.05);
  });

  it('is not told from a handful', () => expect(reportingDelay(repeated(4, 3, 100))).toBeNull());
});

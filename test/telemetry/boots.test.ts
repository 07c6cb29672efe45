import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrive, type Boot, gapsOf, hasArrived, increment, type Ledger, MAX_RANGES } from '../../src/telemetry/boots.ts';
import { counters } from '../../src/telemetry/fields.ts';

const newBoot = (): Boot => ({ boot_no: 1, boot: 'b', first_seen_at: 0, last_seen_at: 0, ranges: [], touched: false });

interface Sample {
  readonly seq: number;
  readonly day: number;
  readonly values: number[];
}

/** Takes the samples in as they come; returns what each day was charged. */
function add(samples: readonly Sample[]): { boot: Boot; days: Record<string, number> } {
  const boot = newBoot();
  const days: Record<string, number> = {};
  const note = (key: string, by: number) => {
    days[key] = (days[key] ?? 0) + by;
  };
  const ledger: Ledger = {
    count: (day, counter, by) => note(`${day} ${counters[counter]}`, by),
    reboot: (day, reason, sign) => note(`${day} reboot ${reason}`, sign),
  };
  for (const sample of samples) {
    if (hasArrived(boot, sample.seq)) continue;
    arrive(boot, { seq: sample.seq, day: sample.day, counters: [...sample.values], reboot: 3, reboot_day: sample.day }, ledger);
  }
  return { boot, days: Object.fromEntries(Object.entries(days).filter(([, value]) => value !== 0)) };
}

/** Reports of one boot in order: counters rise, now and then fall, days pass. */
const history = fc
  .array(
    fc.record({
      skip: fc.nat({ max: 2 }),
      dayPasses: fc.boolean(),
      rises: fc.array(fc.integer({ min: -3, max: 50 }), { minLength: counters.length, maxLength: counters.length }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => {
    let seq = 0;
    let day = 20_000;
    const values = counters.map(() => 5);
    return steps.map(({ skip, dayPasses, rises }) => {
      seq += 1 + skip;
      day += dayPasses ? 1 : 0;
      rises.forEach((rise, i) => {
        values[i] = Math.max(0, (values[i] ?? 0) + rise);
      });
      return { seq, day, values: [...values] };
    });
  });

describe('the sequence numbers of a boot', () => {
  it('reports in any order, some repeated, charge every day the same', () => {
    fc.assert(
      fc.property(
        history.chain((samples) => fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length }), fc.subarray(samples))),
        ([samples, shuffled, repeated]) => {
          const inOrder = add(samples);
          const mixed = add([...shuffled, ...repeated]);
          expect(mixed.days).toEqual(inOrder.days);
          expect(mixed.boot.ranges.map(({ from, to, right }) => ({ from, to, right }))).toEqual(
            inOrder.boot.ranges.map(({ from, to, right }) => ({ from, to, right })),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gaps are what did not come', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 1 }), (seqs) => {
        const { boot } = add(seqs.map((seq) => ({ seq, day: 1, values: counters.map(() => seq) })));
        const missing = gapsOf(boot).flatMap(({ from_seq, to_seq }) => Array.from({ length: to_seq - from_seq + 1 }, (_, i) => from_seq + i));
        const expected = Array.from({ length: Math.max(...seqs) - Math.min(...seqs) + 1 }, (_, i) => Math.min(...seqs) + i).filter(
          (seq) => !seqs.includes(seq),
        );
        expect(missing).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('a device that counts wildly keeps a bounded number of ranges, and what was given up is counted', () => {
    const boot = newBoot();
    const nothing: Ledger = { count: () => {}, reboot: () => {} };
    let lost = 0;
    for (let i = 0; i < MAX_RANGES + 10; i++) lost += arrive(boot, { seq: i * 3, day: 1, counters: counters.map(() => 0), reboot: 3, reboot_day: 1 }, nothing);
    expect([boot.ranges.length, lost]).toEqual([MAX_RANGES, 20]);
  });

  it.each([
    ['a rise', 5, 9, 4],
    ['no change', 5, 5, 0],
    ['a reset to 0 and on to 3', 500, 3, 3],
    ['a 32-bit wrap', 4_294_967_290, 10, 16],
    ['unknown before', Number.NaN, 10, 0],
    ['unknown after', 10, Number.NaN, 0],
  ])('between two values of a counter: %s', (_, from, to, by) => expect(increment(from, to)).toBe(by));
});

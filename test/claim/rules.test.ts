import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatAmount, fromMinor, isCurrency, toMinor } from '../../src/claim/money.ts';
import { answerEvent, median, remindersDue, shareAmount } from '../../src/claim/rules.ts';

it('an answer amounts to what its lines add up to', () => {
  expect(answerEvent(['accepted', 'accepted'])).toBe('accept');
  expect(answerEvent(['accepted', 'refused'])).toBe('accept_part');
  expect(answerEvent(['refused', 'refused'])).toBe('reject');
  expect(answerEvent(['settled', 'accepted'])).toBe('accept');
  expect(answerEvent(['settled', 'conceded'])).toBe('accept_part');
});

it('a lump sum is shared in whole units that add up to it', () => {
  expect(shareAmount(100, [100, 100, 100])).toEqual([34, 33, 33]);
  expect(shareAmount(60, [30, 60, 30])).toEqual([15, 30, 15]);
  expect(shareAmount(5, [null, null])).toEqual([3, 2]);
  expect(shareAmount(0, [7, 7])).toEqual([0, 0]);
});

it('no line gets more than was accepted for it, and nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (weights, part) => {
        const ceiling = weights.reduce((sum, weight) => sum + weight, 0);
        const total = ceiling === 0 ? 0 : Math.floor(ceiling * part);
        const shares = shareAmount(total, weights);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
        shares.forEach((share, i) => {
          expect(share).toBeLessThanOrEqual(weights[i] ?? 0);
        });
      },
    ),
  );
});

it('reminders come three days ahead, on the day, the day after, then every week', () => {
  const days = ['2026-04-06', '2026-04-07', '2026-04-09', '2026-04-10', '2026-04-11', '2026-04-17', '2026-04-18', '2026-04-25'];
  expect(days.map((day) => remindersDue('2026-04-10', day))).toEqual([0, 1, 1, 2, 3, 3, 4, 5]);
});

it('amounts keep the digits of their currency', () => {
  expect([toMinor(12.34, 'USD'), toMinor(500, 'JPY'), toMinor(0.5, 'JPY'), toMinor(1.005, 'USD'), toMinor(1.234, 'KWD')]).toEqual([
    1234,
    500,
    null,
    null,
    1234,
  ]);
  expect(fromMinor(1234, 'USD')).toBe(12.34);
  expect([isCurrency('JPY'), isCurrency('XXY'), isCurrency('usd')]).toEqual([true, false, false]);
  expect(formatAmount(123_456, 'JPY', 'ja')).toContain('123,456');
});

it('the median of none is not known', () => {
  expect([median([]), median([3]), median([1, 9, 2]), median([1, 2])]).toEqual([null, 3, 2, 1.5]);
});

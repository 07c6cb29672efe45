// Service intervals under random work: whatever is put into service, moved, swapped or corrected, a unit never serves twice on one day.
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { addDays } from '../../src/core/time.ts';
import { fitInterval, type Interval } from '../../src/unit/rules.ts';
import { changeService, startService } from '../../src/unit/service.ts';
import { swapUnit } from '../../src/unit/swapUnit.ts';
import { cast, fielded } from '../returns/cast.ts';
import { eachDb } from '../support/eachDb.ts';

const START = '2026-01-01';
const day = (n: number): string => addDays(START, n);
const overlap = (spans: readonly { from_on: string; to_on: string | null }[]): boolean => {
  const sorted = spans.filter(({ from_on, to_on }) => to_on === null || to_on > from_on).sort((a, b) => (a.from_on < b.from_on ? -1 : 1));
  return sorted.some(({ to_on }, i) => sorted[i + 1] !== undefined && (to_on === null || to_on > (sorted[i + 1]?.from_on ?? '')));
};

const span = fc
  .tuple(fc.nat(30), fc.option(fc.nat(10), { nil: null }))
  .map(([from, days]) => ({ from_on: day(from), to_on: days === null ? null : day(from + days) }));

it('an interval that fits leaves no day served twice', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), (wanted) => {
      let present: Interval[] = [];
      for (const [i, { from_on, to_on }] of wanted.entries()) {
        const fit = fitInterval(present, from_on, to_on);
        if ('overlap' in fit) continue;
        present = present.map((one) => (one.id === fit.close?.id ? { ...one, to_on: from_on } : one));
        present.push({ id: String(i), from_on, to_on });
        if (overlap(present)) return false;
      }
      return present.filter(({ to_on }) => to_on === null).length <= 1;
    }),
    { numRuns: 300 },
  );
});

eachDb('service', (test) => {
  beforeAll(async () => {
    await cast(test.ctx());
  });

  const step = fc.record({ deed: fc.constantFrom('start', 'change', 'swap'), unit: fc.nat(2), other: fc.nat(2), at: fc.nat(9), span });

  it('of three units, started, corrected and swapped at random, never overlaps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const ctx = test.ctx();
        const units = [await fielded(ctx), await fielded(ctx), await fielded(ctx, { in_service_on: null, delivered_on: null })].map(({ id }) => id);
        const rows = () => ctx.db.selectFrom('service_intervals').selectAll().where('unit_id', 'in', units).orderBy('id').execute();
        for (const { deed, unit, other, at, span } of steps) {
          const [id = '', replacement_id = ''] = [units[unit], units[other]];
          const own = (await rows()).filter(({ unit_id }) => unit_id === id);
          const chosen = own[at % Math.max(1, own.length)];
          try {
            if (deed === 'start') await startService(ctx, id, span);
            else if (deed === 'change' && chosen !== undefined) await changeService(ctx, id, chosen.id, span);
            else if (deed === 'swap') await swapUnit(ctx, id, { replacement_id, on: span.from_on, new_warranty: 'inherit' });
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
          }
          const now = await rows();
          for (const one of units) expect(overlap(now.filter(({ unit_id }) => unit_id === one)), JSON.stringify(now)).toBe(false);
        }
      }),
      { numRuns: 12, seed: 5 },
    );
  });
});

// A number and the list behind it are counted by two functions; whatever the cases, they agree, and both agree with a count by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeasuredCase } from '../../src/case/held.ts';
import { kpis } from '../../src/kpi/definitions.ts';
import { backlogAt, drillDown, evaluate, evaluateAll, type Period } from '../../src/kpi/rules.ts';

const DAY = 86_400_000;
const NOW = 40 * DAY;
const MAY_BE = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const moment = fc.integer({ min: 0, max: 40 }).map((day) => day * DAY);

const measured: fc.Arbitrary<MeasuredCase> = fc.record({
  case_id: fc.uuid(),
  change_no: fc.nat(),
  exclusion: MAY_BE(fc.constantFrom('merged' as const, 'spam' as const, 'proactive' as const, 'internal' as const)),
  initiated_by: fc.constantFrom('customer' as const, 'partner' as const, 'staff' as const, 'alert' as const),
  type: fc.constantFrom('trouble' as const, 'usage' as const),
  source: fc.constant('mail' as const),
  owner_id: fc.constantFrom('aoi', 'ben'),
  customer_id: fc.constant(null),
  contract_id: fc.constant(null),
  model_id: fc.constantFrom('x100', 'x200'),
  firmware_id: fc.constant(null),
  cause_id: fc.constant(null),
  category_id: fc.constant(null),
  opened_at: moment,
  asked_at: MAY_BE(moment),
  replied_at: MAY_BE(moment),
  first_solved_at: MAY_BE(moment),
  solved_at: MAY_BE(moment),
  asked_again_at: MAY_BE(moment),
  reopens: fc.nat(2),
  effective_reopens: fc.nat(1),
  public_replies: fc.nat(3),
  rating: MAY_BE(fc.integer({ min: 1, max: 5 })),
  worked_minutes: MAY_BE(fc.nat(90)),
  open_ms: fc.nat(DAY),
  reply_business_ms: MAY_BE(fc.nat(DAY)),
  first_solved_business_ms: MAY_BE(fc.nat(DAY)),
  solved_business_ms: MAY_BE(fc.nat(DAY)),
  open_business_ms: fc.nat(DAY),
  spans: fc.array(
    fc.tuple(moment, MAY_BE(moment)).map(([from_at, to_at]) => ({ from_at, to_at: to_at === null ? null : Math.max(from_at, to_at) })),
    { maxLength: 2 },
  ),
});
const many = fc.array(measured, { maxLength: 30 });
const period: Period = { from_at: 10 * DAY, to_at: 30 * DAY };
const filters = [{}, { owner_id: 'aoi' }, { model_id: 'x200', type: 'usage' }];

describe.each(kpis.map((kpi) => [kpi.name, kpi] as const))('%s', (_name, kpi) => {
  it('counts exactly the rows its list has, whatever is filtered', () => {
    fc.assert(
      fc.property(many, fc.constantFrom(...filters), (cases, filter) => {
        const result = evaluate(kpi, cases, period, filter, NOW);
        const listed = (part: 'counted' | 'numerator' | 'pending') => drillDown(kpi, cases, period, filter, NOW, part);
        expect(listed('counted')).toHaveLength(result.denominator);
        expect(listed('pending')).toHaveLength(result.pending);
        if (kpi.kind === 'share') expect(listed('numerator')).toHaveLength(result.numerator ?? -1);
        const values = listed('counted').map((row) => kpi.value(row, NOW) ?? Number.NaN);
        if (kpi.kind === 'mean') expect(result.numerator).toBe(values.reduce((sum, value) => sum + value, 0));
        expect(result.value === null).toBe(kpi.kind !== 'count' && values.length === 0);
      }),
      { numRuns: 30, seed: 11 },
    );
  });

  it('of parts of a period adds up to the whole', () => {
    fc.assert(
      fc.property(many, (cases) => {
        const cut = [10, 14, 21, 30].map((day) => day * DAY);
        const parts = cut.slice(0, -1).map((from_at, i) => ({ from_at, to_at: cut[i + 1] ?? from_at }));
        const [found = []] = evaluateAll([kpi], cases, parts, {}, NOW);
        const whole = evaluate(kpi, cases, period, {}, NOW);
        expect(found.reduce((sum, part) => sum + part.denominator, 0)).toBe(whole.denominator);
        expect(found.reduce((sum, part) => sum + part.pending, 0)).toBe(whole.pending);
      }),
      { numRuns: 20, seed: 12 },
    );
  });

  it('leaves out merged cases and spam', () => {
    fc.assert(
      fc.property(many, (cases) => {
        const counted = drillDown(kpi, cases, period, {}, NOW, 'counted').map(({ exclusion }) => exclusion);
        return !counted.includes('merged') && !counted.includes('spam');
      }),
      { numRuns: 20, seed: 13 },
    );
  });
});

it('the backlog of an instant is one for each span that holds it, end excluded', () => {
  fc.assert(
    fc.property(many, moment, (cases, at) => {
      const byHand = cases.filter(({ spans }) => spans.some(({ from_at, to_at }) => from_at <= at && at < (to_at ?? Number.POSITIVE_INFINITY))).length;
      expect(backlogAt(cases, at, {})).toBe(byHand);
    }),
    { seed: 14 },
  );
});

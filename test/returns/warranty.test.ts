// Both warranty clocks at their edges (domain.md), and who pays.
import { describe, expect, it } from 'vitest';
import { addMonths, dayOf } from '../../src/core/time.ts';
import { daysOverdue, expectedBy, stepsReached } from '../../src/returns/overdue.ts';
import { type CoverageQuestion, coverageOf, coverageWords, covers, type Warranty, type WarrantyFacts, warrantyOf } from '../../src/returns/warranty.ts';

const unit = (changes: Partial<WarrantyFacts>): WarrantyFacts => ({
  delivered_on: null,
  purchased_on: null,
  shipped_on: null,
  own_warranty_ends_on: null,
  own_warranty_months: 12,
  maker_warranty_months: 18,
  ...changes,
});

describe('the last covered day', () => {
  it.each([
    // start fields                                                          own end       maker end     basis
    [{ delivered_on: '2024-04-10' }, '2025-04-10', '2025-10-10', 'delivered_on'],
    [{ delivered_on: '2024-02-29' }, '2025-02-28', '2025-08-29', 'delivered_on'],
    [{ delivered_on: '2024-04-10', purchased_on: '2024-03-01' }, '2025-04-10', '2025-10-10', 'delivered_on'],
    [{ purchased_on: '2024-03-01', shipped_on: '2024-02-20' }, '2025-03-01', '2025-09-01', 'purchased_on'],
    [{ shipped_on: '2024-02-20' }, '2025-03-05', '2025-09-05', 'shipped_on'],
    [{ delivered_on: '2024-04-10', own_warranty_ends_on: '2024-12-31' }, '2024-12-31', '2025-10-10', 'inherited'],
    [{}, null, null, null],
    [{ delivered_on: '2024-04-10', own_warranty_months: null }, null, '2025-10-10', 'delivered_on'],
  ] as const)('%j', (facts, own, maker, basis) => {
    expect(warrantyOf(unit(facts))).toMatchObject({ own_ends_on: own, maker_ends_on: maker, basis });
  });

  it('2024-01-31 + 1 month is 2024-02-29', () => expect(addMonths('2024-01-31', 1)).toBe('2024-02-29'));

  it('delivered 2024-02-29 in Tokyo: 14:59:59Z of the last day is in, 15:00:00Z is out', () => {
    const { own_ends_on } = warrantyOf(unit({ delivered_on: '2024-02-29' }));
    const filed = (instant: string) => covers(own_ends_on, dayOf(Date.parse(instant), 'Asia/Tokyo'));
    expect([filed('2025-02-28T14:59:59Z'), filed('2025-02-28T15:00:00Z')]).toEqual([true, false]);
  });
});

describe('who pays', () => {
  const warranty: Warranty = { basis: 'delivered_on', starts_on: '2024-04-10', own_ends_on: '2025-10-10', maker_ends_on: '2025-04-10' };
  it.each([
    ['2025-04-10', null, null, 'maker'],
    ['2025-04-11', null, null, 'own_warranty'],
    ['2025-10-10', null, 'confirmed', 'own_warranty'],
    ['2025-10-11', null, 'confirmed', 'paid'],
    ['2025-10-11', '2026-03-31', 'confirmed', 'contract'],
    ['2025-10-11', 'open', 'confirmed', 'contract'],
    ['2025-04-10', 'open', 'customer_damage', 'paid'],
  ] as const)('filed %s, contract %s, verdict %s: %s', (filed_on, contract, verdict, coverage) => {
    expect(coverageOf({ warranty, filed_on, contract, verdict }).coverage).toBe(coverage);
  });

  it('the reason names the dates and what they were counted from, in both languages', () => {
    expect(reason('2025-04-10')).toEqual([
      'Filed 2025-04-10; maker warranty until 2025-04-10, counted from delivery 2024-04-10',
      '申告日 2025-04-10、メーカー保証 2025-04-10 まで(着荷日 2024-04-10 起算)',
    ]);
    expect(reason('2025-10-11')?.[1]).toBe('申告日 2025-10-11、自社保証は 2025-10-10 に終了(着荷日 2024-04-10 起算)');
    expect(reason('2025-10-11', { contract: '2026-03-31' })?.[0]).toBe('Covered by a support contract until 2026-03-31');
    expect(reason('2025-04-10', { verdict: 'customer_damage' })?.[0]).toBe('Damaged by the customer');
  });

  it('a replacement inherits our warranty, not the maker’s: the reason says what each was counted from', () => {
    const inherited = { ...warranty, basis: 'inherited' } as const;
    expect(reason('2025-04-10', { warranty: inherited })?.[0]).toBe('Filed 2025-04-10; maker warranty until 2025-04-10, counted from 2024-04-10');
    expect(reason('2025-05-10', { warranty: inherited })?.[0]).toBe('Filed 2025-05-10; our warranty until 2025-10-10, inherited from the unit it replaced');
  });

  it('a unit whose maker’s warranty alone is known and over says so', () =>
    expect(reason('2025-04-11', { warranty: { ...warranty, own_ends_on: null } })?.[0]).toBe('Filed 2025-04-11; maker warranty ended 2025-04-10'));

  it('a person’s own words are the reason in every language', () =>
    expect(coverageWords({ ...facts('2025-04-10'), coverage: 'goodwill', coverage_reason: 'asked by sales', verdict: null }, '2025-04-10')).toEqual([
      'asked by sales',
      'asked by sales',
    ]));

  const facts = (filed_on: string, more: Partial<CoverageQuestion> = {}) => coverageOf({ warranty, filed_on, contract: null, verdict: null, ...more });
  const reason = (filed_on: string, more: Partial<CoverageQuestion> = {}) =>
    coverageWords({ ...facts(filed_on, more), verdict: more.verdict ?? null }, filed_on);
});

describe('an advance replacement shipped on 1 April', () => {
  it.each([
    ['2026-04-16', 0, 0], // day 15
    ['2026-04-17', 1, 1], // day 16
    ['2026-04-23', 7, 1],
    ['2026-04-24', 8, 2],
    ['2026-05-01', 15, 3],
    ['2026-07-01', 76, 3],
  ])('on %s it is %i days overdue, %i reminders due', (today, overdue, steps) => {
    expect([daysOverdue(expectedBy('2026-04-01'), today), stepsReached(daysOverdue(expectedBy('2026-04-01'), today))]).toEqual([overdue, steps]);
  });
});

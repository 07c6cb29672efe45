import { describe, expect, it } from 'vitest';
import { dayNumber } from '../../src/core/time.ts';
import { type CountedUnit, failuresOf, findingOf, spansOf } from '../../src/quality/spans.ts';

const unit: CountedUnit = { id: 'u', model_id: 'm', hw_rev: 'A', batch_id: 'b', firmware_id: null, served: [], firmwares: [], returned: [] };
const at = (from_on: string, to_on: string | null, site_kind: string | null = 'store') => ({ from_on, to_on, site_id: site_kind, site_kind });
const runs = (firmware_id: string, from_on: string, to_on: string | null = null) => ({ firmware_id, from_on, to_on });
const back = (changes: Partial<CountedUnit['returned'][number]>) => ({
  id: 'r',
  state: 'received',
  failed_on: null,
  returned_on: null,
  received_on: null,
  verdict: null,
  failure_mode_id: null,
  component_id: null,
  ...changes,
});
const days = (u: CountedUnit) =>
  spansOf(u).map(({ from_day, to_day }) => [from_day - dayNumber('2025-01-01'), to_day === null ? null : to_day - dayNumber('2025-01-01')]);

describe('days in service', () => {
  it('are half-open: the last day named is not served', () => {
    expect(days({ ...unit, served: [at('2025-01-01', '2025-01-11')] })).toEqual([[0, 10]]);
  });

  it('a swap on one day counts that day once', () => {
    expect(days({ ...unit, served: [at('2025-01-11', null, 'school'), at('2025-01-01', '2025-01-11')] })).toEqual([
      [0, 10],
      [10, null],
    ]);
  });

  it('intervals that overlap count no day twice, and nothing follows an open one', () => {
    expect(days({ ...unit, served: [at('2025-01-01', '2025-01-11'), at('2025-01-05', '2025-01-21')] })).toEqual([
      [0, 10],
      [10, 20],
    ]);
    expect(days({ ...unit, served: [at('2025-01-01', null), at('2025-01-05', '2025-01-21')] })).toEqual([[0, null]]);
    expect(days({ ...unit, served: [at('2025-01-01', '2025-01-01')] })).toEqual([]);
  });

  it('are cut where the firmware changes', () => {
    const spans = spansOf({ ...unit, served: [at('2025-01-01', null)], firmwares: [runs('1', '2025-01-01', '2025-02-01'), runs('2', '2025-02-01')] });
    expect(spans.map(({ cell }) => cell.firmware_id)).toEqual(['1', '2']);
    expect(spans[0]?.to_day).toBe(dayNumber('2025-02-01'));
    expect(spans.map(({ first_day }) => first_day)).toEqual([dayNumber('2025-01-01'), dayNumber('2025-01-01')]);
  });

  it('before the first known firmware they are of an unknown one; without any history, of the one on record', () => {
    expect(spansOf({ ...unit, served: [at('2025-01-01', null)], firmwares: [runs('2', '2025-02-01')] }).map(({ cell }) => cell.firmware_id)).toEqual([
      null,
      '2',
    ]);
    expect(spansOf({ ...unit, firmware_id: '3', served: [at('2025-01-01', null)] })[0]?.cell.firmware_id).toBe('3');
  });
});

describe('a failure', () => {
  const served = {
    ...unit,
    served: [at('2025-01-01', '2025-06-01'), at('2025-07-01', null, 'school')],
    firmwares: [runs('1', '2025-01-01', '2025-03-01'), runs('2', '2025-03-01')],
  };

  it('counts in the cohort the unit had when it failed, not when it came back', () => {
    const [failure] = failuresOf({ ...served, returned: [back({ failed_on: '2025-02-20', returned_on: '2025-04-01' })] });
    expect(failure).toMatchObject({ cell: { firmware_id: '1', site_kind: 'store' }, failed_day: dayNumber('2025-02-20'), age_days: 50 });
  });

  it('takes the day of the return, then of the receipt, where nobody knows when it failed', () => {
    expect(failuresOf({ ...served, returned: [back({ returned_on: '2025-08-01', received_on: '2025-08-05' })] })[0]).toMatchObject({
      failed_day: dayNumber('2025-08-01'),
      site_id: 'school',
    });
    expect(failuresOf({ ...served, returned: [back({ received_on: '2025-08-05' })] })[0]?.failed_day).toBe(dayNumber('2025-08-05'));
  });

  it('belongs to the firmware that ended with the return itself', () => {
    const closed = { ...unit, served: [at('2025-01-01', '2025-02-01')], firmwares: [runs('1', '2025-01-01', '2025-02-01')] };
    expect(failuresOf({ ...closed, returned: [back({ returned_on: '2025-02-01' })] })[0]?.cell.firmware_id).toBe('1');
  });

  it('is none while only expected, and none when cancelled', () => {
    expect(failuresOf({ ...served, returned: [back({ state: 'expected', failed_on: '2025-02-20' })] })).toEqual([]);
    expect(failuresOf({ ...served, returned: [back({ state: 'cancelled', returned_on: '2025-02-20' })] })).toEqual([]);
  });

  it('of a unit that never served has no age', () => {
    expect(failuresOf({ ...unit, returned: [back({ returned_on: '2025-02-20' })] })[0]?.age_days).toBeNull();
  });

  it.each([
    [null, 'untriaged'],
    ['confirmed', 'confirmed'],
    ['no_fault_found', 'nff'],
    ['customer_damage', 'other'],
    ['wrong_unit', 'other'],
    ['undetermined', 'other'],
  ])('with the verdict %s is %s', (verdict, finding) => expect(findingOf(verdict)).toBe(finding));
});

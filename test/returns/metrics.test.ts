import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { disposeUnit } from '../../src/returns/dispose.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { quantile, returnMetrics } from '../../src/returns/metrics.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { isWorkingDay, workingTime } from '../../src/returns/workingTime.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { cast, fielded } from './cast.ts';

describe('working time in Tokyo', () => {
  const hours = (from: string, to: string) => workingTime('Asia/Tokyo')(Date.parse(from), Date.parse(to)) / HOUR_MS;
  it.each([
    // Friday 2026-04-03 17:00 to Monday 10:00: one hour on each
    ['2026-04-03T08:00:00Z', '2026-04-06T01:00:00Z', 2],
    ['2026-04-04T00:00:00Z', '2026-04-05T12:00:00Z', 0],
    ['2026-04-01T00:00:00Z', '2026-04-01T09:00:00Z', 9],
    ['2026-04-01T09:00:00Z', '2026-04-01T00:00:00Z', 0],
  ])('%s – %s is %d h', (from, to, expected) => expect(hours(from, to)).toBe(expected));
  it('a national holiday is closed', () =>
    expect([isWorkingDay('2026-04-29'), isWorkingDay('2026-04-30'), isWorkingDay('2026-05-02')]).toEqual([false, true, false]));
});

it('a quantile interpolates between neighbours and is unknown of nothing', () => {
  expect([quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.9), quantile([7], 0.9), quantile([], 0.5)]).toEqual([2.5, 3.7, 7, null]);
});

eachDb('desk metrics', (test) => {
  beforeAll(async () => {
    await cast(test.ctx());
  });

  it('count what was received, judged and decided, and say n/a of nothing', async () => {
    expect(await returnMetrics(test.ctx(), {})).toMatchObject({
      received: 0,
      nff: { part: 0, whole: 0, share: null },
      receipt_to_disposition: { count: 0, median_days: null },
    });
    for (const [i, verdict] of (['no_fault_found', 'confirmed'] as const).entries()) {
      const unit = await fielded(test.ctx());
      await fileReturn(test.ctx(), { type: 'return_first', authorised: true, units: [{ unit_id: unit.id }] });
      const { return_unit } = await receiveUnit(test.ctx(), { scan: unit.serial });
      const later = test.ctx({ now: NOW + (i + 1) * DAY_MS });
      await startInspection(later, { return_unit_id: return_unit?.id ?? '', verdict, all_steps_ok: true });
      await disposeUnit(later, { return_unit_id: return_unit?.id ?? '', disposition: 'repair' });
    }
    expect(await returnMetrics(test.ctx(), {})).toMatchObject({
      received: 2,
      nff: { part: 1, whole: 2, share: 0.5 },
      repeat: { part: 0, whole: 2 },
      receipt_to_disposition: { count: 2, median_days: 1.5, median_business_hours: 13.5 },
      receipt_to_shipment: { count: 0 },
    });
  });
});

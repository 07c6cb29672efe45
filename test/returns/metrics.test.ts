import { beforeAll, expect, it } from 'vitest';
import { addCalendar } from '../../src/case/calendars.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { disposeUnit } from '../../src/returns/dispose.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { quantile, returnMetrics } from '../../src/returns/metrics.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { cast, fielded } from './cast.ts';
import { got } from './http.ts';

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
      nff: { part: 1, whole: 2, share: 0.5, ci_low: expect.closeTo(0.0945, 4), ci_high: expect.closeTo(0.9055, 4) },
      repeat: { part: 0, whole: 2 },
      receipt_to_disposition: { count: 2, median_days: 1.5, median_business_hours: 13.5 },
      receipt_to_shipment: { count: 0 },
    });
  });
  it('every number opens the rows it counted', async () => {
    const app = testApp(test.store, { now: NOW + 9 * DAY_MS });
    const lead = await callerWith(app, test.store, 'lead');
    for (const days of [0, 6, 7, 8]) {
      const unit = await fielded(test.ctx());
      await fileReturn(test.ctx({ now: NOW + days * DAY_MS }), { type: 'return_first', authorised: true, units: [{ unit_id: unit.id }] });
      await receiveUnit(test.ctx({ now: NOW + days * DAY_MS }), { scan: unit.serial });
    }
    const metrics = await got(lead.get('/api/v1/return-metrics'));
    const count = async (query: string) => (await got(lead.get(`/api/v1/return-units?limit=500&${query}`))).items.length;
    const window = `received_from_on=${metrics.from_on}&received_to_on=${metrics.to_on}`;
    expect(await count(window)).toBe(metrics.received);
    expect(await count(`${window}&flag=judged`)).toBe(metrics.nff.whole);
    expect(await count(`${window}&verdict=no_fault_found`)).toBe(metrics.nff.part);
    expect(await count(`${window}&flag=decided`)).toBe(metrics.receipt_to_disposition.count);
    expect(await count(`${window}&flag=shipped`)).toBe(metrics.receipt_to_shipment.count);
    const received = metrics.ageing.find(({ state }: { state: string }) => state === 'received');
    expect(received.bands).toEqual([3, 1, 0, 0]);
    expect([await count('state=received&age_to_days=7'), await count('state=received&age_from_days=8&age_to_days=14')]).toEqual([3, 1]);
    expect(await (await lead.get('/returns/metrics')).text()).toContain('/return-units?state=received&amp;age_from_days=8&amp;age_to_days=14');
  });

  it('business hours follow the calendar of the house', async () => {
    const before = (await returnMetrics(test.ctx(), {})).receipt_to_disposition;
    const halfDays = [1, 2, 3, 4, 5, 6, 7].map((weekday): [string, string][] => (weekday <= 5 ? [['09:00', '12:00']] : []));
    await addCalendar(test.ctx(), { from_on: '2026-01-01', zone: 'Asia/Tokyo', hours: halfDays, holidays: 'jp', closed_days: [], open_days: [] });
    const after = (await returnMetrics(test.ctx(), {})).receipt_to_disposition;
    expect([before.median_business_hours, after.median_business_hours, after.median_days]).toEqual([13.5, 4.5, before.median_days]);
  });
});

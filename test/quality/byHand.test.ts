import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const Points = z.object({
  items: z.array(
    z.object({ month: z.string(), failures: z.number(), exposure_days: z.number(), rate: z.number().nullable(), mix_standardised_rate: z.number().nullable() }),
  ),
});
const Grid = z.object({
  items: z.array(
    z.object({ label: z.string(), units: z.number(), cells: z.array(z.object({ returns: z.number(), exposed: z.number(), reported: z.number() })) }),
  ),
});

// Today is 2026-04-01.
eachDb('figures worked out by hand', (test) => {
  let caller: Caller;
  const get = async (path: string): Promise<unknown> => (await caller.get(`/api/v1${path}`)).json();

  beforeAll(async () => {
    const ctx = test.ctx();
    await addCatalog(ctx);
    // A1 is a tenth of the fleet in January and nine tenths in February, at the same rate of its own in both months: A1 2 in 1,000 days, A2 none.
    for (let i = 0; i < 9; i++) await addUnit(ctx, { model: 'A2', from_on: '2026-01-01', to_on: '2026-02-01' });
    await addUnit(ctx, { model: 'A2', from_on: '2026-02-01', to_on: '2026-03-01' });
    const january = await addUnit(ctx, { model: 'A1', from_on: '2026-01-01', to_on: '2026-02-01' });
    const february: string[] = [];
    for (let i = 0; i < 9; i++) february.push(await addUnit(ctx, { model: 'A1', from_on: '2026-02-01', to_on: '2026-03-01' }));
    await addReturn(ctx, january, { failed_on: '2026-01-31', returned_on: '2026-01-31', verdict: 'confirmed' });
    for (const id of february.slice(0, 8)) await addReturn(ctx, id, { failed_on: '2026-02-20', returned_on: '2026-02-20', verdict: 'confirmed' });
    // The grid: ten units since 2025-10-01, of which one is withdrawn after 45 days and two fail, on days 20 and 70.
    for (let i = 0; i < 10; i++) {
      const id = await addUnit(ctx, { model: 'Z1', from_on: '2025-10-01', to_on: i === 0 ? '2025-11-15' : null });
      if (i === 1) await addReturn(ctx, id, { failed_on: '2025-10-21', returned_on: '2025-10-30', verdict: 'confirmed' });
      if (i === 2) await addReturn(ctx, id, { failed_on: '2025-12-10', returned_on: '2025-12-20', verdict: 'confirmed' });
    }
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  it('the rate at a fixed mix does not move when only the mix does', async () => {
    const points = Points.parse(await get('/failure-rates/control-chart?maker=ACME&months=3')).items;
    const [january, february] = ['2026-01', '2026-02'].map((month) => points.find((point) => point.month === month));
    // Raw: 1 failure in 310 days, then 8 in 280: nine times as many, of which the mix made nine tenths.
    expect(january).toMatchObject({ failures: 1, exposure_days: 310 });
    expect(february).toMatchObject({ failures: 8, exposure_days: 280 });
    expect(january?.rate).toBeCloseTo((1 / 310) * 30.4375 * 1000, 9);
    expect(february?.rate).toBeCloseTo((8 / 280) * 30.4375 * 1000, 9);
    // Weights, the exposure of the whole chart: A1 31 + 252 days, A2 279 + 28. A1 fails at 1/31 in January and 8/252 in February.
    const weight = (31 + 252) / (31 + 252 + 279 + 28);
    expect(january?.mix_standardised_rate).toBeCloseTo((weight / 31) * 30.4375 * 1000, 9);
    expect(february?.mix_standardised_rate).toBeCloseTo((weight * 8 * 30.4375 * 1000) / 252, 9);
  });

  it('a unit counts as exposed until it came back or was withdrawn', async () => {
    const rows = Grid.parse(await get('/life-analysis/nevada?model=Z1&months=12')).items;
    const october = rows.find((row) => row.label === '2025-10');
    expect(october?.units).toBe(10);
    // 2026-04-01 is day 183: seven months begun. Months of age are 30.4375 days.
    expect(october?.cells.map(({ returns, exposed }) => [returns, exposed])).toEqual([
      [1, 10],
      [0, 9],
      [1, 8],
      [0, 7],
      [0, 7],
      [0, 7],
      [0, 7],
    ]);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const Items = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

eachDb('analyses around the rates', (test) => {
  let caller: Caller;
  const get = async (path: string): Promise<unknown> => (await caller.get(`/api/v1${path}`)).json();
  const items = async (path: string) => Items.parse(await get(path)).items;

  beforeAll(async () => {
    const ctx = test.ctx();
    await addCatalog(ctx);
    for (let i = 0; i < 20; i++) {
      const id = await addUnit(ctx, { model: i < 10 ? 'A1' : 'A2', from_on: '2025-01-01', firmwares: [[i % 2 === 0 ? '1' : '2', '2025-01-01', null]] });
      if (i < 6)
        await addReturn(ctx, id, {
          failed_on: `2025-0${i + 2}-01`,
          returned_on: `2025-0${i + 2}-10`,
          verdict: i < 4 ? 'confirmed' : 'no_fault_found',
          failure_mode_id: 'sd',
          coverage: i < 2 ? 'maker' : 'own_warranty',
        });
      if (i === 0) await addReturn(ctx, id, { returned_on: '2025-08-01', verdict: 'confirmed' });
      if (i === 10) await addReturn(ctx, id, { returned_on: '2025-08-01', verdict: 'confirmed' });
    }
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  describe('a comparison', () => {
    it('of two models is exact, given the sum', async () => {
      expect(await get('/failure-rates/comparison?first=model:A1&second=model:A2&from_on=2025-01-01&to_on=2026-01-01')).toMatchObject({
        first: { failures: 5, exposure_days: 3650, units: 10 },
        second: { failures: 1, exposure_days: 3650, units: 10 },
        with_peers: false,
        exact: { ratio: 5, p_two_sided: expect.closeTo((2 * (1 + 6)) / 64, 12) },
      });
    });

    it('with the peers takes everybody else, at equal ages', async () => {
      const found = z
        .object({
          second: z.object({ units: z.number(), failures: z.number() }),
          with_peers: z.literal(true),
          age_standardised: z.object({ ratio: z.number(), expected: z.number() }).nullable(),
        })
        .parse(await get('/failure-rates/comparison?first=model:A1&from_on=2025-01-01&to_on=2026-01-01'));
      expect(found.second).toEqual({ units: 10, failures: 1 });
      expect(found.age_standardised?.ratio).toBeCloseTo(5, 9);
    });

    it('refuses a cohort it cannot read', async () => {
      expect((await caller.get('/api/v1/failure-rates/comparison?first=A1')).status).toBe(422);
    });
  });

  it('the control chart has a point per month, gaps where nobody served', async () => {
    const points = await items('/failure-rates/control-chart?model=A1&months=24');
    expect(points).toHaveLength(25);
    expect(points.find((point) => point.month === '2025-02')).toMatchObject({ failures: 1, exposure_days: 280 });
    expect(points.find((point) => point.month === '2024-06')).toMatchObject({ rate: null });
  });

  it('the Nevada grid counts units by month of entry and returns by month of age', async () => {
    const rows = z
      .array(z.object({ label: z.string(), units: z.number(), cells: z.array(z.object({ returns: z.number(), exposed: z.number() })) }))
      .parse(await items('/life-analysis/nevada?model=A1&months=18'));
    const january = rows.find((row) => row.label === '2025-01');
    expect(january?.units).toBe(10);
    expect(january?.cells.reduce((sum, cell) => sum + cell.returns, 0)).toBe(4);
    expect(january?.cells[1]).toMatchObject({ returns: 2, exposed: 10 });
    expect(january?.cells[3]).toMatchObject({ returns: 1, exposed: 7 });
  });

  it('NFF shares come with an interval, by model, firmware and inspector', async () => {
    expect(await items('/failure-rates/nff?by=model')).toEqual([
      expect.objectContaining({ name: 'A1', verdicts: 7, nff: 2 }),
      expect.objectContaining({ name: 'A2', verdicts: 1, nff: 0 }),
    ]);
    expect((await items('/failure-rates/nff?by=firmware')).map((row) => row.name).sort()).toEqual(['A1 1', 'A1 2', 'A2 1']);
    expect(await items('/failure-rates/nff?by=inspector')).toEqual([expect.objectContaining({ name: null, verdicts: 8 })]);
  });

  it.each(['model', 'firmware'])('every NFF count by %s opens as many returns', async (by) => {
    const html = await (await caller.get(`/failure-rates/nff?by=${by}`, { 'Accept-Language': 'en' })).text();
    const links = [...html.matchAll(/<a href="\/failure-rates\/rows\?([^"]+)">(\d+)<\/a>/g)].map(([, query, count]) => [
      (query ?? '').replaceAll('&amp;', '&'),
      Number(count),
    ]) as [string, number][];
    expect(links.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
    for (const [query, count] of links) expect(await items(`/failure-rates/rows?${query}`)).toHaveLength(count);
  });

  it('repeat returns name the unit and how often it came', async () => {
    expect(await items('/failure-rates/repeats')).toEqual([expect.objectContaining({ model: 'A1', returns: 2, confirmed: 2, days_between: 181 })]);
  });

  it('warranty cost splits what the maker pays from what we pay', async () => {
    const [first] = await items('/failure-rates/warranty-cost?from_on=2025-01-01');
    expect(first).toMatchObject({ model: 'A1', maker_failures: 2, own_failures: 2, maker_cost: 40_000, own_cost: 40_000, currency: 'JPY' });
  });
});

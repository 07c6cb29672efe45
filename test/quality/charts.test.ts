import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SurvivalChart, WeibullPlot } from '../../src/quality/lifeCharts.tsx';
import { ParetoFigure } from '../../src/quality/rateCharts.tsx';
import { rowLabels } from '../../src/quality/rowLabels.ts';
import { analyseLife } from '../../src/stats/lifeAnalysis.ts';
import type { LifeRow } from '../../src/stats/lifeRow.ts';
import { CHART_WIDTH } from '../../src/web/chart/axes.tsx';
import { textWidth } from '../../src/web/textWidth.ts';
import { integratedCircuits, shockAbsorber } from '../stats/lifeTables.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const Items = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

eachDb('analyses around the rates', (test) => {
  let caller: Caller;
  const get = async (path: string): Promise<unknown> => (await caller.get(`/api/v1${path}`)).json();
  const items = async (path: string) => {
    const found = await get(path);
    return Items.safeParse(found).data?.items ?? expect.fail(`${path}: ${JSON.stringify(found)}`);
  };

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

    it('leaves ages out that the other has not been through', async () => {
      const ctx = test.ctx();
      const young = await addUnit(ctx, { model: 'Z1', from_on: '2026-02-01' });
      await addReturn(ctx, young, { failed_on: '2026-02-10', returned_on: '2026-02-11', verdict: 'confirmed' });
      const found = z
        .object({ age_standardised: z.object({ ratio: z.number(), expected: z.number() }) })
        .parse(await get('/failure-rates/comparison?first=model:A1&second=model:Z1'));
      // Z1: one failure in 30 days of 0–30 d and none in the 29 after; A1: 300 such days, none failed in them.
      expect(found.age_standardised.expected).toBeCloseTo((10 * 30) / 30, 9);
      await ctx.db.deleteFrom('return_units').where('unit_id', '=', young).execute();
      await ctx.db.deleteFrom('service_intervals').where('unit_id', '=', young).execute();
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
    expect(await items('/failure-rates/nff?by=customer')).toEqual([expect.objectContaining({ name: null, nff: 2 })]);
  });

  it.each([
    ['model', 2, 8],
    ['firmware', 2, 8],
    ['inspector', 2, 8],
    ['customer', 2, 8],
  ])('every count of the NFF page by %s opens as many returns', async (by, nff, verdicts) => {
    const html = await (await caller.get(`/failure-rates/nff?by=${by}`, { 'Accept-Language': 'en' })).text();
    const links = [...html.matchAll(/<a href="\/failure-rates\/rows\?([^"]+)">(\d+)<\/a>/g)].map(([, query, count]) => [
      (query ?? '').replaceAll('&amp;', '&'),
      Number(count),
    ]) as [string, number][];
    expect(links.reduce((sum, [, count]) => sum + count, 0)).toBe(nff + verdicts);
    for (const [query, count] of links) expect(await items(`/failure-rates/rows?${query}`)).toHaveLength(count);
  });

  it('two makers’ models of one code keep their own NFF shares', async () => {
    const ctx = test.ctx();
    await ctx.db.updateTable('models').set({ code: 'A1' }).where('id', '=', 'Z1').execute();
    const id = await addUnit(ctx, { model: 'Z1', from_on: '2025-01-01' });
    await addReturn(ctx, id, { returned_on: '2025-08-01', verdict: 'no_fault_found' });
    const rows = (await items('/failure-rates/nff?by=model')).map(({ maker, name, nff, verdicts }) => [maker, name, nff, verdicts]);
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(
      expect.arrayContaining([
        ['ACME', 'A1', 2, 7],
        ['ZETA', 'A1', 1, 1],
      ]),
    );
  });

  it('a bar of the Pareto opens the rows it counts, not those of the codes below it', async () => {
    const ctx = test.ctx();
    const id = await addUnit(ctx, { model: 'A2', from_on: '2025-01-01' });
    await addReturn(ctx, id, { returned_on: '2025-08-02', verdict: 'confirmed', failure_mode_id: 'media', component_id: 'board' });
    for (const path of [
      '/failure-rates/pareto?kind=returned',
      '/failure-rates?by=failure_mode&by2=component&kind=returned',
      '/failure-rates?by=failure_mode&failure_mode=media',
    ]) {
      const html = await (await caller.get(path, { 'Accept-Language': 'en' })).text();
      const links = [...html.matchAll(/<a href="\/failure-rates\/rows\?([^"]+)">(\d+)<\/a>/g)];
      expect(links.length).toBeGreaterThan(1);
      for (const [, query, count] of links) {
        expect([path, query, (await items(`/failure-rates/rows?limit=500&${(query ?? '').replaceAll('&amp;', '&')}`)).length]).toEqual([
          path,
          query,
          Number(count),
        ]);
      }
    }
  });

  it('repeat returns name the unit and how often it came', async () => {
    expect(await items('/failure-rates/repeats')).toEqual([expect.objectContaining({ model: 'A1', returns: 2, confirmed: 2, days_between: 181 })]);
  });

  it('warranty cost splits what the maker pays from what we pay', async () => {
    const [first] = await items('/failure-rates/warranty-cost?from_on=2025-01-01');
    expect(first).toMatchObject({ model: 'A1', maker_failures: 2, own_failures: 2, maker_cost: 40_000, own_cost: 40_000, currency: 'JPY' });
  });

  it('the warranty cost to expect counts each unit for as long as its warranty still holds', async () => {
    const ctx = test.ctx();
    const units = await ctx.db.selectFrom('units').select('id').where('model_id', '=', 'A1').orderBy('id').execute();
    const ending = ['2026-04-01', '2026-04-30', '2030-01-01', '2026-03-31'];
    for (const [i, own_warranty_ends_on] of ending.entries())
      await ctx.db
        .updateTable('units')
        .set({ own_warranty_ends_on })
        .where('id', '=', units[i]?.id ?? '')
        .execute();
    const [first] = await items('/failure-rates/warranty-cost?maker=ACME&model=A1');
    const [rate] = await items('/failure-rates?maker=ACME&model=A1');
    // 1 day, 30 days and a whole year of the coming 365; the last one ended yesterday.
    expect(first?.units_in_warranty).toBe(3);
    expect(first?.expected_cost_12_months).toBeCloseTo((((1 + 30 + 365) / 365) * 12 * Number(rate?.shrunken_rate) * 20_000) / 1000, 6);
  });
});

describe('the survival chart', () => {
  const drawn = (rows: readonly LifeRow[]) => String(SurvivalChart({ analysis: analyseLife(rows), rows, locale: 'en' }));

  it('draws the Weibull fit, and the defective sub-population where that fits better', () => {
    expect(drawn(shockAbsorber)).toContain('Weibull fit');
    expect(drawn(integratedCircuits)).toContain('Defective sub-population');
    expect(drawn(integratedCircuits)).not.toContain('Weibull fit');
  });
});

describe('the Weibull plot', () => {
  it('draws a sub-population beside the plain line that misses it', () => {
    const drawn = (rows: readonly LifeRow[]) => String(WeibullPlot({ analysis: analyseLife(rows), locale: 'en' }));
    expect(drawn(integratedCircuits)).toContain('Defective sub-population');
    expect(drawn(shockAbsorber)).not.toContain('Defective sub-population');
  });
});

describe('the names before the bars of a chart', () => {
  const long = '長期間の屋外使用による赤外線カットフィルター駆動部の固着';

  it('take the room they need', () => {
    const { left, above, texts } = rowLabels(['MN-200', 'HZ2160N']);
    expect({ above, texts }).toEqual({ above: false, texts: ['MN-200', 'HZ2160N'] });
    expect(left).toBeGreaterThan(60);
    expect(left).toBeLessThan(110);
  });

  it('stand above the bars where they are long, and stay within the drawing', () => {
    const { left, above, texts } = rowLabels(['MN-200', long, long + long]);
    expect(above).toBe(true);
    expect(left).toBeLessThan(20);
    expect(texts.slice(0, 2)).toEqual(['MN-200', long]);
    expect(texts[2]).toMatch(/…$/);
    expect(textWidth(texts[2] ?? '') * 10).toBeLessThan(CHART_WIDTH);
  });

  it('leave each bar of the Pareto chart beside or below its own name', () => {
    const items = ['a', long].map((label) => ({ label, count: 3, cumulative: 1 }));
    for (const shown of [items, items.slice(0, 1)]) {
      const html = String(ParetoFigure({ items: shown, locale: 'en' }));
      const bars = [...html.matchAll(/<rect class="bar[^"]*" x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
      const names = [...html.matchAll(/<text class="" x="0" y="([\d.]+)"/g)].map(([, y]) => Number(y));
      expect(bars).toHaveLength(shown.length);
      expect(names).toHaveLength(shown.length);
      for (const [i, [x, y]] of bars.entries()) expect(x > 20 || (names[i] ?? 0) < y).toBe(true);
    }
  });
});

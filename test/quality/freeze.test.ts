import { beforeAll, expect, it } from 'vitest';
import { freezeTotals } from '../../src/quality/freeze.ts';
import { changesOf, fingerprintOf, monthAfter, monthsThrough } from '../../src/quality/months.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

eachDb('frozen months', (test) => {
  let returned = '';
  const latest = (month: string) =>
    test.ctx().db.selectFrom('quality_months').selectAll().where('month', '=', month).orderBy('revision', 'desc').executeTakeFirst();

  beforeAll(async () => {
    const ctx = test.ctx();
    await addCatalog(ctx);
    const id = await addUnit(ctx, { model: 'A1', from_on: '2025-11-15' });
    returned = await addReturn(ctx, id, { returned_on: '2026-01-10', verdict: 'confirmed' });
    await freezeTotals(ctx);
  });

  it('are written once for every month that has been over for ten days', async () => {
    const months = await test.ctx().db.selectFrom('quality_months').select(['month', 'exposure_days', 'confirmed', 'revision']).orderBy('month').execute();
    expect(months).toEqual([
      { month: '2025-11', exposure_days: 16, confirmed: 0, revision: 1 },
      { month: '2025-12', exposure_days: 31, confirmed: 0, revision: 1 },
      { month: '2026-01', exposure_days: 31, confirmed: 1, revision: 1 },
      { month: '2026-02', exposure_days: 28, confirmed: 0, revision: 1 },
    ]);
    expect(await freezeTotals(test.ctx())).toEqual({ counted: 0, months_written: 0, months_revised: 0 });
  });

  it('a month closes with time, what began in its last days included', async () => {
    await addUnit(test.ctx(), { model: 'A1', from_on: '2026-03-20' });
    expect(await freezeTotals(test.ctx({ now: Date.UTC(2026, 3, 12) }))).toMatchObject({ months_written: 1 });
    expect(await latest('2026-03')).toMatchObject({ exposure_days: 31 + 12 });
  });

  it('a later correction makes a revision that says what changed, and is remembered', async () => {
    await test.ctx().db.updateTable('return_units').set({ verdict: 'no_fault_found' }).where('id', '=', returned).execute();
    expect(await freezeTotals(test.ctx({ now: Date.UTC(2026, 3, 13) }))).toMatchObject({ counted: 1, months_revised: 1 });
    const row = await latest('2026-01');
    expect(row).toMatchObject({ revision: 2, confirmed: 0, nff: 1 });
    expect(JSON.parse(row?.change ?? '{}')).toEqual({ confirmed: [1, 0], nff: [0, 1] });
    expect(await test.ctx().db.selectFrom('history').select('action').where('action', '=', 'failure_rate_month.revised').execute()).toHaveLength(1);
  });

  it('a correction of what lies behind the figures changes the fingerprint alone', async () => {
    const before = await latest('2026-01');
    await test.ctx().db.updateTable('return_units').set({ failure_mode_id: 'sd' }).where('id', '=', returned).execute();
    await freezeTotals(test.ctx({ now: Date.UTC(2026, 3, 14) }));
    const after = await latest('2026-01');
    expect(after).toMatchObject({ revision: 3, change: '{}' });
    expect(after?.fingerprint).not.toBe(before?.fingerprint);
    const reader = await callerWith(testApp(test.store), test.store, 'quality');
    const html = await (await reader.get('/failure-rates/months?month=2026-01', { 'Accept-Language': 'en' })).text();
    expect(html.match(/The same figures; what lies behind them changed/g)).toHaveLength(1);
    expect(html).toContain('Confirmed 1 → 0');
  });

  it('the totals equal a recount from zero', async () => {
    const ctx = test.ctx();
    const kept = await ctx.db.selectFrom('quality_totals').selectAll().orderBy('cohort_id').orderBy('day').execute();
    for (const table of ['quality_totals', 'quality_spans', 'quality_failures'] as const) await ctx.db.deleteFrom(table).execute();
    await ctx.db.updateTable('service_intervals').set({ to_on: null }).execute();
    await freezeTotals(ctx);
    const recounted = await ctx.db.selectFrom('quality_totals').selectAll().orderBy('cohort_id').orderBy('day').execute();
    const figures = (rows: typeof kept) => rows.filter((row) => row.active + row.exposure_days + row.nff > 0);
    expect(figures(recounted)).toEqual(figures(kept));
  });
});

it('months follow each other over the year', () => {
  expect(monthAfter('2025-12')).toBe('2026-01');
  expect(monthAfter('2026-01', -2)).toBe('2025-11');
  expect(monthsThrough('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
  expect(monthsThrough('2026-02', '2026-01')).toEqual([]);
});

it('a fingerprint does not depend on the order of the failures', () => {
  const figures = { exposure_days: 31, confirmed: 2, nff: 0, untriaged: 0, other: 0 };
  const failure = (return_unit_id: string) => ({ return_unit_id, failed_day: 1, finding: 'confirmed' as const, failure_mode_id: null, component_id: null });
  expect(fingerprintOf(figures, [failure('a'), failure('b')])).toBe(fingerprintOf(figures, [failure('b'), failure('a')]));
  expect(changesOf(figures, { ...figures, confirmed: 3 })).toEqual({ confirmed: [2, 3] });
});

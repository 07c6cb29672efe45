import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { countChanges } from '../../src/quality/count.ts';
import { garwoodInterval } from '../../src/stats/poissonInterval.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const Table = z.object({
  items: z.array(
    z.record(z.string(), z.unknown()).and(
      z.object({
        rank: z.number(),
        group: z.record(z.string(), z.string().nullable()),
        units: z.number(),
        exposure_days: z.number(),
        failures: z.number(),
        returned: z.number(),
        rate_per_1000_device_months: z.number().nullable(),
        ci_low: z.number().nullable(),
        ci_high: z.number().nullable(),
        shrunken_p05: z.number().nullable(),
        afr: z.number().nullable(),
        nff: z.number(),
        nff_share: z.number().nullable(),
        untriaged: z.number(),
        imputed: z.number(),
        confirmed: z.number(),
        too_little_exposure: z.boolean(),
      }),
    ),
  ),
  next_cursor: z.string().nullable(),
  population: z.object({ units: z.number(), exposure_days: z.number(), failures: z.number() }),
});
const Rows = z.object({ items: z.array(z.record(z.string(), z.unknown())), next_cursor: z.string().nullable() });

eachDb('failure rates', (test) => {
  let caller: Caller;
  const table = async (query: string) => Table.parse(await (await caller.get(`/api/v1/failure-rates?${query}`)).json());
  const row = async (query: string, group: Record<string, string | null>) =>
    (await table(query)).items.find((item) => Object.entries(group).every(([key, value]) => item.group[key] === value));

  beforeAll(async () => {
    const ctx = test.ctx();
    await addCatalog(ctx);
    const upgraded = [
      ['1', '2025-01-01', '2025-07-01'],
      ['2', '2025-07-01', null],
    ] as const;
    for (let i = 0; i < 10; i++) {
      const id = await addUnit(ctx, {
        model: 'A1',
        from_on: '2025-01-01',
        hw_rev: i < 5 ? 'A' : 'B',
        site: i < 2 ? 'school' : 'store',
        firmwares: [...upgraded],
      });
      if (i === 0)
        await addReturn(ctx, id, { failed_on: '2025-06-30', returned_on: '2025-09-01', verdict: 'confirmed', failure_mode_id: 'sd', component_id: 'board' });
      if (i === 1) await addReturn(ctx, id, { returned_on: '2025-08-01', verdict: 'confirmed', failure_mode_id: 'media' });
      if (i === 2) await addReturn(ctx, id, { returned_on: '2025-08-02', verdict: 'no_fault_found' });
      if (i === 3) await addReturn(ctx, id, { returned_on: '2025-08-03' });
      if (i === 4) await addReturn(ctx, id, { returned_on: '2025-08-04', verdict: 'customer_damage' });
    }
    for (let i = 0; i < 4; i++) await addUnit(ctx, { model: 'A2', from_on: '2025-10-01', to_on: '2026-01-01' });
    const swapped = await addUnit(ctx, { model: 'Z1', from_on: '2024-01-01', to_on: '2025-01-01' });
    await ctx.db
      .insertInto('service_intervals')
      .values({
        id: 'second',
        unit_id: swapped,
        site_id: 'school',
        customer_id: null,
        from_on: '2025-01-01',
        to_on: null,
        estimated_at: null,
        mounting: null,
        power: null,
        network: null,
        created_at: ctx.now,
        version: 1,
      })
      .execute();
    await addReturn(ctx, swapped, { returned_on: '2025-02-01', verdict: 'confirmed' });
    await addReturn(ctx, swapped, { returned_on: '2025-12-01', verdict: 'confirmed' });
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  describe('by model', () => {
    it('count device-days half-open, units and each kind of failure', async () => {
      const a1 = await row('by=model&from_on=2025-01-01&to_on=2026-01-01', { model: 'A1' });
      expect(a1).toMatchObject({
        group: { maker: 'ACME', model: 'A1' },
        units: 10,
        exposure_days: 3650,
        failures: 2,
        confirmed: 2,
        returned: 5,
        nff: 1,
        untriaged: 1,
        nff_share: 0.25,
      });
      expect(a1?.imputed).toBeCloseTo(2 + 2.5 / 4, 12);
    });

    it('give Garwood’s interval per 1,000 device-months and per year', async () => {
      const a1 = await row('by=model&from_on=2025-01-01&to_on=2026-01-01', { model: 'A1' });
      const months = 3650 / 30.4375;
      expect(a1?.rate_per_1000_device_months).toBeCloseTo((2 / months) * 1000, 9);
      expect(a1?.ci_low).toBeCloseTo((garwoodInterval(2).low / months) * 1000, 9);
      expect(a1?.ci_high).toBeCloseTo((garwoodInterval(2).high / months) * 1000, 9);
      expect(a1?.afr).toBeCloseTo(0.2, 12);
    });

    it('never mix the kinds: returned counts NFF, confirmed never does', async () => {
      expect(await row('kind=returned&from_on=2025-01-01&to_on=2026-01-01', { model: 'A1' })).toMatchObject({ failures: 5 });
      expect((await row('kind=imputed&from_on=2025-01-01&to_on=2026-01-01', { model: 'A1' }))?.failures).toBeCloseTo(2.625, 12);
    });

    it('rank by the 5 % quantile of the shrunken rate', async () => {
      const { items } = await table('');
      const quantiles = items.map((item) => item.shrunken_p05 ?? -1);
      expect(quantiles).toEqual([...quantiles].sort((a, b) => b - a));
      expect(items.map((item) => item.rank)).toEqual([1, 2, 3]);
    });

    it('have no rate without exposure, and leave out cohorts the period does not touch', async () => {
      expect((await table('from_on=2024-01-01&to_on=2024-06-01')).items.map((item) => item.group.model)).toEqual(['Z1']);
      expect(await row('from_on=2026-02-01&to_on=2026-03-01', { model: 'A2' })).toBeUndefined();
    });

    it('grey a rate whose upper limit is high and far from the lower', async () => {
      expect((await row('', { model: 'A2' }))?.too_little_exposure).toBe(true);
    });

    it('name the population they speak of', async () => {
      const { population } = await table('from_on=2025-01-01&to_on=2026-01-01');
      expect(population).toMatchObject({ units: 15, exposure_days: 3650 + 4 * 92 + 365, failures: 4 });
    });

    it('come in pages', async () => {
      const first = await table('limit=2');
      expect(first.items).toHaveLength(2);
      const second = await table(`limit=2&cursor=${first.next_cursor}`);
      expect(second.items).toHaveLength(1);
      expect(second.next_cursor).toBeNull();
    });
  });

  describe('by other dimensions', () => {
    it('firmware: a failure counts for the one the unit had when it failed', async () => {
      const period = 'by=firmware&model=A1&from_on=2025-01-01&to_on=2026-01-01';
      expect(await row(period, { firmware: '1' })).toMatchObject({ failures: 1, exposure_days: 10 * 181, units: 10 });
      expect(await row(period, { firmware: '2' })).toMatchObject({ failures: 1, exposure_days: 10 * 184, units: 10 });
    });

    it('hardware revision, maker, batch and kind of site', async () => {
      expect(await row('by=hw_rev&model=A1&to_on=2026-01-01', { hw_rev: 'A' })).toMatchObject({ units: 5, failures: 2, exposure_days: 1825 });
      expect(await row('by=maker&to_on=2026-01-01', { maker: 'ACME' })).toMatchObject({ units: 14, failures: 2 });
      expect(await row('by=batch&to_on=2026-01-01', { model: 'A1', batch: 'b1' })).toMatchObject({ units: 10, failures: 2 });
      expect(await row('by=site_kind&maker=ZETA&to_on=2026-01-01', { site_kind: 'school' })).toMatchObject({ units: 1, failures: 2, exposure_days: 365 });
    });

    it('site: a unit that moved counts its days where it was', async () => {
      expect(await row('by=site&model=Z1&from_on=2024-12-31&to_on=2025-01-02', { site: 'store' })).toMatchObject({ exposure_days: 1, units: 1 });
      expect(await row('by=site&model=Z1&from_on=2024-12-31&to_on=2025-01-02', { site: 'school' })).toMatchObject({ exposure_days: 1, units: 1 });
    });

    it('age band: days and failures at that age', async () => {
      const period = 'by=age_band&model=A1&from_on=2025-01-01&to_on=2026-01-01';
      expect(await row(period, { age_band: '0-30d' })).toMatchObject({ exposure_days: 300, failures: 0, units: 10 });
      expect(await row(period, { age_band: '91-365d' })).toMatchObject({ exposure_days: 10 * 275, failures: 2 });
    });

    it('two crossed, of any pair', async () => {
      expect(await row('by=hw_rev,firmware&model=A1&to_on=2026-01-01', { hw_rev: 'A', firmware: '1' })).toMatchObject({
        units: 5,
        exposure_days: 5 * 181,
        failures: 1,
      });
      expect(await row('by=model,site_kind&to_on=2026-01-01', { model: 'A1', site_kind: 'school' })).toMatchObject({ units: 2, failures: 2 });
      expect(await row('by=site,age_band&model=A1&to_on=2026-01-01', { site: 'school', age_band: '31-90d' })).toMatchObject({ exposure_days: 120 });
    });

    it('failure mode and component: the exposure is the whole cohort’s', async () => {
      const modes = await table('by=failure_mode&model=A1&from_on=2025-01-01&to_on=2026-01-01');
      expect(modes.items.map((item) => [item.group.failure_mode, item.failures, item.exposure_days]).sort()).toEqual([
        ['media', 1, 3650],
        ['sd', 1, 3650],
      ]);
      expect(modes.population.exposure_days).toBe(3650);
      expect(await row('by=model,component&from_on=2025-01-01&to_on=2026-01-01', { model: 'A1', component: 'board' })).toMatchObject({
        failures: 1,
        exposure_days: 3650,
      });
    });

    it('a failure mode as a filter covers what lies below it, and leaves the exposure whole', async () => {
      expect(await row('failure_mode=media&to_on=2026-01-01', { model: 'A1' })).toMatchObject({ failures: 2, exposure_days: 3650 });
      expect(await row('failure_mode=sd&to_on=2026-01-01', { model: 'A1' })).toMatchObject({ failures: 1, exposure_days: 3650 });
    });

    it('what is not known is a group of its own, and `-` filters for it', async () => {
      expect(await row('by=firmware&to_on=2026-01-01', { model: 'Z1', firmware: null })).toMatchObject({ units: 1 });
      expect((await table('by=model&firmware=-&to_on=2026-01-01')).items.map((item) => item.group.model).sort()).toEqual(['A2', 'Z1']);
    });
  });

  it('every number opens its rows', async () => {
    const rows = Rows.parse(await (await caller.get('/api/v1/failure-rates/rows?model=A1&kind=confirmed&from_on=2025-01-01&to_on=2026-01-01')).json());
    expect(rows.items.map((item) => [item.failed_on, item.firmware, item.failure_mode])).toEqual([
      ['2025-08-01', '2', 'media'],
      ['2025-06-30', '1', 'sd'],
    ]);
    expect(Rows.parse(await (await caller.get('/api/v1/failure-rates/rows?model=A1&finding=nff')).json()).items).toHaveLength(1);
    expect(Rows.parse(await (await caller.get('/api/v1/failure-rates/rows?model=A1&age_band=91-365d')).json()).items).toHaveLength(5);
  });

  it.each([
    'by=model&from_on=2025-01-01&to_on=2026-01-01',
    'by=firmware&from_on=2025-03-01&to_on=2025-09-01',
    'by=model,age_band&to_on=2025-12-15',
    'by=site,hw_rev',
  ])('device-days open the stays that add up to them: %s', async (query) => {
    const Stays = z.object({ items: z.array(z.object({ exposure_days: z.number(), unit_id: z.string() })), next_cursor: z.null() });
    for (const item of (await table(query)).items) {
      const search = new URLSearchParams(query);
      search.delete('by');
      search.set('limit', '500');
      for (const [name, code] of Object.entries(item.group)) search.set(name, code ?? '-');
      const stays = Stays.parse(await (await caller.get(`/api/v1/failure-rates/exposure?${search}`)).json()).items;
      expect(stays.reduce((sum, stay) => sum + stay.exposure_days, 0)).toBe(item.exposure_days);
      expect(new Set(stays.map((stay) => stay.unit_id)).size).toBe(item.units);
    }
  });

  it('the same as CSV', async () => {
    const csv = await (await caller.get('/api/v1/failure-rates?by=model', { Accept: 'text/csv' })).text();
    expect(csv.split('\r\n')[0]).toContain('rank,maker,model,group,units,exposure_days');
  });

  it('a correction changes exactly what it corrects', async () => {
    const ctx = test.ctx();
    const before = await row('to_on=2026-01-01', { model: 'Z1' });
    const id = (
      await ctx.db
        .selectFrom('quality_failures')
        .select('return_unit_id')
        .where('model_id', '=', 'Z1')
        .where('failed_day', '>', 20_300)
        .executeTakeFirstOrThrow()
    ).return_unit_id;
    await ctx.db.updateTable('return_units').set({ verdict: 'no_fault_found' }).where('id', '=', id).execute();
    expect(await countChanges(ctx)).toBe(1);
    expect(await row('to_on=2026-01-01', { model: 'Z1' })).toMatchObject({ failures: 1, nff: 1, exposure_days: before?.exposure_days });
    await ctx.db.updateTable('return_units').set({ verdict: 'confirmed' }).where('id', '=', id).execute();
    expect(await row('to_on=2026-01-01', { model: 'Z1' })).toMatchObject({ failures: 2, nff: 0 });
  });

  it.each([
    ['by=colour', 'by'],
    ['by=model,batch,firmware', 'by'],
    ['kind=some', 'kind'],
    ['from_on=2025-02-30', 'from_on'],
    ['from_on=2025-02-01&to_on=2025-01-01', 'to_on'],
    ['sort=secret', 'sort'],
  ])('refuse %s, naming %s', async (query, field) => {
    const answer = await caller.get(`/api/v1/failure-rates?${query}`);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ path: field }] });
  });

  it('are for staff: a partner may not see them', async () => {
    await test.ctx().db.insertInto('partners').values({ id: 'p', code: 'p', name: 'Partner', email: null, created_at: 0, version: 1 }).execute();
    const partner = await callerWith(testApp(test.store), test.store, 'partner', { partner_id: 'p' });
    expect((await partner.get('/api/v1/failure-rates')).status).toBe(403);
  });
});

import { beforeAll, expect, it } from 'vitest';
import { cohortName } from '../../src/claim/cohort.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { AskedCohort, cohortQuery, getAskedCohort, widerCohorts } from '../../src/investigation/cohort.ts';
import { listCohortRecords } from '../../src/investigation/cohortRecords.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { placeHold } from '../../src/stock/hold.ts';
import { reserveStock } from '../../src/stock/reserve.ts';
import { alertRow } from '../support/alertRow.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { type Cast, castFor, fail, keep, serve } from './cast.ts';
import { read } from './read.ts';

const hrefs = (html: string): string[] => [...html.matchAll(/(?:href|action)="([^"]+)"/g)].map(([, path]) => (path ?? '').replaceAll('&amp;', '&'));

eachDb('a cohort', (test) => {
  let cast: Cast;
  let lead: Caller;
  let tech: Caller;
  let returnUnit: string;
  let unit: string;
  const asKato = (): Ctx => test.ctx({ actor: cast.kato });
  const page = async (caller: Caller, path: string): Promise<string> => {
    const response = await caller.get(path);
    expect([path, response.status]).toEqual([path, 200]);
    return response.text();
  };
  const jan = () => ({ model_id: cast.x100, hw_rev: null, batch_id: cast.jan, firmware_id: null });

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    const app = testApp(test.store);
    lead = await callerWith(app, test.store, 'lead');
    tech = await callerWith(app, test.store, 'tech');
    const [first] = await serve(test.ctx(), cast, ['COH1', 'COH2', 'COH3'], { batch_code: '25-01', hw_rev: 'B', firmware: '4.2.9' });
    unit = first?.id ?? '';
    returnUnit = await fail(test.ctx(), first ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', failure_mode_id: cast.seal });
  });

  it('is found by ids, by codes and by one of its units', async () => {
    const found = async (asked: object): Promise<string> => cohortName(await getAskedCohort(asKato(), AskedCohort.parse(asked)), 'en');
    expect(await found({ model_id: cast.x100, batch_id: cast.jan })).toBe('ACME X-100 batch 25-01');
    expect(await found({ maker: 'ACME', model: 'X-100', batch: '25-01', firmware: '4.2.9' })).toBe('ACME X-100 batch 25-01 fw 4.2.9');
    expect(await found({ unit_id: unit })).toBe('ACME X-100 rev B batch 25-01');
    await expect(found({})).rejects.toMatchObject({ code: 'invalid' });
    await expect(found({ model: 'X-100', batch: 'none' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(found({ model_id: cast.x200, batch_id: cast.jan })).rejects.toMatchObject({ code: 'invalid' });
    await expect(found({ unit_id: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('offers the wider cohorts it lies in', async () => {
    const cohort = await getAskedCohort(asKato(), { unit_id: unit });
    expect(widerCohorts(cohort).map((wider) => cohortName(wider, 'en'))).toEqual(['ACME X-100 batch 25-01', 'ACME X-100 rev B']);
    expect(cohortName({ ...cohort, firmware_code: '4.2.9' }, 'ja')).toBe('ACME X-100 HWリビジョン B ロット 25-01 FW 4.2.9');
    expect(cohortQuery(jan())).toBe(`model_id=${cast.x100}&batch_id=${cast.jan}`);
  });

  it('shows what overlaps it and nothing of another batch', async () => {
    const asked = { title: 'Leaks', problem: 'x' };
    const mine = await openInvestigation(asKato(), OpenInvestigation.parse({ ...asked, cohorts: [{ model_id: cast.x100 }] }));
    await openInvestigation(asKato(), OpenInvestigation.parse({ ...asked, title: 'June', cohorts: [{ model_id: cast.x100, batch_id: cast.jun }] }));
    await placeHold(asKato(), { model_id: cast.x100, batch_id: cast.jan, hw_rev: 'B' }, { reason: 'January' });
    await placeHold(asKato(), { model_id: cast.x100, batch_id: cast.mar }, { reason: 'March' });
    const named = await getAskedCohort(asKato(), { model_id: cast.x100, batch_id: cast.jan });
    expect((await listCohortRecords(asKato(), named)).map((row) => [row.kind, row.label])).toEqual([
      ['stock_hold', 'January'],
      ['investigation', `${mine.number} Leaks`],
    ]);
  });

  it('of an alert leads to what can be done about it, and once it is investigated to who does', async () => {
    await test
      .ctx()
      .db.insertInto('alerts')
      .values(alertRow(cast.x100, { id: 'loud', batch_id: cast.jan }))
      .execute();
    const alert = async (caller: Caller) => hrefs(await page(caller, '/alerts/loud'));
    const opening = `/investigations/new?source_kind=alert&source_id=loud&model_id=${cast.x100}&batch_id=${cast.jan}&alert_id=loud`;
    expect(await alert(lead)).toEqual(expect.arrayContaining([opening, `/cohorts?model_id=${cast.x100}&batch_id=${cast.jan}&alert_id=loud#hold`]));
    expect(await page(lead, `/cohorts?model_id=${cast.x100}&alert_id=loud`)).toMatch(/<details><summary>[^<]*<\/summary><div id="hold"><form/);
    const engineer = await callerWith(testApp(test.store), test.store, 'engineer');
    expect((await alert(engineer)).filter((path) => /\/new\?|#hold/.test(path))).toEqual([]);

    const { id } = await openInvestigation(asKato(), OpenInvestigation.parse({ title: 'Leaks', problem: 'x', source_kind: 'alert', source_id: 'loud' }));
    expect(await alert(lead)).toContain(`/investigations/${id}`);
    expect(await alert(lead)).not.toContain(opening);
  });

  it('suspected twice is suspected once: its figures would count twice', async () => {
    const row = await openInvestigation(asKato(), OpenInvestigation.parse({ title: 'Twice', problem: 'x', cohorts: [jan(), jan()] }));
    const base = `/api/v1/investigations/${row.id}`;
    expect((await lead.post(`${base}/cohorts`, jan())).status).toBe(201);
    const view = await read(lead.get(base));
    expect(view.cohorts).toHaveLength(1);
    expect(view.frozen).toMatchObject({ units: 3, confirmed: 1 });
  });

  it('leads to everything that can be done about it', async () => {
    const links = hrefs(await page(lead, `/cohorts?unit_id=${unit}`));
    const query = `model_id=${cast.x100}&hw_rev=B&batch_id=${cast.jan}`;
    for (const path of [
      `/investigations/new?${query}`,
      `/at-risk?${query}`,
      `/known-issues/new?${query}`,
      `/notices/new?${query}`,
      '/evidence-packs',
      '/cohorts/holds',
    ])
      expect(links).toContain(path);
    for (const path of links.filter((link) => link.startsWith('/') && link.includes(query) && !link.startsWith('/notices'))) await page(lead, path);
    const forTech = hrefs(await page(tech, `/cohorts?unit_id=${unit}`));
    expect(forTech.filter((path) => path.startsWith('/investigations/new') || path === '/evidence-packs')).toEqual([]);
  });

  it('is reached from a unit, a returned unit and a row of the failure rates', async () => {
    expect(hrefs(await page(lead, `/units/${unit}`))).toContain(`/cohorts?unit_id=${unit}`);
    const bench = hrefs(await page(lead, `/return-units/${returnUnit}`));
    expect(bench).toContain(`/cohorts?unit_id=${unit}`);
    const opening = bench.find((path) => path.startsWith('/investigations/new')) ?? '';
    expect(opening).toContain(`source_kind=return_unit&source_id=${returnUnit}`);
    expect(await page(lead, opening)).toContain('ACME X-100 rev B batch 25-01');
    expect(hrefs(await page(lead, '/failure-rates?by=batch'))).toContain('/cohorts?maker=ACME&model=X-100&batch=25-01');
    await page(lead, '/cohorts?maker=ACME&model=X-100&batch=25-01');
  });

  it('an investigation opened by the link of a returned unit links it and suspects its cohort', async () => {
    const saved = await lead.form('/investigations', {
      source_kind: 'return_unit',
      source_id: returnUnit,
      model_id: cast.x100,
      batch_id: cast.jan,
      title: 'From the bench',
      problem: 'Water',
      owner_id: cast.kato.id,
    });
    const path = saved.headers.get('Location') ?? '';
    const view = await read(lead.get(`/api/v1${path.split('?')[0]}`));
    expect([view.links.map((link) => [link.kind, link.path]), view.cohorts.map((row) => row.batch_code)]).toEqual([
      [['return_unit', `/return-units/${returnUnit}`]],
      ['25-01'],
    ]);
    expect(await page(lead, `/return-units/${returnUnit}`)).toContain('From the bench');
  });

  it('held from its page takes promises back and moves each to a unit that is not held', async () => {
    const [bad] = await keep(test.ctx(), cast, ['HELDJUN'], 'good_stock', { batch_code: '25-06' });
    const promise = await reserveStock(asKato(), { model: { id: cast.x100, code: 'X-100' }, unit_id: bad?.id, cause_kind: 'case', cause_id: 'case-7' });
    const june = `model_id=${cast.x100}&batch_id=${cast.jun}`;
    expect((await tech.form('/cohorts/holds', { model_id: cast.x100, batch_id: cast.jun, reason: 'Seals', alert_id: 'alert-9' })).status).toBe(303);
    const hold = await test.ctx().db.selectFrom('stock_holds').selectAll().where('batch_id', '=', cast.jun).executeTakeFirstOrThrow();
    expect([hold.cause_kind, hold.cause_id, hold.state]).toEqual(['alert', 'alert-9', 'active']);
    const move = `/cohorts/holds/${hold.id}/displaced/${promise.id}`;
    expect(hrefs(await page(lead, `/cohorts?${june}`))).toContain(move);
    expect((await lead.form(move, { back: june })).status).toBe(409);
    await keep(test.ctx(), cast, ['FREE1'], 'good_stock');
    expect((await lead.form(move, { back: june })).headers.get('Location')).toContain(`/cohorts?${june}`);
    const list = await read(lead.get(`/api/v1/stock/holds/${hold.id}/displaced-reservations`));
    expect(list.items).toMatchObject([{ reservation_id: promise.id, serial: 'HELDJUN', moved_to: expect.any(String) }]);
    expect((await lead.post(`/api/v1/stock/holds/${hold.id}/displaced-reservations/${promise.id}/substitution`, {})).status).toBe(409);
  });

  it('is not shown to a partner', async () => {
    await test.ctx().db.insertInto('partners').values({ id: 'p1', code: 'P-1', name: 'P', email: null, created_at: 0, version: 1 }).execute();
    const partner = await callerWith(testApp(test.store), test.store, 'partner', { partner_id: 'p1' });
    expect((await partner.get(`/cohorts?model_id=${cast.x100}`)).status).toBe(403);
    await expect(getAskedCohort(test.ctx({ actor: { ...cast.tech, role: 'partner', partner_id: 'p1' } }), { model_id: cast.x100 })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

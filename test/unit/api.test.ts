import { beforeAll, expect, it } from 'vitest';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { smallCatalog } from './parts.ts';

interface Unit {
  id: string;
  serial: string;
  version: number;
  service_intervals: { id: string; from_on: string; to_on: string | null }[];
}

eachDb('units over HTTP', (test) => {
  let parts: Awaited<ReturnType<typeof smallCatalog>>;
  beforeAll(async () => {
    parts = await smallCatalog(test.ctx());
  });
  const tech = () => callerWith(testApp(test.store), test.store, 'tech');
  const unit = async (response: Response) => (await response.json()) as Unit;

  it('are added, found by any identifier, corrected under their version and refused twice', async () => {
    const call = await tech();
    const added = await call.post('/api/v1/units', {
      model_code: 'X-100',
      serial: 'H-0012',
      mac: 'aa-bb-cc-00-11-22',
      device_id: 'h-12',
      site_code: 'S1',
      in_service_on: '2026-01-01',
    });
    const { id } = await unit(added);
    expect([added.status, added.headers.get('ETag'), added.headers.get('Location')]).toEqual([201, '"1"', `/api/v1/units/${id}`]);
    for (const text of ['S/N: h－0012', 'AABBCC001122', 'h-12']) {
      expect(await (await call.get(`/api/v1/units?serial=${encodeURIComponent(text)}`)).json()).toMatchObject({
        items: [{ id, model_code: 'X-100', location: 'customer' }],
        next_cursor: null,
      });
    }
    const again = await call.post('/api/v1/units', { model_code: 'X-100', serial: 'H0012' });
    expect([again.status, await again.json()]).toMatchObject([409, { blocking: `/api/v1/units/${id}` }]);
    expect((await call.patch(`/api/v1/units/${id}`, { hw_rev: 'C' }, { 'If-Match': '"1"' })).headers.get('ETag')).toBe('"2"');
    expect((await call.patch(`/api/v1/units/${id}`, { hw_rev: 'D' }, { 'If-Match': '"1"' })).status).toBe(412);
  });

  it('name every wrong field and write nothing', async () => {
    const call = await tech();
    const refused = await call.post('/api/v1/units', {
      model_code: 'X-100',
      serial: '  ',
      mac: 'nonsense',
      shipped_on: '2026-02-30',
      device_id: 'a/b',
      location: 'moon',
      colour: 'red',
    });
    const { errors } = (await refused.json()) as { errors: { path: string }[] };
    expect([refused.status, errors.map((error) => error.path).sort()]).toEqual([422, ['colour', 'device_id', 'location', 'mac', 'serial', 'shipped_on']]);
    expect((await call.get('/api/v1/units?location=moon')).status).toBe(422);
    expect((await call.get('/api/v1/units/nobody')).status).toBe(404);
  });

  it('tell their life as nouns under them: service, firmware, swap, merge', async () => {
    const call = await tech();
    const add = async (body: object) => (await unit(await call.post('/api/v1/units', { model_code: 'X-100', ...body }))).id;
    const id = await add({ serial: 'LIFE-1', site_code: 'S1', in_service_on: '2026-01-01', firmware: '1.0' });
    const moved = await unit(await call.post(`/api/v1/units/${id}/service-intervals`, { site_code: 'S2', from_on: '2026-02-01' }));
    expect(moved.service_intervals.map(({ from_on, to_on }) => [from_on, to_on])).toEqual([
      ['2026-01-01', '2026-02-01'],
      ['2026-02-01', null],
    ]);
    expect((await call.patch(`/api/v1/units/${id}/service-intervals/${moved.service_intervals[1]?.id}`, { to_on: '2026-03-01' })).status).toBe(200);
    expect((await call.post(`/api/v1/units/${id}/service-intervals`, { from_on: '2026-02-15' })).status).toBe(409);
    expect(await unit(await call.post(`/api/v1/units/${id}/firmware`, { firmware: '1.1', from_on: '2026-02-10' }))).toMatchObject({ firmware: '1.1' });
    const spare = await add({ serial: 'LIFE-2', location: 'good_stock' });
    expect(await unit(await call.post(`/api/v1/units/${id}/swap`, { replacement_id: spare, on: '2026-03-01' }))).toMatchObject({
      id: spare,
      predecessor_id: id,
      location: 'customer',
    });
    const box = await add({ serial: 'LIFE-BOX', identity: 'provisional', location: 'receiving' });
    expect(await unit(await call.post(`/api/v1/units/${box}/merge`, { into_id: id }))).toMatchObject({ id, location: 'receiving' });
    expect(await unit(await call.get(`/api/v1/units/${box}`))).toMatchObject({ id });
  });

  it('of others are not there for a partner, however asked', async () => {
    const app = testApp(test.store);
    const call = await callerWith(app, test.store, 'tech');
    const partner = await callerWith(app, test.store, 'partner', { partner_id: parts.partner.id });
    const theirs = (await unit(await call.post('/api/v1/units', { model_code: 'X-100', serial: 'NOT-YOURS', site_code: 'S2' }))).id;
    expect([(await partner.get(`/api/v1/units/${theirs}`)).status, (await partner.get(`/units/${theirs}`)).status]).toEqual([404, 404]);
    expect(await (await partner.get('/api/v1/units?serial=NOT-YOURS')).json()).toMatchObject({ items: [] });
    expect((await partner.post('/api/v1/units', { model_code: 'X-100', serial: 'MINE' })).status).toBe(403);
  });

  it.each(['en', 'ja'])('have pages in %s: list, one, forms; several matches are a choice', async (lang) => {
    const call = await callerWith(testApp(test.store), test.store, 'lead');
    const body = { serial: `PAGE-${lang}` };
    const { id } = await unit(
      await call.post('/api/v1/units', { ...body, model_code: 'X-100', site_code: 'S1', in_service_on: '2026-01-01', identity: 'provisional' }),
    );
    for (const path of [
      '/units',
      `/units/${id}`,
      `/units/${id}/edit`,
      '/units/new',
      '/catalog/models',
      '/catalog/models/new',
      `/catalog/models/${parts.model.id}`,
      `/catalog/models/${parts.model.id}/edit`,
      '/catalog/customers',
      '/catalog/contracts',
    ]) {
      const page = await call.get(`${path}?lang=${lang}`);
      expect([path, page.status]).toEqual([path, 200]);
    }
    expect((await call.get(`/units?serial=page${lang}`)).headers.get('Location')).toBe(`/units/${id}`);
    await call.post('/api/v1/units', { ...body, model_code: 'X-200' });
    expect(await (await call.get(`/units?serial=page${lang}&lang=${lang}`)).text()).toContain(
      lang === 'ja' ? '該当する個体が複数あります' : 'Several units answer',
    );
    const saved = await call.form(`/units/${id}`, { version: '1', serial: `PAGE-${lang}`, hw_rev: 'Q', mac: '' });
    expect(saved.status).toBe(303);
    expect((await call.form(`/units/${id}`, { version: '1', serial: `PAGE-${lang}`, hw_rev: 'R' })).status).toBe(412);
    expect((await call.form(`/units/${id}/firmware`, { firmware: '3.3' })).status).toBe(303);
    expect((await call.form(`/units/${id}/merge`, { into: 'nothing-like-it' })).status).toBe(422);
  });
});

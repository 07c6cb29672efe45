import { beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { type Cast, castFor, fail, serve } from './cast.ts';
import { type Reading, read } from './read.ts';

eachDb('the routes of investigations', (test) => {
  let cast: Cast;
  let app: ReturnType<typeof testApp>;
  let lead: Caller;
  let tech: Caller;
  let id: string;

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    app = testApp(test.store);
    lead = await callerWith(app, test.store, 'lead');
    tech = await callerWith(app, test.store, 'tech');
    const units = await serve(test.ctx(), cast, ['A1', 'A2', 'A3'], { batch_code: '25-01' });
    await fail(test.ctx(), units[0] ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', failure_mode_id: cast.seal });
    const opened = await lead.post('/api/v1/investigations', {
      title: 'Leaks',
      problem: 'Water',
      owner_id: cast.kato.id,
      cohorts: [{ model_id: cast.x100, batch_id: cast.jan }],
      links: [{ kind: 'failure_mode', record_id: cast.seal }],
    });
    expect(opened.status).toBe(201);
    id = (await read(opened)).id;
  });

  it('open, list, show and export', async () => {
    const list = await read(lead.get('/api/v1/investigations?state=open&q=leak'));
    expect(list.items).toMatchObject([{ id, number: 'INV-2026-00001', owner_name: 'kato', next_on: '2026-04-08' }]);
    const csv = await (await lead.get('/api/v1/investigations', { Accept: 'text/csv' })).text();
    expect(csv.split('\r\n')[1]).toContain('INV-2026-00001');
    const one = await read(lead.get(`/api/v1/investigations/${id}`));
    expect(one).toMatchObject({
      frozen: { confirmed: 1, units: 3 },
      live: { confirmed: 1 },
      cohorts: [{ model_code: 'X-100', batch_code: '25-01' }],
      links: [{ label: 'Seal leak' }],
      steps: [{ event: 'contain', gaps: ['Say how the problem is contained'] }],
    });
  });

  it('refuse a stale change with 412, a wrong step with 409 and a wrong field with 422', async () => {
    const seen = await lead.get(`/api/v1/investigations/${id}`);
    const etag = seen.headers.get('ETag') ?? '';
    expect((await lead.patch(`/api/v1/investigations/${id}`, { next_step: 'Cut open' }, { 'If-Match': etag })).status).toBe(200);
    expect((await lead.patch(`/api/v1/investigations/${id}`, { next_step: 'Again' }, { 'If-Match': etag })).status).toBe(412);
    const closing = await lead.post(`/api/v1/investigations/${id}/closure`);
    expect([closing.status, (await read(closing)).blocking]).toEqual([409, `/api/v1/investigations/${id}`]);
    const wrong = await lead.post('/api/v1/investigations', { title: '', problem: 'x' });
    expect([wrong.status, (await read(wrong)).errors[0]?.path]).toEqual([422, 'title']);
  });

  it('lead through the whole 8D', async () => {
    const base = `/api/v1/investigations/${id}`;
    const ok = async (path: string, body?: unknown): Promise<Reading> => {
      const response = await lead.post(base + path, body);
      if (response.status >= 300) throw new Error(`${path}: ${await response.text()}`);
      return read(response);
    };
    await ok('/containment', { containment: 'Held' });
    for (const branch of ['occurrence', 'escape']) {
      const cause = await ok('/causes', { branch, statement: 'Because' });
      await ok(`/causes/${cause.id}/decision`, { state: 'confirmed', evidence: 'Lab' });
    }
    await ok('/cause-confirmation');
    const action = await ok('/actions', {
      kind: 'permanent',
      title: 'New seal',
      owner_id: cast.kato.id,
      due_on: '2026-05-01',
      cut_ins: [{ model_id: cast.x100, kind: 'batch', batch_id: cast.jun }],
    });
    await ok(`/actions/${action.id}/decision`, { outcome: 'In production' });
    await ok('/implementation');
    const compared = await read(lead.get(`${base}/effectiveness`));
    expect(compared).toMatchObject({ verdict: 'no_evidence', before_failures: 1, after_exposure_days: 0, ratio: null });
    const template = await read(
      lead.post('/api/v1/test-templates', {
        code: 'IPX6',
        kind: 'water_ingress',
        name_en: 'Jet',
        name_ja: '噴流',
        steps: [{ code: 'depth', name_en: 'Water', name_ja: '水', max: 0 }],
      }),
    );
    const record = await read(lead.post('/api/v1/test-records', { template_id: template.id, investigation_id: id, title: 'New seal', serials: ['A2'] }));
    const { samples } = await read(lead.get(`/api/v1/test-records/${record?.id}`));
    expect((await lead.post(`/api/v1/test-records/${record?.id}/values`, { sample_id: samples[0]?.id, step_code: 'depth', value: 0 })).status).toBe(201);
    expect((await lead.post(`/api/v1/test-records/${record?.id}/conclusion`, { result: 'pass', conclusion: 'Dry' })).status).toBe(201);
    await ok('/verification', { effectiveness: 'Dry after jet test', evidence_kind: 'test_record', evidence_id: record?.id });
    expect((await ok('/closure')).state).toBe('closed');
    expect((await ok('/reopening', { reason: 'Seen again' })).state).toBe('reopened');
  });

  it('list units at risk as JSON and CSV', async () => {
    const risk = await read(lead.get(`/api/v1/at-risk?investigation_id=${id}`));
    expect(risk.items.map((row) => row.serial)).toEqual(['A2', 'A3']);
    expect((await lead.get('/api/v1/at-risk')).status).toBe(422);
    expect(await (await lead.get(`/api/v1/at-risk?model_id=${cast.x100}`, { Accept: 'text/csv' })).text()).toContain('abe@harbour.example');
  });

  it('let a support tech read but not write, and a partner neither', async () => {
    expect((await tech.get(`/api/v1/investigations/${id}`)).status).toBe(200);
    expect((await tech.post('/api/v1/investigations', { title: 'x', problem: 'y' })).status).toBe(403);
    await test.ctx().db.insertInto('partners').values({ id: 'p9', code: 'P-9', name: 'P', email: null, created_at: 0, version: 1 }).execute();
    const partner = await callerWith(app, test.store, 'partner', { partner_id: 'p9' });
    expect((await partner.get('/api/v1/investigations')).status).toBe(403);
    expect((await read(partner.get('/api/v1/known-issues'))).items).toEqual([]);
    expect((await callerOf(app, {}).get('/api/v1/investigations')).status).toBe(401);
  });

  it('show every page in both languages', async () => {
    const issue = await read(
      lead.post('/api/v1/known-issues', { title_en: 'Fog', title_ja: '曇り', cohorts: [{ model_id: cast.x100 }], investigation_id: id }),
    );
    await lead.post(`/api/v1/known-issues/${issue.id}/decision`, { event: 'publish' });
    const record = (await read(lead.get('/api/v1/test-records'))).items[0];
    const paths = [
      '/investigations',
      '/investigations/new',
      `/investigations/${id}`,
      '/known-issues',
      '/known-issues/new',
      `/known-issues/${issue.id}`,
      '/test-records',
      '/test-records/new',
      `/test-records/${record?.id}`,
      '/test-templates',
      `/at-risk?investigation_id=${id}`,
      `/documents?record_kind=test_record&record_id=${record?.id}`,
    ];
    for (const path of paths) {
      for (const [lang, word] of [
        ['en', 'lang="en"'],
        ['ja', 'lang="ja"'],
      ] as const) {
        const response = await lead.get(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
        const html = await response.text();
        expect([path, response.status]).toEqual([path, 200]);
        expect(html).toContain(word);
        expect(html).not.toMatch(/undefined|\[object |NaN/);
      }
    }
    expect(await (await lead.get(`/investigations/${id}?lang=ja`)).text()).toContain('なぜなぜ分析');
  });

  it('take forms: open by codes, link by serial, add a why and an action, hold', async () => {
    const opened = await lead.form('/investigations', {
      title: 'By hand',
      problem: 'Dead sensors',
      owner_id: cast.kato.id,
      model_code: 'X-100',
      batch_code: '25-03',
      next_on: '2026-04-20',
    });
    expect(opened.status).toBe(303);
    const page = (opened.headers.get('Location') ?? '').split('?')[0] ?? '';
    for (const [path, fields] of [
      ['/links', { kind: 'unit', record: 'a-2' }],
      ['/cohorts', { model_code: 'X-100', batch_code: '25-01' }],
      ['/causes', { branch: 'occurrence', statement: 'Solder' }],
      [
        '/actions',
        { kind: 'permanent', title: 'Reflow', owner_id: cast.kato.id, due_on: '2026-06-01', model_code: 'X-100', cut_in_kind: 'batch', cut_in_from: '25-06' },
      ],
      ['/holds', { reason: 'Dead' }],
      ['/steps/contain', { containment: 'Held' }],
      ['', { next_on: '2026-05-01', next_step: 'Wait' }],
    ] as const) {
      const response = await lead.form(page + path, fields);
      expect([path, response.status]).toEqual([path, 303]);
    }
    const view = await read(lead.get(`/api/v1${page}`));
    expect(view).toMatchObject({
      state: 'contained',
      next_step: 'Wait',
      links: [{ kind: 'unit', label: 'A2' }],
      actions: [{ title: 'Reflow', cut_ins: [{ from: '25-06' }] }],
      causes: [{ statement: 'Solder' }],
    });
    expect(view.cohorts).toHaveLength(2);
    const wrong = await lead.form(`${page}/cohorts`, { model_code: 'X-100', batch_code: 'nope' });
    expect(wrong.status).toBe(422);
    expect((await read(lead.get(`/api/v1${page}/holds`))).items).toHaveLength(2);
  });
});

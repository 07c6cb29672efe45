// What a claim leaves behind and who may see it: files on exchanges, reminders, history, webhooks, CSV, the neglected, the documentation.
import { beforeAll, expect, it } from 'vitest';
import { createClaim } from '../../src/claim/create.ts';
import { CreateClaim } from '../../src/claim/inputs.ts';
import { remindDeadlines } from '../../src/claim/remind.ts';
import { addToken } from '../../src/person/tokens.ts';
import { type Cast, castFor, serve } from '../investigation/cast.ts';
import { read } from '../investigation/read.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const DAY = 86_400_000;

eachDb('the records of a claim', (test) => {
  let cast: Cast;
  let app: ReturnType<typeof testApp>;
  let lead: Caller;
  let tech: Caller;
  let partner: Caller;
  let id: string;

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    app = testApp(test.store);
    lead = await callerWith(app, test.store, 'lead');
    tech = await callerWith(app, test.store, 'tech');
    await test.ctx().db.insertInto('partners').values({ id: 'p1', code: 'P-1', name: 'P', email: null, created_at: 0, version: 1 }).execute();
    partner = await callerWith(app, test.store, 'partner', { partner_id: 'p1' });
    const hook = await lead.post('/api/v1/webhooks', {});
    expect(hook.status).toBe(403);
    const engineer = await callerWith(app, test.store, 'engineer');
    expect(
      (await engineer.post('/api/v1/webhooks', { url: 'https://erp.example/hook', events: ['claim.*', 'stock_hold.*', 'investigation.opened'] })).status,
    ).toBe(201);
    const units = await serve(test.ctx(), cast, ['REC1', 'REC2'], { batch_code: '25-01' });
    id = (
      await read(
        lead.post('/api/v1/claims', {
          maker_id: cast.acme,
          title: 'Leaks',
          statement: 'x',
          remedy: 'credit',
          owner_id: cast.kato.id,
          lines: units.map((unit) => ({ unit_id: unit.id })),
        }),
      )
    ).id;
    await lead.post(`/api/v1/claims/${id}/submission`, { text: 'See evidence', answer_due_on: '2026-04-10' });
  });

  it('an exchange carries files; a support tech reads them, a partner does not', async () => {
    const [exchange] = (await read(lead.get(`/api/v1/claims/${id}`))).exchanges;
    const { token } = await addToken(test.ctx(), { name: 'up', role: 'lead', partner_id: null, scopes: null, expires_at: null });
    const form = new FormData();
    form.set('record_kind', 'claim_exchange');
    form.set('record_id', exchange?.id ?? '');
    form.set('file', new File(['%PDF-1.4\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF'], '回答書.pdf', { type: 'application/pdf' }));
    const saved = await app.request('/api/v1/attachments', { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: form });
    expect(saved.status).toBe(201);
    const path = `/api/v1/attachments/${(await read(saved)).id}`;
    expect([(await lead.get(path)).status, (await tech.get(path)).status, [403, 404].includes((await partner.get(path)).status)]).toEqual([200, 200, true]);
    const page = await (await lead.get(`/documents?record_kind=claim_exchange&record_id=${exchange?.id}`)).text();
    expect(page).toContain('回答書.pdf');
    expect(await (await lead.get(`/claims/${id}`)).text()).toContain(`/documents?record_kind=claim_exchange&amp;record_id=${exchange?.id}`);
  });

  it('a deadline is said by mail in the outbox to its owner, and no more once it is met', async () => {
    expect(await remindDeadlines(test.ctx({ now: NOW + 6 * DAY }))).toBe(1);
    const mails = async () => test.ctx().db.selectFrom('outbox').select(['target', 'payload']).where('topic', '=', 'claim.deadline').execute();
    expect(await mails()).toMatchObject([{ target: 'kato@kizashi.example', payload: expect.stringContaining('2026-04-10') }]);
    expect(await remindDeadlines(test.ctx({ now: NOW + 6 * DAY }))).toBe(0);
    const answered = await lead.post(`/api/v1/claims/${id}/answers`, { text: 'ok', rest: 'accept' });
    expect(answered.status).toBe(201);
    expect(await remindDeadlines(test.ctx({ now: NOW + 40 * DAY }))).toBe(0);
    expect(await mails()).toHaveLength(1);
  });

  it('every step stands in the history with who and why, and is told to the webhooks that asked', async () => {
    const rows = await test
      .ctx()
      .db.selectFrom('history')
      .select(['action', 'actor_name'])
      .where('record_kind', '=', 'claim')
      .where('record_id', '=', id)
      .orderBy('id')
      .execute();
    expect(rows.map((row) => row.action).sort()).toEqual(['claim.accepted', 'claim.created', 'claim.deadline_reminded', 'claim.submitted']);
    expect(rows.every((row) => row.actor_name !== '')).toBe(true);
    const told = await test.ctx().db.selectFrom('outbox').select('topic').where('kind', '=', 'webhook').orderBy('id').execute();
    expect(told.map((row) => row.topic).sort()).toEqual(rows.map((row) => row.action).sort());
    await lead.post('/api/v1/stock/holds', { model_code: 'X-100', batch_code: '25-01', reason: 'x' });
    await lead.post('/api/v1/investigations', { title: 'x', problem: 'y', owner_id: cast.kato.id });
    const later = await test.ctx().db.selectFrom('outbox').select('topic').where('kind', '=', 'webhook').orderBy('id').execute();
    expect(later.map((row) => row.topic)).toEqual(expect.arrayContaining(['stock_hold.placed', 'investigation.opened']));
    expect(later).toHaveLength(told.length + 2);
  });

  it('an owner who left makes a claim neglected, whatever a filter says', async () => {
    const gone = await createClaim(
      test.ctx({ actor: cast.sato }),
      CreateClaim.parse({ maker_id: cast.zenit, title: 'Left behind', statement: 'x', remedy: 'repair', owner_id: cast.sato.id }),
    );
    const unattended = async () => (await read(lead.get('/api/v1/claims/unattended'))).items.map((row) => row.id);
    expect(await unattended()).toEqual([]);
    await test.ctx().db.updateTable('users').set({ disabled_at: NOW }).where('id', '=', cast.sato.id).execute();
    expect(await unattended()).toEqual([gone.id]);
    expect(await (await lead.get('/claims?state=closed&q=nothing')).text()).toContain('Left behind');
    await test.ctx().db.updateTable('users').set({ disabled_at: null }).where('id', '=', cast.sato.id).execute();
  });

  it('every list is CSV as well, and none is for a partner', async () => {
    await lead.post('/api/v1/evidence-packs', { subject_kind: 'claim', subject_id: id });
    for (const path of [
      '/claims',
      '/claims/unattended',
      '/claims/scorecard',
      `/claims/${id}/evidence`,
      '/evidence-packs',
      '/investigations',
      '/investigations/unattended',
      '/test-records',
      '/test-templates',
      `/at-risk?model_id=${cast.x100}`,
    ]) {
      const csv = await lead.get(`/api/v1${path}`, { Accept: 'text/csv' });
      expect([path, csv.status, csv.headers.get('Content-Type')?.split(';')[0]]).toEqual([path, 200, 'text/csv']);
      expect([path, (await partner.get(`/api/v1${path}`)).status]).toEqual([path, 403]);
    }
    for (const path of ['/claims', `/claims/${id}`, '/claims/scorecard', '/evidence-packs', '/investigations', '/test-records', '/at-risk'])
      expect([path, (await partner.get(path)).status]).toEqual([path, 403]);
  });

  it('a support tech reads everything and writes nothing', async () => {
    expect((await tech.get(`/api/v1/claims/${id}`)).status).toBe(200);
    for (const [path, body] of [
      ['/claims', { maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'credit' }],
      [`/claims/${id}/closure`, {}],
      [`/claims/${id}/exchanges`, { direction: 'to_maker', kind: 'reply', text: 'x' }],
      ['/evidence-packs', { subject_kind: 'claim', subject_id: id }],
      ['/test-records', { template_id: 'x', title: 'x', serials: ['A'] }],
    ] as const)
      expect([path, (await tech.post(`/api/v1${path}`, body)).status]).toEqual([path, 403]);
  });

  it('a wrong row of a claim is named, and nothing is written', async () => {
    const [unit] = await serve(test.ctx(), cast, ['GOODLINE']);
    const before = (await read(lead.get('/api/v1/claims'))).items.length;
    const wrong = await lead.post('/api/v1/claims', {
      maker_id: cast.acme,
      title: 'x',
      statement: 'x',
      remedy: 'credit',
      owner_id: cast.kato.id,
      lines: [{ unit_id: unit?.id }, { unit_id: 'nobody' }],
    });
    expect([wrong.status, (await read(wrong)).errors[0]?.path]).toEqual([422, 'lines.1.unit_id']);
    expect((await read(lead.get('/api/v1/claims'))).items).toHaveLength(before);
    const money = await lead.post('/api/v1/claims', {
      maker_id: cast.acme,
      title: 'x',
      statement: 'x',
      remedy: 'credit',
      lines: [{ unit_id: unit?.id, claimed_amount: 5 }],
    });
    expect([money.status, (await read(money)).errors[0]?.path]).toEqual([422, 'currency']);
  });

  it('is documented in OpenAPI, every route of it', async () => {
    const document = (await (await lead.get('/api/v1/openapi.json')).json()) as { paths: Record<string, Record<string, { summary?: string }>> }; // an OpenAPI document has paths
    const ours = Object.entries(document.paths).filter(([path]) =>
      /claims|evidence-packs|investigations|known-issues|test-(records|templates)|at-risk|displaced/.test(path),
    );
    expect(ours.length).toBeGreaterThan(45);
    for (const [path, methods] of ours)
      for (const [method, route] of Object.entries(methods)) expect([path, method, route.summary]).toEqual([path, method, expect.stringMatching(/\w/)]);
  });
});

import { unzipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { countChanges } from '../../src/quality/count.ts';
import { type Cast, castFor, fail, serve } from '../investigation/cast.ts';
import { read } from '../investigation/read.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

/** The smallest PNG: one transparent pixel. */
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

eachDb('the routes of claims', (test) => {
  let cast: Cast;
  let app: ReturnType<typeof testApp>;
  let lead: Caller;
  let id: string;
  let returnUnit: string;

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    app = testApp(test.store);
    lead = await callerWith(app, test.store, 'lead');
    const units = await serve(test.ctx(), cast, ['C1', 'C2', 'C3'], { batch_code: '25-01' });
    returnUnit = await fail(test.ctx(), units[0] ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', failure_mode_id: cast.seal });
    const created = await lead.post('/api/v1/claims', {
      maker_id: cast.acme,
      title: 'Leaks',
      statement: 'Please credit',
      remedy: 'credit',
      currency: 'USD',
      owner_id: cast.kato.id,
      lines: units.map((unit) => ({ unit_id: unit.id, claimed_amount: 99.5 })),
    });
    expect(created.status).toBe(201);
    id = (await read(created)).id;
  });

  it('lead from the draft to the settlement, amounts in dollars', async () => {
    const base = `/api/v1/claims/${id}`;
    expect((await lead.post(`${base}/submission`, { text: 'See evidence', answer_due_on: '2026-04-30' })).status).toBe(201);
    expect((await lead.post(`${base}/receipt`, { text: 'Got it', maker_rma: 'M-1' })).status).toBe(201);
    const { lines } = await read(lead.get(base));
    expect(lines.map((line) => line.claimed_amount)).toEqual([99.5, 99.5, 99.5]);
    const answered = await lead.post(`${base}/answers`, {
      text: 'Two',
      lines: [{ line_id: lines[2]?.id, accepted: false, reason: 'Cracked' }],
      rest: 'accept',
    });
    expect((await read(answered)).state).toBe('partly_accepted');
    const settled = await read(lead.post(`${base}/settlement`, { amount: 199, currency: 'USD', reference: 'CN-1' }));
    expect(settled).toMatchObject({ claim: { state: 'partly_accepted' }, settlement: { amount: 199, currency: 'USD' } });
    const closing = await lead.post(`${base}/closure`, {});
    expect(closing.status).toBe(409);
    expect((await read(closing)).detail).toContain('Cracked');
    expect((await read(lead.post(`${base}/concessions`, { line_ids: [lines[2]?.id], reason: 'They are right' }))).state).toBe('settled');
    expect((await read(lead.post(`${base}/closure`, {}))).state).toBe('closed');
    const list = await read(lead.get('/api/v1/claims?state=closed'));
    expect(list.items).toMatchObject([{ units_claimed: 3, units_accepted: 2, units_settled: 2, units_open: 0, maker_rma: 'M-1' }]);
    expect(await (await lead.get('/api/v1/claims', { Accept: 'text/csv' })).text()).toContain('CLM-2026-00001');
  });

  it('give an evidence pack with its photos as a ZIP, the same bytes twice', async () => {
    const form = new FormData();
    form.set('record_kind', 'return_unit');
    form.set('record_id', returnUnit);
    form.set('file', new File([PIXEL], '水.png', { type: 'image/png' }));
    const token = await tokenOf();
    expect((await app.request('/api/v1/attachments', { method: 'POST', headers: { Authorization: token }, body: form })).status).toBe(201);
    const pack = await read(lead.post(`/api/v1/claims/${id}/evidence`));
    expect(pack.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const fetchZip = async (): Promise<Buffer> => Buffer.from(await (await lead.get(`/api/v1/evidence-packs/${pack?.id}/zip?lang=ja`)).arrayBuffer());
    const [first, second] = [await fetchZip(), await fetchZip()];
    expect(first.equals(second)).toBe(true);
    expect(Object.keys(unzipSync(first)).filter((name) => name.startsWith('photos/'))).toHaveLength(1);
    expect((await read(lead.get(`/api/v1/claims/${id}/evidence`))).items).toHaveLength(1);
    expect((await lead.post('/api/v1/evidence-packs', { subject_kind: 'cohort' })).status).toBe(422);
  });

  const tokenOf = async (): Promise<string> => {
    const { addToken } = await import('../../src/person/tokens.ts');
    const { token } = await addToken(test.ctx(), { name: 'upload', role: 'lead', partner_id: null, scopes: null, expires_at: null });
    return `Bearer ${token}`;
  };

  it('are filled in by hand: serials, an answer with ticks, a settlement', async () => {
    await serve(test.ctx(), cast, ['F1', 'F2']);
    const created = await lead.form('/claims', {
      maker_id: cast.acme,
      title: 'By hand',
      statement: 'x',
      remedy: 'refund',
      currency: 'JPY',
      owner_id: cast.kato.id,
      serials: 'F1\nf-2\n',
      amount: '5000',
    });
    expect(created.status).toBe(303);
    const page = (created.headers.get('Location') ?? '').split('?')[0] ?? '';
    expect((await lead.form('/claims', { maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'refund', serials: 'NOBODY' })).status).toBe(422);
    const { lines } = await read(lead.get(`/api/v1${page}`));
    for (const [step, fields] of [
      ['submit', { text: 'x' }],
      ['answer', { text: 'One', accepted: lines[0]?.id ?? '', rest: 'refuse', rest_reason: 'No' }],
      ['settle', { amount: '5000', currency: 'JPY' }],
      ['concede', { reason: 'Fine' }],
      ['close', {}],
    ] as const) {
      expect([step, (await lead.form(`${page}/steps/${step}`, fields)).status]).toEqual([step, 303]);
    }
    expect((await read(lead.get(`/api/v1${page}`))).state).toBe('closed');
  });

  it('begin with the maker, the title and the confirmed units of the investigation they come from', async () => {
    const [lost, kept] = await serve(test.ctx(), cast, ['SUG1', 'SUG2', 'SUG3'], { batch_code: '25-03' });
    for (const unit of [lost, kept]) await fail(test.ctx(), unit ?? { id: '', partner_id: null }, { failed_on: '2026-01-10', failure_mode_id: cast.seal });
    await countChanges(test.ctx());
    const investigation = await read(
      lead.post('/api/v1/investigations', { title: 'Seals', problem: 'x', cohorts: [{ model_id: cast.x100, batch_id: cast.mar }] }),
    );
    const form = async () => (await lead.get(`/claims/new?investigation_id=${investigation.id}`)).text();
    expect(await form()).toMatch(new RegExp(`<option value="${cast.acme}" selected`));
    expect(await form()).toContain('value="Seals"');
    expect(await form()).toMatch(/<textarea name="serials"[^>]*>SUG1\nSUG2<\/textarea>/);
    const fields = { maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'refund', owner_id: cast.kato.id, serials: 'SUG1' };
    expect((await lead.form('/claims', fields)).status).toBe(303);
    expect(await form()).toMatch(/<textarea name="serials"[^>]*>SUG2<\/textarea>/);
  });

  it('show two changes of the frame that met, and a next date that has passed', async () => {
    const { id } = await read(lead.post('/api/v1/claims', { maker_id: cast.acme, title: 'Frame', statement: 'x', remedy: 'refund', owner_id: cast.kato.id }));
    expect((await lead.form(`/claims/${id}`, { version: '1', next_on: '2026-05-01', maker_rma: 'A-1' })).status).toBe(303);
    const late = await lead.form(`/claims/${id}`, { version: '1', next_on: '2026-05-01', maker_rma: 'B-2' });
    expect([late.status, (await late.text()).includes('A-1')]).toEqual([412, true]);
    await test.ctx().db.updateTable('claims').set({ next_on: '2026-01-05' }).where('id', '=', id).execute();
    expect(await (await lead.get(`/claims/${id}`)).text()).toContain('2026-01-05 overdue');
  });

  it('show every page in both languages', async () => {
    const open = await read(lead.post('/api/v1/claims', { maker_id: cast.acme, title: 'Open', statement: 'x', remedy: 'root_cause_report' }));
    await lead.post(`/api/v1/claims/${open.id}/submission`, { text: 'x', answer_due_on: '2026-03-01' });
    const exchange = (await read(lead.get(`/api/v1/claims/${open.id}`))).exchanges[0];
    const pack = (await read(lead.get('/api/v1/evidence-packs'))).items[0];
    for (const path of [
      '/claims',
      '/claims/new',
      '/claims/scorecard',
      `/claims/${id}`,
      `/claims/${open.id}`,
      '/evidence-packs',
      `/evidence-packs/${pack?.id}`,
      `/documents?record_kind=claim_exchange&record_id=${exchange?.id}`,
    ]) {
      for (const lang of ['en', 'ja']) {
        const response = await lead.get(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
        const html = await response.text();
        expect([path, response.status]).toEqual([path, 200]);
        expect(html).toContain(`lang="${lang}"`);
        expect(html).not.toMatch(/undefined|\[object |NaN/);
      }
    }
    expect(await (await lead.get(`/evidence-packs/${pack?.id}?lang=ja`)).text()).toContain('生存曲線');
    expect(await (await lead.get('/claims?lang=en')).text()).toContain('Without an owner or a next date');
    expect(await (await lead.get(`/claims/${open.id}?lang=en`)).text()).toContain('overdue');
  });
});

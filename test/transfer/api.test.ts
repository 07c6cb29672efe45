import { beforeAll, expect, it } from 'vitest';
import type { Role } from '../../src/core/permission.ts';
import { addToken } from '../../src/person/tokens.ts';
import { callerOf, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { smallCatalog } from '../unit/parts.ts';

interface Report {
  id: string | null;
  rows_created: number;
  rows_failed: number;
  rows: { row: number; result: string; errors: { column: string; message: string }[] }[];
}

eachDb('imports and exports over HTTP', (test) => {
  let partner_id = '';
  beforeAll(async () => {
    partner_id = (await smallCatalog(test.ctx())).partner.id;
  });

  async function caller(role: Role, language = 'en') {
    const app = testApp(test.store);
    const { token } = await addToken(test.ctx(), { name: role, role, partner_id: role === 'partner' ? partner_id : null, scopes: null, expires_at: null });
    const headers = { Authorization: `Bearer ${token}`, 'Accept-Language': language };
    const upload = (path: string, text: string, fields: Record<string, string> = {}, more: Record<string, string> = {}) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      form.set('file', new File([text], 'units.csv'));
      return app.request(path, { method: 'POST', body: form, headers: { ...headers, ...more } });
    };
    return { ...callerOf(app, headers), upload };
  }

  it('a dry run answers per row and writes nothing; the same file then imports, is listed and is undone', async () => {
    const call = await caller('tech');
    const bad = 'model_code,serial,shipped_on\nX-100,H-1,2026/1/2\nX-100,H-2,soon\n';
    const tried = await call.upload('/api/v1/imports?kind=units&dry_run=true', bad);
    const report = (await tried.json()) as Report;
    expect([tried.status, report.id, report.rows_created, report.rows_failed, report.rows[1]]).toEqual([
      200,
      null,
      1,
      1,
      { row: 3, result: 'error', key: 'X-100', errors: [{ column: 'shipped_on', message: 'Not a day: soon' }] },
    ]);
    const refused = await call.upload('/api/v1/imports?kind=units', bad);
    expect([refused.status, ((await refused.json()) as { errors: { path: string }[] }).errors[0]?.path]).toEqual([422, 'rows.3.shipped_on']);
    const done = await call.upload('/api/v1/imports', bad.replace('soon', '2026-01-03'), { kind: 'units' });
    const { id } = (await done.json()) as Report;
    expect([done.status, done.headers.get('Location')]).toEqual([201, `/api/v1/imports/${id}`]);
    expect(await (await call.get('/api/v1/imports?kind=units')).json()).toMatchObject({
      items: [{ id, state: 'confirmed', rows_created: 2, file_name: 'units.csv' }],
    });
    expect(((await (await call.get(`/api/v1/imports/${id}/changes`)).json()) as { items: unknown[] }).items).toHaveLength(2);
    const undone = await call.post(`/api/v1/imports/${id}/undo`);
    expect([undone.status, await undone.json()]).toMatchObject([201, { state: 'undone' }]);
    expect((await call.post(`/api/v1/imports/${id}/undo`)).status).toBe(409);
    expect(await (await call.get('/api/v1/units?serial=H-1')).json()).toMatchObject({ items: [] });
  });

  it('the same Idempotency-Key imports once', async () => {
    const call = await caller('tech');
    const body =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="u.csv"\r\nContent-Type: text/csv\r\n\r\nmodel_code,serial\nX-100,KEY-1\n\r\n--b--\r\n';
    const send = () => call.post('/api/v1/imports?kind=units', body, { 'Content-Type': 'multipart/form-data; boundary=b', 'Idempotency-Key': 'import-1' });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, await second.text()]).toEqual([201, 201, await first.text()]);
    expect(((await (await call.get('/api/v1/imports?kind=units&state=confirmed')).json()) as { items: unknown[] }).items).toHaveLength(1);
  });

  it.each([
    ['/api/v1/imports?kind=nothing', 422],
    ['/api/v1/imports', 422],
  ])('POST %s is refused with %i', async (path, status) => {
    expect((await (await caller('tech')).upload(path, 'a\n1\n')).status).toBe(status);
  });

  it('needs the permission of the kind, and is not for partners', async () => {
    expect((await (await caller('stock')).upload('/api/v1/imports?kind=models', 'maker_code,model_code,name\nA,B,C\n')).status).toBe(403);
    expect((await (await caller('partner')).upload('/api/v1/imports?kind=units', 'model_code,serial\nX-100,P-1\n')).status).toBe(403);
    expect((await (await caller('partner')).get('/api/v1/exports/units')).status).toBe(403);
  });

  it('exports a table without rows as its heading', async () => {
    const text = await (await (await caller('lead')).get('/api/v1/exports/claims')).text();
    expect(text.trim().split('\r\n')).toEqual([expect.stringMatching(/^(?:\ufeff)?[a-z_]+(?:,[a-z_]+)+$/)]);
  });

  it('exports a table as CSV with a BOM, in slices, formulas defused; what is not for export is not found', async () => {
    const call = await caller('lead');
    await call.post('/api/v1/makers', { code: 'EVIL', name: '=HYPERLINK("http://x")' });
    const answer = await call.get('/api/v1/exports/makers');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    expect([answer.headers.get('Content-Type'), answer.headers.get('Content-Disposition'), [...bytes.slice(0, 3)]]).toEqual([
      'text/csv; charset=utf-8',
      'attachment; filename="makers.csv"',
      [0xef, 0xbb, 0xbf],
    ]);
    expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
    for (const table of ['users', 'tokens', 'sessions', 'constructor'])
      expect([table, (await call.get(`/api/v1/exports/${table}`)).status]).toEqual([table, 404]);
    for (const table of [
      'units',
      'sites',
      'stock_moves',
      'stock_balances',
      'returns',
      'return_units',
      'inspections',
      'history',
      'service_intervals',
      'cases',
      'investigations',
      'claims',
      'claim_lines',
      'notices',
      'articles',
      'known_issues',
    ]) {
      const exported = await (await caller('admin')).get(`/api/v1/exports/${table}`);
      await exported.text();
      expect([table, exported.status]).toEqual([table, 200]);
    }
  });

  it.each(['en', 'ja'])('pages in %s take pasted cells, map headings, try, confirm and undo', async (language) => {
    const call = await caller('tech', language);
    const pasted = `機種\t製造番号\r\nX-100\tPASTE-${language}\r\n`;
    const begun = await call.form('/imports', { kind: 'units', pasted });
    const draft = begun.headers.get('Location') ?? '';
    expect(begun.status).toBe(303);
    expect(await (await call.get(draft)).text()).toContain('製造番号');
    await call.form(draft, { model_code: '機種', serial: '製造番号' });
    expect(await (await call.get(draft)).text()).toContain(`PASTE-${language}`);
    const confirmed = await call.form(`${draft}/confirmation`, {});
    const place = (confirmed.headers.get('Location') ?? '').split('?')[0] ?? '';
    expect([confirmed.status, place]).toEqual([303, expect.stringMatching(/^\/imports\/\w+$/)]);
    const page = await (await call.get(place)).text();
    expect(page).toContain(language === 'ja' ? 'この取り込みを取り消す' : 'Undo this import');
    expect((await call.get(draft)).status).toBe(404);
    expect((await call.form(`${place}/undo`, {})).status).toBe(303);
    expect((await call.get('/imports')).status).toBe(200);
    expect((await call.form('/imports', { kind: 'units', pasted: '' })).status).toBe(422);
  });
});

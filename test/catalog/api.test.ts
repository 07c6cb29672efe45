import { expect, it } from 'vitest';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

type Answer = { status: number; json: Record<string, never> & Record<string, unknown>; headers: Headers };
const answer = async (response: Response): Promise<Answer> => ({ status: response.status, json: (await response.json()) as never, headers: response.headers });

eachDb('the catalogue over HTTP', (test) => {
  const admin = () => callerWith(testApp(test.store), test.store, 'admin');

  it('adds a maker, its models, a batch and a firmware by their codes', async () => {
    const call = await admin();
    const maker = await answer(await call.post('/api/v1/makers', { code: 'AKARI', name: 'Akari Optics' }));
    expect([maker.status, maker.headers.get('ETag'), maker.headers.get('Location')]).toEqual([201, '"1"', `/api/v1/makers/${maker.json.id}`]);
    const model = await answer(
      await call.post('/api/v1/models', { maker_code: 'AKARI', code: 'X-100', name: 'X 100', own_warranty_months: 12, substitutes: [] }),
    );
    expect([model.status, model.json.maker_code, model.json.maker_warranty_months, model.json.substitutes]).toEqual([201, 'AKARI', null, []]);
    expect((await call.post('/api/v1/batches', { model_code: 'X-100', code: 'B1', made_on: '2025-11-01' })).status).toBe(201);
    expect((await call.post('/api/v1/firmwares', { model_code: 'X-100', code: '4.2.1' })).status).toBe(201);
    const listed = await answer(await call.get('/api/v1/batches?model_code=X-100'));
    expect(listed.json).toMatchObject({ items: [{ code: 'B1', model_code: 'X-100', maker_code: 'AKARI', made_on: '2025-11-01' }], next_cursor: null });
  });

  it('lets two makers use one model code, and asks which is meant', async () => {
    const call = await admin();
    for (const maker of ['TWIN-A', 'TWIN-B']) {
      await call.post('/api/v1/makers', { code: maker, name: maker });
      expect((await call.post('/api/v1/models', { maker_code: maker, code: 'SAME', name: 'Same' })).status).toBe(201);
    }
    const unclear = await answer(await call.post('/api/v1/batches', { model_code: 'SAME', code: 'B1' }));
    expect(unclear).toMatchObject({ status: 422, json: { errors: [{ path: 'maker_code', message: expect.stringContaining('TWIN-A, TWIN-B') }] } });
    expect((await call.post('/api/v1/batches', { maker_code: 'TWIN-B', model_code: 'SAME', code: 'B1' })).status).toBe(201);
    const again = await answer(await call.post('/api/v1/models', { maker_code: 'TWIN-A', code: 'SAME', name: 'Again' }));
    expect(again).toMatchObject({ status: 409, json: { blocking: expect.stringMatching(/^\/api\/v1\/models\//) } });
  });

  it('keeps substitutes in order of preference and refuses a model as its own', async () => {
    const call = await admin();
    await call.post('/api/v1/makers', { code: 'SUB', name: 'Sub' });
    for (const code of ['S1', 'S2', 'S3']) await call.post('/api/v1/models', { maker_code: 'SUB', code, name: code });
    const {
      json: {
        items: [s1],
      },
    } = (await answer(await call.get('/api/v1/models?code=S1'))) as { json: { items: [{ id: string }] } } & Answer;
    const changed = await answer(await call.patch(`/api/v1/models/${s1.id}`, { substitutes: ['S3', 'SUB:S2'] }));
    expect(changed.json).toMatchObject({ substitutes: ['S3', 'S2'], version: 2 });
    expect((await answer(await call.patch(`/api/v1/models/${s1.id}`, { substitutes: ['S1'] }))).status).toBe(422);
    expect((await answer(await call.patch(`/api/v1/models/${s1.id}`, { substitutes: ['S9'] }))).json).toMatchObject({ errors: [{ path: 'substitutes.0' }] });
  });

  it('refuses unknown fields, wrong types and a stale version, and writes nothing', async () => {
    const call = await admin();
    const refused = await answer(await call.post('/api/v1/makers', { code: 'BAD', name: 7, colour: 'red' }));
    expect([refused.status, (refused.json.errors as unknown as { path: string }[]).map((error) => error.path).sort()]).toEqual([422, ['colour', 'name']]);
    expect((await answer(await call.get('/api/v1/makers?code=BAD'))).json.items).toEqual([]);
    const {
      json: { id },
    } = await answer(await call.post('/api/v1/makers', { code: 'STALE', name: 'One' }));
    expect((await call.patch(`/api/v1/makers/${id}`, { name: 'Two' }, { 'If-Match': '"1"' })).headers.get('ETag')).toBe('"2"');
    expect((await call.patch(`/api/v1/makers/${id}`, { name: 'Three' }, { 'If-Match': '"1"' })).status).toBe(412);
    expect((await call.get('/api/v1/makers/nobody')).status).toBe(404);
  });

  it('remembers who changed what from what to what', async () => {
    const call = await admin();
    const {
      json: { id },
    } = await answer(await call.post('/api/v1/makers', { code: 'HIST', name: 'Before' }));
    await call.patch(`/api/v1/makers/${id}`, { name: 'After' });
    const { json } = await answer(await call.get(`/api/v1/history?record_kind=maker&record_id=${id}`));
    expect(json.items).toMatchObject([{ action: 'maker.updated', change: { name: ['Before', 'After'] } }, { action: 'maker.created' }]);
  });

  it('pages through a list by code without losing or repeating a row', async () => {
    const call = await admin();
    for (let i = 0; i < 7; i++) await call.post('/api/v1/partners', { code: `PAGE-${i}`, name: 'Paged' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await answer(await call.get(`/api/v1/partners?q=paged&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`));
      seen.push(...(page.json.items as unknown as { code: string }[]).map((item) => item.code));
      cursor = page.json.next_cursor as unknown as string | null;
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `PAGE-${i}`));
  });

  it('shows a partner its own customers, sites and contracts only, and follows a customer to another partner', async () => {
    const app = testApp(test.store);
    const call = await callerWith(app, test.store, 'admin');
    const made = async (path: string, body: object) => (await answer(await call.post(`/api/v1/${path}`, body))).json.id as unknown as string;
    const [ours, theirs] = [await made('partners', { code: 'OURS', name: 'Ours' }), await made('partners', { code: 'THEIRS', name: 'Theirs' })];
    const customer = await made('customers', { code: 'C-OURS', name: 'C', partner_code: 'OURS' });
    const other = await made('customers', { code: 'C-THEIRS', name: 'C', partner_id: theirs });
    await made('sites', { code: 'S-OURS', name: 'S', customer_code: 'C-OURS' });
    await made('contracts', { code: 'K-OURS', plan: 'Gold', customer_id: customer, starts_on: '2026-01-01' });
    const partner = await callerWith(app, test.store, 'partner', { partner_id: ours });
    const codes = async (list: string) =>
      ((await answer(await partner.get(`/api/v1/${list}`))).json.items as unknown as { code: string }[]).map((item) => item.code);
    expect([await codes('customers'), await codes('sites'), await codes('contracts'), await codes('partners')]).toEqual([
      ['C-OURS'],
      ['S-OURS'],
      ['K-OURS'],
      ['OURS'],
    ]);
    expect((await partner.get(`/api/v1/customers/${other}`)).status).toBe(404);
    expect((await partner.get('/api/v1/makers')).status).toBe(403);
    await call.patch(`/api/v1/customers/${customer}`, { partner_code: 'THEIRS' });
    expect([await codes('customers'), await codes('sites'), await codes('contracts')]).toEqual([[], [], []]);
  });

  it('refuses a contract that ends before it starts', async () => {
    const call = await admin();
    await call.post('/api/v1/customers', { code: 'C-K', name: 'C' });
    const refused = await answer(
      await call.post('/api/v1/contracts', { code: 'K', plan: 'Gold', customer_code: 'C-K', starts_on: '2026-02-01', ends_on: '2026-01-01' }),
    );
    expect(refused).toMatchObject({ status: 422, json: { errors: [{ path: 'ends_on' }] } });
  });
});

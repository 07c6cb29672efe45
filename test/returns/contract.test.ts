// What another system may rely on: versions, keys, blocking records, named fields, pages and CSV, and a document that says all of it.
import { beforeAll, expect, it } from 'vitest';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { cast, fielded, moveCount, stocked } from './cast.ts';
import { answered, got, type Json, made, returned } from './http.ts';

const V = '/api/v1';
const stale = { 'If-Match': '"99"' };

eachDb('the contract of the returns desk', (test) => {
  let app: ReturnType<typeof testApp>;
  let tech: Caller;
  let quality: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    app = testApp(test.store);
    [tech, quality] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'quality')];
  });

  /** An advance replacement with its shipment reserved. */
  async function reserved(): Promise<{ id: string; return_unit_id: string; leg: string }> {
    const [old, spare] = [await fielded(test.ctx()), await stocked(test.ctx())];
    const filed = await returned(tech, old.serial, { type: 'advance_replacement', received: false });
    const leg = await made(tech.post(`${V}/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    return { ...filed, leg: leg.id };
  }

  it('a stale If-Match is 412 on every step, and changes nothing', async () => {
    const { id, return_unit_id, leg } = await reserved();
    const before = await got(tech.get(`${V}/returns/${id}`));
    const steps: readonly [string, object][] = [
      [`/returns/${id}/units`, { serial: (await fielded(test.ctx())).serial }],
      [`/returns/${id}/outbound`, {}],
      [`/returns/${id}/outbound/${leg}/shipment`, {}],
      [`/returns/${id}/outbound/${leg}/cancellation`, { reason: 'x' }],
      [`/returns/${id}/write-off`, { reason: 'x' }],
      [`/returns/${id}/cancellation`, { reason: 'x' }],
      [`/returns/${id}/closure`, {}],
      [`/return-units/${return_unit_id}/coverage`, { coverage: 'paid', reason: 'x' }],
    ];
    for (const [path, body] of steps) expect([path, (await tech.post(V + path, body, stale)).status]).toEqual([path, 412]);
    expect(await got(tech.get(`${V}/returns/${id}`))).toEqual(before);
    await answered(400, tech.patch(`${V}/returns/${id}`, { note: 'x' }, { 'If-Match': 'yesterday' }));
    const right = { 'If-Match': `"${before.version}"` };
    expect(await got(tech.patch(`${V}/returns/${id}`, { note: 'x' }, right))).toMatchObject({ note: 'x', version: before.version + 1 });
  });

  it('on the bench and in the books too', async () => {
    const unit = await fielded(test.ctx());
    const { return_unit_id } = await returned(tech, unit.serial);
    const inspection = await made(tech.post(`${V}/inspections`, { return_unit_id }));
    expect((await tech.get(`${V}/inspections/${inspection.id}`)).headers.get('ETag')).toBe('"1"');
    await answered(412, tech.post(`${V}/inspections/${inspection.id}/verdict`, { verdict: 'confirmed' }, stale));
    const step = inspection.steps[0].id;
    expect(await made(tech.post(`${V}/inspections/${inspection.id}/steps`, { steps: [{ step_id: step, result: 'ok' }] }, { 'If-Match': '"1"' }))).toMatchObject(
      {
        version: 2,
      },
    );
    await answered(412, tech.post(`${V}/inspections/${inspection.id}/steps`, { steps: [{ step_id: step, result: 'ng' }] }, { 'If-Match': '"1"' }));
    await answered(412, tech.post(`${V}/return-units/${return_unit_id}/footage-erasure`, {}, stale));
    const order = await made(tech.post(`${V}/purchase-orders`, { supplier: 'Hikari', lines: [{ model_code: 'H-200', quantity: 2 }] }));
    for (const noun of ['order', 'cancellation'])
      await answered(412, tech.post(`${V}/purchase-orders/${order.id}/${noun}`, noun === 'order' ? {} : { reason: 'x' }, stale));
  });

  it('409 names the very record in the way', async () => {
    const { id, return_unit_id, leg } = await reserved();
    const blockedBy = async (path: string, body: object): Promise<string> => (await answered(409, tech.post(V + path, body))).blocking;
    expect(await blockedBy(`/returns/${id}/outbound/${leg}/delivery`, {})).toBe(`${V}/returns/${id}/outbound/${leg}`);
    expect(await blockedBy(`/returns/${id}/closure`, {})).toBe(`${V}/returns/${id}/outbound/${leg}`);
    expect(await blockedBy('/inspections', { return_unit_id })).toBe(`${V}/return-units/${return_unit_id}`);
    expect(await blockedBy('/dispositions', { return_unit_id, disposition: 'restock' })).toBe(`${V}/return-units/${return_unit_id}`);
    expect(await blockedBy(`/returns/${id}/authorization`, {})).toBe(`${V}/returns/${id}`);
    await made(tech.post(`${V}/returns/${id}/outbound/${leg}/shipment`));
    const shipment = await blockedBy(`/returns/${id}/cancellation`, { reason: 'x' });
    expect(await got(tech.get(shipment))).toMatchObject({ id: leg, state: 'shipped' });
    await made(tech.post(`${V}/returns/${id}/outbound/${leg}/delivery`));
    expect(await blockedBy(`/returns/${id}/closure`, {})).toBe(`${V}/return-units/${return_unit_id}`);
  });

  it('422 names the field, where it stands in the input', async () => {
    const unit = await fielded(test.ctx());
    const named = async (body: object): Promise<string[]> =>
      (await answered(422, tech.post(`${V}/returns`, { type: 'repair', ...body }))).errors.map(({ path }: { path: string }) => path);
    expect(await named({ units: [{ serial: unit.serial }, { serial: 'NO-SUCH' }] })).toEqual(['units.1.serial']);
    expect(await named({ units: [{ serial: unit.serial, reported_symptom: 'NO_SUCH' }] })).toEqual(['units.0.reported_symptom']);
    expect(await named({ units: [{ serial: unit.serial }, { unit_id: unit.id }] })).toEqual(['units.1']);
    expect(await named({ units: [] })).toEqual(['units']);
    expect(await named({ units: [{ serial: unit.serial, colour: 'red' }] })).toEqual(['units.0.colour']);
    expect(await named({ units: [{ serial: unit.serial, failed_on: '2026-02-30' }] })).toEqual(['units.0.failed_on']);
    expect((await got(tech.get(`${V}/returns?unit_id=${unit.id}`))).items).toEqual([]);
    await answered(400, tech.post(`${V}/returns`, '{"type":'));
  });

  it('the same key and body is the first answer again; another body is refused; a refused request leaves its key free', async () => {
    const unit = await fielded(test.ctx());
    const key = { 'Idempotency-Key': 'receive-once' };
    await answered(422, tech.post(`${V}/receipts`, { scan: '' }, key));
    await returned(tech, unit.serial, { received: false });
    const first = await made(tech.post(`${V}/receipts`, { scan: unit.serial }, key));
    const again = await tech.post(`${V}/receipts`, { scan: unit.serial }, key);
    expect([again.status, again.headers.get('Idempotent-Replayed'), await again.json()]).toEqual([201, 'true', first]);
    await answered(422, tech.post(`${V}/receipts`, { scan: 'OTHER' }, key));
    expect(await moveCount(test.ctx(), unit.id)).toBe(2);
  });

  it('a replayed answer keeps its version and its address', async () => {
    const unit = await fielded(test.ctx());
    const file = () => tech.post(`${V}/returns`, { type: 'repair', units: [{ serial: unit.serial, model_code: 'H-100' }] }, { 'Idempotency-Key': 'file-once' });
    const [first, again] = [await file(), await file()];
    for (const name of ['ETag', 'Location']) expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    expect(again.headers.get('ETag')).toBe('"1"');
    expect(again.headers.get('Location')).toMatch(/^\/api\/v1\/returns\/\w{26}$/);
  });

  it('who asked for a write-off is named by name beside who allowed it', async () => {
    const unit = await fielded(test.ctx());
    const { id, return_unit_id } = await returned(tech, unit.serial, { received: false });
    await made(tech.post(`${V}/returns/${id}/write-off`, { reason: 'never came' }));
    expect((await got(tech.get(`${V}/return-units?flag=waiting`))).items.map((row: Json) => row.id)).toContain(return_unit_id);
    await made(quality.post(`${V}/returns/${id}/approval`));
    expect((await got(tech.get(`${V}/dispositions?return_unit_id=${return_unit_id}`))).items[0]).toMatchObject({
      requested_name: 'test tech',
      approved_name: 'test quality',
    });
    expect((await got(tech.get(`${V}/return-units?flag=waiting`))).items.map((row: Json) => row.id)).not.toContain(return_unit_id);
  });

  it('every list comes in pages, as JSON and CSV, and refuses what it does not know', async () => {
    const lists = (await documented()).filter(
      ([, method, path]) =>
        method === 'get' && !path.includes('{') && /^\/(returns|return-units|outbound|dispositions|inspections|checklists|stock|purchase-orders)/.test(path),
    );
    expect(lists.length).toBeGreaterThan(12);
    for (const [operation, , path] of lists) {
      const names = (operation.parameters ?? []).map(({ name }: { name: string }) => name);
      if (path === '/stock/check') continue;
      expect([path, names]).toEqual([path, expect.arrayContaining(['limit', 'cursor', 'sort'])]);
      expect(await got(tech.get(`${V}${path}?limit=1`))).toMatchObject({ items: expect.any(Array) });
      for (const bad of ['limit=0', 'limit=501', 'sort=no_such', 'cursor=no_such'])
        expect([path, bad, (await tech.get(`${V}${path}?${bad}`)).status]).toEqual([path, bad, 422]);
      const csv = await tech.get(`${V}${path}`, { Accept: 'text/csv' });
      expect([path, csv.status, csv.headers.get('Content-Type')]).toEqual([path, 200, 'text/csv; charset=utf-8']);
    }
    const tree = await got(tech.get(`${V}/codes/symptom?limit=5`));
    const rest = await got(tech.get(`${V}/codes/symptom?cursor=${tree.next_cursor}`));
    expect([tree.items.length, rest.next_cursor, tree.items.length + rest.items.length]).toEqual([
      5,
      null,
      (await got(tech.get(`${V}/codes/symptom`))).items.length,
    ]);
  });

  it('following next_cursor gives every row once, in both directions', async () => {
    const all = (await got(tech.get(`${V}/return-units?limit=500&sort=created_at`))).items.map((row: Json) => row.id);
    for (const [sort, wanted] of [
      ['created_at', all],
      ['-created_at', [...all].reverse()],
    ] as const) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await got(tech.get(`${V}/return-units?limit=3&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`));
        seen.push(...page.items.map((row: Json) => row.id));
        cursor = page.next_cursor ?? '';
      } while (cursor !== '');
      expect(seen).toEqual(wanted);
    }
  });

  it('the document describes Idempotency-Key, If-Match, ETag and CSV', async () => {
    for (const [operation, method, path] of await documented()) {
      const headers = (operation.parameters ?? []).filter((row: Json) => row.in === 'header').map((row: Json) => row.name);
      const list = JSON.stringify(operation.responses['200']?.content?.['application/json'] ?? {}).includes('next_cursor');
      if (method !== 'get') expect([path, headers]).toEqual([path, expect.arrayContaining(['Idempotency-Key'])]);
      if (list) expect([path, Object.keys(operation.responses['200'].content)]).toEqual([path, ['application/json', 'text/csv']]);
    }
    const authorization = (await documented()).find(([, , path]) => path === '/returns/{id}/authorization')?.[0];
    expect(authorization.parameters.map((row: Json) => row.name)).toContain('If-Match');
  });

  /** Each operation of the document with its method and path. */
  async function documented(): Promise<[operation: Json, method: string, path: string][]> {
    const document = await got(Promise.resolve(app.request(`${V}/openapi.json`)));
    return Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, Json>).map(([method, operation]): [Json, string, string] => [operation, method, path.replace(V, '')]),
    );
  }
});

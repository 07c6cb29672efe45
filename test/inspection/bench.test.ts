// The bench: what may be done to a unit in which state, inspections that are repeated, and several people at one unit.
import { beforeAll, expect, it } from 'vitest';
import { cast, fielded, placeOf } from '../returns/cast.ts';
import { answered, disposed, got, inspected, type Json, made, returned } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

eachDb('the bench', (test) => {
  const clock = { now: NOW };
  let tech: Caller;
  let lead: Caller;
  let stock: Caller;
  let partner: Caller;
  beforeAll(async () => {
    const { partner: partner_id } = await cast(test.ctx());
    const app = testApp(test.store, clock);
    [tech, lead, stock] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'lead'), await callerWith(app, test.store, 'stock')];
    partner = await callerWith(app, test.store, 'partner', { partner_id });
  });

  const received = async (type = 'return_first'): Promise<string> => (await returned(tech, (await fielded(test.ctx())).serial, { type })).return_unit_id;
  const stateOf = async (id: string): Promise<Json> => got(tech.get(`/api/v1/return-units/${id}`));
  const start = (return_unit_id: string, more: object = {}) => tech.post('/api/v1/inspections', { return_unit_id, ...more });
  const erase = (id: string) => tech.post(`/api/v1/return-units/${id}/footage-erasure`, {});
  const decide = (return_unit_id: string, disposition: string) => tech.post('/api/v1/dispositions', { return_unit_id, disposition });

  const into = {
    expected: async () => (await returned(tech, (await fielded(test.ctx())).serial, { received: false })).return_unit_id,
    received: () => received(),
    inspecting: async () => {
      const id = await received();
      await inspected(tech, id, 'no_fault_found', { footage_erased: false });
      return id;
    },
    dispositioned: async () => {
      const id = await received();
      await inspected(tech, id, 'confirmed');
      await disposed(tech, id, 'repair');
      return id;
    },
    written_off: async () => {
      const filed = await returned(tech, (await fielded(test.ctx())).serial, { received: false });
      await made(tech.post(`/api/v1/returns/${filed.id}/write-off`, { reason: 'never came' }));
      await made(lead.post(`/api/v1/returns/${filed.id}/approval`, {}));
      return filed.return_unit_id;
    },
    cancelled: async () => {
      const filed = await returned(tech, (await fielded(test.ctx())).serial, { received: false });
      await made(tech.post(`/api/v1/returns/${filed.id}/cancellation`, { reason: 'found the key' }));
      return filed.return_unit_id;
    },
  };
  const deeds = {
    inspect: (id: string) => start(id, { verdict: 'no_fault_found', all_steps_ok: true }),
    erase,
    to_customer: (id: string) => decide(id, 'return_to_customer'),
    undo: (id: string) => tech.post('/api/v1/receipts/reversals', { return_unit_id: id, reason: 'wrong box' }),
  };

  it.each([
    ['expected     ', 'inspect    ', null],
    ['expected     ', 'erase      ', null],
    ['expected     ', 'to_customer', null],
    ['expected     ', 'undo       ', null],
    ['received     ', 'inspect    ', 'inspecting'],
    ['received     ', 'erase      ', 'received'],
    ['received     ', 'to_customer', 'dispositioned'],
    ['received     ', 'undo       ', 'expected'],
    ['inspecting   ', 'inspect    ', 'inspecting'],
    ['inspecting   ', 'erase      ', 'inspecting'],
    ['inspecting   ', 'to_customer', 'dispositioned'],
    ['inspecting   ', 'undo       ', null],
    ['dispositioned', 'inspect    ', null],
    ['dispositioned', 'erase      ', null],
    ['dispositioned', 'to_customer', null],
    ['dispositioned', 'undo       ', null],
    ['written_off  ', 'inspect    ', null],
    ['written_off  ', 'erase      ', null],
    ['written_off  ', 'to_customer', null],
    ['written_off  ', 'undo       ', null],
    ['cancelled    ', 'inspect    ', null],
    ['cancelled    ', 'erase      ', null],
    ['cancelled    ', 'to_customer', null],
    ['cancelled    ', 'undo       ', null],
  ])('%s %s → %s', async (state, deed, after) => {
    // The names are padded for the eye.
    const id = await into[state.trim() as keyof typeof into]();
    const before = await stateOf(id);
    const answer = await deeds[deed.trim() as keyof typeof deeds](id);
    expect(answer.status, await answer.clone().text()).toBe(after === null ? 409 : 201);
    expect(await stateOf(id)).toMatchObject({ state: after ?? state.trim(), ...(after === null ? { version: before.version } : {}) });
  });

  it('one inspection of a unit runs at a time, and nothing is decided while it does', async () => {
    const id = await received();
    const answers = await Promise.all([start(id), start(id), start(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const [running] = (await got(tech.get(`/api/v1/inspections?return_unit_id=${id}`))).items;
    expect(await answered(409, decide(id, 'return_to_customer'))).toMatchObject({ blocking: `/api/v1/inspections/${running.id}` });
    await made(tech.post(`/api/v1/inspections/${running.id}/verdict`, { verdict: 'undetermined' }));
    await made(decide(id, 'return_to_customer'));
  });

  it('two people end an inspection at once: one verdict stands', async () => {
    const id = await received();
    const { id: inspection } = await made(start(id));
    const end = (verdict: string) => tech.post(`/api/v1/inspections/${inspection}/verdict`, { verdict });
    const answers = await Promise.all([end('confirmed'), end('customer_damage')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const kept = (await answers.find(({ status }) => status === 201)?.json()) as Json;
    expect(await stateOf(id)).toMatchObject({ verdict: kept.verdict });
  });

  it('inspected again, the last verdict counts; a failed one takes the way to the shelf back', async () => {
    const id = await received();
    await inspected(tech, id, 'no_fault_found');
    clock.now += 60_000;
    await inspected(tech, id, 'confirmed');
    expect(await stateOf(id)).toMatchObject({ verdict: 'confirmed' });
    await answered(409, decide(id, 'restock'));
    clock.now += 60_000;
    await inspected(tech, id, 'no_fault_found');
    await made(decide(id, 'restock'));
    expect((await got(tech.get(`/api/v1/inspections?return_unit_id=${id}`))).items.map(({ verdict }: Json) => verdict)).toEqual([
      'no_fault_found',
      'confirmed',
      'no_fault_found',
    ]);
  });

  it('an erasure counts for this stay alone: received again, the unit is not erased', async () => {
    const id = await received('repair');
    await inspected(tech, id, 'confirmed');
    await disposed(tech, id, 'repair');
    const { serial } = await stateOf(id);
    clock.now += 60_000;
    await made(tech.post('/api/v1/receipts', { scan: serial }));
    expect(await stateOf(id)).toMatchObject({ state: 'received', footage_erased_at: null, verdict: 'confirmed' });
    await inspected(tech, id, 'no_fault_found', { footage_erased: false });
    expect(await answered(409, decide(id, 'restock'))).toMatchObject({ detail: expect.stringContaining('Erase the footage') });
    await answered(409, decide(id, 'return_to_maker'));
    await made(erase(id));
    await made(decide(id, 'restock'));
  });

  it('what the maker sends back has been erased before it left', async () => {
    const id = await received();
    await inspected(tech, id, 'confirmed', { footage_erased: false });
    await answered(409, decide(id, 'return_to_maker'));
    await made(erase(id));
    await made(decide(id, 'return_to_maker'));
    expect(await placeOf(test.ctx(), (await stateOf(id)).unit_id)).toBe('maker/defective');
  });

  it('a person’s word on who pays stands before the verdict, unless the customer broke it; goodwill stands always', async () => {
    const cover = (id: string, coverage: string) => lead.post(`/api/v1/return-units/${id}/coverage`, { coverage, reason: `agreed: ${coverage}` });
    const [said, broken, kind] = [await received(), await received(), await received()];
    await made(cover(said, 'contract'));
    await made(cover(broken, 'contract'));
    await made(cover(kind, 'goodwill'));
    await inspected(tech, said, 'confirmed');
    for (const id of [broken, kind]) await inspected(tech, id, 'customer_damage');
    expect(await stateOf(said)).toMatchObject({ coverage: 'contract', coverage_reason: 'agreed: contract' });
    expect(await stateOf(broken)).toMatchObject({ coverage: 'paid', coverage_reason: 'Damaged by the customer' });
    expect(await stateOf(kind)).toMatchObject({ coverage: 'goodwill', coverage_reason: 'agreed: goodwill' });
    expect((await tech.post(`/api/v1/return-units/${said}/coverage`, { coverage: 'goodwill', reason: 'mine' })).status).toBe(403);
  });

  it('is for the bench: the stock keeper receives but does not judge, a partner does neither', async () => {
    const id = await received();
    expect((await stock.post('/api/v1/inspections', { return_unit_id: id })).status).toBe(403);
    for (const [path, body] of [
      ['/api/v1/inspections', { return_unit_id: id }],
      ['/api/v1/receipts', { scan: 'X' }],
      ['/api/v1/dispositions', { return_unit_id: id, disposition: 'restock' }],
      [`/api/v1/return-units/${id}/footage-erasure`, {}],
    ] as const)
      expect([path, (await partner.post(path, body)).status]).toEqual([path, 403]);
  });

  it('the form offers what may be decided now and says why not the rest; steps typed with the verdict are kept', async () => {
    const id = await received();
    const { id: inspection } = await made(start(id));
    const { steps } = await got(tech.get(`/api/v1/inspections/${inspection}`));
    const check = steps.find(({ kind }: Json) => kind === 'check');
    const page = await (await tech.get(`/return-units/${id}`)).text();
    expect(page).toContain(`formaction="/inspections/${inspection}/steps"`);
    // Nothing found, but required steps are missing: refused, and the step that was answered is kept.
    expect((await tech.form(`/inspections/${inspection}/verdict`, { [`result:${check.id}`]: 'ok', verdict: 'no_fault_found' })).status).toBe(409);
    expect((await got(tech.get(`/api/v1/inspections/${inspection}`))).steps.find((one: Json) => one.id === check.id)).toMatchObject({ result: 'ok' });
    expect((await tech.form(`/inspections/${inspection}/verdict`, { verdict: 'confirmed' })).status).toBe(303);
    const decided = await (await tech.get(`/return-units/${id}`)).text();
    expect(decided).not.toContain('<option value="restock"');
    expect(decided).toContain('<option value="scrap"');
    expect(decided).toContain('Restock: Only a unit whose last inspection passed goes back to stock');
    await made(decide(id, 'scrap'));
    expect(await (await tech.get(`/return-units/${id}`)).text()).not.toContain('<option value="scrap"');
  });
});

// The lists of the catalogue: what narrows them is taken literally, unknown days come in a place of their own, and dates belong together.
import { beforeAll, expect, it } from 'vitest';
import { answered, got, type Json, made } from '../returns/http.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a list of the catalogue', (test) => {
  let quality: Caller;
  beforeAll(async () => {
    quality = await callerWith(testApp(test.store), test.store, 'quality');
    for (const [code, name] of [
      ['M_1', 'Hikari 100%'],
      ['MX1', 'Kage'],
    ])
      await made(quality.post('/api/v1/makers', { code, name }));
    for (const [maker_code, code, family] of [
      ['M_1', 'D-1', 'dome'],
      ['M_1', 'B-1', 'bullet'],
      ['MX1', 'D-1', 'dome'],
    ])
      await made(quality.post('/api/v1/models', { maker_code, code, name: `${code} ${family}`, family }));
    for (const [code, made_on] of [
      ['25-02', '2025-02-01'],
      ['25-01', '2025-01-01'],
      ['??', null],
    ])
      await made(quality.post('/api/v1/batches', { maker_code: 'M_1', model_code: 'D-1', code, made_on }));
  });

  const codes = async (list: string): Promise<string[]> => (await got(quality.get(`/api/v1/${list}`))).items.map(({ code }: Json) => code);

  it.each([
    ['makers?q=%25', ['M_1']],
    ['makers?q=_', ['M_1']],
    ['makers?q=%5C', []],
    ['makers?q=HIKARI', ['M_1']],
    ['makers?code=m_1', []],
    ['makers?code=M_1', ['M_1']],
    ['models?family=dome', ['D-1', 'D-1']],
    ['models?family=dome&maker_code=MX1', ['D-1']],
    ['models?maker_code=M_1', ['B-1', 'D-1']],
    ['batches?model_code=D-1&maker_code=MX1', []],
    ['batches?sort=made_on', ['??', '25-01', '25-02']],
    ['batches?sort=-made_on', ['25-02', '25-01', '??']],
  ])('%s gives %j', async (list, expected) => expect(await codes(list)).toEqual(expected));

  it('is not sorted by a field it does not have, and says by which it can be', async () => {
    const refused = await answered(422, quality.get('/api/v1/makers?sort=colour'));
    expect(refused.errors).toMatchObject([{ path: 'sort', message: expect.stringContaining('code') }]);
  });

  it('pages by unknown days without losing or repeating one', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await got(quality.get(`/api/v1/batches?sort=made_on&limit=1${cursor}`));
      seen.push(...page.items.map(({ code }: Json) => code));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual(['??', '25-01', '25-02']);
  });

  it('a contract keeps its days in order however it is changed', async () => {
    await made(quality.post('/api/v1/customers', { code: 'C-1', name: 'Harbour' }));
    const { id } = await made(
      quality.post('/api/v1/contracts', { code: 'K-1', plan: 'gold', customer_code: 'C-1', starts_on: '2026-02-01', ends_on: '2026-12-31' }),
    );
    const change = (fields: object) => quality.patch(`/api/v1/contracts/${id}`, fields);
    for (const fields of [{ ends_on: '2026-01-31' }, { starts_on: '2027-01-01' }])
      expect((await answered(422, change(fields))).errors).toMatchObject([{ path: 'ends_on' }]);
    expect(await got(quality.get(`/api/v1/contracts/${id}`))).toMatchObject({ starts_on: '2026-02-01', ends_on: '2026-12-31', version: 1 });
    expect(await got(change({ starts_on: '2027-01-01', ends_on: null }))).toMatchObject({ starts_on: '2027-01-01', ends_on: null, version: 2 });
  });
});

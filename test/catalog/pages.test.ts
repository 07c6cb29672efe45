import { expect, it } from 'vitest';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the pages of the catalogue', (test) => {
  it('add and change a record by form; what is wrong comes back beside the field with what was typed', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'quality');
    const added = await call.form('/catalog/makers', { code: 'PG', name: 'Page', contact_email: '', locale: 'ja' });
    const place = (added.headers.get('Location') ?? '').split('?')[0] ?? '';
    expect([added.status, place]).toEqual([303, expect.stringMatching(/^\/catalog\/makers\/\w+$/)]);
    const wrong = await call.form('/catalog/makers', { code: 'PG2', name: 'Typed name', contact_email: 'not an address' });
    expect([wrong.status, (await wrong.text()).includes('Typed name')]).toEqual([422, true]);
    expect((await call.form('/catalog/makers', { code: 'PG', name: 'Again' })).status).toBe(409);
    const model = await call.form('/catalog/models', {
      maker_code: 'PG',
      code: 'PG-1',
      name: 'One',
      own_warranty_months: '12',
      temp_limit_c: '',
      substitutes: '',
    });
    expect(model.status).toBe(303);
    expect(await test.store.db.selectFrom('models').select(['own_warranty_months', 'temp_limit_c']).where('code', '=', 'PG-1').executeTakeFirst()).toEqual({
      own_warranty_months: 12,
      temp_limit_c: null,
    });
    expect((await call.form(place, { code: 'PG', name: 'Second', locale: 'ja', version: '1' })).status).toBe(303);
    const stale = await call.form(place, { code: 'PG', name: 'Third', locale: 'ja', version: '1' });
    const page = await stale.text();
    expect([stale.status, page.includes('Third'), page.includes('Second')]).toEqual([412, true, true]);
  });

  it('hide the forms from those who may only read', async () => {
    const call = await callerWith(testApp(test.store), test.store, 'tech');
    expect((await call.get('/catalog/makers/new')).status).toBe(403);
    expect(await (await call.get('/catalog/makers')).text()).not.toContain('/catalog/makers/new');
    expect((await call.get('/catalog')).status).toBe(302);
  });
});

// A list without rows says whether there is nothing at all or nothing that fits.
import { beforeAll, expect, it } from 'vitest';
import { firstSteps } from '../../src/web/firstSteps.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a list without rows', (test) => {
  let admin: Caller;
  beforeAll(async () => {
    await test.store.db.insertInto('partners').values({ id: 'north', code: 'N', name: 'North', email: null, created_at: 0, version: 1 }).execute();
    admin = await callerWith(testApp(test.store), test.store, 'admin');
  });

  it.each([
    ['/units', 'No cameras yet.', false],
    ['/units?sort=serial&hide=3', 'No cameras yet.', false],
    ['/units?model_code=NONE', 'Nothing matches the filters.', true],
    ['/units?model_code=', 'No cameras yet.', false],
  ])('%s: %s', async (path, text, offersAll) => {
    const html = await (await admin.get(path)).text();
    expect([html.includes(text), html.includes('filters. <a href="/units">')]).toEqual([true, offersAll]);
  });

  it('says it in Japanese', async () =>
    expect(await (await admin.get('/units?model_code=NONE&lang=ja')).text()).toContain('条件に一致するデータがありません。'));

  it('leads to where its first row comes from, those who may begin it', async () => {
    const partner = await callerWith(testApp(test.store), test.store, 'partner', { partner_id: 'north' });
    const link = '<a href="/imports">Import a table</a>';
    expect((await (await admin.get('/units')).text()).includes(link)).toBe(true);
    expect((await (await partner.get('/units')).text()).includes(link)).toBe(false);
  });

  // The callers of the tests have tokens, one of them a partner.
  it.each(Object.entries(firstSteps).filter(([path]) => !['/settings/tokens', '/catalog/partners'].includes(path)))(
    '%s says how its first row comes about',
    async (path, { says, begin }) => {
      const html = await (await admin.get(path)).text();
      expect(html).toContain(says[0]);
      if (begin !== undefined) expect((await admin.get(begin.path)).status).toBe(200);
    },
  );
});

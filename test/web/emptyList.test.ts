// A list without rows says whether there is nothing at all or nothing that fits.
import { beforeAll, expect, it } from 'vitest';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('a list without rows', (test) => {
  let admin: Caller;
  beforeAll(async () => {
    admin = await callerWith(testApp(test.store), test.store, 'admin');
  });

  it.each([
    ['/units', 'Nothing here yet.', false],
    ['/units?sort=serial&hide=3', 'Nothing here yet.', false],
    ['/units?model_code=NONE', 'Nothing matches the filters.', true],
    ['/units?model_code=', 'Nothing here yet.', false],
  ])('%s: %s', async (path, text, offersAll) => {
    const html = await (await admin.get(path)).text();
    expect([html.includes(text), html.includes('filters. <a href="/units">')]).toEqual([true, offersAll]);
  });

  it('says it in Japanese', async () =>
    expect(await (await admin.get('/units?model_code=NONE&lang=ja')).text()).toContain('条件に一致するデータがありません。'));
});

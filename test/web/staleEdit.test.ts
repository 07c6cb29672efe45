// Two people edit one record: the second sees both values of what differs, and what they choose is what is stored.
import { beforeAll, expect, it } from 'vitest';
import { OpenCase } from '../../src/case/inputs.ts';
import { writeMessage } from '../../src/case/message.ts';
import { openCase } from '../../src/case/open.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { changeReturn, fileReturn } from '../../src/returns/file.ts';
import { updateUnit } from '../../src/unit/updateUnit.ts';
import { cast, fielded } from '../returns/cast.ts';
import { type Caller, callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('an edit that comes second', (test) => {
  let lead: Caller;
  let models: { id: string; version: number; code: string };

  beforeAll(async () => {
    await cast(test.ctx());
    lead = await callerWith(testApp(test.store), test.store, 'lead');
    models = await test.store.db.selectFrom('models').select(['id', 'version', 'code']).where('code', '=', 'H-100').executeTakeFirstOrThrow();
  });

  const versionIn = (html: string): string => /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';

  it('of a unit shows both values, keeps what is stored, and saves what is chosen', async () => {
    const unit = await fielded(test.ctx());
    const opened = versionIn(await (await lead.get(`/units/${unit.id}/edit`)).text());
    await updateUnit(test.ctx(), unit.id, { hw_rev: 'THEIRS' });
    const form = { serial: unit.serial, hw_rev: 'MINE', customer_code: 'ACME', delivered_on: '2026-01-10' };
    const refused = await lead.form(`/units/${unit.id}`, { ...form, version: opened });
    const page = await refused.text();
    expect(refused.status).toBe(412);
    expect(page).toContain('value="THEIRS"');
    expect(page).toContain('value="MINE"');
    expect(page).not.toContain('<legend>Serial</legend>');
    const stored = () => test.store.db.selectFrom('units').select('hw_rev').where('id', '=', unit.id).executeTakeFirstOrThrow();
    expect((await stored()).hw_rev).toBe('THEIRS');
    expect((await lead.form(`/units/${unit.id}`, { ...form, version: versionIn(page) })).status).toBe(303);
    expect((await stored()).hw_rev).toBe('MINE');
  });

  it('of a model in the catalogue shows both values', async () => {
    await lead.form(`/catalog/models/${models.id}`, { version: String(models.version), code: 'H-100', name: 'First', own_warranty_months: '12' });
    const refused = await lead.form(`/catalog/models/${models.id}`, {
      version: String(models.version),
      code: 'H-100',
      name: 'Second',
      own_warranty_months: '12',
    });
    const page = await refused.text();
    expect([refused.status, page.includes('value="First"'), page.includes('value="Second"')]).toEqual([412, true, true]);
  });

  it('of the note of a return shows both, over several lines', async () => {
    const unit = await fielded(test.ctx());
    const filed = await fileReturn(test.ctx(), { type: 'repair', authorised: true, units: [{ serial: unit.serial }] });
    const opened = versionIn(await (await lead.get(`/returns/${filed.id}`)).text());
    await changeReturn(test.ctx(), filed.id, { note: 'two\nlines', ship_to: null });
    const refused = await lead.form(`/returns/${filed.id}/change`, { version: opened, note: 'mine', ship_to: '' });
    const page = await refused.text();
    expect([refused.status, page.includes('value="two\nlines"'), page.includes('value="mine"')]).toEqual([412, true, true]);
  });

  it('of the description of a case shows both, and messages in between do not count', async () => {
    const row = await openCase(test.ctx(), OpenCase.parse({ subject: 'First', message: 'Help', source: 'phone' }));
    const opened = /description"[\s\S]*?name="version" value="(\d+)"/.exec(await (await lead.get(`/cases/${row.id}`)).text())?.[1] ?? '';
    const save = (subject: string, version: string) => lead.form(`/cases/${row.id}/description`, { type: 'trouble', subject, version });
    await writeMessage(test.ctx(), row.id, { text: 'Looking', visibility: 'internal', from: 'staff' });
    expect((await save('Second', opened)).status).toBe(303);
    const refused = await save('Third', opened);
    const page = await refused.text();
    expect([refused.status, page.includes('value="Second"'), page.includes('value="Third"')]).toEqual([412, true, true]);
    expect((await save('Third', versionIn(page))).status).toBe(303);
    expect((await test.store.db.selectFrom('cases').select('subject').where('id', '=', row.id).executeTakeFirstOrThrow()).subject).toBe('Third');
  });

  it('of one’s own account, from another tab, shows the two choices in words', async () => {
    const app = testApp(test.store);
    const person = { email: 'tabs@example.com', password: 'correct horse battery' };
    await addUser(test.ctx(), AddUser.parse({ ...person, name: 'Tabs', role: 'tech', locale: 'en' }));
    const cookie = (await callerOf(app, {}).form('/sign-in', person)).headers.get('Set-Cookie')?.split(';')[0] ?? '';
    const self = callerOf(app, { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin', 'Accept-Language': 'en' });
    const opened = versionIn(await (await self.get('/account')).text());
    expect((await self.form('/account', { locale: 'en', single_keys: 'off', version: opened })).status).toBe(303);
    const refused = await self.form('/account', { locale: 'en', single_keys: 'on', version: opened });
    const page = await refused.text();
    expect([refused.status, page.match(/<legend>/g)?.length, />off</i.test(page), />on</i.test(page)]).toEqual([412, 1, true, true]);
    const stored = () => test.store.db.selectFrom('users').select('single_keys').where('email', '=', person.email).executeTakeFirstOrThrow();
    expect((await stored()).single_keys).toBe('off');
    expect((await self.form('/account', { locale: 'en', single_keys: 'on', version: versionIn(page) })).status).toBe(303);
    expect((await stored()).single_keys).toBe('on');
  });

  it('with the version of the day goes through as ever', async () => {
    const unit = await fielded(test.ctx());
    const opened = versionIn(await (await lead.get(`/units/${unit.id}/edit`)).text());
    expect((await lead.form(`/units/${unit.id}`, { serial: unit.serial, hw_rev: 'C', version: opened })).status).toBe(303);
  });
});

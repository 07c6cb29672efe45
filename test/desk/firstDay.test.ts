// The first day of an installation: the home page of an administrator leads through it, and of nobody else.
import { expect, it } from 'vitest';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { cast, fielded } from '../returns/cast.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the first day', (test) => {
  const home = async (role: 'admin' | 'lead') => (await (await callerWith(testApp(test.store), test.store, role)).get('/')).text();
  const doneOf = (html: string): number => (/class="panel first-day">([\s\S]*?)<\/section>/.exec(html)?.[1] ?? '').split('✓').length - 1;

  it('of an empty store is shown to an administrator only', async () => {
    expect([await home('admin'), await home('lead')].map((html) => html.includes('Getting started'))).toEqual([true, false]);
  });

  it('counts the steps that are done', async () => {
    expect(doneOf(await home('admin'))).toBe(0);
    for (const name of ['a', 'b']) await addUser(test.ctx(), AddUser.parse({ email: `${name}@example.com`, name, role: 'tech' }));
    await cast(test.ctx());
    expect(doneOf(await home('admin'))).toBe(2);
  });

  it('is over with the first camera', async () => {
    await fielded(test.ctx());
    expect(await home('admin')).not.toContain('Getting started');
  });
});

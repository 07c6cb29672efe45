// What a person is shown is what a person may open; and no form is taken from a page of somebody else.
import { beforeAll, expect, it } from 'vitest';
import { roles } from '../../src/core/permission.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { declaredRoutes } from '../../src/web/gate.ts';
import { castDesk } from '../case/cast.ts';
import { callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { filled } from '../support/routes.ts';

const linksOf = (html: string): string[] => {
  const menu = /<nav class="main"[\s\S]*?<\/nav>/.exec(html)?.[0] ?? '';
  return [...menu.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path);
};

eachDb('the navigation', (test) => {
  beforeAll(() => castDesk(test.store));

  it.each(roles)('of a %s leads only to pages that open', async (role) => {
    const call = await callerWith(testApp(test.store), test.store, role, role === 'partner' ? { partner_id: 'north' } : {});
    const links = linksOf(await (await call.get(role === 'partner' ? '/portal' : '/')).text());
    expect(links.length).toBeGreaterThan(2);
    for (const path of links) expect([path, [200, 302].includes((await call.get(path)).status)]).toEqual([path, true]);
  });
});

eachDb('every form', (test) => {
  it('sent from the page of another site is refused', async () => {
    const app = testApp(test.store);
    const person = { email: 'form@example.com', name: 'F', role: 'admin', password: 'correct horse battery' };
    await addUser(test.ctx(), AddUser.parse(person));
    const signedIn = await callerOf(app, {}).form('/sign-in', person);
    const cookie = signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '';
    const call = callerOf(app, { Cookie: cookie });
    expect((await call.get('/settings')).status).toBe(200);
    const forms = declaredRoutes.filter(({ method }) => method === 'post');
    expect(forms.length).toBeGreaterThan(50);
    for (const { path } of forms) {
      const address = filled(path.replace(/:([a-z_]+)(\{[^}]*\})?/g, '{$1}'), 'x');
      const response = await call.form(address, { name: 'x' }, { Cookie: cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' });
      expect([path, response.status]).toEqual([path, 403]);
    }
  });
});

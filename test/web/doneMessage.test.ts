// What an action did is said once, on the page it leads to, and nobody else can put words there.
import { beforeAll, expect, it } from 'vitest';
import { type Caller, callerWith, doneCookieOf, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

eachDb('the message after an action', (test) => {
  let admin: Caller;
  beforeAll(async () => {
    admin = await callerWith(testApp(test.store), test.store, 'admin');
  });

  const createMaker = (code: string) => admin.form('/catalog/makers', { code, name: `Maker ${code}` });
  const messageOn = (html: string): string | undefined => /class="message" role="status">([^<]*)</.exec(html)?.[1];

  it('is not in the address', async () => {
    const answer = await createMaker('M1');
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, expect.stringMatching(/^\/catalog\/makers\/\w+$/)]);
  });

  it('is in a cookie that no script reads, no other site sends, and a minute ends', async () => {
    const cookie = (await createMaker('M2')).headers.getSetCookie().find((one) => one.startsWith('kizashi_done='));
    expect(cookie).toMatch(/; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('is shown by the next page, which takes the cookie away', async () => {
    const answer = await createMaker('M3');
    const next = await admin.get(answer.headers.get('Location') ?? '', doneCookieOf(answer));
    expect(messageOn(await next.text())).toBe('Saved.');
    expect(next.headers.getSetCookie()).toEqual([expect.stringMatching(/^kizashi_done=; Max-Age=0/)]);
  });

  it.each(['?done=Call%2001234', '?undo=01ABC'])('cannot be given by a link: %s', async (query) => {
    const html = await (await admin.get(`/units${query}`)).text();
    expect([messageOn(html), html.includes('/undo"')]).toEqual([undefined, false]);
  });

  it.each(['nonsense', '{"message":1}', '{"message":"x","undo":"https://elsewhere.example/bulk/"}'])(
    'is left out when the cookie is not ours: %s',
    async (text) => {
      const answer = await admin.get('/units', { Cookie: `kizashi_done=${encodeURIComponent(text)}` });
      expect([answer.status, messageOn(await answer.text())]).toEqual([200, undefined]);
    },
  );
});

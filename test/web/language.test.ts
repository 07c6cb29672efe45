// The language a person clicks stays for the pages that follow; an address somebody sent with a language does not change theirs.
import { beforeAll, expect, it } from 'vitest';
import { newSecret, sha256 } from '../../src/core/id.ts';
import { addUser } from '../../src/person/addUser.ts';
import { AddUser } from '../../src/person/inputs.ts';
import { SESSION_MS } from '../../src/person/signIn.ts';
import { callerOf, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const CLICKED = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'document' };

eachDb('the language of the pages', (test) => {
  const session = newSecret();
  const browser = (cookie = '') => callerOf(testApp(test.store), { Cookie: `kizashi_session=${session}; ${cookie}`, Origin: 'http://localhost' });
  const languageOf = async (answer: Response): Promise<string> => /<html lang="(\w+)"/.exec(await answer.text())?.[1] ?? '';
  const keptBy = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .find((cookie) => cookie.startsWith('kizashi_locale='))
      ?.split(';')[0] ?? '';

  beforeAll(async () => {
    const { id } = await addUser(test.ctx(), AddUser.parse({ email: 'aoi@example.com', name: 'Aoi', role: 'tech', locale: 'ja' }));
    await test.store.db
      .insertInto('sessions')
      .values({ hash: sha256(session), user_id: id, created_at: NOW, seen_at: NOW, expires_at: NOW + SESSION_MS })
      .execute();
  });

  it('stays as clicked on the pages that follow, and can be clicked back', async () => {
    const clicked = await browser().get('/units?lang=en', CLICKED);
    const kept = keptBy(clicked);
    expect([await languageOf(clicked), kept]).toEqual(['en', 'kizashi_locale=en']);
    expect(await languageOf(await browser(kept).get('/returns'))).toBe('en');
    const back = await browser(kept).get('/returns?lang=ja', CLICKED);
    expect([await languageOf(back), keptBy(back)]).toEqual(['ja', 'kizashi_locale=ja']);
  });

  it('of an address that was sent is the language of that page alone', async () => {
    const opened = await browser().get('/units?lang=en', { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Dest': 'document' });
    expect([await languageOf(opened), keptBy(opened)]).toEqual(['en', '']);
    expect(await languageOf(await browser().get('/returns'))).toBe('ja');
  });

  it('is the one of the account again once that is saved', async () => {
    const saved = await browser('kizashi_locale=en').form('/account', { locale: 'ja', single_keys: 'on' });
    expect([saved.status, keptBy(saved)]).toEqual([303, 'kizashi_locale=ja']);
  });

  it('is Japanese or English, whatever the cookie says', async () => {
    expect(await languageOf(await browser('kizashi_locale=xx').get('/returns'))).toBe('ja');
  });
});

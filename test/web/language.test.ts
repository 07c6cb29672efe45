// The language a person clicks stays for the pages that follow; an address somebody sent with a language does not change theirs.
import { beforeAll, expect, it } from 'vitest';
import { browserOf, type Caller, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const CLICKED = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'document' };

eachDb('the language of the pages', (test) => {
  let browser: (cookies?: string) => Caller;
  const languageOf = async (answer: Response): Promise<string> => /<html lang="(\w+)"/.exec(await answer.text())?.[1] ?? '';
  const keptBy = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .find((cookie) => cookie.startsWith('kizashi_locale='))
      ?.split(';')[0] ?? '';

  beforeAll(async () => {
    browser = await browserOf(testApp(test.store), test.store, { email: 'aoi@example.com', role: 'tech', locale: 'ja' });
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

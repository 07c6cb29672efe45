// The help as visitors and writers meet it: found and read without signing in, in both languages; what is retired is gone; of two edits neither is lost.
import { beforeAll, expect, it } from 'vitest';
import { listZeroHits } from '../../src/article/queries.ts';
import type { ArticleRow } from '../../src/article/table.ts';
import { publishArticle, retireArticle, writeArticle } from '../../src/article/write.ts';
import { listKpis } from '../../src/kpi/queries.ts';
import { aoi, as, castDesk, lena } from '../case/cast.ts';
import { type Caller, callerOf, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const words = {
  title_en: 'Night picture is black',
  body_en: 'Switch the IR filter off and on.',
  title_ja: '夜間の映像が真っ暗になる',
  body_ja: 'IRカットフィルターを切り替えてください。',
};
const scope = { model_id: 'x100', maker_id: 'acme', category_id: null, cause_id: null, owner_id: 'aoi' };
const versionIn = (html: string): string => /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';

eachDb('the help', (test) => {
  let visitor: Caller;
  let japanese: Caller;
  let writer: Caller;
  let partner: Caller;
  let article: ArticleRow;
  const text = async (answer: Response | Promise<Response>): Promise<string> => (await answer).text();
  const stored = () => test.store.db.selectFrom('articles').selectAll().where('id', '=', article.id).executeTakeFirstOrThrow();

  beforeAll(async () => {
    await castDesk(test.store);
    const app = testApp(test.store);
    [visitor, japanese] = [callerOf(app, { 'Accept-Language': 'en' }), callerOf(app, { 'Accept-Language': 'ja' })];
    [writer, partner] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'partner', { partner_id: 'north' })];
    article = await publishArticle(as(test, aoi), (await writeArticle(as(test, aoi), { ...words, ...scope })).id);
  });

  it('is searched without signing in, by words of either language, and read in the reader’s own', async () => {
    for (const q of ['black night', '真っ暗', 'ｘ１００']) {
      expect(await text(visitor.get(`/articles?q=${encodeURIComponent(q)}`))).toContain(words.title_en);
      expect(await text(japanese.get(`/articles?q=${encodeURIComponent(q)}`))).toContain(words.title_ja);
    }
    expect(await text(visitor.get(`/articles/${article.slug}`))).toContain(words.body_en);
    expect(await text(japanese.get(`/articles/${article.slug}`))).toContain(words.body_ja);
    expect(await (await visitor.get('/api/v1/articles?q=black')).json()).toMatchObject({ items: [{ slug: article.slug, model_code: 'X100' }] });
  });

  it('shows no draft and nothing about how an article came to be', async () => {
    const draft = await writeArticle(as(test, aoi), { ...words, ...scope, title_en: 'Unfinished', slug: 'unfinished' });
    for (const path of [`/articles/${draft.slug}`, `/api/v1/articles/${draft.slug}`, `/api/v1/articles/${draft.id}`])
      for (const caller of [visitor, partner]) expect((await caller.get(path)).status).toBe(404);
    expect(await text(visitor.get('/articles?q=unfinished'))).not.toContain('Unfinished');
    expect(await (await visitor.get(`/api/v1/articles/${article.slug}`)).json()).toMatchObject({ case_id: null, owner_id: null, cause_id: null });
    for (const path of ['/articles/manage', '/articles/new', `/articles/${article.id}/edit`, '/api/v1/articles/all', '/api/v1/articles/zero-hits'])
      expect([path, (await visitor.get(path)).status >= 300, (await partner.get(path)).status]).toEqual([path, true, 403]);
  });

  it('a word nobody found is counted, and asks nobody to sign in for contact', async () => {
    const page = await text(visitor.get('/articles?q=purple&visit=visitor-0001'));
    expect(page).toContain('/contact?visit=visitor-0001');
    expect((await visitor.get('/contact?visit=visitor-0001')).status).toBe(200);
    expect(await listZeroHits(as(test, aoi), 0)).toContainEqual(expect.objectContaining({ query: 'purple', searches: 1 }));
  });

  it('“solved?” counts the last word of each visitor; “no” leads to the contact', async () => {
    const said = (visit: string, solved: string) => visitor.form(`/articles/${article.slug}/readings`, { visit, solved });
    expect((await said('visitor-0002', 'yes')).headers.get('location')).toContain(`/articles/${article.slug}`);
    expect((await said('visitor-0003', 'yes')).status).toBe(303);
    expect((await said('visitor-0003', 'no')).headers.get('location')).toBe('/contact?visit=visitor-0003');
    expect((await said('visitor-0004', 'perhaps')).status).toBe(422);
    const found = await listKpis(as(test, lena), { from_on: '2026-04-01', to_on: '2026-04-30' }, {});
    expect(found.find(({ name }) => name === 'self_resolution')).toMatchObject({ numerator: 1, denominator: 2 });
  });

  it('a change by a program touches what it names alone', async () => {
    expect(await (await writer.patch(`/api/v1/articles/${article.id}`, { body_en: 'Switch it.' })).json()).toMatchObject({
      ...words,
      ...scope,
      body_en: 'Switch it.',
    });
  });

  it('an edit on the page keeps what the form does not show, and empties what was emptied', async () => {
    const draft = await writeArticle(as(test, aoi), { ...words, ...scope, slug: 'by-form' });
    const version = versionIn(await text(writer.get(`/articles/${draft.id}/edit`)));
    expect((await writer.form(`/articles/${draft.id}/edit`, { ...words, model_id: '', body_en: '', version })).status).toBe(303);
    const after = await test.store.db.selectFrom('articles').selectAll().where('id', '=', draft.id).executeTakeFirstOrThrow();
    expect(after).toMatchObject({ maker_id: 'acme', owner_id: 'aoi', model_id: null, body_en: null, title_en: words.title_en });
  });

  it('a public article stays complete in both languages', async () => {
    const before = await stored();
    expect((await writer.patch(`/api/v1/articles/${article.id}`, { body_ja: null })).status).toBe(409);
    expect((await writer.form(`/articles/${article.id}/edit`, { ...words, title_ja: '', version: String(before.version) })).status).toBe(409);
    expect(await stored()).toEqual(before);
  });

  it('of two edits the second sees both, and a stale If-Match changes nothing', async () => {
    const opened = versionIn(await text(writer.get(`/articles/${article.id}/edit`)));
    expect((await writer.form(`/articles/${article.id}/edit`, { ...words, title_en: 'Theirs', version: opened })).status).toBe(303);
    const second = await writer.form(`/articles/${article.id}/edit`, { ...words, title_en: 'Mine', version: opened });
    const page = await second.text();
    expect([second.status, page.includes('value="Theirs"'), page.includes('value="Mine"')]).toEqual([412, true, true]);
    expect((await writer.patch(`/api/v1/articles/${article.id}`, { title_en: 'Mine' }, { 'If-Match': `"${opened}"` })).status).toBe(412);
    expect((await stored()).title_en).toBe('Theirs');
  });

  it('two articles never share an address', async () => {
    expect((await writer.post('/api/v1/articles', { ...words, slug: article.slug })).status).toBe(409);
    expect(await (await writer.post('/api/v1/articles', words)).json()).toMatchObject({ slug: expect.stringMatching(/^night-picture-is-black-./) });
  });

  it('what is retired is gone for visitors, found by nobody, and public again once published again', async () => {
    await retireArticle(as(test, aoi), article.id);
    expect((await visitor.get(`/articles/${article.slug}`)).status).toBe(404);
    expect((await visitor.form(`/articles/${article.slug}/readings`, { visit: 'visitor-0009', solved: 'yes' })).status).toBe(404);
    expect(await (await visitor.get('/api/v1/articles?q=filter')).json()).toMatchObject({ items: [] });
    expect((await writer.get(`/articles/${article.id}/edit`)).status).toBe(200);
    await publishArticle(as(test, aoi), article.id);
    expect((await visitor.get(`/articles/${article.slug}`)).status).toBe(200);
  });
});

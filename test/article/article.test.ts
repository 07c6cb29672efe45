import { describe, expect, it } from 'vitest';
import { findArticles, getArticle, listRefresh, listZeroHits, noteReading } from '../../src/article/queries.ts';
import { indexOf, slugOf, whyRefresh, wordsOf } from '../../src/article/rules.ts';
import { changeArticle, confirmArticle, publishArticle, retireArticle, writeArticle } from '../../src/article/write.ts';
import { solveCase } from '../../src/case/course.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { promoteAnswer } from '../../src/case/promote.ts';
import { listKpis } from '../../src/kpi/queries.ts';
import { aoi, as, asked, castDesk, DAY, lena, northStaff } from '../case/cast.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const full = {
  title_en: 'Night picture is black',
  body_en: 'Switch the IR filter off and on.',
  title_ja: '夜間の映像が真っ暗になる',
  body_ja: 'IRカットフィルターを切り替えてください。',
  model_id: 'x100',
  maker_id: null,
  category_id: null,
  cause_id: null,
  owner_id: null,
};

eachDb('help articles', (test) => {
  it('are public once both languages are complete, and not before', async () => {
    await castDesk(test.store);
    const draft = await writeArticle(as(test, aoi), { ...full, body_en: null });
    await expect(getArticle(as(test, northStaff), draft.slug, false)).rejects.toMatchObject({ code: 'not_found' });
    await expect(publishArticle(as(test, aoi), draft.id)).rejects.toMatchObject({ code: 'conflict' });
    await changeArticle(as(test, aoi), draft.id, { body_en: full.body_en });
    await publishArticle(as(test, aoi), draft.id);
    expect(await getArticle(as(test, northStaff), 'night-picture-is-black', false)).toMatchObject({ state: 'published' });
  });

  it.each(['真っ暗', '夜間 映像', 'night black', 'ＮＩＧＨＴ', 'x100', 'IRカットフィルター'])('are found by %s', async (q) => {
    expect((await findArticles(as(test, aoi), q)).map(({ slug }) => slug)).toEqual(['night-picture-is-black']);
  });

  it('are not found by words they do not have', async () => {
    expect(await findArticles(as(test, aoi), '録音できない')).toEqual([]);
    expect(await findArticles(as(test, aoi), 'purple')).toEqual([]);
  });

  it('what nobody found is listed, the most wanted first', async () => {
    for (const query of ['録音', '録音', 'purple']) await noteReading(as(test, aoi), { visit_key: 'v1', kind: 'search', query, hits: 0 });
    expect(await listZeroHits(as(test, aoi), 0)).toMatchObject([
      { query: '録音', searches: 2 },
      { query: 'purple', searches: 1 },
    ]);
  });

  it('the answer of a case becomes a draft in one action, once, without the customer’s words', async () => {
    const row = await asked(as(test, aoi), { subject: '映像が乱れる', message: '社外秘の現場です' });
    await giveOwner(as(test, aoi), row.id, {});
    await expect(promoteAnswer(as(test, aoi), row.id)).rejects.toMatchObject({ code: 'conflict' });
    await solveCase(as(test, aoi), row.id, { solution: 'LANケーブルを交換' });
    const article = await promoteAnswer(as(test, aoi), row.id);
    expect(article).toMatchObject({ state: 'draft', title_ja: '映像が乱れる', body_ja: 'LANケーブルを交換', model_id: 'x100', case_id: row.id });
    expect(JSON.stringify(article)).not.toContain('社外秘');
    await expect(promoteAnswer(as(test, aoi), row.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that do not help, or are old, ask for a look until somebody took it', async () => {
    const [hit] = await findArticles(as(test, aoi), '真っ暗');
    for (let i = 0; i < 5; i++)
      await noteReading(as(test, aoi, DAY), { visit_key: `r${i}`, kind: i < 4 ? 'not_solved' : 'solved', article_id: hit?.id ?? null });
    expect((await listRefresh(as(test, aoi, 2 * DAY))).map(({ why }) => why)).toEqual([['not_helping']]);
    expect((await listRefresh(as(test, aoi, 200 * DAY))).map(({ why }) => why)).toEqual([['old', 'not_helping']]);
    await confirmArticle(as(test, aoi, 2 * DAY), hit?.id ?? '');
    expect(await listRefresh(as(test, aoi, 3 * DAY))).toEqual([]);
  });

  it('self-resolution and searches without a hit are KPIs', async () => {
    const found = await listKpis(as(test, lena, 3 * DAY), { from_on: '2026-04-01', to_on: '2026-04-30' }, {});
    expect(found.find(({ name }) => name === 'self_resolution')).toMatchObject({ numerator: 1, denominator: 5 });
    expect(found.find(({ name }) => name === 'zero_hit')).toMatchObject({ numerator: 3, denominator: 3, value: 1 });
  });

  it('retired ones are gone for readers', async () => {
    const [hit] = await findArticles(as(test, aoi), '真っ暗');
    await retireArticle(as(test, aoi), hit?.id ?? '');
    expect(await findArticles(as(test, aoi), '真っ暗')).toEqual([]);
  });

  it('partners do not write', async () => {
    await expect(writeArticle(as(test, northStaff), full)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('words', () => {
  it.each([
    ['Reset the Camera', ['reset', 'camera']],
    ['映像が出ない', ['映像', '像が', 'が出', '出な']],
    ['X-100の録画', ['x', '100', 'の録', '録画']],
    ['１２３', ['123']],
  ])('of %s', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('of a title weigh five times those of a body', () => {
    expect(indexOf({ title_en: 'reset', body_en: 'reset button', title_ja: null, body_ja: null })).toEqual(
      new Map([
        ['reset', 6],
        ['button', 1],
      ]),
    );
  });

  it('make a slug where they can', () => {
    expect([slugOf('No picture? (PoE)'), slugOf('映像')]).toEqual(['no-picture-poe', null]);
  });

  it('too few answers say nothing', () => {
    expect(whyRefresh({ reviewed_at: NOW, solved: 0, not_solved: 4 }, NOW)).toEqual([]);
  });
});

// Every number of a report opens exactly the cases it counts: each link is followed, and as many rows are there.
import { beforeAll, expect, it } from 'vitest';
import { browserOf, type Caller, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { everything } from '../support/everything.ts';

const REPORTS: readonly [path: string, drill: string, least: number][] = [
  ['/kpis/inquiry-rates', '/kpis/inquiry-rates/cases?', 2],
  ['/kpis/inquiry-rates?by=model', '/kpis/inquiry-rates/cases?', 2],
  ['/kpis/desk', '/kpis/desk/cases?', 3],
  ['/learning', '/learning/cases?', 1],
  ['/learning?by=model', '/learning/cases?', 1],
  ['/learning?by=firmware', '/learning/cases?', 1],
];

eachDb('a report', (test) => {
  let lead: Caller;

  beforeAll(async () => {
    await everything(test.store, NOW);
    lead = (await browserOf(testApp(test.store), test.store, { email: 'rows@example.com', role: 'lead' }))();
  });

  it.each(REPORTS)('%s: each number opens as many rows', async (path, drill, least) => {
    const html = await (await lead.get(path)).text();
    const links = [...html.matchAll(/<a href="([^"]+)">(\d+)(?: \/ \d+)?<\/a>/g)]
      .map(([, href = '', count]) => ({ href: href.replaceAll('&amp;', '&'), count: Number(count) }))
      .filter(({ href }) => href.startsWith(drill));
    expect(links.length).toBeGreaterThanOrEqual(least);
    for (const { href, count } of links) {
      const opened = await lead.get(href);
      const rows = await opened.text();
      expect([href, opened.status, Number(/The cases counted \((\d+)\)/.exec(rows)?.[1]), [...rows.matchAll(/href="\/cases\/[^"]+">C-/g)].length]).toEqual([
        href,
        200,
        count,
        count,
      ]);
    }
  });

  it('counts the cases of a model or a contract as people write them, and refuses one that nobody has', async () => {
    const numberOf = async (query: string): Promise<string> =>
      /<strong>([^<]+)<\/strong>/.exec(
        (await (await lead.get(`/kpis?from_on=2026-01-01&to_on=2026-12-31${query}`)).text()).split('/kpis/solved')[1] ?? '',
      )?.[1] ?? '';
    const [model] = await test.store.db
      .selectFrom('case_measures')
      .innerJoin('models', 'models.id', 'case_measures.model_id')
      .select(['models.id', 'models.code'])
      .where('solved_at', 'is not', null)
      .execute();
    const solved = await lead.get(`/api/v1/kpis?from_on=2026-01-01&to_on=2026-12-31&model_id=${model?.id}`);
    const { items } = (await solved.json()) as { items: { name: string; value: number }[] };
    expect(await numberOf(`&model_code=${model?.code}`)).toBe(String(items.find(({ name }) => name === 'solved')?.value));
    for (const [query, field] of [
      ['model_code=NONE', 'model_code'],
      ['contract_code=NONE', 'contract_code'],
    ]) {
      const answer = await lead.get(`/kpis?${query}`);
      expect([query, answer.status, (await answer.text()).includes('Nothing has the code NONE')]).toEqual([query, 422, true]);
      expect((await lead.get(`/kpis/csat?${query}`)).status, field).toBe(422);
    }
  });

  it('refuses a month, a cell or a day no report has by its name', async () => {
    for (const [path, field] of [
      ['/kpis/inquiry-rates/cases?month=2026-13', 'month'],
      ['/kpis/desk/cases?part=age&from_days=old', 'from_days'],
      ['/learning/cases?from_on=2026-04-01', 'to_on'],
      ['/learning/simple-cases', 'cause_id'],
    ]) {
      const answer = await lead.get(path ?? '');
      expect([path, answer.status, (await answer.text()).includes(field ?? '')]).toEqual([path, 422, true]);
    }
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/core/time.ts';
import { drawWeibull } from '../stats/draws.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

eachDb('quality pages', (test) => {
  let caller: Caller;
  const open = async (path: string, language = 'en') => {
    const answer = await caller.get(path, { 'Accept-Language': language });
    return { status: answer.status, html: await answer.text() };
  };

  beforeAll(async () => {
    const ctx = test.ctx();
    await addCatalog(ctx);
    for (const model of ['A1', 'A2', 'Z1']) {
      for (const [i, life] of drawWeibull(30, 2, 500, model.charCodeAt(1)).entries()) {
        const failed = addDays('2025-01-01', life);
        const id = await addUnit(ctx, { model, from_on: '2025-01-01', to_on: life < 400 ? failed : null, firmwares: [['1', '2025-01-01', null]] });
        if (life < 400)
          await addReturn(ctx, id, {
            failed_on: failed,
            returned_on: failed,
            verdict: i % 6 === 0 ? 'no_fault_found' : 'confirmed',
            failure_mode_id: i % 2 === 0 ? 'sd' : 'media',
            component_id: 'board',
          });
      }
    }
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  const pages = [
    '/failure-rates',
    '/failure-rates?by=model&by2=firmware&kind=imputed',
    '/failure-rates?by=failure_mode',
    '/failure-rates?standardise=age',
    '/failure-rates?from_on=2020-01-01&to_on=2020-02-01',
    '/failure-rates/rows?model=A1',
    '/failure-rates/exposure?model=A1&age_band=31-90d',
    '/failure-rates/comparison',
    '/failure-rates/comparison?first=model:A1',
    '/failure-rates/comparison?first=model:A1&second=model:A2',
    '/failure-rates/control-chart',
    '/failure-rates/pareto',
    '/failure-rates/nff',
    '/failure-rates/nff?by=inspector',
    '/failure-rates/warranty-cost',
    '/failure-rates/months',
    '/life-analysis?model=A1',
    '/life-analysis?model=A1&precision=month&kind=returned',
    '/life-analysis?model=none',
    '/life-analysis?model=none&weibayes_shape=2',
    '/life-analysis/nevada',
  ];

  describe.each(pages)('%s', (path) => {
    it.each(['en', 'ja'])('opens in %s, without style attributes, scripts or numbers that are none', async (language) => {
      const { status, html } = await open(path, language);
      expect(status).toBe(200);
      expect(html).not.toMatch(/ style=|<script(?! type="module" src=)|NaN|Infinity|undefined|\[object/);
    });
  });

  it.each([
    ['/failure-rates', 'Failure rates with 95 % intervals'],
    ['/failure-rates/control-chart', 'Control chart'],
    ['/failure-rates/pareto', 'Pareto'],
    ['/life-analysis?model=A1', 'Surviving units by age'],
    ['/life-analysis?model=A1', 'Weibull probability plot'],
    ['/life-analysis?model=A1', 'Failures per 1,000 device-months by age'],
    ['/life-analysis/nevada', 'Nevada grid'],
  ])('%s draws “%s” and has the numbers in a table', async (path, title) => {
    const { html } = await open(path);
    expect(html).toMatch(new RegExp(`<svg[^>]*aria-label="${title}`));
    expect(html).toContain('<table>');
  });

  it('the table names its population, and each figure opens its rows', async () => {
    const { html } = await open('/failure-rates?from_on=2025-01-01&to_on=2026-01-01&model=A1&hide=0');
    expect(html).toMatch(/Population: 30 units, [\d,]+ device-days, \d+ failures, 2025-01-01 up to 2026-01-01/);
    expect(html).toContain('/failure-rates/exposure?from_on=2025-01-01&amp;to_on=2026-01-01&amp;model=A1&amp;maker=ACME');
    expect(html).toContain('/failure-rates/rows?from_on=2025-01-01&amp;to_on=2026-01-01&amp;model=A1&amp;maker=ACME&amp;finding=nff');
  });

  it.each([
    ['/failure-rates?by=failure_mode&by2=age_band', 'ja', ['カード寿命', '91〜365日'], ['>sd<', '91-365d<']],
    ['/failure-rates/rows?failure_mode=sd&age_band=91-365d&batch=-', 'en', ['Failure mode Card worn · Age 91–365 days · Batch not known'], []],
    ['/failure-rates/rows?component=board', 'en', ['Component Board', '>Card worn<'], ['>sd<']],
  ])('%s in %s says names and words where it has codes', async (path, language, said, not) => {
    const { html } = await open(path, language);
    for (const words of said) expect(html).toContain(words);
    for (const code of not) expect(html).not.toContain(code);
  });

  it('the forecast says what all its months add up to, and which interval it gives', async () => {
    const { html } = await open('/life-analysis?model=A1&months=6');
    expect(html).toMatch(/All 6 months: [\d.]+ expected, 95 % prediction interval \d+–\d+/);
    expect(html).toContain('Blaker, mid-p');
    expect((await open('/life-analysis?model=A1&months=6', 'ja')).html).toMatch(/6か月の合計: 期待値 [\d.]+、95 %予測区間 \d+–\d+/);
  });

  it('of a sub-population no figure is given for ages its units never reach, and the plain fit is greyed', async () => {
    const ctx = test.ctx();
    for (let i = 0; i < 100; i++) {
      const failed = i < 8 ? addDays('2025-01-01', 20 + i) : null;
      const id = await addUnit(ctx, { model: 'A2', from_on: '2025-01-01', to_on: failed, hw_rev: 'SUB' });
      if (failed !== null) await addReturn(ctx, id, { failed_on: failed, returned_on: failed, verdict: 'confirmed' });
    }
    const { html } = await open('/life-analysis?model=A2&hw_rev=SUB');
    const table = (caption: string) => new RegExp(`<caption[^>]*>${caption}</caption>[\\s\\S]*?</table>`).exec(html)?.[0] ?? '';
    expect(table('Defective sub-population')).toMatch(/B10 \(days\)[\s\S]*?never reached/);
    expect(table('Defective sub-population')).toContain('8.00 %');
    expect(table('Weibull fit')).toContain('greyed');
  });

  it('the control chart of a cohort that never served says so instead of rows without figures', async () => {
    const { html } = await open('/failure-rates/control-chart?model=none');
    expect(html).not.toContain('<svg class="chart');
    expect(html).not.toContain('n/a');
  });

  it('a life analysis of nobody says so once', async () => {
    const { html } = await open('/life-analysis?model=none');
    expect(html.match(/class="empty"/g)).toHaveLength(1);
    expect(html).not.toContain('<table>');
  });

  it('a life analysis without a failure shows its lives and no empty tables of fits', async () => {
    await addUnit(test.ctx(), { model: 'Z1', from_on: '2025-01-01', hw_rev: 'NEW' });
    const { html } = await open('/life-analysis?model=Z1&hw_rev=NEW');
    expect(html).toContain('No failure: nothing can be estimated');
    expect(html).not.toContain('Weibull fit');
    expect(html).not.toContain('Models compared');
    expect(html).not.toContain('Nothing matches');
  });

  it('what is shown comes as CSV', async () => {
    const answer = await caller.get('/failure-rates?format=csv&table=Failure+rates');
    expect(answer.headers.get('Content-Type')).toContain('text/csv');
    expect((await answer.text()).split('\r\n')[0]).toContain('Maker,Model,Units');
  });

  it('a filter that is none is refused with its name', async () => {
    expect((await open('/failure-rates?kind=some')).status).toBe(422);
    expect((await open('/failure-rates?by=colour')).status).toBe(422);
  });
});

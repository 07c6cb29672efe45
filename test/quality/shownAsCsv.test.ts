import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../src/core/time.ts';
import { freezeTotals } from '../../src/quality/freeze.ts';
import { drawWeibull } from '../stats/draws.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { addCatalog, addReturn, addUnit } from './fleet.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** What a person reads in a piece of HTML. */
const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();

const inside = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}(?: [^>]*)?>(.*?)</${tag}>`, 'gs'))].map(([, found]) => found ?? '');

/** Tables of a page by caption: the head and the rows as they read. */
const tablesOf = (html: string): [string, string[][]][] =>
  inside(html, 'table').map((table) => [
    textOf(inside(table, 'caption')[0] ?? ''),
    inside(table, 'tr').map((row) => [...row.matchAll(/<(td|th)(?: [^>]*)?(?:\/>|>(.*?)<\/\1>)/gs)].map(([, , cell]) => textOf(cell ?? ''))),
  ]);

/** A cell that a spreadsheet would take for a formula is given with an apostrophe before it. */
const unescaped = (cell: string): string =>
  cell
    .replace(/^'(?=[=+\-@])/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

eachDb('the CSV of a quality page', (test) => {
  let caller: Caller;

  beforeAll(async () => {
    const ctx = test.ctx();
    await addCatalog(ctx);
    for (const model of ['A1', 'A2', 'Z1']) {
      for (const [i, life] of drawWeibull(30, 2, 500, model.charCodeAt(1)).entries()) {
        const failed = addDays('2025-01-01', life);
        const id = await addUnit(ctx, { model, from_on: '2025-01-01', to_on: life < 400 ? failed : null, firmwares: [['1', '2025-01-01', null]] });
        if (life >= 400) continue;
        const verdict = i % 6 === 0 ? 'no_fault_found' : 'confirmed';
        await addReturn(ctx, id, { failed_on: failed, returned_on: failed, verdict, failure_mode_id: i % 2 === 0 ? 'sd' : 'media', component_id: 'board' });
        if (i % 5 === 0) await addReturn(ctx, id, { returned_on: addDays(failed, 30), verdict: 'confirmed' });
      }
    }
    await freezeTotals(ctx);
    await ctx.db.updateTable('return_units').set({ verdict: 'customer_damage' }).where('verdict', '=', 'no_fault_found').execute();
    await freezeTotals(ctx);
    caller = await callerWith(testApp(test.store), test.store, 'quality');
  });

  describe.each(['en', 'ja'])('in %s', (language) => {
    it.each([
      '/failure-rates?by=model',
      '/failure-rates?by=model&by2=firmware&kind=imputed',
      '/failure-rates?by=failure_mode&by2=age_band&hide=2,5',
      '/failure-rates/rows?model=A1',
      '/failure-rates/exposure?model=A1',
      '/failure-rates/comparison?first=model:A1',
      '/failure-rates/control-chart?months=12',
      '/failure-rates/pareto?kind=confirmed',
      '/failure-rates/nff?by=firmware',
      '/failure-rates/warranty-cost?maker=ACME',
      '/failure-rates/months?model=A1',
      '/life-analysis?model=A1',
      '/life-analysis/nevada?months=18',
    ])('is cell by cell the table shown: %s', async (path) => {
      const page = await (await caller.get(path, { 'Accept-Language': language })).text();
      const tables = tablesOf(page);
      expect(tables.length).toBeGreaterThan(0);
      for (const [caption, shown] of tables) {
        const answer = await caller.get(`${path}&format=csv&table=${encodeURIComponent(caption)}`, { 'Accept-Language': language });
        expect(answer.headers.get('Content-Type')).toContain('text/csv');
        const cells: string[][] = parse(await answer.text(), { bom: true });
        expect(cells.map((row) => row.map(unescaped))).toEqual(shown);
      }
    });
  });
});

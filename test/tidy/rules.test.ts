// The tidy rules find what they are for: each is shown a few lines that break it and the like that do not.
import { describe, expect, it } from 'vitest';
import { brokenCircles } from './circles.ts';
import { brokenDirections, brokenOwnership, brokenPurity, brokenSimulators, tableOwners } from './directions.ts';
import { brokenAny, brokenBarrels, brokenClock, brokenEnvironment, brokenLengths, brokenMarks, brokenOpenings, brokenRoutes } from './habits.ts';
import { parseSource, type Source } from './source.ts';
import { brokenShadowing, brokenTransactions } from './transactions.ts';

const file = (path: string, ...lines: string[]): Source => parseSource(path, lines.join('\n'));
const placesOf = (violations: readonly string[]) => violations.map((violation) => violation.split(' ')[0]);

describe('directions', () => {
  it.each([
    ['a feature may import an older one', 'src/returns/receive.ts', "import { x } from '../stock/reserve.ts';", 0],
    ['and the leaves', 'src/returns/receive.ts', "import { x } from '../db/ctx.ts';", 0],
    ['and itself', 'src/returns/receive.ts', "import { x } from './rules.ts';", 0],
    ['but not a newer one', 'src/stock/reserve.ts', "import { x } from '../returns/receive.ts';", 1],
    ['not even for a type', 'src/stock/reserve.ts', "import type { X } from '../returns/table.ts';", 1],
    ['nor by re-export', 'src/stock/reserve.ts', "export { x } from '../returns/receive.ts';", 1],
    ['nor at run time', 'src/stock/reserve.ts', "const x = await import('../returns/receive.ts');", 1],
    ['siblings do not see each other', 'src/jobs/run.ts', "import { x } from '../http/app.ts';", 1],
    ['the ledger stands between unit and catalog', 'src/unit/addUnit.ts', "import { x } from '../ledger/move.ts';", 0],
    ['and not the other way round', 'src/ledger/move.ts', "import { x } from '../unit/queries.ts';", 1],
    ['the join of tables takes types from everywhere', 'src/db/tables.ts', "import type { X } from '../returns/table.ts';", 0],
    ['and nothing else', 'src/db/tables.ts', "import { x } from '../returns/table.ts';", 1],
    ['nothing of src imports from outside', 'src/cli.ts', "import { x } from '../simulators/main.ts';", 1],
    ['a folder nobody has heard of is named', 'src/helpers/a.ts', 'export {};', 1],
  ])('%s', (_fact, path, line, count) => expect(brokenDirections([file(path, line)])).toHaveLength(count));
});

describe('circles', () => {
  const uses = (name: string, other: string) => file(`src/stock/${name}.ts`, `import type { X } from './${other}.ts';`);

  it('three files that lead back to the first are one circle', () =>
    expect(brokenCircles([uses('a', 'b'), uses('b', 'c'), uses('c', 'a'), uses('d', 'a')])).toEqual([
      'a circle of imports: src/stock/a.ts src/stock/b.ts src/stock/c.ts',
    ]));
  it('two ways to one file are none', () => expect(brokenCircles([uses('a', 'c'), uses('b', 'c'), file('src/stock/c.ts', 'export type X = 1;')])).toEqual([]));
});

describe('ownership', () => {
  const table = file('src/stock/table.ts', 'export interface LevelRow { id: string }', 'export interface StockTables { levels: LevelRow }');

  it('the interface named …Tables declares the tables', () => expect([...tableOwners([table])]).toEqual([['levels', 'stock']]));

  it.each([
    ["ctx.db.insertInto('levels')", 1],
    ["ctx.db.updateTable('levels')", 1],
    ["ctx.db.deleteFrom('levels')", 1],
    ["insertMany(ctx.db, 'levels', rows)", 1],
    ["const f = (table: 'levels' | 'others') => db.updateTable(table);", 1],
    ["const f = (table: 'others') => db.updateTable(table);", 0],
    ["for (const table of ['levels', 'others'] as const) db.deleteFrom(table);", 1],
    ["for (const table of ['others'] as const) db.deleteFrom(table);", 0],
    ['ctx.db.deleteFrom(name)', 1],
    ["ctx.db.selectFrom('levels')", 0],
    ["ctx.db.insertInto('others')", 0],
    ['sql`insert into levels (id) values (1)`', 1],
    ["db.prepare('INSERT OR IGNORE INTO levels VALUES (?)')", 1],
    ['sql`update levels set id = 1`', 1],
    ['sql`select * from levels`', 0],
  ])('%s from another folder', (line, count) => expect(brokenOwnership([table, file('src/returns/a.ts', line)], {})).toHaveLength(count));

  it('the owner writes what it owns', () => expect(brokenOwnership([table, file('src/stock/a.ts', "ctx.db.insertInto('levels')")], {})).toEqual([]));
});

describe('purity', () => {
  it.each([
    ['src/returns/lifecycle.ts', "import { x } from '../core/time.ts';", 1],
    ['src/returns/lifecycle.ts', "import type { X } from './table.ts';", 0],
    ['src/returns/rules.ts', "import { x } from '../core/time.ts';", 0],
    ['src/returns/rules.ts', "import { x } from '../stock/lifecycle.ts';", 0],
    ['src/returns/rules.ts', "import { x } from '../db/ctx.ts';", 1],
    ['src/returns/rules.ts', 'export const f = async (x: Promise<number>) => await x;', 1],
    ['src/stats/gamma.ts', "import { x } from './beta.ts';", 0],
    ['src/stats/gamma.ts', "import { x } from '../core/id.ts';", 1],
    ['src/stats/gamma.ts', "import { x } from 'kysely';", 1],
    ['src/stats/gamma.ts', 'export const f = () => Math.random();', 1],
    ['src/returns/receive.ts', 'export const f = () => Math.random();', 0],
  ])('%s: %s', (path, line, count) => expect(brokenPurity([file(path, line)])).toHaveLength(count));
});

it('a simulator that imports from src is named, the score is not', () => {
  const line = "import { x } from '../src/core/time.ts';";
  expect(
    placesOf(brokenSimulators([file('simulators/camera.ts', line), file('simulators/score/main.ts', "import { x } from '../../src/core/time.ts';")])),
  ).toEqual(['simulators/camera.ts:1']);
});

describe('habits', () => {
  it.each([
    ['environment', brokenEnvironment, 'src/http/app.ts', 'export const p = process.env.PORT;', 1],
    ['environment', brokenEnvironment, 'src/config.ts', 'export const p = process.env.PORT;', 0],
    ['clock', brokenClock, 'src/returns/receive.ts', 'export const f = () => Date.now();', 1],
    ['clock', brokenClock, 'src/returns/receive.ts', 'export const f = () => new Date();', 1],
    ['clock', brokenClock, 'src/returns/receive.ts', 'export const f = (at: number) => new Date(at);', 0],
    ['clock', brokenClock, 'src/jobs/run.ts', 'export const f = () => Date.now();', 0],
    ['any', brokenAny, 'src/a/b.ts', 'export const f = (x: any) => x;', 1],
    ['any', brokenAny, 'src/a/b.ts', '// biome-ignore lint/suspicious/noExplicitAny: takes whatever comes\nexport const f = (x: any) => x;', 0],
    ['marks', brokenMarks, 'src/a/b.ts', `// ${'TO'}${'DO'}: later`, 1],
    ['marks', brokenMarks, 'src/a/b.ts', "export const todo = 'a list';", 0],
    ['barrels', brokenBarrels, 'src/a/index.ts', 'export {};', 1],
    ['barrels', brokenBarrels, 'src/a/b.ts', "export * from './c.ts';", 1],
    ['openings', brokenOpenings, 'src/a/b.ts', 'export const x = 1;', 1],
    ['openings', brokenOpenings, 'src/a/b.ts', '// What it is for.\nexport const x = 1;', 0],
    ['openings', brokenOpenings, 'src/a/receive.ts', 'export function receiveUnit() {}', 0],
    ['routes', brokenRoutes, 'src/returns/api.ts', "app.get('/returns', list);", 1],
    ['routes', brokenRoutes, 'src/web/kit.ts', "app.get('/returns', list);", 0],
    ['routes', brokenRoutes, 'src/returns/api.ts', "rows.get('key');", 0],
  ] as const)('%s', (_rule, find, path, text, count) => expect(find([file(path, text)])).toHaveLength(count));

  it('a long file and a long function are named', () => {
    const long = ['export function f() {', ...Array.from({ length: 300 }, () => '  g();'), '}'];
    expect(brokenLengths([file('src/a/b.ts', ...long)])).toEqual(['src/a/b.ts has 302 lines, at most 300', 'src/a/b.ts:1 a function of 302 lines, at most 60']);
  });
});

describe('transactions', () => {
  const allow = file('src/core/actor.ts', 'export function allow() {}');
  const remember = file('src/history/remember.ts', 'export async function remember() {}');
  const find = (...lines: string[]) =>
    brokenTransactions(
      [allow, remember, file('src/stock/move.ts', "import { allow } from '../core/actor.ts';", "import { remember } from '../history/remember.ts';", ...lines)],
      {},
    );

  it('one that checks and remembers is in order, also through a function beside it', () => {
    expect(
      find('export async function move(ctx) { allow(ctx); return transaction(ctx, async (ctx) => post(ctx)); }', 'const post = (ctx) => remember(ctx);'),
    ).toEqual([]);
  });

  it('one may leave the check to its callers, if all of them check', () => {
    const inner = 'const post = (ctx) => transaction(ctx, async (ctx) => remember(ctx));';
    expect(find('export function move(ctx) { allow(ctx); return post(ctx); }', inner)).toEqual([]);
    expect(find('export function move(ctx) { allow(ctx); return post(ctx); }', 'export function other(ctx) { return post(ctx); }', inner)).toHaveLength(1);
    expect(find(inner)).toHaveLength(1);
  });

  it('one that forgets says what', () => {
    expect(find('export async function move(ctx) { allow(ctx); return transaction(ctx, async (ctx) => ctx); }')).toEqual([
      'src/stock/move.ts:3 move opens a transaction without remember',
    ]);
    expect(find('export async function move(ctx) { return transaction(ctx, async (ctx) => ctx); }')).toEqual([
      'src/stock/move.ts:3 move opens a transaction without allow or remember',
    ]);
  });

  it('the inner context is named ctx', () => {
    expect(brokenShadowing([file('src/stock/a.ts', 'transaction(ctx, async (ctx) => ctx);')], {})).toEqual([]);
    expect(brokenShadowing([file('src/stock/a.ts', 'transaction(ctx, async (inner) => ctx);')], {})).toHaveLength(1);
    expect(brokenShadowing([file('src/stock/a.ts', 'ctx.db.transaction().execute(work);')], {})).toHaveLength(1);
  });

  it('a named exception is let through', () => {
    const source = file('src/stock/a.ts', 'export const f = (ctx) => transaction(ctx, async (ctx) => ctx);');
    expect(brokenTransactions([source], { 'src/stock/a.ts': 'because' })).toEqual([]);
  });
});

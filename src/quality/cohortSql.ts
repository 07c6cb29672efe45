// How dimensions and filters read in SQL. `c` is the cohort's row, `m` its model; spans and failures add `x` with their site.
import { type RawBuilder, sql } from 'kysely';
import { type CohortFilter, type Dimension, NOT_KNOWN } from './inputs.ts';

type Sql = RawBuilder<unknown>;

/** What a group is keyed by: ids, so that two models' batches of the same code stay apart. A model has one maker, whose code nameGroups adds. */
const keys: Record<Dimension, readonly string[]> = {
  maker: ['maker_id'],
  model: ['model_id'],
  hw_rev: ['model_id', 'hw_rev'],
  batch: ['model_id', 'batch_id'],
  firmware: ['model_id', 'firmware_id'],
  site: ['site_id'],
  site_kind: ['site_kind'],
  age_band: ['age_band'],
  failure_mode: ['failure_mode_id'],
  component: ['component_id'],
};

const columns: Record<string, string> = {
  maker_id: 'm.maker_id',
  model_id: 'c.model_id',
  hw_rev: 'c.hw_rev',
  batch_id: 'c.batch_id',
  firmware_id: 'c.firmware_id',
  site_kind: 'c.site_kind',
  site_id: 'x.site_id',
  age_band: 'band.code',
  failure_mode_id: 'x.failure_mode_id',
  component_id: 'x.component_id',
};

export const keyNames = (by: readonly Dimension[]): string[] => [...new Set(by.flatMap((dimension) => keys[dimension]))];

/** `m.maker_id as maker_id, c.model_id as model_id`. */
export const selectKeys = (by: readonly Dimension[]): Sql => list(keyNames(by).map((key) => `${columns[key]} as ${key}`));

export const groupKeys = (by: readonly Dimension[]): Sql => list(keyNames(by).map((key) => columns[key] ?? key));

/** Keys or filters speak of `m`, the model's own row. */
export const needsModel = (by: readonly Dimension[], filter: CohortFilter): boolean =>
  by.includes('maker') || filter.maker !== undefined || filter.model !== undefined;

const list = (parts: readonly string[]): Sql => sql.raw(parts.join(', '));

/** ` and …` for each filter on the cohort itself (not on site, age, failure mode or component). */
export function whereCohort(filter: CohortFilter): Sql {
  return sql.join(
    [
      sql``,
      ...condition(filter.maker, (code) => sql`m.maker_id in (select id from makers where code = ${code})`),
      ...condition(filter.model, (code) => sql`m.code = ${code}`),
      ...condition(filter.hw_rev, (code) => sql`c.hw_rev = ${code}`, sql`c.hw_rev is null`),
      ...condition(filter.batch, (code) => sql`c.batch_id in (select id from batches where code = ${code})`, sql`c.batch_id is null`),
      ...condition(filter.firmware, (code) => sql`c.firmware_id in (select id from firmwares where code = ${code})`, sql`c.firmware_id is null`),
      ...condition(filter.site_kind, (code) => sql`c.site_kind = ${code}`, sql`c.site_kind is null`),
    ],
    sql` and `,
  );
}

/** The same for spans and failures, which also have a site. */
export const whereSite = (filter: CohortFilter): Sql =>
  sql.join([sql``, ...condition(filter.site, (code) => sql`x.site_id in (select id from sites where code = ${code})`, sql`x.site_id is null`)], sql` and `);

/** The same for what only failures have. A code stands for everything below it in its tree and merged into it, one of `exact` for itself alone. */
export const whereFinding = (filter: CohortFilter, exact: readonly string[] = []): Sql =>
  sql.join(
    [
      sql``,
      ...condition(filter.failure_mode, (code) => sql`x.failure_mode_id in (${codesFor('failure_mode', code, exact)})`, sql`x.failure_mode_id is null`),
      ...condition(filter.component, (code) => sql`x.component_id in (${codesFor('component', code, exact)})`, sql`x.component_id is null`),
    ],
    sql` and `,
  );

const codesFor = (tree: string, code: string, exact: readonly string[]): Sql =>
  exact.includes(tree) ? sql`select id from codes where tree = ${tree} and code = ${code}` : codesUnder(tree, code);

const codesUnder = (tree: string, code: string): Sql => sql`with recursive under (id) as (
  select id from codes where tree = ${tree} and code = ${code}
  union select codes.id from codes join under on codes.parent_id = under.id or codes.merged_into_id = under.id) select id from under`;

const condition = (value: string | undefined, known: (value: string) => Sql, unknown?: Sql): Sql[] =>
  value === undefined ? [] : [value === NOT_KNOWN && unknown !== undefined ? unknown : known(value)];

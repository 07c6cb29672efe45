// Where the two databases speak differently.
import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Ctx } from './ctx.ts';

export const onPostgres = (db: Ctx['db']): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** `… in ${amongTexts(db, texts)}`, or a table of one column, `value`: bound as one value, because compiling and binding five hundred costs more than reading their rows. */
export const amongTexts = (db: Ctx['db'], texts: readonly string[]): RawBuilder<string> =>
  onPostgres(db) ? sql`(select unnest(${texts}::text[]) as value)` : sql`(select value from json_each(${JSON.stringify(texts)}))`;

/** All values of a column as one: making and reading a row for each costs several times as much. Read it with `readList`; lists of one select are in one order. */
export const listOf = (db: Ctx['db'], column: string): RawBuilder<List<unknown>> =>
  onPostgres(db) ? sql`json_agg(${sql.ref(column)})` : sql`json_group_array(${sql.ref(column)})`;

/** JSON on SQLite, read already on PostgreSQL, where it is null without rows. */
export type List<T> = string | readonly T[] | null;

// The caller names the type of the column it asked for.
export const readList = <T>(list: List<T>): readonly T[] => (typeof list === 'string' ? (JSON.parse(list) as T[]) : (list ?? []));

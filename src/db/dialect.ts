// Where the two databases speak differently.
import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Ctx } from './ctx.ts';

export const onPostgres = (db: Ctx['db']): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** `… in ${amongTexts(db, texts)}`: bound as one value, because compiling and binding five hundred costs more than reading their rows. */
export const amongTexts = (db: Ctx['db'], texts: readonly string[]): RawBuilder<string> =>
  onPostgres(db) ? sql`(select unnest(${texts}::text[]))` : sql`(select value from json_each(${JSON.stringify(texts)}))`;

// Many rows in few statements. The text of a statement is built once per table and size, which spares compiling every value.
import { CompiledQuery } from 'kysely';
import { onPostgres } from './dialect.ts';
import type { Db } from './open.ts';
import type { Tables } from './tables.ts';

/** Values per statement: SQLite allows 32,766 and PostgreSQL 65,535; beyond this nothing gets faster. */
const VALUES_PER_STATEMENT = 4000;

/** Inserts rows that all have the same fields. `after` follows the values: `on conflict …`. */
export async function insertMany<T extends keyof Tables & string>(db: Db, table: T, rows: readonly Tables[T][], after = ''): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const head = `insert into "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) values `;
  await inChunks(
    db,
    rows,
    columns.length,
    // Not Object.values: rows built in two places may name their fields in two orders.
    (row) => columns.map((column) => row[column as keyof Tables[T]]),
    (values) => `${head}${values} ${after}`,
  );
}

/** Runs one statement per chunk of rows; `write` puts the list of values, `(?, ?), (?, ?)`, into it. Returns how many rows were affected. */
export async function inChunks<Row>(
  db: Db,
  rows: readonly Row[],
  width: number,
  valuesOf: (row: Row) => unknown[],
  write: (values: string) => string,
): Promise<number> {
  const perStatement = Math.max(1, Math.floor(VALUES_PER_STATEMENT / width));
  let affected = 0;
  for (let start = 0; start < rows.length; start += perStatement) {
    const chunk = rows.slice(start, start + perStatement);
    const values: unknown[] = [];
    for (const row of chunk) for (const value of valuesOf(row)) values.push(value);
    const result = await db.executeQuery(CompiledQuery.raw(statementFor(db, write, chunk.length, width), values));
    affected += Number(result.numAffectedRows ?? 0);
  }
  return affected;
}

const texts = new Map<string, string>();
const TEXTS_KEPT = 300;

/** The statement with its `($1, $2), ($3, $4)` on PostgreSQL, `(?, ?), (?, ?)` on SQLite; kept, because building and hashing 40 kB of it costs more than a row. */
function statementFor(db: Db, write: (values: string) => string, rows: number, width: number): string {
  const numbered = onPostgres(db);
  const key = `${numbered}/${rows}/${width}/${write('')}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const row = (r: number): string => `(${Array.from({ length: width }, (_, i) => (numbered ? `$${r * width + i + 1}` : '?')).join(', ')})`;
  const text = write(Array.from({ length: rows }, (_, r) => row(r)).join(', '));
  if (texts.size < TEXTS_KEPT) texts.set(key, text);
  return text;
}

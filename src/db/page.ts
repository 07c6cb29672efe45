// Keyset paging: a page starts after the last row of the one before, so page 2,000 costs what page 1 costs.
import { type SelectQueryBuilder, type Simplify, sql } from 'kysely';
import { Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A field of `sortable`, with `-` in front for descending. */
  readonly sort?: string | undefined;
}

export interface Page<Row> {
  readonly items: Row[];
  readonly next_cursor: string | null;
}

/** Sort field → column or SQL expression. It must never be null: wrap a nullable column in coalesce. The first is the default, descending. */
export type Sortable = Readonly<Record<string, string>>;

/**
 * One page of `query` in the order asked for, ties broken by `idColumn`. `query` has its selects and filters, no order and no limit.
 * Throws `invalid` for an unknown sort field or a cursor of another list.
 */
export async function listPage<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  request: PageRequest,
  sortable: Sortable,
  idColumn: string,
): Promise<Page<Simplify<O>>> {
  const { expression, direction } = sortOrder(request.sort, sortable);
  const sortKey = sql<string | number>`${sql.raw(expression)}`;
  const id = sql<string | number>`${sql.raw(idColumn)}`;
  let paged = query.select([sortKey.as('page_sort'), id.as('page_id')]);
  if (request.cursor !== undefined) {
    const [value, lastId] = readCursor(request.cursor);
    const beyond = sql.raw(direction === 'asc' ? '>' : '<');
    paged = paged.where(sql<boolean>`(${sortKey} ${beyond} ${value} or (${sortKey} = ${value} and ${id} ${beyond} ${lastId}))`);
  }
  // Kysely cannot name the two paging columns while the caller's own selection is still generic.
  const rows = (await paged
    .orderBy(sortKey, direction)
    .orderBy(id, direction)
    .limit(request.limit + 1)
    .execute()
    .catch((error: unknown) => {
      throw request.cursor !== undefined && isForeignValue(error) ? foreignCursor() : error;
    })) as Paged<O>[];
  const items = rows.slice(0, request.limit);
  const last = items.at(-1);
  const next_cursor = rows.length > request.limit && last !== undefined ? writeCursor([last.page_sort, last.page_id]) : null;
  return { items: items.map(withoutPaging), next_cursor };
}

type Paged<O> = O & { page_sort: string | number; page_id: string | number };

function withoutPaging<O>({ page_sort, page_id, ...row }: Paged<O>): Simplify<O> {
  // What remains is what the caller selected.
  return row as unknown as Simplify<O>;
}

export const oneToSortBy = (fields: readonly string[]): Bilingual => [
  `One of ${fields.join(', ')}, with - for descending`,
  `次のいずれか（降順は先頭に -）: ${fields.join('、')}`,
];

export const cannotSort = (sort: string, fields: readonly string[]): Problem =>
  new Problem('invalid', [`Cannot sort by ${sort}`, `${sort} では並べ替えできません`], { errors: [{ path: 'sort', message: oneToSortBy(fields) }] });

function sortOrder(sort: string | undefined, sortable: Sortable): { expression: string; direction: 'asc' | 'desc' } {
  const [first] = Object.values(sortable);
  if (sort === undefined || sort === '') return { expression: first ?? 'id', direction: 'desc' };
  const field = sort.replace(/^-/, '');
  const expression = Object.hasOwn(sortable, field) ? sortable[field] : undefined;
  if (expression === undefined) throw cannotSort(sort, Object.keys(sortable));
  return { expression, direction: sort.startsWith('-') ? 'desc' : 'asc' };
}

const writeCursor = (key: [string | number, string | number]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

function readCursor(cursor: string): [string | number, string | number] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === 2 && isSortValue(key[0]) && isSortValue(key[1])) return [key[0], key[1]];
  } catch {
    // falls through to the refusal
  }
  throw foreignCursor();
}

/** PostgreSQL's words for a value that is none of the column's type: the cursor came from a list with another order. */
const isForeignValue = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === '22P02' || error.code === '22003');

export const foreignCursor = (): Problem =>
  new Problem('invalid', ['The cursor is not one of this list', 'カーソルが正しくありません'], {
    errors: [{ path: 'cursor', message: ['Use the next_cursor of the page before', '前のページの next_cursor を指定してください'] }],
  });

const isSortValue = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

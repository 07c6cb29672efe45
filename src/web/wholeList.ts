// Paging of a list that is short enough to be made whole: settings, definitions, figures. Long tables page in their query (db/page.ts).
import { cannotSort, foreignCursor, type Page, type PageRequest } from '../db/page.ts';

type Item = Readonly<Record<string, unknown>>;

/** One page of `items` in the order asked for, else as they come. Throws `invalid` for an unknown sort field or a cursor of another list. */
export function pageOfWhole(items: readonly Item[], fields: readonly string[], { limit, cursor, sort }: PageRequest): Page<Item> {
  const ordered = sort === undefined || sort === '' ? [...items] : sorted(items, fields, sort);
  const start = cursor === undefined ? 0 : after(ordered, cursor);
  const page = ordered.slice(start, start + limit);
  const last = page.at(-1);
  return { items: page, next_cursor: last !== undefined && start + limit < ordered.length ? cursorOf(start + limit, last) : null };
}

/** Unknown values come last, whichever way. */
function sorted(items: readonly Item[], fields: readonly string[], sort: string): Item[] {
  const field = sort.replace(/^-/, '');
  if (!fields.includes(field)) throw cannotSort(sort, fields);
  const sign = sort.startsWith('-') ? -1 : 1;
  return [...items].sort((a, b) => compare(a[field] ?? null, b[field] ?? null, sign));
}

function compare(a: unknown, b: unknown, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  const [x, y] = [String(a), String(b)];
  return x === y ? 0 : sign * (x < y ? -1 : 1);
}

/** Where the next page starts, and the row before it: when rows came or went in between, that row is looked for. */
const cursorOf = (next: number, last: Item): string => Buffer.from(JSON.stringify([next, keyOf(last)])).toString('base64url');

const keyOf = (item: Item): string => String(item.id ?? JSON.stringify(item)).slice(0, 200);

function after(items: readonly Item[], cursor: string): number {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(read) && read.length === 2 && Number.isInteger(read[0]) && typeof read[1] === 'string') {
      const at = items.findIndex((item) => keyOf(item) === read[1]);
      return at === -1 ? Number(read[0]) : at + 1;
    }
  } catch {
    // falls through to the refusal
  }
  throw foreignCursor();
}

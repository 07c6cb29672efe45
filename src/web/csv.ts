// Accept: text/csv turns the `items` of any JSON list into CSV: one row an item, one column a field.
import { stringify } from 'csv-stringify/sync';
import type { AppMiddleware } from './env.ts';

/** Spreadsheets run cells that begin with these as formulas; a leading apostrophe stops them. */
const FORMULA = /^[=+\-@\t\r]/;

export const csvWhenAsked: AppMiddleware = async (c, next) => {
  await next();
  if (!c.req.header('Accept')?.includes('text/csv') || c.res.status !== 200 || !c.res.headers.get('Content-Type')?.startsWith('application/json')) return;
  const answer: unknown = await c.res.clone().json();
  if (typeof answer !== 'object' || answer === null || !('items' in answer) || !Array.isArray(answer.items)) return;
  const next_cursor = 'next_cursor' in answer && typeof answer.next_cursor === 'string' ? answer.next_cursor : null;
  const headers = new Headers(c.res.headers);
  headers.set('Content-Type', 'text/csv; charset=utf-8');
  headers.delete('Content-Length');
  if (next_cursor !== null) headers.set('Link', `<${nextLink(c.req.url, next_cursor)}>; rel="next"`);
  c.res = undefined;
  c.res = new Response(toCsv(answer.items, c.var.columns), { headers });
};

/** Header line and one line per item, CRLF as RFC 4180 says. Objects and arrays become JSON; null is empty. Without items `columns` are the header. */
export function toCsv(items: readonly Readonly<Record<string, unknown>>[], columns_of_none: readonly string[] = []): string {
  const columns = items.length === 0 ? columns_of_none : [...new Set(items.flatMap((item) => Object.keys(item)))];
  const rows = items.map((item) => columns.map((column) => csvCell(item[column])));
  return stringify([columns, ...rows], { record_delimiter: '\r\n' });
}

/** A table of texts as CSV with a byte-order mark, which spreadsheets need to read Japanese. */
export const csvText = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `\ufeff${stringify(
    [head, ...rows].map((cells) => cells.map(csvCell)),
    { record_delimiter: '\r\n' },
  )}`;

/** A value as a spreadsheet may open it: numbers as they are, text that looks like a formula defused. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return FORMULA.test(text) ? `'${text}` : text;
}

function nextLink(url: string, cursor: string): string {
  const link = new URL(url);
  link.searchParams.set('cursor', cursor);
  return link.pathname + link.search;
}

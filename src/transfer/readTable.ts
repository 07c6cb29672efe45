// From the text of a CSV file, or of cells pasted from a spreadsheet, to headings and rows.
import { setImmediate as breathe } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { Problem } from '../core/problem.ts';

export interface TextRow {
  readonly row_no: number;
  readonly cells: readonly string[];
}
export interface TextTable {
  readonly heads: readonly string[];
  readonly rows: readonly TextRow[];
}

export const MOST_ROWS = 1_000_000;
/** Characters given to the parser at once: other requests are answered in between. */
const SLICE = 256 * 1024;

/** Parted by comma, tab or semicolon, whichever the heading uses most. Blank rows are left out but counted. Throws `malformed` naming the row. */
export async function readTable(text: string): Promise<TextTable> {
  const parser = parse({ delimiter: delimiterOf(text), bom: true, relax_column_count: true, skip_empty_lines: false, record_delimiter: ['\r\n', '\n', '\r'] });
  const records: string[][] = [];
  parser.on('readable', () => {
    for (let record = parser.read(); record !== null; record = parser.read()) records.push(record);
  });
  const ended = new Promise<void>((resolve, reject) => {
    parser.once('end', resolve);
    parser.once('error', reject);
  });
  ended.catch(() => undefined);
  for (let start = 0; start < text.length && !parser.destroyed; start += SLICE) {
    parser.write(text.slice(start, start + SLICE));
    await breathe();
  }
  if (!parser.destroyed) parser.end();
  await ended.catch((error: unknown) => {
    throw asMalformed(error);
  });
  return shape(records);
}

function shape(records: readonly string[][]): TextTable {
  const [heads, ...rest] = records;
  if (heads === undefined || heads.every((head) => head.trim() === ''))
    throw new Problem('malformed', ['The first row must hold the column names', '1行目に列名が必要です']);
  if (rest.length > MOST_ROWS) throw new Problem('too_large', [`More than ${MOST_ROWS} rows`, `${MOST_ROWS}行を超えています`]);
  const rows = rest.map((cells, i) => ({ row_no: i + 2, cells })).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  return { heads: heads.map((head) => head.normalize('NFKC').trim()), rows };
}

function delimiterOf(text: string): string {
  const heading = text.slice(0, 10_000).split(/\r\n|\r|\n/, 1)[0] ?? '';
  const count = (mark: string): number => heading.split(mark).length;
  return [',', '\t', ';'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

function asMalformed(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const row = 'records' in error && typeof error.records === 'number' ? error.records + 1 : null;
  return row === null
    ? new Problem('malformed', ['The file is not CSV', 'CSVとして読めません'])
    : new Problem('malformed', [`The file is not CSV: a quotation mark is wrong in row ${row}`, `CSVとして読めません。${row}行目の引用符が正しくありません`]);
}

// From text rows to the cells a kind declares; what cannot be read is an error of its row and column, never a throw.
import { Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import { CellFault } from './columns.ts';
import type { CellError, Cells, Columns, GivenRow } from './kind.ts';
import type { TextRow, TextTable } from './readTable.ts';

const LACKING: Bilingual = ['Required column', '必須の列です'];
const DOUBLED: Bilingual = ['Heading appears twice', '見出しが重複しています'];

/** Column of the kind → heading in the file. Without one the headings are the names of the columns. */
export type Mapping = Readonly<Record<string, string>>;

export interface FailedRow {
  readonly row_no: number;
  readonly key: string;
  readonly errors: readonly CellError[];
}

interface Place {
  readonly name: string;
  readonly at: number;
  readonly column: Columns[string];
}

export interface RowReader<C extends Columns> {
  /** Headings no column takes. */
  readonly ignored: readonly string[];
  read(row: TextRow): GivenRow<C> | FailedRow;
}

/** Finds the columns in the headings. Throws `invalid` naming every required column the file does not have, and headings that come twice. */
export function rowReader<C extends Columns>(table: TextTable, columns: C, mapping?: Mapping): RowReader<C> {
  const heads = table.heads.map((head) => head.toLowerCase());
  const places = Object.entries(columns).map(
    ([name, column]): Place => ({
      name,
      column,
      at: heads.indexOf((mapping === undefined ? name : (mapping[name] ?? '\u0000')).normalize('NFKC').trim().toLowerCase()),
    }),
  );
  const missing = places.filter(({ column, at }) => column.required && at === -1);
  const doubled = places.filter(({ at }) => at !== -1 && heads.lastIndexOf(heads[at] ?? '') !== at);
  if (missing.length + doubled.length > 0) {
    throw new Problem(
      'invalid',
      [
        `The file lacks or repeats columns: ${[...missing, ...doubled].map(({ name }) => name).join(', ')}`,
        `列が不足または重複しています: ${[...missing, ...doubled].map(({ name }) => name).join('、')}`,
      ],
      {
        errors: [...missing.map(({ name }) => ({ path: name, message: LACKING })), ...doubled.map(({ name }) => ({ path: name, message: DOUBLED }))],
      },
    );
  }
  const present = places.filter(({ at }) => at !== -1);
  return {
    ignored: table.heads.filter((head, i) => head !== '' && !present.some(({ at }) => at === i)),
    read: (row) => readCells(row, places, table.heads.length),
  };
}

function readCells<C extends Columns>(row: TextRow, places: readonly Place[], width: number): GivenRow<C> | FailedRow {
  const cells: Record<string, unknown> = {};
  const errors: CellError[] = [];
  for (const { name, at, column } of places) {
    const cell = at === -1 ? '' : undefused(row.cells[at] ?? '').trim();
    const value = cell === '' ? null : column.read(cell);
    cells[name] = value;
    if (value instanceof CellFault) errors.push({ column: name, words: value.words });
    else if (value === null && column.required) errors.push({ column: name, words: ['Required', '必須です'] });
  }
  if (row.cells.length > width && row.cells.slice(width).some((cell) => cell.trim() !== ''))
    errors.push({ column: '', words: ['More cells than headings', '列名より多くのセルがあります'] });
  // Each cell was read by the column whose type it now has.
  return errors.length === 0
    ? { row_no: row.row_no, cells: cells as Cells<C> }
    : { row_no: row.row_no, key: row.cells.find((cell) => cell.trim() !== '') ?? '', errors };
}

/** An export puts an apostrophe before text that a spreadsheet would run as a formula; it does not belong to the text. */
const undefused = (cell: string): string => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

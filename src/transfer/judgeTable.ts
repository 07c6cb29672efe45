// The dry run: what every row of a table would do. Reads only.
import { setImmediate as breathe } from 'node:timers/promises';
import { type Locale, speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { CellError, Columns, GivenRow, ImportKind, ImportRun, Judgement, Planned } from './kind.ts';
import { type FailedRow, type Mapping, rowReader } from './readRows.ts';
import type { TextTable } from './readTable.ts';

/** What happens to one row, in the caller's language. */
export interface RowResult {
  readonly row: number;
  readonly result: 'create' | 'update' | 'same' | 'error';
  /** The record in the words of the file: its serial or code. */
  readonly key: string;
  readonly errors: readonly { readonly column: string; readonly message: string }[];
}

export interface Judged {
  readonly run: ImportRun<Columns, unknown>;
  readonly results: readonly RowResult[];
  readonly plans: readonly Planned<unknown>[];
  readonly ignored_columns: readonly string[];
}

export type Progress = (phase: 'checking' | 'writing' | 'undoing', done: number, total: number) => void;

/** Rows judged between two breaths of the event loop. */
const SLICE = 1000;

export async function judgeTable(ctx: Ctx, kind: ImportKind, table: TextTable, mapping: Mapping | undefined, onProgress: Progress): Promise<Judged> {
  const reader = rowReader(table, kind.columns, mapping);
  const read = table.rows.map((row) => reader.read(row));
  const run = await kind.begin(ctx, read.filter(isGiven));
  const results: RowResult[] = [];
  const plans: Planned<unknown>[] = [];
  for (let start = 0; start < table.rows.length; start += SLICE) {
    const rows = read.slice(start, start + SLICE);
    const given = rows.filter(isGiven);
    const judged = given.length === 0 ? [] : await run.judge(ctx, given);
    let next = 0;
    for (const row of rows) {
      const judgement: Judgement<unknown> = isGiven(row)
        ? (judged[next++] ?? { result: 'same', key: '' })
        : { result: 'error', key: row.key, errors: row.errors };
      results.push(resultOf(row.row_no, judgement, ctx.actor.locale));
      if (judgement.result === 'create' || judgement.result === 'update') plans.push({ row_no: row.row_no, result: judgement.result, plan: judgement.plan });
    }
    onProgress('checking', Math.min(start + SLICE, table.rows.length), table.rows.length);
    await breathe();
  }
  return { run, results, plans, ignored_columns: reader.ignored };
}

const isGiven = (row: GivenRow<Columns> | FailedRow): row is GivenRow<Columns> => 'cells' in row;

const NONE: readonly never[] = [];

const resultOf = (row: number, judgement: Judgement<unknown>, locale: Locale): RowResult => ({
  row,
  result: judgement.result,
  key: judgement.key,
  errors: judgement.result === 'error' ? judgement.errors.map((error: CellError) => ({ column: error.column, message: speak(error.words, locale) })) : NONE,
});

// What a feature declares so that a table can be imported: its columns, what one row would do, how to write it and how to take it back.
// transfer/ runs it: decodes the file, reads the cells, shows the dry run, writes in batches, keeps what is needed to undo. A feature's `import.ts`
// exports one `ImportKind`; http/kinds.ts lists them.
import type { Permission } from '../core/permission.ts';
import { oneOf, Problem } from '../core/problem.ts';
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Column } from './columns.ts';
import type { ImportChangeRow } from './table.ts';

export type Columns = Readonly<Record<string, Column<unknown>>>;

/** The cells of one row as their columns read them; an empty cell, or a column the file does not have, is null. */
export type Cells<C extends Columns> = { readonly [K in keyof C]: C[K] extends Column<infer T> ? (C[K]['required'] extends true ? T : T | null) : never };

/** One row of the file. `row_no` is the row a spreadsheet shows: the header is row 1. */
export interface GivenRow<C extends Columns> {
  readonly row_no: number;
  readonly cells: Cells<C>;
}

export interface CellError {
  readonly column: string;
  readonly words: Bilingual;
}

/** What one row would do. `plan` is handed back to `write` unchanged; `key` names the record to people (a serial, a code). */
export type Judgement<Plan> =
  | { readonly result: 'create' | 'update'; readonly key: string; readonly plan: Plan }
  | { readonly result: 'same'; readonly key: string }
  | { readonly result: 'error'; readonly key: string; readonly errors: readonly CellError[] };

export interface Planned<Plan> {
  readonly row_no: number;
  readonly result: 'create' | 'update';
  readonly plan: Plan;
}

/** One record a row made (`before` null) or changed (`before` whatever `undo` needs, as JSON). */
export type Change = Omit<ImportChangeRow, 'import_id'>;

/** One run over one file: it may remember codes, duplicates within the file and the like between slices. */
export interface ImportRun<C extends Columns, Plan> {
  /** Says for each row, in order, what it would do. Reads only. A bad row is an `error`, never a throw. */
  judge(ctx: Ctx, rows: readonly GivenRow<C>[]): Promise<readonly Judgement<Plan>[]>;
  /**
   * Writes one batch inside an open transaction, history included, and returns what it changed. Moves carry `cause_kind: 'import'` and `cause_id: import_id`.
   * Throws a Problem when the store has changed since `judge`: the whole import is then taken back.
   */
  write(ctx: Ctx, import_id: string, batch: readonly Planned<Plan>[]): Promise<Change[]>;
}

/** `Plan` is the business of the kind alone: the list of kinds holds `ImportKind`, a kind is declared with `defineKind`. */
export interface ImportKind<C extends Columns = Columns, Plan = unknown> {
  /** As in `/imports?kind=…` and `import <kind> <file>`. */
  readonly name: string;
  readonly label: Bilingual;
  /** Needed besides `import:write`. */
  readonly permission: Permission;
  readonly columns: C;
  /** Opens a run over a file; `rows` are all rows whose cells could be read, for kinds whose rows refer to each other. */
  begin(ctx: Ctx, rows: readonly GivenRow<C>[]): Promise<ImportRun<C, Plan>>;
  /** Rows of the export in the same columns, where they are no table to select from; a slice at a time. */
  readonly exported?: (ctx: Ctx) => AsyncGenerator<readonly Readonly<Record<string, unknown>>[]>;
  /** Needed besides `export:read` then. */
  readonly exportPermission?: Permission;
  /** Throws `conflict`, with the record in `blocking`, when something was built on what the import made or changed. Reads only. */
  refuseUndo(ctx: Ctx, import_id: string): Promise<void>;
  /** Takes one batch of changes back, the last first, inside an open transaction, history included. */
  undo(ctx: Ctx, import_id: string, changes: readonly Change[]): Promise<void>;
}

/** Declares a kind: `columns` gives the type of the cells, `begin` that of the plan. */
export const defineKind = <C extends Columns, Plan>(kind: ImportKind<C, Plan>): ImportKind => kind as unknown as ImportKind; // a plan returns only to the kind that made it

/** Throws `invalid` for a name that is none of the kinds. */
export function findKind(kinds: readonly ImportKind[], name: string): ImportKind {
  const kind = kinds.find((one) => one.name === name);
  if (kind !== undefined) return kind;
  const names = kinds.map((one) => one.name);
  throw new Problem('invalid', [`Unknown kind ${name}: one of ${names.join(', ')}`, `種別 ${name} はありません: ${names.join(', ')}`], {
    errors: [{ path: 'kind', message: oneOf(names) }],
  });
}

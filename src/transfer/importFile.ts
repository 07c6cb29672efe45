// One import from bytes to rows: decode, judge every row, then write all of them or none. Written in batches so that devices and people get their turn in
// between; when a batch is refused, the batches before it are taken back.
import { setImmediate as breathe } from 'node:timers/promises';
import { allow } from '../core/actor.ts';
import { newId, sha256 } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { sameInBoth } from '../core/words.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { insertMany } from '../db/insertMany.ts';
import { remember } from '../history/remember.ts';
import { decodeText } from './decode.ts';
import { type Judged, judgeTable, type Progress, type RowResult } from './judgeTable.ts';
import type { ImportKind, Planned } from './kind.ts';
import type { Mapping } from './readRows.ts';
import { readTable } from './readTable.ts';
import type { ImportRow } from './table.ts';
import { takeBack } from './undoImport.ts';

export interface ImportOptions {
  readonly dry_run?: boolean | undefined;
  /** Write the good rows although others are wrong. */
  readonly skip_errors?: boolean | undefined;
  readonly file_name?: string | undefined;
  readonly mapping?: Mapping | undefined;
  readonly onProgress?: Progress | undefined;
}

export interface ImportReport {
  /** Null for a dry run, and when there was nothing to write. */
  readonly id: string | null;
  readonly kind: string;
  readonly dry_run: boolean;
  readonly encoding: string;
  readonly rows_total: number;
  readonly rows_created: number;
  readonly rows_updated: number;
  readonly rows_same: number;
  readonly rows_failed: number;
  readonly ignored_columns: readonly string[];
  readonly rows: readonly RowResult[];
}

/** Rows per transaction: about a tenth of a second during which nobody else writes. */
const BATCH = 1500;
/** Errors named in the refusal of a file; the dry run names all. */
const ERRORS_NAMED = 100;

/** Tries or confirms an import. Throws `invalid` naming row and column when a row is wrong (unless `skip_errors`); nothing is written then. */
export async function importFile(ctx: Ctx, kind: ImportKind, bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportReport> {
  allow(ctx, 'import:write');
  allow(ctx, kind.permission);
  const { text, encoding } = decodeText(bytes);
  const judged = await judgeTable(ctx, kind, await readTable(text), options.mapping, options.onProgress ?? (() => undefined));
  const report = reportOf(kind, judged, encoding);
  if (options.dry_run === true) return report;
  if (report.rows_failed > 0 && options.skip_errors !== true) throw refusal(judged.results);
  if (judged.plans.length === 0) return { ...report, dry_run: false };
  return { ...report, dry_run: false, id: await writeImport(ctx, kind, judged, report, { bytes, ...options }) };
}

async function writeImport(
  ctx: Ctx,
  kind: ImportKind,
  judged: Judged,
  report: ImportReport,
  options: ImportOptions & { readonly bytes: Uint8Array },
): Promise<string> {
  const row: ImportRow = {
    id: newId(ctx.now),
    kind: kind.name,
    file_name: options.file_name ?? `${kind.name}.csv`,
    file_sha256: sha256(options.bytes),
    state: 'writing',
    rows_total: report.rows_total,
    rows_created: report.rows_created,
    rows_updated: report.rows_updated,
    rows_same: report.rows_same,
    created_by: ctx.actor.name,
    created_at: ctx.now,
    undone_at: null,
    version: 1,
  };
  await ctx.db.insertInto('imports').values(row).execute();
  try {
    await writeBatches(ctx, row.id, judged, options.onProgress ?? (() => undefined));
  } catch (error) {
    // Inside a transaction that is already open, its rollback takes everything back.
    if (!ctx.db.isTransaction) await takeBack(ctx, kind, row.id, 'failed');
    throw error;
  }
  await confirm(ctx, row);
  return row.id;
}

async function writeBatches(ctx: Ctx, import_id: string, judged: Judged, onProgress: Progress): Promise<void> {
  for (let start = 0; start < judged.plans.length; start += BATCH) {
    await writeBatch(ctx, import_id, judged, judged.plans.slice(start, start + BATCH));
    onProgress('writing', Math.min(start + BATCH, judged.plans.length), judged.plans.length);
    await breathe();
  }
}

const writeBatch = (ctx: Ctx, import_id: string, judged: Judged, batch: readonly Planned<unknown>[]): Promise<void> =>
  transaction(ctx, async (ctx) => {
    const changes = await judged.run.write(ctx, import_id, batch);
    await insertMany(
      ctx.db,
      'import_changes',
      changes.map(({ row_no, record_kind, record_id, before }) => ({ import_id, row_no, record_kind, record_id, before })),
    );
  });

async function confirm(ctx: Ctx, row: ImportRow): Promise<void> {
  await transaction(ctx, async (ctx) => {
    await ctx.db.updateTable('imports').set({ state: 'confirmed', version: 2 }).where('id', '=', row.id).execute();
    const { kind, file_name, rows_created, rows_updated, rows_same } = row;
    await remember(ctx, {
      action: 'import.confirmed',
      record_kind: 'import',
      record_id: row.id,
      change: { kind, file_name, rows_created, rows_updated, rows_same },
    });
  });
}

function reportOf(kind: ImportKind, { results, ignored_columns }: Judged, encoding: string): ImportReport {
  const count = (result: RowResult['result']): number => results.reduce((sum, row) => sum + (row.result === result ? 1 : 0), 0);
  return {
    id: null,
    kind: kind.name,
    dry_run: true,
    encoding,
    rows_total: results.length,
    rows_created: count('create'),
    rows_updated: count('update'),
    rows_same: count('same'),
    rows_failed: count('error'),
    ignored_columns,
    rows: results,
  };
}

function refusal(results: readonly RowResult[]): Problem {
  const failed = results.filter((row) => row.result === 'error');
  const errors = failed
    .flatMap((row) => row.errors.map((error) => ({ path: `rows.${row.row}.${error.column}`, message: sameInBoth(error.message) })))
    .slice(0, ERRORS_NAMED);
  return new Problem('invalid', [`${failed.length} rows are wrong; nothing was written`, `${failed.length}行に誤りがあるため、何も取り込みませんでした`], {
    errors,
  });
}

// /imports and /exports.
import { createRoute, z } from '@hono/zod-openapi';
import { staffOnly } from '../core/actor.ts';
import { Problem, REQUIRED } from '../core/problem.ts';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import type { AppContext } from '../web/env.ts';
import { answers, gated, IdParam, Instant, ListQuery, newApi, pageOf, problems } from '../web/route.ts';
import { setETag } from '../web/version.ts';
import { exportTable } from './exportTable.ts';
import { type ImportReport, importFile } from './importFile.ts';
import { findKind, type ImportKind } from './kind.ts';
import { getImport, listChanges, listImports } from './queries.ts';
import type { ImportRow } from './table.ts';
import { undoImport } from './undoImport.ts';

const states = ['writing', 'confirmed', 'failed', 'undoing', 'undone'] as const;
const Counts = { rows_total: z.int(), rows_created: z.int(), rows_updated: z.int(), rows_same: z.int() };
const Import = z
  .object({
    id: z.string(),
    kind: z.string(),
    file_name: z.string(),
    file_sha256: z.string(),
    state: z.enum(states),
    ...Counts,
    created_by: z.string(),
    created_at: Instant,
    undone_at: Instant.nullable(),
    version: z.int(),
  })
  .openapi('Import');
const RowResult = z
  .object({
    row: z.int().openapi({ description: 'As a spreadsheet counts: the heading is row 1' }),
    result: z.enum(['create', 'update', 'same', 'error']),
    key: z.string(),
    errors: z.array(z.object({ column: z.string(), message: z.string() })),
  })
  .openapi('ImportRowResult');
const Report = z
  .object({
    id: z.string().nullable().openapi({ description: 'Null for a dry run, or when every row was the same' }),
    kind: z.string(),
    dry_run: z.boolean(),
    encoding: z.string(),
    ...Counts,
    rows_failed: z.int(),
    ignored_columns: z.array(z.string()),
    rows: z.array(RowResult),
    rows_left_out: z.int().openapi({ description: 'Rows beyond 10,000 that are not in `rows`; wrong rows come first' }),
  })
  .openapi('ImportReport');

const Flag = z.enum(['true', 'false']).optional();
const ImportQuery = z.object({
  kind: z.string().max(64).optional().openapi({ description: 'Or as a field of the form' }),
  dry_run: Flag.openapi({ description: 'Say what every row would do and write nothing' }),
  skip_errors: Flag.openapi({ description: 'Write the good rows although others are wrong' }),
});
const FileForm = z.object({ file: z.any().openapi({ type: 'string', format: 'binary' }), kind: z.string().optional() });
const Changed = z.object({ row_no: z.int(), record_kind: z.string(), record_id: z.string(), created: z.boolean() }).openapi('ImportChange');

const tags = ['Imports and exports'];

const postImport = createRoute({
  method: 'post',
  path: '/imports',
  tags,
  summary: 'Import a CSV file, or try it',
  ...gated('import:write'),
  request: { query: ImportQuery, body: { required: true, content: { 'multipart/form-data': { schema: FileForm } } } },
  responses: { 200: answers(Report, 'Tried, or nothing to write'), 201: answers(Report, 'Imported'), ...problems },
});

const listAll = createRoute({
  method: 'get',
  path: '/imports',
  tags,
  summary: 'List imports',
  ...gated('import:write'),
  request: { query: ListQuery.extend({ kind: z.string().max(64).optional(), state: z.enum(states).optional() }) },
  responses: { 200: answers(pageOf(Import)), ...problems },
});

const getOne = createRoute({
  method: 'get',
  path: '/imports/{id}',
  tags,
  summary: 'One import',
  ...gated('import:write'),
  request: { params: IdParam },
  responses: { 200: answers(Import), ...problems },
});

const listChanged = createRoute({
  method: 'get',
  path: '/imports/{id}/changes',
  tags,
  summary: 'The records an import made or changed',
  ...gated('import:write'),
  request: { params: IdParam, query: ListQuery },
  responses: { 200: answers(pageOf(Changed)), ...problems },
});

const postUndo = createRoute({
  method: 'post',
  path: '/imports/{id}/undo',
  tags,
  summary: 'Take an import back, as long as nothing was built on it',
  ...gated('import:write'),
  request: { params: IdParam },
  responses: { 201: answers(Import), ...problems },
});

const getExport = createRoute({
  method: 'get',
  path: '/exports/{table}',
  tags,
  summary: 'A whole table as CSV',
  ...gated('export:read'),
  request: {
    params: z.object({
      table: z
        .string()
        .max(64)
        .openapi({ param: { name: 'table', in: 'path' } }),
    }),
  },
  responses: { 200: { description: 'CSV, UTF-8, with a heading', content: { 'text/csv': { schema: z.string() } } }, ...problems },
});

/** The routes over the kinds the house knows (http/kinds.ts). */
export function transferApi(kinds: readonly ImportKind[]) {
  const api = newApi();

  api.openapi(postImport, async (c) => {
    const query = c.req.valid('query');
    const { file, kind } = await uploadedFile(c, query.kind);
    const report = await importFile(c.var.ctx, findKind(kinds, kind), new Uint8Array(await file.arrayBuffer()), {
      dry_run: query.dry_run === 'true',
      skip_errors: query.skip_errors === 'true',
      file_name: file.name,
    });
    if (report.id === null) return c.json(reportJson(report), 200);
    c.header('Location', `/api/v1/imports/${report.id}`);
    return c.json(reportJson(report), 201);
  });

  api.openapi(listAll, async (c) => {
    const { kind, state, ...page } = c.req.valid('query');
    const { items, next_cursor } = await listImports(c.var.ctx, page, { kind, state });
    return c.json({ items: items.map(importJson), next_cursor }, 200);
  });

  api.openapi(getOne, async (c) => {
    const row = await getImport(c.var.ctx, c.req.valid('param').id);
    setETag(c, row.version);
    return c.json(importJson(row), 200);
  });

  api.openapi(listChanged, async (c) => {
    const row = await getImport(c.var.ctx, c.req.valid('param').id);
    const { items, next_cursor } = await listChanges(c.var.ctx, row.id, c.req.valid('query'));
    return c.json(
      { items: items.map(({ row_no, record_kind, record_id, before }) => ({ row_no, record_kind, record_id, created: before === null })), next_cursor },
      200,
    );
  });

  api.openapi(postUndo, async (c) => {
    const row = await undoImport(c.var.ctx, kinds, c.req.valid('param').id);
    setETag(c, row.version);
    return c.json(importJson(row), 201);
  });

  api.openapi(getExport, async (c) => {
    const { table } = c.req.valid('param');
    staffOnly(c.var.ctx);
    return csvResponse(table, exportTable(c.var.ctx, kinds, table));
  });

  return api;
}

/** Reads the first slice before answering, so that a refusal is still a problem document. A BOM tells spreadsheets that it is UTF-8. */
async function csvResponse(name: string, slices: AsyncGenerator<string>): Promise<Response> {
  let next = await slices.next();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('\ufeff')),
    pull: async (controller) => {
      if (next.done === true) return controller.close();
      controller.enqueue(encoder.encode(next.value));
      next = await slices.next();
    },
    cancel: async () => {
      await slices.return(undefined);
    },
  });
  return new Response(body, {
    headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${name}.csv"`, 'X-Content-Type-Options': 'nosniff' },
  });
}

async function uploadedFile(c: AppContext, kindOfQuery: string | undefined): Promise<{ file: File; kind: string }> {
  const form = await c.req.parseBody();
  const kind = kindOfQuery ?? (typeof form.kind === 'string' ? form.kind : '');
  if (kind === '')
    throw new Problem('invalid', ['Say what the file holds', '種別を指定してください'], {
      errors: [{ path: 'kind', message: REQUIRED }],
    });
  if (!(form.file instanceof File))
    throw new Problem('invalid', ['Send the file as the field `file`', 'ファイルを file フィールドで送ってください'], {
      errors: [{ path: 'file', message: REQUIRED }],
    });
  return { file: form.file, kind };
}

/** Rows in one answer; all wrong rows are among the first. */
const ROWS_SHOWN = 10_000;

function reportJson({ rows, ...report }: ImportReport) {
  const shown =
    rows.length <= ROWS_SHOWN ? rows : [...rows.filter((row) => row.result === 'error'), ...rows.filter((row) => row.result !== 'error')].slice(0, ROWS_SHOWN);
  return {
    ...report,
    ignored_columns: [...report.ignored_columns],
    rows: shown.map((row) => ({ ...row, errors: [...row.errors] })),
    rows_left_out: rows.length - shown.length,
  };
}

export const importJson = (row: ImportRow) => ({ ...row, created_at: rfc3339(row.created_at), undone_at: rfc3339OrNull(row.undone_at) });

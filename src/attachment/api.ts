// /attachments: add a file to a record, list, fetch, remove.
import { createRoute, z } from '@hono/zod-openapi';
import { notFound, Problem, REQUIRED } from '../core/problem.ts';
import { rfc3339 } from '../core/time.ts';
import { answers, gated, IdParam, Instant, newApi, problems } from '../web/route.ts';
import { attachableKinds, attachFile, getAttachment, listAttachments, removeAttachment } from './attach.ts';
import { openFile } from './files.ts';
import type { AttachmentRow } from './table.ts';

const Attachment = z
  .object({
    id: z.string(),
    record_kind: z.string(),
    record_id: z.string(),
    visibility: z.enum(['public', 'internal']),
    name: z.string(),
    media_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string(),
    created_by: z.string(),
    created_at: Instant,
  })
  .openapi('Attachment');
const Of = z.object({
  record_kind: z
    .string()
    .max(64)
    .openapi({ description: `One of ${attachableKinds.join(', ')}` }),
  record_id: z.string().max(64),
});
const Upload = z.object({
  record_kind: z.string(),
  record_id: z.string(),
  file: z.any().openapi({ type: 'string', format: 'binary' }),
  visibility: z
    .enum(['public', 'internal'])
    .optional()
    .openapi({ description: 'Beside a case: internal for staff alone (what staff adds, unless said otherwise), public also for the partner' }),
});

const tags = ['Attachments'];

const addFile = createRoute({
  method: 'post',
  path: '/attachments',
  tags,
  summary: 'Add a file to a record',
  ...gated('signed-in'),
  request: { body: { required: true, content: { 'multipart/form-data': { schema: Upload } } } },
  responses: { 201: answers(Attachment), ...problems },
});

const listFiles = createRoute({
  method: 'get',
  path: '/attachments',
  tags,
  summary: 'The files beside one record',
  ...gated('signed-in'),
  request: { query: Of },
  responses: { 200: answers(z.object({ items: z.array(Attachment), next_cursor: z.null() })), ...problems },
});

const fetchFile = createRoute({
  method: 'get',
  path: '/attachments/{id}',
  tags,
  summary: 'The bytes of one file',
  ...gated('signed-in'),
  request: { params: IdParam },
  responses: { 200: { description: 'The file', content: { 'application/octet-stream': { schema: z.any() } } }, ...problems },
});

const removeFile = createRoute({
  method: 'delete',
  path: '/attachments/{id}',
  tags,
  summary: 'Remove a file',
  ...gated('signed-in'),
  request: { params: IdParam },
  responses: { 204: { description: 'Removed' }, ...problems },
});

/** The routes over the files under `dataDir` (DATA_DIR). Each verb asks for the permission of the record the file belongs to. */
export function attachmentApi(dataDir: string) {
  const api = newApi();

  api.openapi(addFile, async (c) => {
    const form = await c.req.parseBody();
    const { file, record_kind, record_id, visibility } = form;
    if (!(file instanceof File))
      throw new Problem('invalid', ['Send the file as the field `file`', 'ファイルを file フィールドで送ってください'], {
        errors: [{ path: 'file', message: REQUIRED }],
      });
    const row = await attachFile(c.var.ctx, dataDir, {
      record_kind: String(record_kind ?? ''),
      record_id: String(record_id ?? ''),
      visibility: visibility === 'public' ? 'public' : undefined,
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    });
    c.header('Location', `/api/v1/attachments/${row.id}`);
    return c.json(attachmentJson(row), 201);
  });

  api.openapi(listFiles, async (c) => {
    const { record_kind, record_id } = c.req.valid('query');
    return c.json({ items: (await listAttachments(c.var.ctx, record_kind, record_id)).map(attachmentJson), next_cursor: null }, 200);
  });

  api.openapi(fetchFile, async (c) => {
    const row = await getAttachment(c.var.ctx, c.req.valid('param').id);
    const bytes = await openFile(dataDir, row.sha256);
    if (bytes === null) throw notFound(['File', 'ファイル']);
    return new Response(bytes, {
      headers: {
        'Content-Type': row.media_type,
        'Content-Length': String(row.size_bytes),
        'Content-Disposition': disposition(row),
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy': "default-src 'none'; sandbox",
        'Cache-Control': 'private, max-age=3600',
      },
    });
  });

  api.openapi(removeFile, async (c) => {
    await removeAttachment(c.var.ctx, c.req.valid('param').id);
    return c.body(null, 204);
  });

  return api;
}

/** Pictures may be shown in place; everything else is saved. RFC 6266: an ASCII name for old clients, the true one beside it. */
const disposition = (row: AttachmentRow): string =>
  `${row.media_type.startsWith('image/') ? 'inline' : 'attachment'}; filename="${row.name.replace(/[^\x20-\x7e]|["\\%]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(row.name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)}`;

const attachmentJson = ({ partner_id: _, removed_at: __, ...row }: AttachmentRow) => ({ ...row, created_at: rfc3339(row.created_at) });

// Files beside records: who may see or write the record may see or add its files. The record itself is asked each time, so a record that moved to another
// partner takes its files along.
import { type SelectQueryBuilder, sql } from 'kysely';
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import type { Permission } from '../core/permission.ts';
import { notFound, oneOf, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { Tables } from '../db/tables.ts';
import { remember } from '../history/remember.ts';
import { cleanUpload } from './clean.ts';
import { keepFile } from './files.ts';
import type { AttachmentRow, Visibility } from './table.ts';

interface RecordKind {
  readonly table: string;
  readonly read: Permission;
  readonly write: Permission;
  /** The table says whose partner a row is; without it files are for staff. */
  readonly partner?: true;
  /** What staff adds stays with staff unless it is shared on purpose: it may belong to an internal note. */
  readonly internal?: true;
}

const kinds: Readonly<Record<string, RecordKind>> = {
  unit: { table: 'units', read: 'unit:read', write: 'unit:write', partner: true },
  model: { table: 'models', read: 'catalog:read', write: 'catalog:write' },
  return: { table: 'returns', read: 'return:read', write: 'return:write', partner: true },
  return_unit: { table: 'return_units', read: 'return:read', write: 'return:write', partner: true },
  inspection: { table: 'inspections', read: 'inspection:read', write: 'inspection:write' },
  case: { table: 'cases', read: 'case:read', write: 'case:write', partner: true, internal: true },
  investigation: { table: 'investigations', read: 'investigation:read', write: 'investigation:write' },
  claim: { table: 'claims', read: 'claim:read', write: 'claim:write' },
  claim_exchange: { table: 'claim_exchanges', read: 'claim:read', write: 'claim:write' },
  test_record: { table: 'test_records', read: 'investigation:read', write: 'investigation:write' },
  notice: { table: 'notices', read: 'notice:read', write: 'notice:write' },
  article: { table: 'articles', read: 'article:read', write: 'article:write' },
};
export const attachableKinds: readonly string[] = Object.keys(kinds);

const FILE = ['Attachment', '添付ファイル'] as const;
const LONGEST_NAME = 200;

export interface AttachedTo {
  readonly record_kind: string;
  readonly record_id: string;
  /** Beside a case: `public` shares the file with the customer's partner. What a partner adds is always public. */
  readonly visibility?: Visibility | undefined;
}

export interface NewAttachment extends AttachedTo {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes that lie under DATA_DIR and are not beside anything yet. */
export type KeptFile = Pick<AttachmentRow, 'name' | 'media_type' | 'size_bytes' | 'sha256'>;

/** Keeps a file beside a record. `dataDir` is DATA_DIR. */
export async function attachFile(ctx: Ctx, dataDir: string, input: NewAttachment): Promise<AttachmentRow> {
  await openRecord(ctx, input.record_kind, input.record_id, 'write');
  return attachKept(ctx, input, await cleanAndKeep(dataDir, input));
}

/** Cleans the bytes and keeps them: slow, so it is done before the transaction. Throws `unsupported` or `too_large`. */
export async function cleanAndKeep(dataDir: string, input: Pick<NewAttachment, 'name' | 'bytes'>): Promise<KeptFile> {
  const name = input.name.replace(/[\\/\p{Cc}]/gu, '_').slice(-LONGEST_NAME) || 'file';
  const { bytes, media_type } = await cleanUpload(input.bytes, name);
  return { name, media_type, size_bytes: bytes.length, sha256: await keepFile(dataDir, bytes) };
}

/** Puts a kept file beside a record. */
export async function attachKept(ctx: Ctx, to: AttachedTo, file: KeptFile): Promise<AttachmentRow> {
  return transaction(ctx, async (ctx) => {
    const partner_id = await openRecord(ctx, to.record_kind, to.record_id, 'write');
    const row: AttachmentRow = {
      ...file,
      id: newId(ctx.now),
      record_kind: to.record_kind,
      record_id: to.record_id,
      partner_id,
      visibility: visibilityOf(ctx, to),
      created_by: ctx.actor.name,
      created_at: ctx.now,
      removed_at: null,
    };
    await ctx.db.insertInto('attachments').values(row).execute();
    await remember(ctx, {
      action: 'attachment.added',
      record_kind: row.record_kind,
      record_id: row.record_id,
      change: { attachment_id: row.id, name: row.name, media_type: row.media_type, size_bytes: row.size_bytes },
    });
    return row;
  });
}

const visibilityOf = (ctx: Ctx, { record_kind, visibility }: AttachedTo): Visibility =>
  ctx.actor.partner_id !== null || kinds[record_kind]?.internal !== true ? 'public' : (visibility ?? 'internal');

/** Partners get what is public, and cannot tell the rest from nothing. */
const shownTo =
  (ctx: Ctx) =>
  <O>(query: SelectQueryBuilder<Tables, 'attachments', O>): SelectQueryBuilder<Tables, 'attachments', O> =>
    query.where('attachments.removed_at', 'is', null).$if(ctx.actor.partner_id !== null, (files) => files.where('attachments.visibility', '=', 'public'));

/** Marks a file as removed: it is listed and served no more. */
export async function removeAttachment(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async (ctx) => {
    const row = await openAttachment(ctx, id, 'write');
    await ctx.db.updateTable('attachments').set({ removed_at: ctx.now }).where('id', '=', id).where('removed_at', 'is', null).execute();
    await remember(ctx, {
      action: 'attachment.removed',
      record_kind: row.record_kind,
      record_id: row.record_id,
      change: { attachment_id: id, name: row.name },
    });
  });
}

/** Throws `not_found` for a removed file and for one beside a record the caller may not see. */
export const getAttachment = (ctx: Ctx, id: string): Promise<AttachmentRow> => openAttachment(ctx, id, 'read');

/** The files beside one record, oldest first. */
export async function listAttachments(ctx: Ctx, record_kind: string, record_id: string): Promise<AttachmentRow[]> {
  await openRecord(ctx, record_kind, record_id, 'read');
  return ctx.db
    .selectFrom('attachments')
    .selectAll()
    .where('record_kind', '=', record_kind)
    .where('record_id', '=', record_id)
    .$call(shownTo(ctx))
    .orderBy('id')
    .execute();
}

async function openAttachment(ctx: Ctx, id: string, deed: 'read' | 'write'): Promise<AttachmentRow> {
  const row = await ctx.db.selectFrom('attachments').selectAll().$call(shownTo(ctx)).where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(FILE);
  try {
    await openRecord(ctx, row.record_kind, row.record_id, deed);
  } catch (error) {
    // A partner must not learn that there is a file beside a record it may not see.
    throw error instanceof Problem && ctx.actor.partner_id !== null ? notFound(FILE) : error;
  }
  return row;
}

/** Throws unless the caller may read or write the record; returns whose partner it is. */
async function openRecord(ctx: Ctx, record_kind: string, record_id: string, deed: 'read' | 'write'): Promise<string | null> {
  const kind = Object.hasOwn(kinds, record_kind) ? kinds[record_kind] : undefined;
  if (kind === undefined) {
    throw new Problem('invalid', [`Files cannot be kept beside a ${record_kind}`, `${record_kind} には添付できません`], {
      errors: [{ path: 'record_kind', message: oneOf(attachableKinds) }],
    });
  }
  allow(ctx, kind[deed]);
  const partner = sql<string | null>`${kind.partner === true ? sql.ref('partner_id') : sql.lit(null)}`;
  // Kysely cannot type a query over one of several tables; each has an id.
  const record = await ctx.db
    .selectFrom(kind.table as 'units')
    .select(partner.as('partner_id'))
    .where('id', '=', record_id)
    .$call(kind.partner === true ? seenBy(ctx, 'partner_id') : (query) => (ctx.actor.partner_id === null ? query : query.where(sql<boolean>`1 = 0`)))
    .executeTakeFirst();
  if (record === undefined) throw notFound(['Record', 'レコード']);
  return record.partner_id;
}

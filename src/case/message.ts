// What is said: public to the customer, or internal. An internal note is another kind of event, and no reader but staff is ever given one.
import { listAttachments } from '../attachment/attach.ts';
import type { AttachmentRow } from '../attachment/table.ts';
import { newId } from '../core/id.ts';
import { invalid, Problem } from '../core/problem.ts';
import { sameInBoth } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { type MailedFile, queueMail } from '../outbox/tell.ts';
import type { WriteMessage } from './inputs.ts';
import { refuseAside } from './owner.ts';
import { changeCase, type Draft } from './record.ts';
import { onlyThanks, openPlaces } from './rules.ts';
import type { CaseRow } from './table.ts';

/** Adds a message. A partner writes as partner, whatever was asked for. A public message of staff goes out by mail to the contact. */
export const writeMessage = (ctx: Ctx, id: string, input: WriteMessage, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (row, ctx) => {
    refuseAside(row);
    refuseFilesElsewhere(ctx, input);
    if (ctx.actor.partner_id !== null) return [incoming(input, 'partner', row)];
    if (input.from === 'customer') return [incoming(input, 'customer', row)];
    if (input.visibility === 'internal') return [{ ...moment(input), kind: 'note', body: input.text }];
    if (input.from === 'bot') return [{ ...moment(input), kind: 'auto_reply', visibility: 'public', by_kind: 'bot', body: input.text }];
    return replied(ctx, row, input);
  });

/** Corrects whether a customer's message only thanks; measures follow as if it had been known from the start. */
export const classifyMessage = (ctx: Ctx, id: string, input: { event_id: string; thanks: boolean }): Promise<CaseRow> =>
  changeCase(ctx, id, undefined, async (row, ctx) => {
    const event = await ctx.db
      .selectFrom('case_events')
      .select('id')
      .where('case_id', '=', row.id)
      .where('id', '=', input.event_id)
      .where('kind', '=', 'message_in')
      .executeTakeFirst();
    if (event === undefined) throw new Problem('not_found', ['The case has no such message', '該当するメッセージがありません']);
    return [{ kind: 'message_classified', facts: input }];
  });

const moment = (input: Pick<WriteMessage, 'at' | 'source_key'>): Pick<Draft, 'at' | 'source_key'> => ({
  ...(input.at === undefined ? {} : { at: input.at }),
  ...(input.source_key === undefined ? {} : { source_key: `message:${input.source_key}` }),
});

const incoming = (input: WriteMessage, by_kind: 'customer' | 'partner', row: CaseRow): Draft => ({
  ...moment(input),
  kind: 'message_in',
  visibility: 'public',
  by_kind,
  body: input.text,
  facts: { thanks: onlyThanks(input.text) },
  ...(by_kind === 'customer' ? { actor: { id: row.customer_id ?? 'customer', name: row.contact_name ?? 'customer' } } : {}),
});

async function replied(ctx: Ctx, row: CaseRow, input: WriteMessage): Promise<Draft[]> {
  if (row.state === 'new')
    throw new Problem('conflict', ['Take the case before answering', '先に担当者を決めてください'], { blocking: `/api/v1/cases/${row.id}` });
  const reply = await mailedReply(ctx, row, 'text', input);
  return input.waiting_for === undefined ? [reply] : [reply, { kind: 'waiting', facts: { waiting_for: input.waiting_for } }];
}

/** A reply that goes to the contact with its files; `below` stands in the mail alone. Throws `invalid`, naming `field`, for a text with holes. */
export async function mailedReply(
  ctx: Ctx,
  row: CaseRow,
  field: string,
  input: Pick<WriteMessage, 'text' | 'attachment_ids' | 'at' | 'source_key'>,
  below = '',
): Promise<Draft> {
  const holes = openPlaces(input.text);
  if (holes.length > 0)
    throw new Problem('invalid', [`Not filled in: ${holes.join(', ')}`, `未入力の項目があります: ${holes.join('、')}`], {
      errors: [{ path: field, message: sameInBoth(`{${holes[0]}}`) }],
    });
  const files = await mailedFiles(ctx, row, input.attachment_ids ?? []);
  await mailContact(ctx, row, input.text + below, { key: input.source_key, files });
  const facts = files.length === 0 ? {} : { facts: { attachment_ids: files.map(({ id }) => id) } };
  return { ...moment(input), kind: 'message_out', visibility: 'public', body: input.text, ...facts };
}

/** Only what goes out by mail takes files along. */
function refuseFilesElsewhere(ctx: Ctx, { attachment_ids = [], visibility, from }: WriteMessage): void {
  if (attachment_ids.length > 0 && (ctx.actor.partner_id !== null || visibility === 'internal' || from !== 'staff'))
    throw invalid('attachment_ids', ['Only a reply to the customer takes files', '添付できるのは顧客への返信だけです']);
}

/** What most mail servers still take, with a third for the encoding. */
const MOST_BYTES = 15 * 1024 * 1024;

/** The files of a reply. Throws `invalid` for one that is not beside the case, that is internal, and for more than mail carries. */
async function mailedFiles(ctx: Ctx, row: CaseRow, ids: readonly string[]): Promise<AttachmentRow[]> {
  if (ids.length === 0) return [];
  const beside = await listAttachments(ctx, 'case', row.id);
  const files = [...new Set(ids)].map((id) => {
    const file = beside.find((one) => one.id === id);
    if (file === undefined) throw invalid('attachment_ids', ['No such file beside the case', 'この問い合わせに該当するファイルがありません']);
    if (file.visibility !== 'public') throw invalid('attachment_ids', [`${file.name} is for staff alone`, `${file.name} は社内限定です`]);
    return file;
  });
  if (files.reduce((sum, { size_bytes }) => sum + size_bytes, 0) > MOST_BYTES)
    throw invalid('attachment_ids', ['More than 15 MiB: too much for a mail', '合計15 MiBを超えるためメールで送信できません']);
  return files;
}

export const CASE_MAIL = 'case.message_out';

/** The mail a public message becomes. Its subject carries the number, its Message-ID the outbox row, by which an answer finds the case. */
export async function mailContact(
  ctx: Ctx,
  row: CaseRow,
  text: string,
  { key = newId(ctx.now), files = [] }: { key?: string | undefined; files?: readonly MailedFile[] } = {},
): Promise<void> {
  if (row.contact_email === null) return;
  await queueMail(ctx, {
    to: row.contact_email,
    subject: `[${row.number}] ${row.subject}`,
    text,
    topic: CASE_MAIL,
    dedupe_key: `case-message:${row.id}:${key}`,
    ...(files.length === 0 ? {} : { files: files.map(({ name, media_type, sha256 }) => ({ name, media_type, sha256 })) }),
  });
}

/** The case a mail of ours is about, from the key it was queued with. */
export const caseOfMail = (dedupe_key: string | null): string | null => /^case-message:([^:]+):/.exec(dedupe_key ?? '')?.[1] ?? null;

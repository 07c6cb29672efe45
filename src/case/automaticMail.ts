// Mail that programs wrote and that answers no case. It is no inquiry until a person says so, and it is not lost: it waits until somebody has looked.
import { attachKept, type KeptFile } from '../attachment/attach.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import { openFromMail } from './openFromMail.ts';
import type { InboundMail } from './readMail.ts';
import { lockCases } from './record.ts';
import type { AutomaticMailRow, CaseRow } from './table.ts';

export const findAutomatic = (ctx: Ctx, message_id: string): Promise<AutomaticMailRow | undefined> =>
  ctx.db.selectFrom('automatic_mails').selectAll().where('message_id', '=', message_id).executeTakeFirst();

/** Keeps it, with the mail of ours it speaks of. Inside the transaction that looked for its case. */
export async function keepAutomatic(ctx: Ctx, mail: InboundMail, files: { kept: readonly KeptFile[]; refused: readonly string[] }): Promise<AutomaticMailRow> {
  const row = await ctx.db
    .insertInto('automatic_mails')
    .values({
      id: newId(ctx.now),
      message_id: mail.message_id,
      state: 'waiting',
      from_email: mail.from,
      from_name: mail.from_name,
      subject: mail.subject,
      body: mail.text,
      bounced: mail.bounced ? 1 : 0,
      outbox_id: await mailOfOurs(ctx, mail.answers),
      files: JSON.stringify(files.kept),
      refused_files: JSON.stringify(files.refused),
      sent_at: mail.sent_at,
      received_at: ctx.now,
      case_id: null,
      settled_by: null,
      settled_at: null,
      reason: null,
      version: 1,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await remember(ctx, { action: 'automatic_mail.kept', record_kind: 'automatic_mail', record_id: row.id, change: { bounced: mail.bounced } });
  return row;
}

/** The Message-ID of a mail of ours is its outbox row. */
async function mailOfOurs(ctx: Ctx, answers: readonly string[]): Promise<string | null> {
  if (answers.length === 0) return null;
  const ids = answers.map((id) => id.slice(1).split('@')[0] ?? '');
  const sent = await ctx.db.selectFrom('outbox').select('id').where('id', 'in', ids).where('kind', '=', 'mail').orderBy('id', 'desc').executeTakeFirst();
  return sent?.id ?? null;
}

/** The newest first, unless the request sorts otherwise. */
export function listAutomatic(ctx: Ctx, filter: { state?: AutomaticMailRow['state'] | undefined }, request: PageRequest): Promise<Page<AutomaticMailRow>> {
  staffOnly(ctx);
  return listPage(
    ctx.db
      .selectFrom('automatic_mails')
      .selectAll()
      .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state ?? 'waiting')),
    request,
    { received_at: 'automatic_mails.received_at' },
    'automatic_mails.id',
  );
}

export async function countWaitingMails(ctx: Ctx): Promise<number> {
  const { n } = await ctx.db
    .selectFrom('automatic_mails')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return n;
}

/** It was an inquiry after all: a case as if a person had written, with its files. */
export async function openCaseOfMail(ctx: Ctx, id: string, expected?: number): Promise<CaseRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    await lockCases(ctx);
    const mail = await loadWaiting(ctx, id, expected);
    const said = { ...mail, from: mail.from_email, text: mail.body, automatic: false, bounced: false };
    const row = await openFromMail(ctx, said, JSON.parse(mail.refused_files));
    const files: KeptFile[] = JSON.parse(mail.files);
    for (const file of files) await attachKept(ctx, { record_kind: 'case', record_id: row.id, visibility: 'public' }, file);
    await settle(ctx, mail, { state: 'opened', case_id: row.id });
    await remember(ctx, { action: 'automatic_mail.opened', record_kind: 'automatic_mail', record_id: id, change: { case_id: row.id } });
    return row;
  });
}

/** Nothing has to be done about it; it stays where it can be read. */
export async function dismissMail(ctx: Ctx, id: string, reason: string, expected?: number): Promise<AutomaticMailRow> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const after = await settle(ctx, await loadWaiting(ctx, id, expected), { state: 'dismissed', reason });
    await remember(ctx, { action: 'automatic_mail.dismissed', record_kind: 'automatic_mail', record_id: id, reason });
    return after;
  });
}

async function loadWaiting(ctx: Ctx, id: string, expected: number | undefined): Promise<AutomaticMailRow> {
  const row = await ctx.db.selectFrom('automatic_mails').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound(['Automatic mail', '自動メール']);
  refuseStale(row, expected);
  if (row.state !== 'waiting') throw settledAlready(row);
  return row;
}

async function settle(ctx: Ctx, row: AutomaticMailRow, change: Partial<AutomaticMailRow>): Promise<AutomaticMailRow> {
  const after = await ctx.db
    .updateTable('automatic_mails')
    .set({ ...change, settled_by: ctx.actor.name, settled_at: ctx.now, version: row.version + 1 })
    .where('id', '=', row.id)
    .where('state', '=', 'waiting')
    .returningAll()
    .executeTakeFirst();
  if (after === undefined) throw settledAlready(row);
  return after;
}

const settledAlready = (row: AutomaticMailRow): Problem =>
  new Problem('conflict', ['Somebody has dealt with it already', '既に対応済みです'], row.case_id === null ? {} : { blocking: `/api/v1/cases/${row.case_id}` });

// Mail that comes in: message/rfc822 as a mail server hands it over. The same Message-ID twice is one message; an automatic mail is no customer's word.
import { attachKept, cleanAndKeep, type KeptFile } from '../attachment/attach.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { findAutomatic, keepAutomatic } from './automaticMail.ts';
import { CASE_MAIL, caseOfMail } from './message.ts';
import { draftsOf, mailKey, openFromMail } from './openFromMail.ts';
import { type InboundMail, readMail } from './readMail.ts';
import { lockCases, recordEvents } from './record.ts';
import { caseNumberIn } from './rules.ts';
import type { AutomaticMailRow, CaseRow } from './table.ts';

export type Received =
  | { readonly outcome: 'opened' | 'added' | 'repeated'; readonly row: CaseRow; readonly kept: null }
  | { readonly outcome: 'kept' | 'repeated'; readonly row: null; readonly kept: AutomaticMailRow };

/**
 * Adds the mail, with its files under `dataDir`, to the case it answers; otherwise opens one. What a program wrote opens none: it is kept for a person to look at.
 * Throws `malformed` for what is no mail.
 */
export async function receiveMail(ctx: Ctx, dataDir: string, raw: Uint8Array): Promise<Received> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  const mail = await readMail(raw);
  const files = await keepFiles(dataDir, mail);
  return transaction(ctx, async (ctx) => {
    const change_no = await lockCases(ctx);
    const known = await caseSaying(ctx, [mailKey(mail.message_id)]);
    if (known !== undefined) return { row: known, kept: null, outcome: 'repeated' };
    const before = await findAutomatic(ctx, mail.message_id);
    if (before !== undefined) return { row: null, kept: before, outcome: 'repeated' };
    const named = (await caseAnswered(ctx, mail)) ?? (await caseNamed(ctx, mail));
    if (named === undefined && mail.automatic) return { row: null, kept: await keepAutomatic(ctx, mail, files), outcome: 'kept' };
    const row =
      named === undefined ? await openFromMail(ctx, mail, files.refused) : await recordEvents(ctx, named, draftsOf(ctx, mail, files.refused), change_no);
    // They came from outside: whoever wrote them may see them.
    for (const file of files.kept) await attachKept(ctx, { record_kind: 'case', record_id: row.id, visibility: 'public' }, file);
    return { row, kept: null, outcome: named === undefined ? 'opened' : 'added' };
  });
}

const MOST_FILES = 30;

/** A file that cannot be kept is named in the case: nobody must believe that nothing was sent. */
async function keepFiles(dataDir: string, mail: InboundMail): Promise<{ kept: KeptFile[]; refused: string[] }> {
  const kept: KeptFile[] = [];
  const refused: string[] = [];
  for (const [i, file] of mail.files.entries()) {
    if (i >= MOST_FILES) {
      refused.push(file.name);
      continue;
    }
    try {
      kept.push(await cleanAndKeep(dataDir, file));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.push(file.name);
    }
  }
  return { kept, refused };
}

const caseSaying = (ctx: Ctx, source_keys: readonly string[]): Promise<CaseRow | undefined> =>
  ctx.db
    .selectFrom('case_events')
    .innerJoin('cases', 'cases.id', 'case_events.case_id')
    .selectAll('cases')
    .where('case_events.source_key', 'in', source_keys)
    .orderBy('case_events.at', 'desc')
    .executeTakeFirst();

/**
 * The case one of whose messages the mail answers. The id of a mail of ours is known only to whom it was sent; that of a customer's own mail proves nothing without
 * the sender.
 */
async function caseAnswered(ctx: Ctx, mail: InboundMail): Promise<CaseRow | undefined> {
  if (mail.answers.length === 0) return undefined;
  const ours = mail.answers.map((id) => id.slice(1).split('@')[0] ?? '');
  const sent = await ctx.db
    .selectFrom('outbox')
    .select('dedupe_key')
    .where('id', 'in', ours)
    .where('topic', '=', CASE_MAIL)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  const case_id = caseOfMail(sent?.dedupe_key ?? null);
  if (case_id !== null) return goneOn(ctx, await ctx.db.selectFrom('cases').selectAll().where('id', '=', case_id).executeTakeFirst());
  const row = await caseSaying(ctx, mail.answers.map(mailKey));
  return row !== undefined && (await belongs(ctx, row, mail.from)) ? goneOn(ctx, row) : undefined;
}

/** The case whose number the subject carries, if the sender belongs to it: a number alone proves nothing. */
async function caseNamed(ctx: Ctx, mail: InboundMail): Promise<CaseRow | undefined> {
  const number = caseNumberIn(mail.subject);
  const row = number === null ? undefined : await ctx.db.selectFrom('cases').selectAll().where('number', '=', number).executeTakeFirst();
  return row !== undefined && (await belongs(ctx, row, mail.from)) ? goneOn(ctx, row) : undefined;
}

/** Whether the address is the contact's, the customer's or the partner's. */
async function belongs(ctx: Ctx, row: CaseRow, address: string): Promise<boolean> {
  const found = await ctx.db
    .selectFrom('cases')
    .leftJoin('customers', 'customers.id', 'cases.customer_id')
    .leftJoin('partners', 'partners.id', 'cases.partner_id')
    .select(['cases.contact_email', 'customers.email as customer_email', 'partners.email as partner_email'])
    .where('cases.id', '=', row.id)
    .executeTakeFirst();
  return [found?.contact_email, found?.customer_email, found?.partner_email].some((known) => known?.toLowerCase() === address);
}

/** What was merged goes on in the other case. */
const goneOn = async (ctx: Ctx, row: CaseRow | undefined): Promise<CaseRow | undefined> =>
  row === undefined || row.merged_into_id === null ? row : ctx.db.selectFrom('cases').selectAll().where('id', '=', row.merged_into_id).executeTakeFirst();

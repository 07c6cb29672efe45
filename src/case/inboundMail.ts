// Mail that comes in: message/rfc822 as a mail server hands it over. The same Message-ID twice is one message; an automatic mail is no customer's word.
import { attachKept, cleanAndKeep, type KeptFile } from '../attachment/attach.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { CASE_MAIL, caseOfMail } from './message.ts';
import { openCase } from './open.ts';
import { type InboundMail, readMail } from './readMail.ts';
import { type Draft, lockCases, recordEvents } from './record.ts';
import { caseNumberIn, onlyThanks, withoutQuotes } from './rules.ts';
import type { CaseRow } from './table.ts';

/** A mail's own date counts only when it is this near to now. */
const BELIEVED_MS = 7 * 86_400_000;

type Outcome = 'opened' | 'added' | 'repeated';

/** Adds the mail, with its files under `dataDir`, to the case it answers; otherwise opens one. Throws `malformed` for what is no mail. */
export async function receiveMail(ctx: Ctx, dataDir: string, raw: Uint8Array): Promise<{ row: CaseRow; outcome: Outcome }> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  const mail = await readMail(raw);
  const files = await keepFiles(dataDir, mail);
  return transaction(ctx, async (ctx) => {
    const change_no = await lockCases(ctx);
    const known = await caseSaying(ctx, [mailKey(mail.message_id)]);
    if (known !== undefined) return { row: known, outcome: 'repeated' };
    const named = (await caseAnswered(ctx, mail)) ?? (await caseNamed(ctx, mail));
    const row =
      named === undefined ? await openFromMail(ctx, mail, files.refused) : await recordEvents(ctx, named, draftsOf(ctx, mail, files.refused), change_no);
    // They came from outside: whoever wrote them may see them.
    for (const file of files.kept) await attachKept(ctx, { record_kind: 'case', record_id: row.id, visibility: 'public' }, file);
    return { row, outcome: named === undefined ? 'opened' : 'added' };
  });
}

/** A file that cannot be kept is named in the case: nobody must believe that nothing was sent. */
async function keepFiles(dataDir: string, mail: InboundMail): Promise<{ kept: KeptFile[]; refused: string[] }> {
  const kept: KeptFile[] = [];
  const refused: string[] = [];
  for (const file of mail.files) {
    try {
      kept.push(await cleanAndKeep(dataDir, file));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.push(file.name);
    }
  }
  return { kept, refused };
}

const mailKey = (message_id: string): string => `mail:${message_id}`;

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

const draftsOf = (ctx: Ctx, mail: InboundMail, refused: readonly string[]): Draft[] => [
  messageOf(ctx, mail),
  ...(refused.length === 0
    ? []
    : [{ kind: 'note' as const, at: momentOf(ctx, mail), body: `Not kept, of a type or size we do not take: ${refused.join(', ')}` }]),
];

const messageOf = (ctx: Ctx, mail: InboundMail): Draft & { readonly at: number } => {
  const said = { body: mail.text, at: momentOf(ctx, mail), source_key: mailKey(mail.message_id), actor: { id: mail.from, name: mail.from_name ?? mail.from } };
  return mail.automatic
    ? { ...said, kind: 'auto_reply' as const, visibility: 'public' as const, by_kind: 'bot' as const }
    : {
        ...said,
        kind: 'message_in' as const,
        visibility: 'public' as const,
        by_kind: 'customer' as const,
        facts: { thanks: onlyThanks(withoutQuotes(mail.text)) },
      };
};

const momentOf = (ctx: Ctx, mail: InboundMail): number =>
  mail.sent_at !== null && mail.sent_at <= ctx.now && ctx.now - mail.sent_at < BELIEVED_MS ? mail.sent_at : ctx.now;

async function openFromMail(ctx: Ctx, mail: InboundMail, refused: readonly string[]): Promise<CaseRow> {
  const customer = await ctx.db
    .selectFrom('customers')
    .select(['id', 'locale'])
    .where((where) => where(where.fn<string>('lower', ['email']), '=', mail.from))
    .executeTakeFirst();
  const partner = await ctx.db
    .selectFrom('partners')
    .select('id')
    .where((where) => where(where.fn<string>('lower', ['email']), '=', mail.from))
    .executeTakeFirst();
  return openCase(ctx, {
    type: 'trouble',
    source: 'mail',
    initiated_by: partner !== undefined && customer === undefined ? 'partner' : 'customer',
    subject: mail.subject,
    unit_ids: [],
    at: momentOf(ctx, mail),
    ...(customer === undefined ? {} : { customer_id: customer.id }),
    ...(partner === undefined ? {} : { partner_id: partner.id }),
    contact_name: mail.from_name,
    contact_email: mail.from,
    contact_locale: customer?.locale ?? (/[ぁ-んァ-ヶ一-龠]/u.test(mail.subject + mail.text) ? 'ja' : 'en'),
    also: draftsOf(ctx, mail, refused),
  });
}

// Mail that comes in: message/rfc822 as a mail server hands it over. The same Message-ID twice is one message; an automatic mail is no customer's word.
import PostalMime, { type Email } from 'postal-mime';
import { z } from 'zod';
import { allow, staffOnly } from '../core/actor.ts';
import { sha256 } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { openCase } from './open.ts';
import { lockCases, recordEvents } from './record.ts';
import { caseNumberIn, onlyThanks, withoutQuotes } from './rules.ts';
import type { CaseRow } from './table.ts';

export interface InboundMail {
  readonly message_id: string;
  readonly from: string;
  readonly from_name: string | null;
  readonly subject: string;
  readonly text: string;
  /** A vacation notice, a bounce, a list. */
  readonly automatic: boolean;
  readonly sent_at: number | null;
}

const LONGEST_TEXT = 20_000;
const LONGEST_SUBJECT = 300;
/** A mail's own date counts only when it is this near to now. */
const BELIEVED_MS = 7 * 86_400_000;

/** Adds the mail to the case its subject names, when the sender belongs to it; otherwise opens a case. Throws `malformed` for what is no mail. */
export async function receiveMail(ctx: Ctx, raw: Uint8Array): Promise<{ row: CaseRow; outcome: 'opened' | 'added' | 'repeated' }> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  const mail = await readMail(raw);
  return transaction(ctx, async (ctx) => {
    const change_no = await lockCases(ctx);
    const known = await ctx.db
      .selectFrom('case_events')
      .innerJoin('cases', 'cases.id', 'case_events.case_id')
      .selectAll('cases')
      .where('case_events.source_key', '=', mailKey(mail))
      .executeTakeFirst();
    if (known !== undefined) return { row: known, outcome: 'repeated' };
    const named = await caseNamed(ctx, mail);
    if (named === undefined) return { row: await openFromMail(ctx, mail), outcome: 'opened' };
    const row = await recordEvents(ctx, named, [messageOf(ctx, mail)], change_no);
    return { row, outcome: 'added' };
  });
}

/** Reads one mail. Throws `malformed` without a sender. */
export async function readMail(raw: Uint8Array): Promise<InboundMail> {
  // postal-mime wants an ArrayBuffer of its own; a copy of the bytes is one.
  const email = await PostalMime.parse(Uint8Array.from(raw).buffer, { maxNestingDepth: 20 }).catch(() => null);
  const from = z.email().safeParse(email?.from?.address?.toLowerCase());
  if (email === null || !from.success) throw new Problem('malformed', ['This is no mail with a sender', '差出人のあるメールとして読めません']);
  const text = (email.text ?? textOfHtml(email.html ?? '')).trim();
  return {
    message_id: email.messageId ?? sha256(raw),
    from: from.data,
    from_name: email.from?.name?.slice(0, 200) || null,
    subject: (email.subject ?? '').trim().slice(0, LONGEST_SUBJECT) || '(no subject)',
    text: text.slice(0, LONGEST_TEXT) || '(empty)',
    automatic: isAutomatic(email),
    sent_at: email.date === undefined ? null : Date.parse(email.date) || null,
  };
}

/** RFC 3834: Auto-Submitted other than `no`; and what older programs send. */
function isAutomatic(email: Email): boolean {
  const header = (name: string): string => email.headers.find(({ key }) => key === name)?.value.toLowerCase() ?? '';
  return (
    (header('auto-submitted') !== '' && !header('auto-submitted').startsWith('no')) ||
    /bulk|junk|list|auto_reply/.test(header('precedence')) ||
    header('x-autoreply') !== '' ||
    header('return-path') === '<>' ||
    /^(mailer-daemon|postmaster)@/i.test(email.from?.address ?? '')
  );
}

const textOfHtml = (html: string): string =>
  html
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/<(br|\/p|\/div|\/li)[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

const mailKey = (mail: InboundMail): string => `mail:${mail.message_id}`;

/** The case whose number the subject carries, if the sender is its contact, its customer or its partner. A number alone proves nothing. */
async function caseNamed(ctx: Ctx, mail: InboundMail): Promise<CaseRow | undefined> {
  const number = caseNumberIn(mail.subject);
  if (number === null) return undefined;
  const found = await ctx.db
    .selectFrom('cases')
    .leftJoin('customers', 'customers.id', 'cases.customer_id')
    .leftJoin('partners', 'partners.id', 'cases.partner_id')
    .selectAll('cases')
    .select(['customers.email as customer_email', 'partners.email as partner_email'])
    .where('cases.number', '=', number)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { customer_email, partner_email, ...row } = found;
  const known = [row.contact_email, customer_email, partner_email].map((address) => address?.toLowerCase());
  if (!known.includes(mail.from)) return undefined;
  // What was merged goes on in the other case.
  return row.merged_into_id === null ? row : ctx.db.selectFrom('cases').selectAll().where('id', '=', row.merged_into_id).executeTakeFirst();
}

const messageOf = (ctx: Ctx, mail: InboundMail) => {
  const said = { body: mail.text, at: momentOf(ctx, mail), source_key: mailKey(mail), actor: { id: mail.from, name: mail.from_name ?? mail.from } };
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

async function openFromMail(ctx: Ctx, mail: InboundMail): Promise<CaseRow> {
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
  const message = messageOf(ctx, mail);
  return openCase(ctx, {
    type: 'trouble',
    source: 'mail',
    initiated_by: partner !== undefined && customer === undefined ? 'partner' : 'customer',
    subject: mail.subject,
    unit_ids: [],
    at: message.at,
    ...(customer === undefined ? {} : { customer_id: customer.id }),
    ...(partner === undefined ? {} : { partner_id: partner.id }),
    contact_name: mail.from_name,
    contact_email: mail.from,
    contact_locale: customer?.locale ?? (/[ぁ-んァ-ヶ一-龠]/u.test(mail.subject + mail.text) ? 'ja' : 'en'),
    also: [message],
  });
}

// What a mail becomes in a case: a message, a note of the files that were refused, and the opening when it answers none.
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { openCase } from './open.ts';
import type { InboundMail } from './readMail.ts';
import type { Draft } from './record.ts';
import { onlyThanks, withoutQuotes } from './rules.ts';
import type { CaseRow } from './table.ts';

export type Said = Pick<InboundMail, 'message_id' | 'from' | 'from_name' | 'subject' | 'text' | 'automatic' | 'bounced' | 'sent_at'>;

/** A mail's own date counts only when it is this near to now. */
const BELIEVED_MS = 7 * 86_400_000;

/** The source key of a mail's message: the same Message-ID twice is one. */
export const mailKey = (message_id: string): string => `mail:${message_id}`;

export const draftsOf = (ctx: Ctx, mail: Said, refused: readonly string[]): Draft[] => [
  messageOf(ctx, mail),
  ...(refused.length === 0 ? [] : [{ kind: 'note' as const, at: momentOf(ctx, mail), body: leftOut(ctx, refused) }]),
];

const leftOut = (ctx: Ctx, files: readonly string[]): string =>
  speak(
    [`Not kept, too many or of a type or size we do not take: ${files.join(', ')}`, `保存していません（件数・形式・サイズの制限）: ${files.join('、')}`],
    ctx.actor.locale,
  );

const messageOf = (ctx: Ctx, mail: Said): Draft & { readonly at: number } => {
  const said = { body: mail.text, at: momentOf(ctx, mail), source_key: mailKey(mail.message_id), actor: { id: mail.from, name: mail.from_name ?? mail.from } };
  return mail.automatic
    ? { ...said, kind: 'auto_reply' as const, visibility: 'public' as const, by_kind: 'bot' as const, facts: mail.bounced ? { bounced: true } : {} }
    : {
        ...said,
        kind: 'message_in' as const,
        visibility: 'public' as const,
        by_kind: 'customer' as const,
        facts: { thanks: onlyThanks(withoutQuotes(mail.text)) },
      };
};

const momentOf = (ctx: Ctx, mail: Said): number =>
  mail.sent_at !== null && mail.sent_at <= ctx.now && ctx.now - mail.sent_at < BELIEVED_MS ? mail.sent_at : ctx.now;

/** A new case of whoever wrote: the customer of that address, else the partner, else somebody we do not know. */
export async function openFromMail(ctx: Ctx, mail: Said, refused: readonly string[]): Promise<CaseRow> {
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
    // Also puts the opening before the message: both happened at once.
    source_key: mailKey(mail.message_id),
    at: momentOf(ctx, mail),
    ...(customer === undefined ? {} : { customer_id: customer.id }),
    ...(partner === undefined ? {} : { partner_id: partner.id }),
    contact_name: mail.from_name,
    contact_email: mail.from,
    contact_locale: customer?.locale ?? (/[ぁ-んァ-ヶ一-龠]/u.test(mail.subject + mail.text) ? 'ja' : 'en'),
    also: draftsOf(ctx, mail, refused),
  });
}

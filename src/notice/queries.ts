// Reads of notices: all of them for staff, the ones that reached its customers for a partner.
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { listPage, type Page, type PageRequest } from '../db/page.ts';
import { seenBy } from '../db/scope.ts';
import type { NoticeState } from './lifecycle.ts';
import type { NoticeRecipientRow, NoticeRow } from './table.ts';

/** A partner sees a notice once it was sent to one of its customers. */
export const listNotices = (
  ctx: Ctx,
  filter: { state?: NoticeState | undefined; kind?: NoticeRow['kind'] | undefined },
  request: PageRequest,
): Promise<Page<NoticeRow>> =>
  listPage(
    visible(ctx)
      .$if(filter.state !== undefined, (query) => query.where('notices.state', '=', filter.state ?? 'draft'))
      .$if(filter.kind !== undefined, (query) => query.where('notices.kind', '=', filter.kind ?? 'other')),
    request,
    { created_at: 'notices.created_at', number: 'notices.number' },
    'notices.id',
  );

export async function findNotice(ctx: Ctx, id: string): Promise<NoticeRow> {
  const row = await visible(ctx)
    .where((where) => where.or([where('notices.id', '=', id), where('notices.number', '=', id)]))
    .executeTakeFirst();
  if (row === undefined) throw notFound(['Notice', '事前連絡']);
  return row;
}

const visible = (ctx: Ctx) =>
  ctx.db
    .selectFrom('notices')
    .selectAll('notices')
    .$if(ctx.actor.partner_id !== null, (query) =>
      query
        .where('notices.state', 'in', ['sent', 'finished'])
        .where((where) =>
          where.exists(
            where
              .selectFrom('notice_units')
              .$call(seenBy(ctx, 'notice_units.partner_id'))
              .select('notice_units.unit_id')
              .whereRef('notice_units.notice_id', '=', 'notices.id'),
          ),
        ),
    );

export interface LoggedRecipient extends Omit<NoticeRecipientRow, 'state' | 'outbox_key'> {
  /** `bounced`: it left, and came back. */
  readonly state: NoticeRecipientRow['state'] | 'sent' | 'failed' | 'bounced';
  readonly sent_at: number | null;
  readonly attempts: number | null;
  readonly last_error: string | null;
  /** Cases the recipient opened since, linked to this notice. */
  readonly cases: number;
}

/** The log of a notice: each contact, whether its message left, and what came back. */
export async function listRecipients(ctx: Ctx, notice_id: string): Promise<LoggedRecipient[]> {
  const rows = await ctx.db
    .selectFrom('notice_recipients')
    .leftJoin('outbox', 'outbox.dedupe_key', 'notice_recipients.outbox_key')
    .$call(seenBy(ctx, 'notice_recipients.partner_id'))
    .selectAll('notice_recipients')
    .select(['outbox.sent_at', 'outbox.failed_at', 'outbox.attempts', 'outbox.last_error'])
    .select((select) =>
      select
        .selectFrom('automatic_mails')
        .select('automatic_mails.subject')
        .whereRef('automatic_mails.outbox_id', '=', 'outbox.id')
        .where('automatic_mails.bounced', '=', 1)
        .orderBy('automatic_mails.id')
        .limit(1)
        .as('came_back'),
    )
    .where('notice_id', '=', notice_id)
    .orderBy('contact_key')
    .limit(5000)
    .execute();
  const cases = await ctx.db
    .selectFrom('cases')
    .select('customer_id')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where('notice_id', '=', notice_id)
    .groupBy('customer_id')
    .execute();
  return rows.map(({ failed_at, outbox_key, came_back, ...row }) => ({
    ...row,
    last_error: came_back ?? row.last_error,
    state: came_back !== null ? 'bounced' : row.sent_at !== null ? 'sent' : failed_at !== null ? 'failed' : row.state,
    cases: cases.find(({ customer_id }) => customer_id === row.customer_id)?.n ?? 0,
  }));
}

/** Units of the notice the actor may see. */
export const listNoticeUnits = (ctx: Ctx, notice_id: string) =>
  ctx.db
    .selectFrom('notice_units')
    .innerJoin('units', 'units.id', 'notice_units.unit_id')
    .innerJoin('models', 'models.id', 'units.model_id')
    .$call(seenBy(ctx, 'notice_units.partner_id'))
    .select(['units.id', 'units.serial', 'models.code as model_code'])
    .where('notice_id', '=', notice_id)
    .orderBy('units.serial')
    .limit(5000)
    .execute();

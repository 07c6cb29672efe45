// The daily round over advance replacements that were not sent back: one mail per step, then it is for people to write them off.
import { systemActor } from '../core/actor.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { queueMail } from '../outbox/tell.ts';
import { saveReturnUnit } from './load.ts';
import { daysOverdue, REMINDER_STEPS, stepsReached } from './overdue.ts';

/** Queues the reminders that are due; returns how many. A step that was sent is never sent again, and a missed day sends one mail, not three. */
export async function remindOverdue(outer: Ctx): Promise<number> {
  const ctx = { ...outer, actor: systemActor('return reminders') };
  const on = today(ctx);
  const late = await ctx.db
    .selectFrom('return_units')
    .select(['id', 'expected_by_on', 'reminders_sent'])
    .where('state', '=', 'expected')
    .where('expected_by_on', '<', on)
    .execute();
  let sent = 0;
  for (const { id, expected_by_on, reminders_sent } of late) {
    if (stepsReached(daysOverdue(expected_by_on ?? on, on)) <= reminders_sent) continue;
    if (await remind(ctx, id)) sent++;
  }
  return sent;
}

async function remind(ctx: Ctx, id: string): Promise<boolean> {
  return transaction(ctx, async (ctx) => {
    const unit = await ctx.db.selectFrom('return_units').selectAll().where('id', '=', id).where('state', '=', 'expected').executeTakeFirst();
    if (unit === undefined || unit.expected_by_on === null) return false;
    const overdue = daysOverdue(unit.expected_by_on, today(ctx));
    const step = stepsReached(overdue);
    if (step <= unit.reminders_sent) return false;
    await saveReturnUnit(ctx, unit, { reminders_sent: step });
    const to = await findRecipient(ctx, unit.return_id);
    if (to?.email != null) {
      const text = reminder[to.locale]({
        number: to.number,
        serial: await serialOf(ctx, unit.unit_id),
        expected_by_on: unit.expected_by_on,
        overdue,
        last: step === REMINDER_STEPS.length,
      });
      await queueMail(ctx, { to: to.email, ...text, topic: 'return.reminder', dedupe_key: `return_unit:${unit.id}:reminder:${unit.expected_by_on}:${step}` });
    }
    await remember(ctx, {
      action: 'return_unit.reminded',
      record_kind: 'return_unit',
      record_id: unit.id,
      change: { step, days_overdue: overdue, to: to?.email ?? null },
    });
    return true;
  });
}

/** The partner when there is one, else the customer. */
async function findRecipient(ctx: Ctx, return_id: string) {
  const row = await ctx.db
    .selectFrom('returns')
    .leftJoin('customers', 'customers.id', 'returns.customer_id')
    .leftJoin('partners', 'partners.id', 'returns.partner_id')
    .select(['returns.number', 'customers.email as customer_email', 'customers.locale', 'partners.email as partner_email'])
    .where('returns.id', '=', return_id)
    .executeTakeFirst();
  return row === undefined ? undefined : { number: row.number, email: row.partner_email ?? row.customer_email, locale: row.locale ?? ('ja' as const) };
}

const serialOf = async (ctx: Ctx, unit_id: string): Promise<string> =>
  (await ctx.db.selectFrom('units').select('serial').where('id', '=', unit_id).executeTakeFirstOrThrow()).serial;

interface Late {
  readonly number: string;
  readonly serial: string;
  readonly expected_by_on: string;
  readonly overdue: number;
  readonly last: boolean;
}

const reminder: Record<'en' | 'ja', (late: Late) => { subject: string; text: string }> = {
  en: ({ number, serial, expected_by_on, overdue, last }) => ({
    subject: `${number}: please send back unit ${serial}`,
    text:
      `The replacement for unit ${serial} (return ${number}) is with you. The unit was expected by ${expected_by_on}, ${overdue} day(s) ago.\nPlease send it back with the packing slip.` +
      (last ? '\nThis is the last reminder. If the unit does not arrive, it will be invoiced.' : ''),
  }),
  ja: ({ number, serial, expected_by_on, overdue, last }) => ({
    subject: `【${number}】故障品 ${serial} ご返送のお願い`,
    text:
      `先出しセンドバック(${number})の代替品をお届けしましたが、故障品 ${serial} の返却を確認できておりません。\n返却期限は ${expected_by_on} で、${overdue} 日経過しています。梱包票を同梱のうえご返送ください。` +
      (last ? '\n本メールが最終のご案内です。ご返却がない場合は未返却として請求させていただきます。' : ''),
  }),
};

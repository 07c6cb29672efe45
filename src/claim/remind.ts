// Job: deadlines of claims are said before they pass, on the day, and while they are overdue.
import { allow } from '../core/actor.ts';
import { speak } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { queueMail } from '../outbox/tell.ts';
import { remindersDue } from './rules.ts';
import { words } from './words.ts';

/** Queues one mail to the owner per step of each open deadline; returns how many. Running it twice a day sends nothing twice. */
export async function remindDeadlines(ctx: Ctx): Promise<number> {
  allow(ctx, 'claim:write');
  return transaction(ctx, async (ctx) => {
    const day = today(ctx);
    const open = await ctx.db
      .selectFrom('claim_deadlines')
      .innerJoin('claims', 'claims.id', 'claim_deadlines.claim_id')
      .innerJoin('makers', 'makers.id', 'claims.maker_id')
      .innerJoin('users', 'users.id', 'claims.owner_id')
      .select([
        'claim_deadlines.id',
        'claim_deadlines.claim_id',
        'claim_deadlines.side',
        'claim_deadlines.what',
        'claim_deadlines.due_on',
        'claim_deadlines.reminders_sent',
        'claims.number',
        'claims.title',
        'makers.name as maker',
        'users.email',
        'users.locale',
      ])
      .where('claim_deadlines.met_on', 'is', null)
      .where('claim_deadlines.dropped_at', 'is', null)
      .where('users.disabled_at', 'is', null)
      .orderBy('claim_deadlines.id')
      .execute();
    const due = open.map((row) => ({ ...row, step: remindersDue(row.due_on, day) })).filter((row) => row.step > row.reminders_sent);
    for (const row of due) {
      const w = words(row.locale);
      const what = `${w[`side_${row.side}`]}: ${w[`deadline_${row.what}`]}`;
      await queueMail(ctx, {
        to: row.email,
        topic: 'claim.deadline',
        dedupe_key: `claim-deadline:${row.id}:${row.step}`,
        subject: speak(
          row.due_on < day
            ? [`${row.number} overdue since ${row.due_on}: ${what}`, `${row.number} 期限超過(${row.due_on}): ${what}`]
            : [`${row.number} due on ${row.due_on}: ${what}`, `${row.number} 期限 ${row.due_on}: ${what}`],
          row.locale,
        ),
        text: `${row.maker}\n${row.title}`,
      });
      await ctx.db.updateTable('claim_deadlines').set({ reminders_sent: row.step }).where('id', '=', row.id).execute();
      await remember(ctx, {
        action: 'claim.deadline_reminded',
        record_kind: 'claim',
        record_id: row.claim_id,
        change: { deadline_id: row.id, step: row.step },
      });
    }
    return due.length;
  });
}

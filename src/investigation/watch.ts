// Jobs: fixes are watched after closing, and what is overdue is said.

import { wholeModels } from '../claim/cohort.ts';
import { type CohortReturn, listReturns } from '../claim/exposure.ts';
import { allow } from '../core/actor.ts';
import { addDays, type Day, dayOf } from '../core/time.ts';
import { speak } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { queueMail } from '../outbox/tell.ts';
import { countChanges } from '../quality/count.ts';
import { reopenInvestigation } from './advance.ts';
import { type Side, sideOf } from './cutIn.ts';
import { proofScope } from './effectiveness.ts';
import type { InvestigationRow } from './table.ts';

/**
 * Looks at every closed investigation for confirmed failures of its modes since the closing. One of a unit from after the cut-in reopens it; one from
 * before is listed as expected; one that nobody can place is listed as unknown. Returns the numbers of those reopened.
 */
export async function watchFixes(ctx: Ctx): Promise<string[]> {
  await countChanges(ctx);
  const closed = await ctx.db.selectFrom('investigations').selectAll().where('state', '=', 'closed').orderBy('id').execute();
  const reopened: string[] = [];
  for (const investigation of closed) {
    if (await watchFix(ctx, investigation)) reopened.push(investigation.number);
  }
  return reopened;
}

/** Verdicts come days after the failure: everything the bench confirmed since the closing counts. */
async function watchFix(ctx: Ctx, investigation: InvestigationRow): Promise<boolean> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const { cohorts, cutIns, modes } = await proofScope(ctx, investigation.id);
    if (cohorts.length === 0) return false;
    const since = investigation.closed_at ?? 0;
    const failures = (await listReturns(ctx, wholeModels(cohorts), addDays(today(ctx), 1), modes)).filter(
      (row) => row.finding === 'confirmed' && (row.verdict_at ?? 0) > since,
    );
    const listed = await ctx.db.selectFrom('recurrences').select('return_unit_id').where('investigation_id', '=', investigation.id).execute();
    const seen = new Set(listed.map((row) => row.return_unit_id));
    const fresh = failures.filter((row) => !seen.has(row.return_unit_id)).map((row) => ({ ...row, side: sideOf(cutIns, row) }));
    if (fresh.length === 0) return false;
    const after = fresh.filter((row) => row.side === 'after');
    for (const row of fresh) {
      await ctx.db
        .insertInto('recurrences')
        .values({
          investigation_id: investigation.id,
          return_unit_id: row.return_unit_id,
          side: row.side,
          reopened_at: row.side === 'after' ? ctx.now : null,
          created_at: ctx.now,
        })
        .execute();
    }
    await remember(ctx, { action: 'investigation.failures_seen', record_kind: 'investigation', record_id: investigation.id, change: countSides(fresh) });
    if (after.length > 0) await reopen(ctx, investigation, after, dayOf(since, ctx.zone));
    return after.length > 0;
  });
}

const countSides = (rows: readonly { side: Side }[]): Record<Side, number> => ({
  before: rows.filter((row) => row.side === 'before').length,
  after: rows.filter((row) => row.side === 'after').length,
  unknown: rows.filter((row) => row.side === 'unknown').length,
});

async function reopen(ctx: Ctx, investigation: InvestigationRow, after: readonly CohortReturn[], closed_on: Day): Promise<void> {
  const serials = after.map((row) => row.serial).join(', ');
  const owner =
    investigation.owner_id === null
      ? undefined
      : await ctx.db.selectFrom('users').select(['email', 'locale']).where('id', '=', investigation.owner_id).executeTakeFirst();
  // Kept as the owner reads it; nobody is there to be asked for words.
  const reason = speak(
    [`Recurrence after the cut-in since ${closed_on}: ${serials}`, `${closed_on} の完了後、切替点以降の個体で再発: ${serials}`],
    owner?.locale ?? 'en',
  );
  await reopenInvestigation(ctx, investigation.id, { reason: reason.slice(0, 2000) });
  if (owner === undefined) return;
  await queueMail(ctx, {
    to: owner.email,
    topic: 'investigation.reopened',
    dedupe_key: `investigation-reopened:${investigation.id}:${ctx.now}`,
    subject: speak([`${investigation.number} reopened: the fix did not hold`, `${investigation.number} を再開しました:対策後に再発`], owner.locale),
    text: speak(
      [`${investigation.title}\nConfirmed again after the cut-in: ${serials}`, `${investigation.title}\n切替点以降の個体で不良が確定しました: ${serials}`],
      owner.locale,
    ),
  });
}

/** One mail per overdue action and day to its owner; returns how many. */
export async function remindActions(ctx: Ctx): Promise<number> {
  allow(ctx, 'investigation:write');
  return transaction(ctx, async (ctx) => {
    const day = today(ctx);
    const due = await ctx.db
      .selectFrom('investigation_actions')
      .innerJoin('investigations', 'investigations.id', 'investigation_actions.investigation_id')
      .innerJoin('users', 'users.id', 'investigation_actions.owner_id')
      .select([
        'investigation_actions.id',
        'investigation_actions.title',
        'investigation_actions.due_on',
        'investigations.number',
        'investigations.id as investigation_id',
        'users.email',
        'users.locale',
      ])
      .where('investigation_actions.state', '=', 'open')
      .where('investigation_actions.due_on', '<', day)
      .where('users.disabled_at', 'is', null)
      .where((of) =>
        of.or([of('investigation_actions.reminded_on', 'is', null), of('investigation_actions.reminded_on', '<', addDays(day, -REMIND_EVERY_DAYS + 1))]),
      )
      .execute();
    for (const action of due) {
      await queueMail(ctx, {
        to: action.email,
        topic: 'investigation.action_overdue',
        dedupe_key: `action-overdue:${action.id}:${day}`,
        subject: speak([`${action.number}: action overdue since ${action.due_on}`, `${action.number}: 対策の期限超過(${action.due_on})`], action.locale),
        text: action.title,
      });
      await ctx.db.updateTable('investigation_actions').set({ reminded_on: day }).where('id', '=', action.id).execute();
      await remember(ctx, {
        action: 'investigation.action_reminded',
        record_kind: 'investigation',
        record_id: action.investigation_id,
        change: { id: action.id, due_on: action.due_on },
      });
    }
    return due.length;
  });
}

const REMIND_EVERY_DAYS = 7;

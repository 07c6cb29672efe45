// The budget of false alerts, which people set: the level an alert must reach follows from it at the next scan.
import { allow } from '../core/actor.ts';
import { Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import type { SetBudget } from './inputs.ts';

/** False alerts allowed per 1,000 model-months. */
export async function findBudget(ctx: Ctx): Promise<number> {
  const row = await ctx.db.selectFrom('alert_progress').select('false_alerts_per_1000_model_months').where('id', '=', 'one').executeTakeFirstOrThrow();
  return row.false_alerts_per_1000_model_months;
}

export async function setBudget(ctx: Ctx, input: SetBudget): Promise<number> {
  allow(ctx, 'quality:write');
  const budget = input.false_alerts_per_1000_model_months;
  return transaction(ctx, async (ctx) => {
    const before = await findBudget(ctx);
    if (before === budget) return budget;
    const row = await ctx.db
      .updateTable('alert_progress')
      .set({ false_alerts_per_1000_model_months: budget })
      .where('id', '=', 'one')
      .where('false_alerts_per_1000_model_months', '=', before)
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) throw new Problem('stale', ['The budget was changed meanwhile', '誤警報の許容数は他で更新されています']);
    await remember(ctx, {
      action: 'alert_budget.set',
      record_kind: 'alert_budget',
      record_id: 'one',
      change: { false_alerts_per_1000_model_months: [before, budget] },
    });
    return budget;
  });
}

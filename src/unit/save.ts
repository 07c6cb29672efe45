// How a unit that exists is loaded for a change and saved: live units the caller may see, version checked, history written.
import { notFound, Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { difference, remember } from '../history/remember.ts';
import { refuseStale } from '../web/version.ts';
import { UNIT } from './queries.ts';
import type { UnitRow } from './table.ts';

/** The unit as stored. Throws `not_found`, `conflict` when it was merged away, `stale` when the caller expects another version. */
export async function loadUnit(ctx: Ctx, id: string, expected?: number): Promise<UnitRow> {
  const unit = await ctx.db
    .selectFrom('units')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .$call(seenBy(ctx, 'units.partner_id'))
    .executeTakeFirst();
  if (unit === undefined) throw notFound(UNIT);
  if (unit.merged_into_id !== null)
    throw new Problem('conflict', ['This unit was merged into another', 'この個体は別の個体に統合済みです'], {
      blocking: `/api/v1/units/${unit.merged_into_id}`,
    });
  refuseStale(unit, expected);
  return unit;
}

/** Saves changed fields and says so in history; `more` is what changed beside the row. Returns the new row, or the old one when nothing changed. */
export async function saveUnit(
  ctx: Ctx,
  before: UnitRow,
  changes: Partial<UnitRow>,
  deed: { readonly action: string; readonly reason?: string | null | undefined; readonly more?: Readonly<Record<string, unknown>> },
): Promise<UnitRow> {
  const after = { ...before, ...changes };
  const change = { ...difference(before, after), ...deed.more };
  if (Object.keys(change).length === 0) return before;
  const version = before.version + 1;
  const saved = await ctx.db
    .updateTable('units')
    .set({ ...changes, updated_at: ctx.now, version })
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .returning('id')
    .executeTakeFirst();
  if (saved === undefined) throw new Problem('stale', ['Someone else changed this unit in the meantime', '他の人がこの個体を更新しました']);
  await remember(ctx, { action: deed.action, record_kind: 'unit', record_id: before.id, reason: deed.reason ?? null, change });
  return { ...after, updated_at: ctx.now, version };
}

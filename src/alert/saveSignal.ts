// Signal definitions: quality staff add and change them. A changed definition is counted afresh over the past at the next scan.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { difference, remember } from '../history/remember.ts';
import type { ChangeSignal, SaveSignal } from './inputs.ts';
import { findMeasure } from './measures.ts';
import { START_DISPERSION, START_SHAPE } from './starters.ts';
import type { SignalRow } from './table.ts';

export async function addSignal(ctx: Ctx, input: SaveSignal): Promise<SignalRow> {
  allow(ctx, 'quality:write');
  checkMeasure(input.measure);
  return transaction(ctx, async (ctx) => {
    const taken = await ctx.db.selectFrom('signals').select('id').where('code', '=', input.code).executeTakeFirst();
    if (taken !== undefined)
      throw new Problem('conflict', ['A signal of this code exists', '同じコードの信号があります'], { blocking: `/api/v1/signals/${taken.id}` });
    const row: SignalRow = {
      id: newId(ctx.now),
      ...input,
      heterogeneity_shape: START_SHAPE,
      dispersion: START_DISPERSION,
      retired_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
      version: 1,
    };
    await ctx.db.insertInto('signals').values(row).execute();
    await countAgain(ctx);
    await remember(ctx, { action: 'signal.added', record_kind: 'signal', record_id: row.id, change: { ...input } });
    return row;
  });
}

export async function changeSignal(ctx: Ctx, id: string, input: ChangeSignal, version?: number): Promise<SignalRow> {
  allow(ctx, 'quality:write');
  if (input.measure !== undefined) checkMeasure(input.measure);
  return transaction(ctx, async (ctx) => {
    const before = await ctx.db.selectFrom('signals').selectAll().where('id', '=', id).executeTakeFirst();
    if (before === undefined) throw notFound(['Signal', '信号']);
    if (version !== undefined && version !== before.version) throw new Problem('stale', ['The signal was changed meanwhile', '信号は他で更新されています']);
    const { retired, ...fields } = input;
    const defined = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const after: SignalRow = {
      ...before,
      ...defined,
      retired_at: retired === undefined ? before.retired_at : retired ? ctx.now : null,
      updated_at: ctx.now,
      version: before.version + 1,
    };
    const row = await ctx.db.updateTable('signals').set(after).where('id', '=', id).where('version', '=', before.version).returningAll().executeTakeFirst();
    if (row === undefined) throw new Problem('stale', ['The signal was changed meanwhile', '信号は他で更新されています']);
    await countAgain(ctx);
    await remember(ctx, { action: 'signal.changed', record_kind: 'signal', record_id: id, change: difference(before, after) });
    return row;
  });
}

function checkMeasure(code: string): void {
  if (findMeasure(code) === undefined) throw invalid('measure', ['There is no such measure', 'その測定項目はありません']);
}

/** All stored days are looked at again by the next scan. */
async function countAgain(ctx: Ctx): Promise<void> {
  await ctx.db.updateTable('alert_progress').set({ changes_read_at: 0 }).where('id', '=', 'one').execute();
}

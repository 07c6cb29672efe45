// What a case does with units: links, workarounds and the work spent.
import { notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import { refuseAside } from './owner.ts';
import { listCaseUnits } from './queries.ts';
import { changeCase } from './record.ts';
import { specificity } from './rules.ts';
import type { CaseRow, WorkaroundRow } from './table.ts';

export const linkUnit = (ctx: Ctx, id: string, unit_id: string, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (row, ctx) => {
    refuseAside(row);
    const unit = await ctx.db.selectFrom('units').$call(seenBy(ctx, 'units.partner_id')).select('units.id').where('units.id', '=', unit_id).executeTakeFirst();
    if (unit === undefined) throw notFound(['Unit', '個体']);
    return [{ kind: 'unit_linked', facts: { unit_id } }];
  });

export const unlinkUnit = (ctx: Ctx, id: string, unit_id: string, expected?: number): Promise<CaseRow> =>
  changeCase(ctx, id, expected, async (row, ctx) => {
    if (!(await listCaseUnits(ctx, row.id)).some((unit) => unit.id === unit_id)) throw notFound(['Unit', '個体']);
    return [{ kind: 'unit_unlinked', facts: { unit_id } }];
  });

/** Minutes somebody spent on the case. */
export const logWork = (ctx: Ctx, id: string, input: { minutes: number; worked_at?: number | undefined; source_key?: string | undefined }): Promise<CaseRow> =>
  changeCase(ctx, id, undefined, () => [
    {
      kind: 'worked',
      facts: { minutes: input.minutes },
      ...(input.worked_at === undefined ? {} : { at: input.worked_at }),
      ...(input.source_key === undefined ? {} : { source_key: `worked:${input.source_key}` }),
    },
  ]);

export const tryWorkaround = (ctx: Ctx, id: string, input: { workaround_id: string; helped: boolean | null }): Promise<CaseRow> =>
  changeCase(ctx, id, undefined, async (_row, ctx) => {
    const known = await ctx.db.selectFrom('workarounds').select('id').where('id', '=', input.workaround_id).executeTakeFirst();
    if (known === undefined) throw notFound(['Workaround', '回避策']);
    return [{ kind: 'workaround_tried', facts: input }];
  });

export interface MatchedWorkaround extends WorkaroundRow {
  /** 3 model and firmware, 2 model, 1 maker, 0 all. */
  readonly specificity: number;
  readonly tried: number;
  readonly helped: number;
}

/** Workarounds that fit one of the units (all general ones without a unit), the most specific first, with how often each helped. */
export async function listWorkarounds(
  ctx: Ctx,
  units: readonly { maker_id: string; model_id: string; firmware_id: string | null }[],
  category_id: string | null,
): Promise<MatchedWorkaround[]> {
  const rows = await ctx.db.selectFrom('workarounds').selectAll().where('retired_at', 'is', null).execute();
  const unknown = { maker_id: null, model_id: null, firmware_id: null };
  const fitting = rows.flatMap((row) => {
    const best = (units.length === 0 ? [unknown] : units).map((unit) => specificity(row, unit)).filter((found) => found !== null);
    return best.length === 0 || (row.category_id !== null && row.category_id !== category_id) ? [] : [{ row, specificity: Math.max(...best) }];
  });
  const tried = await countTried(ctx, fitting.length);
  return fitting
    .map(({ row, specificity }) => ({ ...row, specificity, ...(tried.get(row.id) ?? { tried: 0, helped: 0 }) }))
    .sort((a, b) => b.specificity - a.specificity || b.helped - a.helped || (a.id < b.id ? -1 : 1));
}

async function countTried(ctx: Ctx, wanted: number): Promise<Map<string, { tried: number; helped: number }>> {
  const counts = new Map<string, { tried: number; helped: number }>();
  if (wanted === 0) return counts;
  const events = await ctx.db.selectFrom('case_events').select('facts').where('kind', '=', 'workaround_tried').execute();
  for (const { facts } of events) {
    const { workaround_id, helped }: { workaround_id: string; helped: boolean | null } = JSON.parse(facts);
    const count = counts.get(workaround_id) ?? { tried: 0, helped: 0 };
    counts.set(workaround_id, { tried: count.tried + 1, helped: count.helped + (helped === true ? 1 : 0) });
  }
  return counts;
}

// Everything the page of a case shows, read at once.
import type { Ctx } from '../db/ctx.ts';
import type { AppContext } from '../web/env.ts';
import type { CaseEvent } from './event.ts';
import { listCaseFiles } from './filePages.tsx';
import { getCase, listCaseUnits, listCodes, listEvents, listOwners, listRequests, listTemplates } from './queries.ts';
import { listCommands } from './remedy.ts';
import type { CaseRow } from './table.ts';
import { listWorkarounds } from './unit.ts';
import { findUnitPanel, listSimilar, type UnitPanel } from './unitPanel.ts';
import { listVisits } from './visit.ts';

export async function readCase(c: AppContext, id: string) {
  const { ctx } = c.var;
  const row = await getCase(ctx, id);
  const units = await listCaseUnits(ctx, row.id);
  const panels: UnitPanel[] = [];
  for (const unit of units.slice(0, 5)) {
    const panel = await findUnitPanel(ctx, unit.id);
    if (panel !== undefined) panels.push(panel);
  }
  const events = await listEvents(ctx, row.id);
  return {
    row,
    units,
    panels,
    events,
    beside: await listNamed(ctx, events),
    requests: await listRequests(ctx, row.id),
    visits: await listVisits(ctx, row.id),
    files: await listCaseFiles(c, row.id),
    commands: await listCommands(ctx, row.id),
    workarounds: await listWorkarounds(ctx, units, row.category_id),
    similar: await listSimilar(ctx, row, units[0]?.model_id ?? null),
    owners: await listOwners(ctx),
    categories: await listCodes(ctx, 'category'),
    causes: await listCodes(ctx, 'cause'),
    templates: await listTemplates(ctx),
    customer:
      row.customer_id === null ? undefined : await ctx.db.selectFrom('customers').select(['name', 'code']).where('id', '=', row.customer_id).executeTakeFirst(),
    contract:
      row.contract_id === null
        ? undefined
        : await ctx.db.selectFrom('contracts').select(['code', 'plan', 'coverage']).where('id', '=', row.contract_id).executeTakeFirst(),
  };
}
/** The cases that were merged with this one, either way. */
async function listNamed(ctx: Ctx, events: readonly CaseEvent[]): Promise<Pick<CaseRow, 'id' | 'number' | 'subject'>[]> {
  const ids = events.flatMap(({ facts: { into_id, merged_case_id } }) => [into_id, merged_case_id].filter((id) => id !== undefined));
  if (ids.length === 0) return [];
  return ctx.db
    .selectFrom('cases')
    .select(['id', 'number', 'subject'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
}

export type ReadCase = Awaited<ReturnType<typeof readCase>>;

// Linked records of an investigation with what people call them and where they are.
import type { Ctx } from '../db/ctx.ts';

export interface LinkView {
  readonly kind: 'unit' | 'return_unit' | 'alert' | 'case' | 'failure_mode';
  readonly record_id: string;
  readonly label: string;
  readonly path: string | null;
}

interface Named {
  readonly record_id: string;
  readonly label: string;
  readonly path: string | null;
}

/** In the order they were linked. Cost: one look-up per kind. */
export async function listLinks(ctx: Ctx, id: string): Promise<LinkView[]> {
  const links = await ctx.db
    .selectFrom('investigation_links')
    .select(['kind', 'record_id'])
    .where('investigation_id', '=', id)
    .orderBy('created_at')
    .orderBy('record_id')
    .execute();
  const of = (kind: LinkView['kind']): string[] => links.filter((link) => link.kind === kind).map((link) => link.record_id);
  const named = new Map<string, Named>();
  for (const [kind, find] of Object.entries(finders)) {
    const ids = of(kind as LinkView['kind']); // the keys of the finders are the kinds
    if (ids.length > 0) for (const row of await find(ctx, ids)) named.set(`${kind} ${row.record_id}`, row);
  }
  return links.map(({ kind, record_id }) => ({ kind, record_id, ...(named.get(`${kind} ${record_id}`) ?? { label: record_id, path: null }) }));
}

const finders: Record<LinkView['kind'], (ctx: Ctx, ids: readonly string[]) => Promise<Named[]>> = {
  unit: async (ctx, ids) => {
    const rows = await ctx.db.selectFrom('units').select(['id', 'serial']).where('id', 'in', ids).execute();
    return rows.map((row) => ({ record_id: row.id, label: row.serial, path: `/units/${row.id}` }));
  },
  return_unit: async (ctx, ids) => {
    const rows = await ctx.db
      .selectFrom('return_units')
      .innerJoin('units', 'units.id', 'return_units.unit_id')
      .innerJoin('returns', 'returns.id', 'return_units.return_id')
      .select(['return_units.id', 'units.serial', 'returns.number'])
      .where('return_units.id', 'in', ids)
      .execute();
    return rows.map((row) => ({ record_id: row.id, label: `${row.number} ${row.serial}`, path: `/return-units/${row.id}` }));
  },
  alert: async (ctx, ids) => {
    const rows = await ctx.db
      .selectFrom('alerts')
      .leftJoin('models', 'models.id', 'alerts.model_id')
      .leftJoin('signals', 'signals.code', 'alerts.signal')
      .select(['alerts.id', 'alerts.signal', 'alerts.raised_on', 'models.code', 'signals.name_en', 'signals.name_ja'])
      .where('alerts.id', 'in', ids)
      .execute();
    return rows.map((row) => {
      const signal = (ctx.actor.locale === 'ja' ? row.name_ja : row.name_en) ?? row.signal;
      return { record_id: row.id, label: [row.code, signal, row.raised_on].filter((part) => part !== null).join(' '), path: `/alerts/${row.id}` };
    });
  },
  case: async (ctx, ids) => {
    const rows = await ctx.db.selectFrom('cases').select(['id', 'number', 'subject']).where('id', 'in', ids).execute();
    return rows.map((row) => ({ record_id: row.id, label: `${row.number} ${row.subject}`, path: `/cases/${row.id}` }));
  },
  failure_mode: async (ctx, ids) => {
    const rows = await ctx.db.selectFrom('codes').select(['id', 'name_en', 'name_ja']).where('id', 'in', ids).execute();
    return rows.map((row) => ({ record_id: row.id, label: ctx.actor.locale === 'ja' ? row.name_ja : row.name_en, path: null }));
  },
};

// One report stands for ten: how many other units show now what this one shows. The signals' days are the alerts' own; here they are only read.
import { addDays } from '../core/time.ts';
import type { Bilingual } from '../core/words.ts';
import { type Ctx, today } from '../db/ctx.ts';

/** Days back in which signals make the signature of a unit. */
const SIGNATURE_DAYS = 14;
const SHOWN = 20;

export interface Lookalikes {
  readonly count: number;
  /** What they share, by name. */
  readonly signals: readonly Bilingual[];
  readonly shown: readonly { readonly id: string; readonly serial: string }[];
}

/** Units of the same model that show at least half of this unit's signals in the last days. */
export async function countLookalikes(ctx: Ctx, unit: { id: string; model_id: string }): Promise<Lookalikes> {
  const rows = await ctx.db
    .selectFrom('signal_days')
    .innerJoin('signals', 'signals.id', 'signal_days.signal_id')
    .select(['signal_days.unit_id', 'signals.code', 'signals.name_en', 'signals.name_ja'])
    .distinct()
    .where('signal_days.model_id', '=', unit.model_id)
    .where('signal_days.day_on', '>=', addDays(today(ctx), -SIGNATURE_DAYS))
    .execute();
  const own = new Map(rows.filter((row) => row.unit_id === unit.id).map((row) => [row.code, [row.name_en, row.name_ja] as const]));
  const shared = new Map<string, number>();
  for (const row of rows) if (row.unit_id !== unit.id && own.has(row.code)) shared.set(row.unit_id, (shared.get(row.unit_id) ?? 0) + 1);
  const alike = [...shared]
    .filter(([, signals]) => signals * 2 >= own.size)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([id]) => id);
  const shown =
    alike.length === 0 ? [] : await ctx.db.selectFrom('units').select(['id', 'serial']).where('id', 'in', alike.slice(0, SHOWN)).orderBy('serial').execute();
  return { count: alike.length, signals: [...own.values()], shown };
}

/** Open alerts the unit is affected by, or at risk from. */
export async function listAlertsOf(ctx: Ctx, unit_id: string) {
  const alerts = await ctx.db
    .selectFrom('alert_units')
    .innerJoin('alerts', 'alerts.id', 'alert_units.alert_id')
    .leftJoin('signals', 'signals.code', 'alerts.signal')
    .select(['alerts.id', 'alerts.signal', 'alerts.state', 'alerts.raised_on', 'alert_units.role', 'signals.name_en', 'signals.name_ja'])
    .where('alert_units.unit_id', '=', unit_id)
    .where('alerts.state', 'in', ['open', 'acknowledged', 'investigating'])
    .orderBy('alerts.raised_on', 'desc')
    .limit(20)
    .execute();
  return alerts.map(({ name_en, name_ja, ...alert }) => ({ ...alert, name: [name_en ?? alert.signal, name_ja ?? alert.signal] as const }));
}

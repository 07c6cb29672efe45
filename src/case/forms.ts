// What forms send, as the verbs want it: local times become instants of the viewer's zone, a serial becomes a unit.
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { identifierKey } from '../core/identifier.ts';
import { invalid, notFound } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { AppContext } from '../web/env.ts';
import { readForm } from '../web/page.tsx';

/** As readForm; fields that end in `_at` come from datetime-local inputs, in the viewer's zone. */
export const readDeskForm = <T extends z.ZodType>(c: AppContext, schema: T): Promise<z.output<T>> =>
  readForm(c, z.preprocess((form) => inUtc(form, c.var.zone), schema) as unknown as T); // preprocess keeps the output of `schema`

function inUtc(form: unknown, zone: string): unknown {
  if (typeof form !== 'object' || form === null) return form;
  return Object.fromEntries(
    Object.entries(form).map(([key, value]) => [key, key.endsWith('_at') && typeof value === 'string' ? instantOf(value, zone) : value]),
  );
}

function instantOf(text: string, zone: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return text;
  return new Date(Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds).toISOString();
}

/** An instant as a datetime-local input shows it, in the viewer's zone. */
export const localInput = (at: number | null, zone: string): string | null =>
  at === null ? null : Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'minute' });

/** The one unit of that id or serial the actor may see. Throws `not_found` for none and for several: a shared serial needs the id. */
export async function unitNamed(ctx: Ctx, text: string): Promise<string> {
  const units = await ctx.db
    .selectFrom('units')
    .$call(seenBy(ctx, 'units.partner_id'))
    .select('units.id')
    .where('units.merged_into_id', 'is', null)
    .where((where) => where.or([where('units.id', '=', text), where('units.serial_key', '=', identifierKey(text))]))
    .limit(2)
    .execute();
  const [unit] = units;
  if (unit === undefined || units.length > 1) throw notFound(['One unit of that serial', '該当する個体（1台に特定できるもの）']);
  return unit.id;
}

/** The customer of that code or id the actor may see. Throws `invalid` naming the field. */
export async function customerNamed(ctx: Ctx, text: string): Promise<string> {
  const customer = await ctx.db
    .selectFrom('customers')
    .$call(seenBy(ctx, 'customers.partner_id'))
    .select('customers.id')
    .where((where) => where.or([where('customers.id', '=', text.trim()), where('customers.code', '=', text.normalize('NFKC').trim())]))
    .executeTakeFirst();
  if (customer === undefined) throw invalid('customer', ['No customer of that code', '該当する顧客コードがありません']);
  return customer.id;
}

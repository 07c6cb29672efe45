// Who a notice goes to: units by query, and one contact for each address behind them.
import type { Locale } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { AffectedQuery } from './inputs.ts';

export interface AffectedUnit {
  readonly unit_id: string;
  readonly serial: string;
  readonly model_code: string;
  readonly customer_id: string;
  readonly partner_id: string | null;
}

export interface Contact {
  /** The address in lower case, or `customer:<id>` where none is known. */
  readonly contact_key: string;
  readonly email: string | null;
  readonly name: string;
  readonly locale: Locale;
  readonly customer_id: string;
  readonly partner_id: string | null;
  readonly units: readonly AffectedUnit[];
}

/** More than this in one notice is a mistake in the query. */
export const MOST_UNITS = 50_000;

/** Affected units at customers, grouped by the address to write to: the customer's, else its partner's. Two customers with one address get one message. */
export async function listContacts(ctx: Ctx, query: AffectedQuery): Promise<Contact[]> {
  const rows = await affectedUnits(ctx, query);
  const contacts = new Map<string, { head: Omit<Contact, 'units'>; units: AffectedUnit[] }>();
  for (const row of rows) {
    const email = (row.email ?? row.partner_email)?.toLowerCase() ?? null;
    const contact_key = email ?? `customer:${row.customer_id}`;
    const contact = contacts.get(contact_key) ?? {
      head: { contact_key, email, name: row.contact_name ?? row.customer_name, locale: row.locale, customer_id: row.customer_id, partner_id: row.partner_id },
      units: [],
    };
    contact.units.push({ unit_id: row.unit_id, serial: row.serial, model_code: row.model_code, customer_id: row.customer_id, partner_id: row.partner_id });
    contacts.set(contact_key, contact);
  }
  return [...contacts.values()].map(({ head, units }) => ({ ...head, units })).sort((a, b) => (a.contact_key < b.contact_key ? -1 : 1));
}

async function affectedUnits(ctx: Ctx, query: AffectedQuery) {
  const rows = await ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .innerJoin('customers', 'customers.id', 'units.customer_id')
    .leftJoin('partners', 'partners.id', 'units.partner_id')
    .select([
      'units.id as unit_id',
      'units.serial',
      'models.code as model_code',
      'units.partner_id',
      'customers.id as customer_id',
      'customers.name as customer_name',
      'customers.contact_name',
      'customers.email',
      'customers.locale',
      'partners.email as partner_email',
    ])
    .where('units.merged_into_id', 'is', null)
    .$if(query.model_ids.length > 0, (rows) => rows.where('units.model_id', 'in', query.model_ids))
    .$if(query.batch_ids.length > 0, (rows) => rows.where('units.batch_id', 'in', query.batch_ids))
    .$if(query.firmware_ids.length > 0, (rows) => rows.where('units.firmware_id', 'in', query.firmware_ids))
    .$if(query.site_ids.length > 0, (rows) => rows.where('units.site_id', 'in', query.site_ids))
    .$if(query.unit_ids.length > 0, (rows) => rows.where('units.id', 'in', query.unit_ids))
    .$if(query.alert_id !== null, (rows) =>
      rows.where((where) =>
        where.exists(
          where
            .selectFrom('alert_units')
            .select('alert_units.unit_id')
            .whereRef('alert_units.unit_id', '=', 'units.id')
            .where('alert_units.alert_id', '=', query.alert_id ?? ''),
        ),
      ),
    )
    .orderBy('units.id')
    .limit(MOST_UNITS + 1)
    .execute();
  return rows;
}

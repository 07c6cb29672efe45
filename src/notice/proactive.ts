// An alert opens cases before the customers call: one per customer, with its units at risk. They are counted apart from inquiries.
import { openCase } from '../case/open.ts';
import type { CaseRow } from '../case/table.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { notFound } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import type { OpenProactive } from './inputs.ts';

/** Without `unit_ids` all the alert names, but for those somebody already called about. Opens what is not open yet; asked again for the same alert it gives the same cases. Units without a customer are left out. */
export async function openProactiveCases(ctx: Ctx, input: OpenProactive): Promise<CaseRow[]> {
  allow(ctx, 'case:write');
  staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const unit_ids = input.unit_ids.length > 0 ? input.unit_ids : await unitsToTell(ctx, input.alert_id);
    const units =
      unit_ids.length === 0
        ? []
        : await ctx.db
            .selectFrom('units')
            .select(['id', 'customer_id'])
            .where('id', 'in', unit_ids)
            .where('customer_id', 'is not', null)
            .orderBy('id')
            .execute();
    if (units.length === 0) throw notFound(['Unit at a customer', '顧客先の個体']);
    const customers = [...new Set(units.map(({ customer_id }) => customer_id ?? ''))];
    const cases: CaseRow[] = [];
    for (const customer_id of customers) {
      cases.push(
        await openCase(ctx, {
          type: 'trouble',
          source: 'alert',
          initiated_by: 'alert',
          subject: input.subject,
          message: input.note,
          customer_id,
          alert_id: input.alert_id,
          unit_ids: units.filter((unit) => unit.customer_id === customer_id).map(({ id }) => id),
          source_key: `alert:${input.alert_id}:${customer_id}`,
        }),
      );
    }
    return cases;
  });
}

/** More than this at once is no list anybody calls through. */
const MOST_UNITS = 2000;

const unitsToTell = async (ctx: Ctx, alert_id: string): Promise<string[]> =>
  (await toTell(ctx, alert_id).select('units.id').orderBy('units.id').limit(MOST_UNITS).execute()).map(({ id }) => id);

/** Customers who would get a case, with how many of their units it is about. */
export const listCustomersToTell = (ctx: Ctx, alert_id: string) =>
  toTell(ctx, alert_id)
    .innerJoin('customers', 'customers.id', 'units.customer_id')
    .select(['customers.id', 'customers.name'])
    .select((select) => select.fn.countAll<number>().as('units'))
    .groupBy(['customers.id', 'customers.name'])
    .orderBy('customers.name')
    .execute();

/** Units at customers that show the sign or are at risk of it, without those an open case of another reason is about: their customers have called. */
const toTell = (ctx: Ctx, alert_id: string) =>
  ctx.db
    .selectFrom('units')
    .where('units.customer_id', 'is not', null)
    .where('units.merged_into_id', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('alert_units').select('unit_id').whereRef('alert_units.unit_id', '=', 'units.id').where('alert_units.alert_id', '=', alert_id)),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('case_units')
            .innerJoin('cases', 'cases.id', 'case_units.case_id')
            .select('cases.id')
            .whereRef('case_units.unit_id', '=', 'units.id')
            .where('cases.state', 'not in', ['solved', 'closed'])
            .where((where) => where.or([where('cases.alert_id', 'is', null), where('cases.alert_id', '<>', alert_id)])),
        ),
      ),
    );

// Opens a case: from a program, a phone note, a partner's form, a mail, a file or an alert.
import { allow } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid, notFound } from '../core/problem.ts';
import { dayOf } from '../core/time.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { EventAuthor, EventFacts } from './event.ts';
import type { OpenCase } from './inputs.ts';
import type { CaseInitiator, CaseSource } from './kinds.ts';
import { type Draft, lockCases, recordEvents } from './record.ts';
import { refuseUnknown } from './refer.ts';
import { caseNumber, onlyThanks } from './rules.ts';
import type { CaseRow } from './table.ts';

/** What mail, imports and alerts add to what a program may say. */
export interface Opening extends Omit<OpenCase, 'source' | 'initiated_by' | 'at'> {
  readonly source: CaseSource;
  readonly initiated_by: CaseInitiator;
  readonly at?: number | undefined;
  readonly external_no?: string | undefined;
  readonly partner_id?: string | null | undefined;
  readonly alert_id?: string | undefined;
  readonly notice_id?: string | undefined;
  readonly message_key?: string | undefined;
  /** Happens with the opening: triage, messages and solution of an imported case. */
  readonly also?: readonly Draft[] | undefined;
}

/** Throws `not_found` for a customer, contract or unit the actor may not see. The same `source_key` gives the case it opened before. */
export async function openCase(ctx: Ctx, given: Opening): Promise<CaseRow> {
  allow(ctx, 'case:write');
  return transaction(ctx, async (ctx) => {
    const change_no = await lockCases(ctx);
    const earlier = await findOpened(ctx, given.source_key);
    if (earlier !== undefined) return earlier;
    const input = ctx.actor.partner_id === null ? given : asPartner(given);
    const at = input.at ?? ctx.now;
    if (at > ctx.now) throw invalid('at', ['A case cannot be opened in the future', '未来の日時では登録できません']);
    await refuseUnknown(ctx, { category_id: input.category_id, cause_id: input.cause_id });
    const customer = await seenCustomer(ctx, input.customer_id);
    await refuseForeignContract(ctx, input.contract_id);
    const units = await seenUnits(ctx, input.unit_ids);
    const facts = await openingFacts(ctx, input, customer, units, at);
    const row = await insertCase(ctx, input, facts, at);
    return recordEvents(ctx, row, openingEvents(ctx, input, facts, units, at), change_no);
  });
}

/** Whatever a partner sends is a partner's question. */
const asPartner = (input: Opening): Opening => ({
  ...input,
  source: input.source === 'api' ? 'api' : 'partner_form',
  initiated_by: 'partner',
  alert_id: undefined,
  notice_id: undefined,
  also: undefined,
});

const findOpened = async (ctx: Ctx, source_key: string | undefined): Promise<CaseRow | undefined> =>
  source_key === undefined
    ? undefined
    : ctx.db
        .selectFrom('case_events')
        .innerJoin('cases', 'cases.id', 'case_events.case_id')
        .$call(seenBy(ctx, 'cases.partner_id'))
        .selectAll('cases')
        .where('case_events.source_key', '=', openedKey(ctx, source_key))
        .executeTakeFirst();

/** Two partners may use the same key. */
const openedKey = (ctx: Ctx, source_key: string): string => `opened:${ctx.actor.partner_id ?? ''}:${source_key}`;

async function seenCustomer(ctx: Ctx, id: string | null | undefined) {
  if (id === null || id === undefined) return null;
  const customer = await ctx.db
    .selectFrom('customers')
    .$call(seenBy(ctx, 'customers.partner_id'))
    .selectAll('customers')
    .where('customers.id', '=', id)
    .executeTakeFirst();
  if (customer === undefined) throw notFound(['Customer', '顧客']);
  return customer;
}

/** A partner names only contracts of its own. */
async function refuseForeignContract(ctx: Ctx, id: string | null | undefined): Promise<void> {
  if (id === null || id === undefined) return;
  const contract = await ctx.db
    .selectFrom('contracts')
    .$call(seenBy(ctx, 'contracts.partner_id'))
    .select('contracts.id')
    .where('contracts.id', '=', id)
    .executeTakeFirst();
  if (contract === undefined) throw notFound(['Contract', '契約']);
}

async function seenUnits(ctx: Ctx, ids: readonly string[]) {
  const units =
    ids.length === 0
      ? []
      : await ctx.db
          .selectFrom('units')
          .$call(seenBy(ctx, 'units.partner_id'))
          .select(['units.id', 'units.customer_id', 'units.partner_id'])
          .where('units.id', 'in', [...new Set(ids)])
          .execute();
  if (units.length < new Set(ids).size) throw notFound(['Unit', '個体']);
  return [...new Set(ids)].flatMap((id) => units.filter((unit) => unit.id === id));
}

type Customer = Awaited<ReturnType<typeof seenCustomer>>;
type Units = Awaited<ReturnType<typeof seenUnits>>;

/** The customer named, else the one whose unit it is; the contract in force that day. */
async function openingFacts(ctx: Ctx, input: Opening, named: Customer, units: Units, at: number): Promise<EventFacts> {
  const customer = named ?? (await seenCustomer(ctx, units.find((unit) => unit.customer_id !== null)?.customer_id));
  const contract_id = input.contract_id ?? (customer === null ? null : await contractInForce(ctx, customer.id, dayOf(at, ctx.zone)));
  return {
    type: input.type,
    source: input.source,
    initiated_by: input.initiated_by,
    subject: input.subject,
    customer_id: customer?.id ?? null,
    partner_id: ctx.actor.partner_id ?? input.partner_id ?? customer?.partner_id ?? null,
    contract_id,
    contact_name: input.contact_name ?? customer?.contact_name ?? null,
    contact_email: (input.contact_email ?? customer?.email ?? null)?.toLowerCase() ?? null,
    contact_locale: input.contact_locale ?? customer?.locale ?? 'ja',
    category_id: input.category_id ?? null,
    cause_id: input.cause_id ?? null,
    since_text: input.since_text ?? null,
    tried_text: input.tried_text ?? null,
    alert_id: input.alert_id ?? null,
    notice_id:
      input.notice_id ??
      (customer === null
        ? null
        : await recentNotice(
            ctx,
            customer.id,
            units.map((unit) => unit.id),
            at,
          )),
  };
}

/** The contract of the customer that runs on that day, the widest coverage first. */
export async function contractInForce(ctx: Ctx, customer_id: string, day: string): Promise<string | null> {
  const contracts = await ctx.db
    .selectFrom('contracts')
    .select(['id', 'coverage'])
    .where('customer_id', '=', customer_id)
    .where('starts_on', '<=', day)
    .where((where) => where.or([where('ends_on', 'is', null), where('ends_on', '>=', day)]))
    .where((where) => where.or([where('cancelled_on', 'is', null), where('cancelled_on', '>', day)]))
    .orderBy('id')
    .execute();
  const widest = ['full', 'on_site', 'advance_replacement', 'none'].flatMap((coverage) => contracts.filter((contract) => contract.coverage === coverage));
  return widest[0]?.id ?? null;
}

/** A case of somebody who was told within this time belongs to the notice. */
const NOTICE_MS = 60 * 86_400_000;

/** The latest notice the customer got about one of the units, or about any when the case names none. */
async function recentNotice(ctx: Ctx, customer_id: string, unit_ids: readonly string[], at: number): Promise<string | null> {
  const notice = await ctx.db
    .selectFrom('notice_recipients')
    .innerJoin('notices', 'notices.id', 'notice_recipients.notice_id')
    .select('notices.id')
    .where('notice_recipients.customer_id', '=', customer_id)
    .where('notices.sent_at', '<=', at)
    .where('notices.sent_at', '>', at - NOTICE_MS)
    .$if(unit_ids.length > 0, (query) =>
      query.where((where) =>
        where.exists(where.selectFrom('notice_units').select('unit_id').whereRef('notice_units.notice_id', '=', 'notices.id').where('unit_id', 'in', unit_ids)),
      ),
    )
    .orderBy('notices.sent_at', 'desc')
    .executeTakeFirst();
  return notice?.id ?? null;
}

async function insertCase(ctx: Ctx, input: Opening, facts: EventFacts, at: number): Promise<CaseRow> {
  const mark = await ctx.db
    .updateTable('case_marks')
    .set((set) => ({ no: set('no', '+', 1) }))
    .where('name', '=', 'number')
    .returning('no')
    .executeTakeFirstOrThrow();
  const row: CaseRow = {
    id: newId(ctx.now),
    number: caseNumber(mark.no),
    external_no: input.external_no ?? null,
    state: 'new',
    type: input.type,
    source: input.source,
    initiated_by: input.initiated_by,
    subject: input.subject,
    customer_id: facts.customer_id ?? null,
    partner_id: facts.partner_id ?? null,
    contract_id: null,
    contact_name: null,
    contact_email: null,
    contact_locale: facts.contact_locale ?? 'ja',
    owner_id: null,
    category_id: null,
    cause_id: null,
    since_text: null,
    tried_text: null,
    solution: null,
    next_step: null,
    next_due_at: null,
    rating: null,
    alert_id: null,
    notice_id: null,
    known_issue_id: null,
    merged_into_id: null,
    spam_at: null,
    opened_at: at,
    last_customer_at: null,
    last_staff_at: null,
    unanswered_since_at: null,
    solved_at: null,
    closed_at: null,
    updated_at: ctx.now,
    version: 0,
  };
  await ctx.db.insertInto('cases').values(row).execute();
  return row;
}

function openingEvents(ctx: Ctx, input: Opening, facts: EventFacts, units: Units, at: number): Draft[] {
  const by_kind: EventAuthor = input.initiated_by === 'alert' ? 'bot' : input.initiated_by;
  const opened: Draft = {
    kind: 'opened',
    at,
    visibility: 'public',
    by_kind,
    facts,
    ...(input.source_key === undefined ? {} : { source_key: openedKey(ctx, input.source_key) }),
  };
  const message: Draft[] =
    input.message === undefined
      ? []
      : [
          {
            kind: by_kind === 'customer' || by_kind === 'partner' ? 'message_in' : 'note',
            at,
            by_kind,
            visibility: by_kind === 'customer' || by_kind === 'partner' ? 'public' : 'internal',
            body: input.message,
            facts: { thanks: onlyThanks(input.message) },
            ...(input.message_key === undefined ? {} : { source_key: input.message_key }),
            ...(input.contact_name === null || input.contact_name === undefined
              ? {}
              : { actor: { id: facts.customer_id ?? 'customer', name: input.contact_name } }),
          },
        ];
  return [opened, ...message, ...units.map((unit): Draft => ({ kind: 'unit_linked', at, facts: { unit_id: unit.id } })), ...(input.also ?? [])];
}

// One box that finds anything by what is written on it: identifiers in any spelling, numbers, codes, names.
import { may } from '../core/actor.ts';
import { identifierKey } from '../core/identifier.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';

export type FoundKind = 'unit' | 'return' | 'model' | 'case' | 'customer' | 'investigation' | 'claim';

export interface Found {
  readonly kind: FoundKind;
  readonly label: string;
  readonly path: string;
}

const MOST_OF_A_KIND = 8;
const LONGEST_TEXT = 200;

/** What the text names, exact identifiers first. Empty for less than two characters. Each look-up is by index or over a small table. */
export async function searchEverything(ctx: Ctx, text: string): Promise<Found[]> {
  const wanted = text.normalize('NFKC').trim().slice(0, LONGEST_TEXT);
  if (wanted.length < 2) return [];
  const found = await Promise.all([
    findUnits(ctx, wanted),
    findReturns(ctx, wanted),
    findCases(ctx, wanted),
    findModels(ctx, wanted),
    findCustomers(ctx, wanted),
    findInvestigations(ctx, wanted),
    findClaims(ctx, wanted),
  ]);
  return found.flat();
}

/** Serials by prefix, every other identifier exactly. */
async function findUnits(ctx: Ctx, text: string): Promise<Found[]> {
  const key = identifierKey(text);
  if (key === '' || !may(ctx.actor, 'unit:read')) return [];
  const units = ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .$call(seenBy(ctx, 'units.partner_id'))
    .select(['units.id', 'units.serial', 'models.code as model_code'])
    .where('units.merged_into_id', 'is', null)
    .limit(MOST_OF_A_KIND);
  const bySerial = await units.where('units.serial_key', '>=', key).where('units.serial_key', '<', `${key}\uffff`).orderBy('units.serial_key').execute();
  const named = await ctx.db.selectFrom('unit_identifiers').select('unit_id').where('identifier_key', '=', key).limit(MOST_OF_A_KIND).execute();
  const byName =
    named.length === 0
      ? []
      : await units
          .where(
            'units.id',
            'in',
            named.map(({ unit_id }) => unit_id),
          )
          .execute();
  const both = new Map([...byName, ...bySerial].map((unit) => [unit.id, unit]));
  return [...both.values()].map((unit) => ({ kind: 'unit' as const, label: `${unit.serial} · ${unit.model_code}`, path: `/units/${unit.id}` }));
}

async function findReturns(ctx: Ctx, text: string): Promise<Found[]> {
  if (!may(ctx.actor, 'return:read')) return [];
  const rows = await ctx.db
    .selectFrom('returns')
    .select(['id', 'number'])
    .$call(seenBy(ctx, 'returns.partner_id'))
    .where((of) => of(of.fn('lower', ['number']), 'like', `%${likeText(text)}%`))
    .orderBy('id', 'desc')
    .limit(MOST_OF_A_KIND)
    .execute();
  return rows.map((row) => ({ kind: 'return' as const, label: row.number, path: `/returns/${row.id}` }));
}

async function findCases(ctx: Ctx, text: string): Promise<Found[]> {
  if (!may(ctx.actor, 'case:read')) return [];
  const pattern = `%${likeText(text)}%`;
  const rows = await ctx.db
    .selectFrom('cases')
    .select(['id', 'number', 'subject'])
    .$call(seenBy(ctx, 'cases.partner_id'))
    .where((of) => of.or([of(of.fn('lower', ['number']), 'like', pattern), of(of.fn('lower', ['subject']), 'like', pattern)]))
    .orderBy('id', 'desc')
    .limit(MOST_OF_A_KIND)
    .execute();
  return rows.map((row) => ({ kind: 'case' as const, label: `${row.number} · ${row.subject}`, path: `/cases/${row.id}` }));
}

async function findModels(ctx: Ctx, text: string): Promise<Found[]> {
  if (!may(ctx.actor, 'catalog:read')) return [];
  const pattern = `%${likeText(text)}%`;
  const rows = await ctx.db
    .selectFrom('models')
    .innerJoin('makers', 'makers.id', 'models.maker_id')
    .select(['models.id', 'models.code', 'models.name', 'makers.name as maker_name'])
    .where((of) => of.or([of(of.fn('lower', ['models.code']), 'like', pattern), of(of.fn('lower', ['models.name']), 'like', pattern)]))
    .orderBy('models.code')
    .limit(MOST_OF_A_KIND)
    .execute();
  return rows.map((row) => ({ kind: 'model' as const, label: `${row.maker_name} ${row.code} · ${row.name}`, path: `/catalog/models/${row.id}` }));
}

async function findCustomers(ctx: Ctx, text: string): Promise<Found[]> {
  if (!may(ctx.actor, 'catalog:read')) return [];
  const pattern = `%${likeText(text)}%`;
  const rows = await ctx.db
    .selectFrom('customers')
    .select(['id', 'code', 'name'])
    .$call(seenBy(ctx, 'customers.partner_id'))
    .where((of) => of.or([of(of.fn('lower', ['code']), 'like', pattern), of(of.fn('lower', ['name']), 'like', pattern)]))
    .orderBy('code')
    .limit(MOST_OF_A_KIND)
    .execute();
  return rows.map((row) => ({ kind: 'customer' as const, label: `${row.code} · ${row.name}`, path: `/catalog/customers/${row.id}` }));
}

async function findInvestigations(ctx: Ctx, text: string): Promise<Found[]> {
  if (!may(ctx.actor, 'investigation:read')) return [];
  const pattern = `%${likeText(text)}%`;
  const rows = await ctx.db
    .selectFrom('investigations')
    .select(['id', 'number', 'title'])
    .where((of) => of.or([of(of.fn('lower', ['number']), 'like', pattern), of(of.fn('lower', ['title']), 'like', pattern)]))
    .orderBy('id', 'desc')
    .limit(MOST_OF_A_KIND)
    .execute();
  return rows.map((row) => ({ kind: 'investigation' as const, label: `${row.number} · ${row.title}`, path: `/investigations/${row.id}` }));
}

async function findClaims(ctx: Ctx, text: string): Promise<Found[]> {
  if (!may(ctx.actor, 'claim:read')) return [];
  const pattern = `%${likeText(text)}%`;
  const rows = await ctx.db
    .selectFrom('claims')
    .select(['id', 'number', 'title'])
    .where((of) => of.or([of(of.fn('lower', ['number']), 'like', pattern), of(of.fn('lower', ['title']), 'like', pattern)]))
    .orderBy('id', 'desc')
    .limit(MOST_OF_A_KIND)
    .execute();
  return rows.map((row) => ({ kind: 'claim' as const, label: `${row.number} · ${row.title}`, path: `/claims/${row.id}` }));
}

/** `%` and `_` stand for themselves only where LIKE has an ESCAPE clause; here they are dropped. */
const likeText = (text: string): string => text.toLowerCase().replace(/[%_\\]/g, '');

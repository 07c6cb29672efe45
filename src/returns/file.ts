// A return is filed: which units, why, and what the customer is to get.
import { findCustomerOf } from '../catalog/resolve.ts';
import type { CustomerRow } from '../catalog/table.ts';
import { allow, staffOnly } from '../core/actor.ts';
import { newId } from '../core/id.ts';
import { invalid } from '../core/problem.ts';
import { inSentence } from '../core/words.ts';
import { type Ctx, today, transaction } from '../db/ctx.ts';
import { nextNumber } from '../db/number.ts';
import { remember } from '../history/remember.ts';
import type { UnitView } from '../unit/queries.ts';
import { getUnitOf } from './identify.ts';
import type { ChangeReturn, FiledUnit, FileReturn } from './inputs.ts';
import { getReturn, saveReturn, wrongState } from './load.ts';
import { addUnitToReturn } from './newUnit.ts';
import type { ReturnRow, ReturnUnitRow } from './table.ts';
import { returnStateLabels } from './words.ts';

/** Files a return with its units; by staff authorised at once when they say so. Throws `conflict` naming the return a unit is in already. */
export async function fileReturn(ctx: Ctx, input: FileReturn): Promise<ReturnRow> {
  allow(ctx, 'return:write');
  if (input.authorised === true) staffOnly(ctx);
  return transaction(ctx, async (ctx) => {
    const units: UnitView[] = [];
    for (const [i, ref] of input.units.entries()) {
      const unit = await getUnitOf(ctx, pickRef(ref), `units.${i}.`);
      if (units.some(({ id }) => id === unit.id)) throw invalid(`units.${i}`, [`${unit.serial} is there twice`, `${unit.serial} が重複しています`]);
      units.push(unit);
    }
    const customer = await customerOf(ctx, input, units);
    const row = await openReturn(ctx, {
      type: input.type,
      state: input.authorised === true ? 'authorised' : 'draft',
      customer_id: customer?.id ?? null,
      partner_id: customer?.partner_id ?? units[0]?.partner_id ?? ctx.actor.partner_id,
      case_id: input.case_id ?? null,
      note: input.note ?? null,
      ship_to: input.ship_to ?? null,
      origin: 'filed',
    });
    for (const [i, unit] of units.entries()) await addUnitToReturn(ctx, row, unit, input.units[i] ?? {}, {}, `units.${i}.`);
    await remember(ctx, {
      action: 'return.filed',
      record_kind: 'return',
      record_id: row.id,
      change: { number: row.number, type: row.type, state: row.state, units: units.map(({ serial }) => serial) },
    });
    return row;
  });
}

/** Adds a unit to a return that is still under way. */
export async function addReturnUnit(ctx: Ctx, return_id: string, input: FiledUnit, expected?: number): Promise<ReturnUnitRow> {
  allow(ctx, 'return:write');
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, return_id, expected);
    if (!['draft', 'authorised', 'open'].includes(found.state) || (ctx.actor.partner_id !== null && found.state !== 'draft')) {
      throw wrongState([`Return ${found.number} is ${inSentence(returnStateLabels[found.state])}`, `返品案件 ${found.number} には追加できません`], found.id);
    }
    const unit = await getUnitOf(ctx, pickRef(input), '');
    await saveReturn(ctx, found, {});
    const added = await addUnitToReturn(ctx, found, unit, input);
    await remember(ctx, { action: 'return_unit.added', record_kind: 'return', record_id: found.id, change: { unit_id: unit.id, serial: unit.serial } });
    return added;
  });
}

/** Changes what may change of a return at any time: note, address, owner. */
export async function changeReturn(ctx: Ctx, id: string, changes: ChangeReturn, expected?: number): Promise<ReturnRow> {
  allow(ctx, 'return:write');
  return transaction(ctx, async (ctx) => {
    const found = await getReturn(ctx, id, expected);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const saved = await saveReturn(ctx, found, given);
    await remember(ctx, { action: 'return.changed', record_kind: 'return', record_id: id, change: given });
    return saved;
  });
}

type NewReturn = Pick<ReturnRow, 'type' | 'state' | 'customer_id' | 'partner_id' | 'case_id' | 'note' | 'ship_to' | 'origin'>;

/** Writes the return itself, with the next number, inside the open transaction. */
export async function openReturn(ctx: Ctx, fields: NewReturn, changes: Partial<ReturnRow> = {}): Promise<ReturnRow> {
  const row: ReturnRow = {
    id: newId(ctx.now),
    number: await nextNumber(ctx, 'RMA'),
    ...fields,
    owner_id: ctx.actor.kind === 'person' && ctx.actor.partner_id === null ? ctx.actor.id : null,
    rejected_reason: null,
    filed_on: today(ctx),
    authorised_at: fields.state === 'draft' ? null : ctx.now,
    closed_at: null,
    created_at: ctx.now,
    updated_at: ctx.now,
    version: 1,
    ...changes,
  };
  await ctx.db.insertInto('returns').values(row).execute();
  return row;
}

/** The customer named, else the one the first unit is with. */
async function customerOf(ctx: Ctx, input: FileReturn, units: readonly UnitView[]): Promise<CustomerRow | null> {
  const named = await findCustomerOf(ctx, input);
  return named ?? findCustomerOf(ctx, { customer_id: units[0]?.customer_id });
}

const pickRef = ({ unit_id, serial, model_code, maker_code }: FiledUnit) => ({ unit_id, serial, model_code, maker_code });

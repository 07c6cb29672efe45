// Which unit a scan means: by any of its names, the link of its label, or the return it is awaited in. Several are a choice for a person.
import { identifierKey } from '../core/identifier.ts';
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { findUnit, findUnits, type UnitView } from '../unit/queries.ts';
import { readLink } from './identify.ts';
import type { ReceiveUnit } from './inputs.ts';
import { UNKNOWN } from './provisional.ts';
import { waitForTurn } from './turn.ts';

interface Scanned {
  readonly unit: UnitView | null;
  /** The units it may mean: scan again with `unit_id`. */
  readonly choices: readonly UnitView[];
}

/** Waits for whoever scans it too: the unit nobody knew may be known by then. Throws `invalid` for a link or a return number that leads nowhere. */
export async function whatIsScanned(ctx: Ctx, input: ReceiveUnit): Promise<Scanned> {
  const found = await identify(ctx, input);
  if (found.choices.length > 0) return found;
  if (found.unit !== null) {
    await waitForTurn(ctx, found.unit.id);
    return found;
  }
  await waitForTurn(ctx, identifierKey(input.scan));
  return identify(ctx, input);
}

async function identify(ctx: Ctx, input: ReceiveUnit): Promise<Scanned> {
  if (input.unit_id !== undefined) return one(await findUnit(ctx, input.unit_id), input.scan);
  const link = readLink(input.scan);
  if (link?.kind === 'unit') return one(await findUnit(ctx, link.id), input.scan);
  if (link !== null) return findInReturn(ctx, link.kind === 'return' ? 'id' : 'number', link.id);
  const called = ofModel(await findUnits(ctx, input.scan), input);
  if (called.length <= 1) return { unit: called[0] ?? null, choices: [] };
  return narrow(ctx, called, input.return_id);
}

/** Of units that share an identifier, those of the model a person named; else the one received before anybody could tell its model. */
function ofModel(units: readonly UnitView[], { model_code, maker_code }: ReceiveUnit): readonly UnitView[] {
  const made = units.filter((unit) => (model_code ?? unit.model_code) === unit.model_code && (maker_code ?? unit.maker_code) === unit.maker_code);
  return made.length > 0 ? made : units.filter((unit) => unit.model_code === UNKNOWN);
}

const one = (unit: UnitView | undefined, scan: string): Scanned => {
  if (unit === undefined)
    throw new Problem('invalid', [`No unit ${scan}`, `個体 ${scan} がありません`], {
      errors: [{ path: 'scan', message: ['No such unit', '個体がありません'] }],
    });
  return { unit, choices: [] };
};

/** Units that share the identifier: the box being unpacked may say which one it is, nothing else does. */
async function narrow(ctx: Ctx, units: readonly UnitView[], return_id: string | undefined): Promise<Scanned> {
  if (return_id === undefined) return { unit: null, choices: units };
  const inBox = await ctx.db.selectFrom('return_units').select('unit_id').where('return_id', '=', return_id).execute();
  const fitting = units.filter((unit) => inBox.some(({ unit_id }) => unit_id === unit.id));
  return fitting.length === 1 ? { unit: fitting[0] ?? null, choices: [] } : { unit: null, choices: units };
}

/** A return number stands for its unit when it has one only; for several a person chooses. */
async function findInReturn(ctx: Ctx, by: 'id' | 'number', value: string): Promise<Scanned> {
  const rows = await ctx.db
    .selectFrom('returns')
    .leftJoin('return_units', 'return_units.return_id', 'returns.id')
    .select(['return_units.unit_id', 'return_units.state'])
    .where(`returns.${by}`, '=', value)
    .execute();
  if (rows.length === 0)
    throw new Problem('invalid', [`No return ${value}`, `返品案件 ${value} がありません`], {
      errors: [{ path: 'scan', message: ['No such return', '返品案件がありません'] }],
    });
  const [waiting, live] = [rows.filter(({ state }) => state === 'expected'), rows.filter(({ state }) => state !== 'cancelled')];
  const meant = [waiting, live, rows].find((some) => some.length > 0) ?? rows;
  const units: UnitView[] = [];
  for (const unit_id of new Set(meant.map(({ unit_id }) => unit_id))) {
    const unit = unit_id === null ? undefined : await findUnit(ctx, unit_id);
    if (unit !== undefined) units.push(unit);
  }
  return units.length === 1 ? { unit: units[0] ?? null, choices: [] } : { unit: null, choices: units };
}

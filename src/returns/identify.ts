// From what was scanned or typed to the units it may mean: one identifier may be shared by several, and then a person chooses.
import { Problem } from '../core/problem.ts';
import type { Ctx } from '../db/ctx.ts';
import { findUnit, findUnits, type UnitView } from '../unit/queries.ts';
import type { UnitRef } from './inputs.ts';

/** The one unit a reference means; `within` is where the reference stands in the input: `units.3.`. Throws `invalid` when there is none, `conflict` when there are several. */
export async function getUnitOf(ctx: Ctx, ref: UnitRef, within: string): Promise<UnitView> {
  const found = ref.unit_id === undefined ? await findUnits(ctx, ref.serial ?? '') : [await findUnit(ctx, ref.unit_id)].filter((unit) => unit !== undefined);
  const fitting = found.filter(
    (unit) => (ref.model_code === undefined || unit.model_code === ref.model_code) && (ref.maker_code === undefined || unit.maker_code === ref.maker_code),
  );
  const [unit, other] = fitting;
  const name = ref.serial ?? ref.unit_id ?? '';
  if (unit === undefined)
    throw new Problem('invalid', [`No unit ${name}`, `個体 ${name} がありません`], {
      errors: [{ path: `${within}${ref.serial === undefined ? 'unit_id' : 'serial'}`, message: ['No such unit', '個体がありません'] }],
    });
  if (other !== undefined) {
    const models = fitting.map((one) => `${one.maker_code} ${one.model_code}`).join(', ');
    throw new Problem('conflict', [`Several units are called ${name}: ${models}`, `${name} に該当する個体が複数あります: ${models}`], {
      errors: [{ path: `${within}model_code`, message: ['Name the model', '機種を指定してください'] }],
    });
  }
  return unit;
}

/** What a label or link of ours means, or null for anything else: `…/units/<id>`, `…/returns/<id>`, a return number. */
export function readLink(text: string): { readonly kind: 'unit' | 'return' | 'number'; readonly id: string } | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[ー‐-―−]/gu, '-')
    .trim();
  const link = /\/(units|returns)\/([0-9A-Za-z]{26})(?:[/?#]|$)/.exec(plain);
  if (link !== null) return { kind: link[1] === 'units' ? 'unit' : 'return', id: (link[2] ?? '').toUpperCase() };
  const number = /^(RMA)-?(\d{4})-?(\d{5,})$/i.exec(plain);
  return number === null ? null : { kind: 'number', id: `RMA-${number[2]}-${number[3]}` };
}

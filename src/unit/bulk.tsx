// What can be done with many units at once: correct their batch, hardware revision or site.
import { notFound, Problem } from '../core/problem.ts';
import { type Bilingual, speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { BulkDeed, BulkInput, BulkRow } from '../web/bulk.ts';
import { Field } from '../web/parts.tsx';
import { findBatchId, findWhere } from './createUnit.ts';
import { UnitChange } from './inputs.ts';
import { updateUnit } from './updateUnit.ts';

/** The units by id, with the codes of what they belong to. One look-up by primary key. */
const chosenUnits = (ctx: Ctx, ids: readonly string[]) =>
  ctx.db
    .selectFrom('units')
    .leftJoin('batches', 'batches.id', 'units.batch_id')
    .leftJoin('sites', 'sites.id', 'units.site_id')
    .$call(seenBy(ctx, 'units.partner_id'))
    .select(['units.id', 'units.version', 'units.serial', 'units.model_id', 'units.hw_rev', 'batches.code as batch_code', 'sites.code as site_code'])
    .select(['units.site_id', 'units.customer_id'])
    .where('units.id', 'in', ids)
    .orderBy('units.serial')
    .execute();

type Chosen = Awaited<ReturnType<typeof chosenUnits>>[number];

interface FieldDeed {
  readonly field: 'batch_code' | 'hw_rev' | 'site_code';
  readonly title: Bilingual;
  readonly label: Bilingual;
  /** Throws a Problem when the value does not fit the unit. */
  readonly check: (ctx: Ctx, unit: Chosen, value: string) => Promise<unknown>;
}

const fieldDeeds: readonly FieldDeed[] = [
  {
    field: 'batch_code',
    title: ['Set the batch', 'ロットを設定'],
    label: ['Batch', 'ロット'],
    check: (ctx, unit, value) => findBatchId(ctx, unit.model_id, value),
  },
  { field: 'hw_rev', title: ['Set the hardware revision', 'HWリビジョンを設定'], label: ['Hardware revision', 'HWリビジョン'], check: async () => undefined },
  {
    field: 'site_code',
    title: ['Correct the site', '拠点を訂正'],
    label: ['Site', '拠点'],
    check: (ctx, _unit, value) => findWhere(ctx, { site_code: value }),
  },
];

export const unitDeeds: readonly BulkDeed[] = fieldDeeds.map(({ field, title, label, check }) => ({
  name: field,
  permission: 'unit:write',
  title,
  asks: [field],
  fields: (c, input) => <Field label={speak(label, c.var.locale)} name={field} value={input[field] ?? null} required />,
  plan: async (ctx, ids, input) => {
    const value = wanted(field, input);
    const rows: BulkRow[] = [];
    for (const unit of await chosenUnits(ctx, ids)) {
      const refusal = await refusalOf(check(ctx, unit, value));
      rows.push({ id: unit.id, version: unit.version, label: unit.serial, path: `/units/${unit.id}`, before: unit[field], after: value, refusal });
    }
    return rows;
  },
  carryOut: async (ctx, row, input) => {
    const [unit] = await chosenUnits(ctx, [row.id]);
    if (unit === undefined) throw notFound(['Unit', '個体']);
    const { version } = await updateUnit(ctx, row.id, { [field]: wanted(field, input) }, row.version);
    // A site brings its customer along; both go back together.
    return { version, undo: field === 'site_code' ? { site_id: unit.site_id, customer_id: unit.customer_id } : { [field]: unit[field] } };
  },
  takeBack: (ctx, id, undo, version) => updateUnit(ctx, id, UnitChange.parse(undo), version),
}));

/** The value as the unit's own form would take it. */
const wanted = (field: FieldDeed['field'], input: BulkInput): string => {
  const parsed = UnitChange.safeParse({ [field]: input[field] });
  const value = parsed.success ? parsed.data[field] : null;
  if (typeof value !== 'string')
    throw new Problem('invalid', ['The value is not valid', '値が正しくありません'], { errors: [{ path: field, message: ['Not valid', '正しくありません'] }] });
  return value;
};

async function refusalOf(check: Promise<unknown>): Promise<Bilingual | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.words;
    throw error;
  }
}

// What can be done with many units of the stock at once: moved to another place or condition for one reason, and back.
import { z } from 'zod';
import { Problem } from '../core/problem.ts';
import { speak } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import { seenBy } from '../db/scope.ts';
import type { Move } from '../ledger/move.ts';
import { conditionLabels, locationLabels } from '../ledger/words.ts';
import { conditions, locations } from '../unit/inputs.ts';
import type { BulkDeed, BulkInput, BulkRow } from '../web/bulk.ts';
import { Field, Select } from '../web/parts.tsx';
import { moveStock, placeAfter } from './moveStock.ts';
import { takeBackMove } from './reverse.ts';
import { optionsOf } from './views.tsx';
import { words } from './words.ts';

/** Scrap and write-off need a second person, each unit by itself. */
const byOnePerson = locations.filter((location) => location !== 'scrapped' && location !== 'lost');
const There = z.object({
  location: z.enum(byOnePerson),
  condition: z
    .enum(conditions)
    .or(z.literal('').transform(() => undefined))
    .optional(),
});

const move: BulkDeed = {
  name: 'move',
  permission: 'stock:write',
  title: ['Move', '移動する'],
  asks: ['location', 'reason'],
  fields: (c, { location, condition, reason }) => {
    const w = words(c.var.locale);
    const places = optionsOf(c, locationLabels).filter(({ value }) => byOnePerson.some((one) => one === value));
    return (
      <>
        <Select label={w.to} name="location" value={location} blank="—" required options={places} />
        <Select label={w.condition} name="condition" value={condition} blank={w.as_it_is} options={optionsOf(c, conditionLabels)} />
        <Field label={w.reason} name="reason" value={reason ?? null} required />
      </>
    );
  },
  plan: async (ctx, ids, input) => {
    const there = thereOf(input);
    const rows: BulkRow[] = [];
    const units = new Map((await chosenUnits(ctx, ids)).map((unit) => [unit.id, unit]));
    for (const id of ids) {
      const unit = units.get(id);
      if (unit !== undefined) rows.push(await planOf(ctx, unit, there));
    }
    return rows;
  },
  carryOut: async (ctx, row, input) => {
    const { id } = await moveStock(ctx, { unit_id: row.id, ...thereOf(input), reason: input.reason ?? '' });
    return { version: ctx.now, undo: { move_id: id } };
  },
  takeBack: (ctx, _id, { move_id }) => takeBackMove(ctx, move_id ?? '', 'Undone 元に戻す'),
};

export const stockDeeds: readonly BulkDeed[] = [move];

/** The units by id, with where they lie. One look-up by primary key. */
const chosenUnits = (ctx: Ctx, ids: readonly string[]) =>
  ctx.db
    .selectFrom('units')
    .innerJoin('models', 'models.id', 'units.model_id')
    .leftJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .$call(seenBy(ctx, 'units.partner_id'))
    .select([
      'units.id',
      'units.serial',
      'units.model_id',
      'models.code as model_code',
      'unit_places.location',
      'unit_places.condition',
      'unit_places.since_at',
    ])
    .where('units.id', 'in', ids)
    .where('units.merged_into_id', 'is', null)
    .where('units.removed_at', 'is', null)
    .execute();

type Chosen = Awaited<ReturnType<typeof chosenUnits>>[number];

function thereOf(input: BulkInput): z.output<typeof There> {
  const there = There.safeParse(input);
  if (there.success) return there.data;
  throw new Problem('invalid', ['There is no such place or condition', '所在または品質区分が正しくありません']);
}

/** What the move would do to one unit. Its version is the moment of its last move: whoever moves it in the meantime is noticed. */
async function planOf(ctx: Ctx, unit: Chosen, there: z.output<typeof There>): Promise<BulkRow> {
  const { location, condition, since_at } = unit;
  const row = { id: unit.id, version: since_at ?? 0, label: `${unit.model_code} ${unit.serial}`, path: `/units/${unit.id}` };
  const before = location === null || condition === null ? null : spoken(ctx, { location, condition });
  try {
    return { ...row, before, after: spoken(ctx, await placeAfter(ctx, unit, there)) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...row, before, after: null, refusal: error.words };
  }
}

const spoken = (ctx: Ctx, { location, condition }: Move['to']): string =>
  `${speak(locationLabels[location], ctx.actor.locale)} (${speak(conditionLabels[condition], ctx.actor.locale)})`;

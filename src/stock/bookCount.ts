// Books a count: what the books have and nobody scanned is missing, what was scanned and the books have elsewhere was found. Work goes on while people count:
// what came after the count began need not have been seen, and what left after it was seen is where it went.
import { allow } from '../core/actor.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { type Condition, findPlace, type Location, moveUnit, postMove } from '../ledger/move.ts';
import type { StockMoveRow } from '../ledger/table.ts';
import { endCount, getRunningCount } from './count.ts';
import { unserialisedOn } from './free.ts';
import { withdrawPromise, withdrawSpares } from './reserve.ts';
import type { StockCountDifferenceRow, StockCountRow } from './table.ts';

type Difference = Omit<StockCountDifferenceRow, 'count_id' | 'line_no' | 'move_id'>;

/** What would be booked now, without the quantities: for the page before the button. */
export async function listDifferences(ctx: Ctx, count: StockCountRow): Promise<Difference[]> {
  return [...(await listMissing(ctx, count)), ...(await listFound(ctx, count)), ...(await listQuantities(ctx, count))];
}

/** Books every difference as a move and ends the count, in one transaction. A missing unit that was promised loses its promise. */
export async function bookCount(ctx: Ctx, id: string): Promise<StockCountDifferenceRow[]> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    const count = await endCount(ctx, await getRunningCount(ctx, id), 'booked');
    const booked: StockCountDifferenceRow[] = [];
    for (const [i, difference] of (await listDifferences(ctx, count)).entries()) {
      const move = await bookOne(ctx, count, difference);
      booked.push({ count_id: id, line_no: i + 1, ...difference, move_id: move.id });
    }
    for (const row of booked) await ctx.db.insertInto('stock_count_differences').values(row).execute();
    await remember(ctx, {
      action: 'stock_count.booked',
      record_kind: 'stock_count',
      record_id: id,
      change: { differences: booked.length, missing: booked.filter(({ kind }) => kind === 'missing').length },
    });
    return booked;
  });
}

/** Serialised units the books have here since before the count and nobody scanned. */
async function listMissing(ctx: Ctx, count: StockCountRow): Promise<Difference[]> {
  const rows = await ctx.db
    .selectFrom('unit_places')
    .innerJoin('units', 'units.id', 'unit_places.unit_id')
    .select(['units.id', 'units.model_id', 'unit_places.condition'])
    .where('unit_places.location', '=', count.location)
    .where('unit_places.since_at', '<=', count.started_at)
    .$if(count.model_id !== null, (query) => query.where('units.model_id', '=', count.model_id ?? ''))
    .where((of) =>
      of.not(
        of.exists(of.selectFrom('stock_count_scans').select('scan').where('count_id', '=', count.id).whereRef('stock_count_scans.unit_id', '=', 'units.id')),
      ),
    )
    .orderBy('units.id')
    .execute();
  return rows.map((row) => ({ kind: 'missing', model_id: row.model_id, unit_id: row.id, recorded: `${count.location}/${row.condition}`, difference: -1 }));
}

async function listFound(ctx: Ctx, count: StockCountRow): Promise<Difference[]> {
  const rows = await ctx.db
    .selectFrom('stock_count_scans')
    .innerJoin('units', 'units.id', 'stock_count_scans.unit_id')
    .leftJoin('unit_places', 'unit_places.unit_id', 'units.id')
    .select(['units.id', 'units.model_id', 'unit_places.location', 'unit_places.condition'])
    .where('count_id', '=', count.id)
    .where((of) => of.or([of('unit_places.since_at', 'is', null), of('unit_places.since_at', '<=', of.ref('stock_count_scans.scanned_at'))]))
    .orderBy('units.id')
    .execute();
  return rows
    .filter((row) => row.location !== count.location)
    .map((row) => ({
      kind: 'found',
      model_id: row.model_id,
      unit_id: row.id,
      recorded: row.location === null ? null : `${row.location}/${row.condition}`,
      difference: 1,
    }));
}

/** Un-serialised spares: what was counted less what the books have beyond the units. Only what somebody counted is compared. */
async function listQuantities(ctx: Ctx, count: StockCountRow): Promise<Difference[]> {
  const counted = await ctx.db
    .selectFrom('stock_count_quantities')
    .selectAll()
    .where('count_id', '=', count.id)
    .orderBy('model_id')
    .orderBy('condition')
    .execute();
  const differences: Difference[] = [];
  for (const row of counted) {
    const condition = row.condition as Condition; // written from one
    const shelf = { location: count.location as Location, condition };
    const recorded = (await unserialisedOn(ctx, row.model_id, shelf)) - (await movedSince(ctx, row.model_id, shelf, row.counted_at));
    if (recorded !== row.quantity)
      differences.push({
        kind: 'quantity',
        model_id: row.model_id,
        unit_id: null,
        recorded: `${count.location}/${row.condition}`,
        difference: row.quantity - recorded,
      });
  }
  return differences;
}

/** Spares that came to a shelf, less those that left it, since they were counted there. */
async function movedSince(ctx: Ctx, model_id: string, { location, condition }: { location: Location; condition: Condition }, since: number): Promise<number> {
  const moves = await ctx.db
    .selectFrom('stock_moves')
    .select(['quantity', 'from_location', 'from_condition', 'to_location', 'to_condition'])
    .where('model_id', '=', model_id)
    .where('unit_id', 'is', null)
    .where('at', '>', since)
    .execute();
  return moves.reduce((sum, move) => {
    const came = move.to_location === location && move.to_condition === condition ? move.quantity : 0;
    const left = move.from_location === location && (move.from_condition ?? move.to_condition) === condition ? move.quantity : 0;
    return sum + came - left;
  }, 0);
}

async function bookOne(ctx: Ctx, count: StockCountRow, difference: Difference): Promise<StockMoveRow> {
  const cause = { cause_kind: 'count', cause_id: count.id };
  // The columns are text; what stands behind the slash was written from a condition.
  const condition = (difference.recorded?.split('/')[1] ?? 'unverified') as Condition;
  if (difference.unit_id === null) {
    const [shelf, outside] = [
      { location: count.location, condition },
      { location: 'adjustment', condition },
    ] as const;
    const gained = difference.difference > 0;
    if (!gained && count.location === 'good_stock') await withdrawSpares(ctx, difference.model_id, -difference.difference, 'missing_at_count');
    return postMove(ctx, {
      unit_id: null,
      model_id: difference.model_id,
      quantity: Math.abs(difference.difference),
      from: gained ? outside : shelf,
      to: gained ? shelf : outside,
      ...cause,
    });
  }
  const unit = { id: difference.unit_id, model_id: difference.model_id };
  if (difference.kind === 'found') return moveUnit(ctx, unit, await shelfFor(ctx, count, unit.id), cause, 'adjustment');
  await withdrawPromise(ctx, unit.id, 'missing_at_count');
  return moveUnit(ctx, unit, { location: 'adjustment', condition }, cause);
}

/** A found unit lies where it was scanned; but into good stock it comes only by way of the bench, unless it was missed there before. */
async function shelfFor(ctx: Ctx, count: StockCountRow, unit_id: string) {
  const place = await findPlace(ctx, unit_id);
  if (count.location !== 'good_stock') return { location: count.location, condition: place?.condition ?? 'unverified' } as const;
  const known = place?.location === 'adjustment' && ['new', 'verified', 'refurbished'].includes(place.condition) && (await leftGoodStock(ctx, place.move_id));
  return known ? ({ location: 'good_stock', condition: place.condition } as const) : ({ location: 'quarantine', condition: 'unverified' } as const);
}

async function leftGoodStock(ctx: Ctx, move_id: string): Promise<boolean> {
  const move = await ctx.db.selectFrom('stock_moves').select('from_location').where('id', '=', move_id).executeTakeFirst();
  return move?.from_location === 'good_stock';
}

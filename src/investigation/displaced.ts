// Promises that a hold took back: which they were, and how each gets a unit that is not held.
import { allow } from '../core/actor.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Ctx, transaction } from '../db/ctx.ts';
import { remember } from '../history/remember.ts';
import { reserveOutbound } from '../returns/outbound.ts';
import { promisedStill } from '../stock/free.ts';
import { getReservation, reserveStock } from '../stock/reserve.ts';
import { loadOpenInvestigation } from './load.ts';

/** Whose holds: one hold, or every hold of an investigation. */
export type TakenBackBy = { readonly hold_id: string } | { readonly investigation_id: string };

/** Gives a promise that a hold took back a unit that is not held: of the same model, else of a substitute. Throws `conflict` when there is none. */
export async function moveToSubstitute(
  ctx: Ctx,
  of: TakenBackBy,
  reservation_id: string,
  unit_id?: string,
): Promise<{ unit_id: string | null; model_id: string }> {
  allow(ctx, 'stock:write');
  return transaction(ctx, async (ctx) => {
    if ('investigation_id' in of) await loadOpenInvestigation(ctx, of.investigation_id);
    const displaced = (await listDisplaced(ctx, of)).find((row) => row.reservation_id === reservation_id);
    if (displaced === undefined) throw notFound(['Displaced reservation', '取り消された引当']);
    if (displaced.moved_to !== null)
      throw new Problem('conflict', ['It has been moved already', '既に振り替え済みです'], { blocking: `/api/v1/stock/reservations/${displaced.moved_to}` });
    const lost = await getReservation(ctx, reservation_id);
    const taken =
      lost.cause_kind === 'outbound' && lost.cause_id !== null
        ? await reserveOutbound(ctx, lost.cause_id, { unit_id, allow_substitute: true })
        : await reserveAgain(ctx, lost, unit_id);
    const change = { reservation_id, unit_id: taken.unit_id };
    await remember(
      ctx,
      'investigation_id' in of
        ? { action: 'investigation.reservation_moved', record_kind: 'investigation', record_id: of.investigation_id, change }
        : { action: 'stock_hold.reservation_moved', record_kind: 'stock_hold', record_id: of.hold_id, change },
    );
    return { unit_id: taken.unit_id, model_id: taken.model_id };
  });
}

async function reserveAgain(ctx: Ctx, lost: Awaited<ReturnType<typeof getReservation>>, unit_id: string | undefined) {
  const model = await ctx.db.selectFrom('models').select(['id', 'code']).where('id', '=', lost.asked_model_id).executeTakeFirstOrThrow();
  return reserveStock(ctx, { model, unit_id, quantity: lost.quantity, allow_substitute: true, cause_kind: lost.cause_kind, cause_id: lost.cause_id });
}

export interface DisplacedReservation {
  readonly reservation_id: string;
  readonly model_code: string;
  readonly serial: string | null;
  readonly quantity: number;
  readonly cause_kind: string;
  readonly cause_id: string | null;
  readonly return_id: string | null;
  readonly return_number: string | null;
  /** The active reservation of the same cause that took its place. */
  readonly moved_to: string | null;
}

/** Promises that holds took back: those of one hold, or of all an investigation placed. Released at the very moment, with the very reason, of the hold. */
export async function listDisplaced(ctx: Ctx, of: TakenBackBy): Promise<DisplacedReservation[]> {
  const holds = await ctx.db
    .selectFrom('stock_holds')
    .select(['model_id', 'reason', 'placed_at'])
    .$if('hold_id' in of, (query) => query.where('id', '=', 'hold_id' in of ? of.hold_id : ''))
    .$if('investigation_id' in of, (query) =>
      query.where('cause_kind', '=', 'investigation').where('cause_id', '=', 'investigation_id' in of ? of.investigation_id : ''),
    )
    .execute();
  const displaced: DisplacedReservation[] = [];
  for (const hold of holds) {
    const rows = await ctx.db
      .selectFrom('stock_reservations')
      .innerJoin('models', 'models.id', 'stock_reservations.model_id')
      .leftJoin('units', 'units.id', 'stock_reservations.unit_id')
      .leftJoin('outbound_legs', (join) =>
        join.onRef('outbound_legs.id', '=', 'stock_reservations.cause_id').on('stock_reservations.cause_kind', '=', 'outbound'),
      )
      .leftJoin('returns', 'returns.id', 'outbound_legs.return_id')
      .select([
        'stock_reservations.id as reservation_id',
        'models.code as model_code',
        'units.serial',
        promisedStill.as('quantity'),
        'stock_reservations.cause_kind',
        'stock_reservations.cause_id',
        'returns.id as return_id',
        'returns.number as return_number',
      ])
      .where('stock_reservations.model_id', '=', hold.model_id)
      .where('stock_reservations.state', '=', 'released')
      .where('stock_reservations.ended_at', '=', hold.placed_at)
      .where('stock_reservations.ended_reason', '=', `held: ${hold.reason}`)
      .orderBy('stock_reservations.id')
      .execute();
    for (const row of rows)
      if (!displaced.some((known) => known.reservation_id === row.reservation_id)) displaced.push({ ...row, moved_to: await successorOf(ctx, row) });
  }
  return displaced;
}

async function successorOf(ctx: Ctx, { cause_kind, cause_id }: { cause_kind: string; cause_id: string | null }): Promise<string | null> {
  if (cause_id === null) return null;
  const row = await ctx.db
    .selectFrom('stock_reservations')
    .select('id')
    .where('cause_kind', '=', cause_kind)
    .where('cause_id', '=', cause_id)
    .where('state', '=', 'active')
    .executeTakeFirst();
  return row?.id ?? null;
}

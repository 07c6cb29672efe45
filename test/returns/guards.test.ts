// The invariants held a second time, by the store itself: what no verb would do is refused even when written by hand.
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { transaction } from '../../src/db/ctx.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { moveUnit } from '../../src/ledger/move.ts';
import { disposeUnit } from '../../src/returns/dispose.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { placeHold } from '../../src/stock/hold.ts';
import { reserveStock } from '../../src/stock/reserve.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, cast, fielded, stocked } from './cast.ts';

eachDb('the store', (test) => {
  let world: Cast;
  beforeAll(async () => {
    world = await cast(test.ctx());
  });

  const received = async (ctx: Ctx) => {
    const unit = await fielded(ctx);
    await fileReturn(ctx, { type: 'return_first', authorised: true, units: [{ unit_id: unit.id }] });
    const { return_unit } = await receiveUnit(ctx, { scan: unit.serial });
    if (return_unit === null) throw new Error('not received');
    return { unit, return_unit };
  };

  it('refuses to close a return with an open unit', async () => {
    const { return_unit } = await received(test.ctx());
    await expect(sql`update returns set state = 'closed', closed_at = ${NOW} where id = ${return_unit.return_id}`.execute(test.store.db)).rejects.toThrow(
      /every unit dispositioned/,
    );
  });

  it('refuses a second open return of a unit', async () => {
    const { return_unit } = await received(test.ctx());
    await expect(
      test.store.db
        .insertInto('return_units')
        .values({ ...return_unit, id: 'another' })
        .execute(),
    ).rejects.toThrow(/unique/i);
  });

  it('refuses a returned unit in good stock that was not inspected, or not erased', async () => {
    const { unit, return_unit } = await received(test.ctx());
    const restock = () =>
      transaction(test.ctx(), (ctx) => moveUnit(ctx, unit, { location: 'good_stock', condition: 'verified' }, { cause_kind: 'test', cause_id: null }));
    await expect(restock()).rejects.toThrow(/inspected and erased/);
    await startInspection(test.ctx(), { return_unit_id: return_unit.id, verdict: 'no_fault_found', all_steps_ok: true });
    await expect(restock()).rejects.toThrow(/inspected and erased/);
  });

  it('refuses a scrapping and a write-off by one person alone', async () => {
    const { unit, return_unit } = await received(test.ctx());
    await startInspection(test.ctx(), { return_unit_id: return_unit.id, verdict: 'confirmed' });
    const wish = await disposeUnit(test.ctx(), { return_unit_id: return_unit.id, disposition: 'scrap' });
    await expect(
      sql`update dispositions set state = 'posted', posted_at = ${NOW}, approved_by = requested_by where id = ${wish.id}`.execute(test.store.db),
    ).rejects.toThrow(/check/i);
    await expect(
      sql`update return_units set state = 'written_off', disposition = 'not_returned', write_off_requested_by = 'a', write_off_approved_by = 'a' where unit_id = ${unit.id}`.execute(
        test.store.db,
      ),
    ).rejects.toThrow(/check/i);
  });

  it('refuses to take away a unit that is promised, or to ship one that is held', async () => {
    const [promised, held] = [await stocked(test.ctx(), { hw_rev: 'P' }), await stocked(test.ctx(), { hw_rev: 'H' })];
    const leave = (unit: typeof promised) =>
      transaction(test.ctx(), (ctx) => moveUnit(ctx, unit, { location: 'in_transit', condition: 'new' }, { cause_kind: 'test', cause_id: null }));
    await reserveStock(test.ctx(), { model: { id: world.model, code: 'H-100' }, unit_id: promised.id, cause_kind: 'hand', cause_id: null });
    await expect(leave(promised)).rejects.toThrow(/reserved/);
    await placeHold(test.ctx(), { model_id: world.model, hw_rev: 'H' }, { reason: 'suspect' });
    await expect(leave(held)).rejects.toThrow(/held/);
  });

  it('refuses promises of a held unit, of one that is not good stock, twice, and of more than there is', async () => {
    const [spare, broken, held] = [
      await stocked(test.ctx(), { hw_rev: 'Q' }),
      await stocked(test.ctx(), {}, 'defect_stock', 'defective'),
      await stocked(test.ctx(), { hw_rev: 'H' }),
    ];
    const promise = (unit_id: string | null, quantity = 1) =>
      test.store.db
        .insertInto('stock_reservations')
        .values({
          id: `${unit_id}-${Math.trunc(quantity)}-${NOW}`,
          model_id: world.model,
          asked_model_id: world.model,
          unit_id,
          quantity,
          state: 'active',
          cause_kind: 'hand',
          cause_id: null,
          note: null,
          created_by: 'x',
          created_name: 'x',
          created_at: NOW,
          ended_at: null,
          ended_reason: null,
          version: 1,
        })
        .execute();
    await reserveStock(test.ctx(), { model: { id: world.model, code: 'H-100' }, unit_id: spare.id, cause_kind: 'hand', cause_id: null });
    await expect(promise(spare.id)).rejects.toThrow(/unique/i);
    await expect(promise(broken.id)).rejects.toThrow(/not good stock/);
    await expect(promise(held.id)).rejects.toThrow(/held/);
    await expect(promise(null, 100)).rejects.toThrow(/more is reserved than there is/);
  });

  it('refuses more received than ordered, and a hold released by the one who placed it', async () => {
    const db = test.store.db;
    await db
      .insertInto('purchase_orders')
      .values({
        id: 'o',
        number: 'PO-x',
        supplier: 's',
        state: 'ordered',
        ordered_on: null,
        expected_on: null,
        note: null,
        created_by: 'x',
        created_at: NOW,
        updated_at: NOW,
        version: 1,
      })
      .execute();
    await expect(
      db
        .insertInto('purchase_order_lines')
        .values({ id: 'l', purchase_order_id: 'o', model_id: world.model, quantity: 1, received_quantity: 2, unit_cost: null, currency: null })
        .execute(),
    ).rejects.toThrow(/check/i);
    const hold = await placeHold(test.ctx(), { model_id: world.substitute }, { reason: 'suspect' });
    await expect(
      sql`update stock_holds set state = 'released', released_by = placed_by, released_at = ${NOW} where id = ${hold.id}`.execute(db),
    ).rejects.toThrow(/check/i);
  });
});

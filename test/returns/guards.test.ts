// The invariants held a second time, by the store itself: what no verb would do is refused even when written by hand.
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { transaction } from '../../src/db/ctx.ts';
import { startInspection } from '../../src/inspection/inspect.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { recountBalances } from '../../src/ledger/balance.ts';
import { moveUnit } from '../../src/ledger/move.ts';
import { disposeUnit } from '../../src/returns/dispose.ts';
import { fileReturn } from '../../src/returns/file.ts';
import { receiveUnit } from '../../src/returns/receive.ts';
import { checkBooks, proveBooks } from '../../src/stock/check.ts';
import { placeHold } from '../../src/stock/hold.ts';
import { reserveStock } from '../../src/stock/reserve.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation } from '../telemetry/station.ts';
import { type Cast, cast, fielded, placeOf, stocked } from './cast.ts';

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

  it('1: refuses a place no move of the unit ends in', async () => {
    const unit = await stocked(test.ctx());
    await expect(sql`update unit_places set location = 'bench' where unit_id = ${unit.id}`.execute(test.store.db)).rejects.toThrow(/where its move took it/);
    const other = await stocked(test.ctx(), {}, 'bench', 'unverified');
    await expect(
      sql`update unit_places set location = 'bench', condition = 'unverified', move_id = (select move_id from unit_places where unit_id = ${other.id}) where unit_id = ${unit.id}`.execute(
        test.store.db,
      ),
    ).rejects.toThrow(/where its move took it/);
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/new');
  });

  it('2: refuses a balance of ours below nothing; a false one is found by its moves and counted anew from zero', async () => {
    await stocked(test.ctx());
    const shelf = sql`model_id = ${world.model} and location = 'good_stock' and condition = 'new'`;
    await expect(
      sql`insert into stock_balances (model_id, location, condition, quantity) values (${world.model}, 'repair', 'new', -1)`.execute(test.store.db),
    ).rejects.toThrow(/check/i);
    await sql`update stock_balances set quantity = quantity + 1 where ${shelf}`.execute(test.store.db);
    expect((await checkBooks(test.ctx())).balances).toMatchObject([{ location: 'good_stock', condition: 'new' }]);
    await expect(proveBooks(test.ctx())).rejects.toThrow(/differ from their moves/);
    expect(await recountBalances(test.ctx())).toHaveLength(1);
    expect(await proveBooks(test.ctx())).toBe('the books are right');
  });

  it('3: refuses to change or remove moves, history and events', async () => {
    await stocked(test.ctx());
    await fielded(test.ctx(), { device_id: 'guard-cam' });
    const station = await openStation(test.store.url);
    station.send('guard-cam', 'event', { v: 1, boot: 'b', seq: 1, ts: NOW, synced: true, name: 'Device/Restart', source: {}, data: {} });
    await station.settle();
    await station.close();
    for (const [table, column] of [
      ['stock_moves', 'reason'],
      ['history', 'reason'],
      ['telemetry_events', 'name'],
    ] as const) {
      await expect(sql`update ${sql.ref(table)} set ${sql.ref(column)} = 'other'`.execute(test.store.db)).rejects.toThrow(/append-only/);
      await expect(sql`delete from ${sql.ref(table)}`.execute(test.store.db)).rejects.toThrow(/append-only/);
    }
  });

  it('8: refuses the same key of the same caller twice', async () => {
    const claim = sql`insert into idempotency_keys (actor_id, idempotency_key, fingerprint, created_at) values ('a', 'k', 'f', ${NOW})`;
    await claim.execute(test.store.db);
    await expect(claim.execute(test.store.db)).rejects.toThrow(/unique/i);
  });

  it('9: refuses a unit twice in one claim, more accepted than claimed, more settled than accepted', async () => {
    const unit = await stocked(test.ctx());
    await sql`insert into claims (id, number, maker_id, title, statement, remedy, state, created_by, created_at, updated_at, version) values ('c9', 'CLM-9', ${world.maker}, 't', 's', 'credit', 'draft', 'x', ${NOW}, ${NOW}, 1)`.execute(
      test.store.db,
    );
    const line = (id: string, unit_id: string, accepted: number | null, settled: number | null, state: string) =>
      sql`insert into claim_lines (id, claim_id, unit_id, state, claimed_minor, accepted_minor, settled_minor, created_at, version) values (${id}, 'c9', ${unit_id}, ${state}, 100, ${accepted}, ${settled}, ${NOW}, 1)`.execute(
        test.store.db,
      );
    await line('l1', unit.id, null, null, 'claimed');
    await expect(line('l2', unit.id, null, null, 'claimed')).rejects.toThrow(/unique/i);
    const other = await stocked(test.ctx());
    await expect(line('l3', other.id, 101, null, 'accepted')).rejects.toThrow(/check/i);
    await expect(sql`update claim_lines set settled_minor = 1 where id = 'l1'`.execute(test.store.db)).rejects.toThrow(/check/i);
  });

  it('10: refuses to close an investigation without both causes, evidence, or with an action open', async () => {
    const { id } = await openInvestigation(test.ctx(), OpenInvestigation.parse({ title: 'Leak', problem: 'Water inside' }));
    const close = sql`update investigations set state = 'closed', closed_at = ${NOW}, evidence_kind = 'test_record', evidence_id = 'x', effectiveness = 'x' where id = ${id}`;
    await expect(close.execute(test.store.db)).rejects.toThrow(/both causes/);
    await expect(sql`update investigations set state = 'verified' where id = ${id}`.execute(test.store.db)).rejects.toThrow(/check/i);
  });

  it('6: refuses to close a return with an open unit', async () => {
    const { return_unit } = await received(test.ctx());
    await expect(sql`update returns set state = 'closed', closed_at = ${NOW} where id = ${return_unit.return_id}`.execute(test.store.db)).rejects.toThrow(
      /every unit dispositioned/,
    );
  });

  it('5: refuses a second open return of a unit', async () => {
    const { return_unit } = await received(test.ctx());
    await expect(
      test.store.db
        .insertInto('return_units')
        .values({ ...return_unit, id: 'another' })
        .execute(),
    ).rejects.toThrow(/unique/i);
  });

  it('7: refuses a returned unit in good stock that was not inspected, or not erased', async () => {
    const { unit, return_unit } = await received(test.ctx());
    const restock = () =>
      transaction(test.ctx(), (ctx) => moveUnit(ctx, unit, { location: 'good_stock', condition: 'verified' }, { cause_kind: 'test', cause_id: null }));
    await expect(restock()).rejects.toThrow(/inspected and erased/);
    await startInspection(test.ctx(), { return_unit_id: return_unit.id, verdict: 'no_fault_found', all_steps_ok: true });
    await expect(restock()).rejects.toThrow(/inspected and erased/);
  });

  it('11: refuses a scrapping and a write-off by one person alone', async () => {
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

  it('4: refuses to take away a unit that is promised, or to ship one that is held', async () => {
    const [promised, held] = [await stocked(test.ctx(), { hw_rev: 'P' }), await stocked(test.ctx(), { hw_rev: 'H' })];
    const leave = (unit: typeof promised) =>
      transaction(test.ctx(), (ctx) => moveUnit(ctx, unit, { location: 'in_transit', condition: 'new' }, { cause_kind: 'test', cause_id: null }));
    await reserveStock(test.ctx(), { model: { id: world.model, code: 'H-100' }, unit_id: promised.id, cause_kind: 'hand', cause_id: null });
    await expect(leave(promised)).rejects.toThrow(/reserved/);
    await placeHold(test.ctx(), { model_id: world.model, hw_rev: 'H' }, { reason: 'suspect' });
    await expect(leave(held)).rejects.toThrow(/held/);
  });

  it('4: refuses promises of a held unit, of one that is not good stock, twice, and of more than there is', async () => {
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
          shipped_quantity: 0,
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

import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { transaction } from '../../src/db/ctx.ts';
import { findBalanceDrift, findPlaceDrift, recountBalances } from '../../src/ledger/balance.ts';
import { findPlace, type Move, moveUnit, postMove } from '../../src/ledger/move.ts';
import { postMoves } from '../../src/ledger/postMoves.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import { eachDb } from '../support/eachDb.ts';
import { smallCatalog } from '../unit/parts.ts';

eachDb('the stock ledger', (test) => {
  let model_id = '';
  let serial = 0;
  beforeAll(async () => {
    model_id = (await smallCatalog(test.ctx())).model.id;
  });
  beforeEach(() => {
    serial += 1;
  });
  const unit = (location?: 'good_stock') =>
    createUnit(test.ctx(), { model_code: 'X-100', serial: `L-${test.dialect}-${serial}-${Math.random()}`, ...(location === undefined ? {} : { location }) });
  const cause = { cause_kind: 'test', cause_id: null };
  const spares = (quantity: number, from: Move['from']['location'], to: Move['to']['location']): Move => ({
    unit_id: null,
    model_id,
    quantity,
    from: { location: from, condition: 'new' },
    to: { location: to, condition: 'new' },
    ...cause,
  });
  const onHand = async (location: string) =>
    (
      await test.store.db
        .selectFrom('stock_balances')
        .select('quantity')
        .where('model_id', '=', model_id)
        .where('location', '=', location)
        .where('condition', '=', 'new')
        .executeTakeFirst()
    )?.quantity ?? 0;
  const sound = async (ctx: Ctx) => expect([await findBalanceDrift(ctx), await findPlaceDrift(ctx)]).toEqual([[], []]);

  it('moves a unit once, and refuses a move from where it no longer is', async () => {
    const ctx = test.ctx();
    const camera = await unit('good_stock');
    await moveUnit(ctx, camera, { location: 'bench', condition: 'unverified' }, cause);
    const stale: Move = {
      unit_id: camera.id,
      model_id,
      quantity: 1,
      from: { location: 'good_stock', condition: 'new' },
      to: { location: 'scrapped', condition: 'defective' },
      ...cause,
    };
    const history = await ctx.db.selectFrom('stock_moves').select('id').where('unit_id', '=', camera.id).execute();
    for (const post of [(ctx: Ctx) => postMove(ctx, stale).then(() => 1), (ctx: Ctx) => postMoves(ctx, [stale]).then(() => 1)])
      await expect(transaction(ctx, post)).rejects.toMatchObject({ code: 'conflict' });
    expect(await ctx.db.selectFrom('stock_moves').select('id').where('unit_id', '=', camera.id).execute()).toEqual(history);
    expect(await findPlace(ctx, camera.id)).toMatchObject({ location: 'bench', condition: 'unverified' });
    await sound(ctx);
  });

  it('posts many as one at a time would', async () => {
    const ctx = test.ctx();
    const cameras = [await unit('good_stock'), await unit('good_stock'), await unit()];
    const before = await onHand('good_stock');
    const posted = await transaction(ctx, (ctx) =>
      postMoves(ctx, [
        ...cameras.slice(0, 2).map(
          (camera): Move => ({
            unit_id: camera.id,
            model_id,
            quantity: 1,
            from: { location: 'good_stock', condition: 'new' },
            to: { location: 'in_transit', condition: 'new' },
            ...cause,
          }),
        ),
        {
          unit_id: cameras[2]?.id ?? '',
          model_id,
          quantity: 1,
          from: { location: 'supplier', condition: null },
          to: { location: 'good_stock', condition: 'new' },
          ...cause,
        },
        spares(40, 'supplier', 'good_stock'),
      ]),
    );
    expect([posted.length, await onHand('good_stock')]).toEqual([4, before - 2 + 1 + 40]);
    await sound(ctx);
  });

  it('never lets a place of ours hold less than nothing; outside accounts may', async () => {
    const ctx = test.ctx();
    const held = await onHand('repair');
    for (const post of [
      (ctx: Ctx) => postMove(ctx, spares(held + 1, 'repair', 'customer')).then(() => 1),
      (ctx: Ctx) => postMoves(ctx, [spares(held + 1, 'repair', 'customer')]).then(() => 1),
    ]) {
      await expect(transaction(ctx, post)).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(await onHand('repair')).toBe(held);
    await transaction(ctx, (ctx) => postMoves(ctx, [spares(1000, 'maker', 'repair'), spares(1000, 'repair', 'good_stock')]));
    expect(await onHand('maker')).toBeLessThan(0);
    await sound(ctx);
  });

  it('refuses a second first move of one unit, and the same reversal twice', async () => {
    const ctx = test.ctx();
    const camera = await unit('good_stock');
    const again: Move = {
      unit_id: camera.id,
      model_id,
      quantity: 1,
      from: { location: 'supplier', condition: null },
      to: { location: 'good_stock', condition: 'new' },
      ...cause,
    };
    await expect(transaction(ctx, (ctx) => postMoves(ctx, [again]))).rejects.toMatchObject({ code: 'conflict' });
    const first = await ctx.db.selectFrom('stock_moves').select('id').where('unit_id', '=', camera.id).executeTakeFirstOrThrow();
    const reversal: Move = {
      unit_id: camera.id,
      model_id,
      quantity: 1,
      from: { location: 'good_stock', condition: 'new' },
      to: { location: 'supplier', condition: 'new' },
      reverses_id: first.id,
      ...cause,
    };
    await transaction(ctx, (ctx) => postMoves(ctx, [reversal]));
    await expect(transaction(ctx, (ctx) => postMoves(ctx, [{ ...reversal, unit_id: null }]))).rejects.toThrow();
    await sound(ctx);
  });

  it('is append-only, in the store itself', async () => {
    const { db } = test.store;
    await expect(db.updateTable('stock_moves').set({ quantity: 5 }).execute()).rejects.toThrow(/append-only/);
    await expect(db.deleteFrom('stock_moves').execute()).rejects.toThrow(/append-only/);
  });

  it('counts every balance anew from zero and says what was wrong', async () => {
    const ctx = test.ctx();
    await transaction(ctx, (ctx) => postMove(ctx, spares(7, 'supplier', 'good_stock')));
    const right = await onHand('good_stock');
    await test.store.db
      .updateTable('stock_balances')
      .set({ quantity: right + 3 })
      .where('model_id', '=', model_id)
      .where('location', '=', 'good_stock')
      .where('condition', '=', 'new')
      .execute();
    expect(await findBalanceDrift(ctx)).toEqual([{ model_id, location: 'good_stock', condition: 'new', cached: right + 3, counted: right }]);
    expect(await recountBalances(ctx)).toHaveLength(1);
    expect([await onHand('good_stock'), await recountBalances(ctx)]).toEqual([right, []]);
  });
});

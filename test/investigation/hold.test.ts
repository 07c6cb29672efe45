import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { listAtRisk } from '../../src/investigation/atRisk.ts';
import { listDisplaced, moveToSubstitute } from '../../src/investigation/displaced.ts';
import { holdSuspects, listHolds } from '../../src/investigation/hold.ts';
import { OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { prepareReplacements } from '../../src/investigation/replace.ts';
import { releaseHold } from '../../src/stock/hold.ts';
import { reserveStock } from '../../src/stock/reserve.ts';
import { swapUnit } from '../../src/unit/swapUnit.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, castFor, fail, keep, serve } from './cast.ts';

eachDb('the second victim', (test) => {
  let cast: Cast;
  let id: string;
  const asKato = (): Ctx => test.ctx({ actor: cast.kato });
  const suspect = () => [{ model_id: cast.x100, hw_rev: null, batch_id: cast.jan, firmware_id: null }];
  const model = () => ({ id: cast.x100, code: 'X-100' });

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    id = (await openInvestigation(asKato(), OpenInvestigation.parse({ title: 'Leaks', problem: 'x', cohorts: suspect() }))).id;
    await test.ctx().db.insertInto('model_substitutes').values({ model_id: cast.x100, substitute_id: cast.x200, preference: 1 }).execute();
  });

  it('is on the list with site and contact unless failed, swapped, returned or of another batch', async () => {
    const [a, b, c, d] = await serve(test.ctx(), cast, ['RISK1', 'RISK2', 'RISK3', 'RISK4'], { batch_code: '25-01' });
    await serve(test.ctx(), cast, ['SAFE'], { batch_code: '25-06' });
    const [spare] = await keep(test.ctx(), cast, ['SPARE'], 'good_stock', { batch_code: '25-06' });
    await fail(test.ctx(), b ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', failure_mode_id: cast.seal });
    await fail(test.ctx(), d ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', verdict: 'no_fault_found' });
    await swapUnit(test.ctx(), c?.id ?? '', { replacement_id: spare?.id ?? '', new_warranty: 'inherit' });
    const { items } = await listAtRisk(asKato(), suspect(), { limit: 50 });
    expect(items.map((row) => row.serial).sort()).toEqual(['RISK1', 'RISK4']);
    expect(items[0]).toMatchObject({ site_name: 'Pier', customer_name: 'Harbour', contact_name: 'Ms Abe', email: 'abe@harbour.example', batch_code: '25-01' });
    expect(a?.serial).toBe('RISK1');
  });

  it('is protected by a hold: the promise is taken back, shown, and moved to a unit that is not held', async () => {
    const [bad] = await keep(test.ctx(), cast, ['HELD1'], 'good_stock', { batch_code: '25-01' });
    const promise = await reserveStock(asKato(), { model: model(), unit_id: bad?.id, cause_kind: 'case', cause_id: 'case-1' });
    const [hold] = await holdSuspects(asKato(), id, { reason: 'Leaking seals' });
    expect(hold).toMatchObject({ state: 'active', batch_id: cast.jan, cause_kind: 'investigation', cause_id: id });
    expect(await listDisplaced(asKato(), { investigation_id: id })).toMatchObject([
      { reservation_id: promise.id, serial: 'HELD1', cause_id: 'case-1', moved_to: null },
    ]);
    await expect(moveToSubstitute(asKato(), { investigation_id: id }, promise.id)).rejects.toMatchObject({ code: 'conflict' });
    const [sister] = await keep(test.ctx(), cast, ['SISTER1'], 'good_stock', { model_id: cast.x200 });
    expect(await moveToSubstitute(asKato(), { investigation_id: id }, promise.id)).toEqual({ unit_id: sister?.id, model_id: cast.x200 });
    expect((await listDisplaced(asKato(), { investigation_id: id }))[0]?.moved_to).not.toBeNull();
    await expect(moveToSubstitute(asKato(), { investigation_id: id }, promise.id)).rejects.toThrow('moved already');
    await expect(reserveStock(asKato(), { model: model(), unit_id: bad?.id, cause_kind: 'case', cause_id: 'case-2' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('a hold is released by a second person', async () => {
    const [hold] = await listHolds(asKato(), id);
    await expect(releaseHold(asKato(), hold?.id ?? '', 'fine')).rejects.toMatchObject({ code: 'forbidden' });
    expect((await releaseHold(test.ctx({ actor: cast.sato }), hold?.id ?? '', 'Tested')).state).toBe('released');
  });

  it('a hold racing a reservation: the unit is never both promised and held', async () => {
    const [bad] = await keep(test.ctx(), cast, ['RACE1'], 'good_stock', { batch_code: '25-01' });
    const outcomes = await Promise.allSettled([
      reserveStock(asKato(), { model: model(), unit_id: bad?.id, cause_kind: 'case', cause_id: 'race' }),
      holdSuspects(test.ctx({ actor: cast.sato, now: NOW + 1000 }), id, { reason: 'Race' }),
    ]);
    expect(outcomes[1].status).toBe('fulfilled');
    const active = await test
      .ctx()
      .db.selectFrom('stock_reservations')
      .select('id')
      .where('unit_id', '=', bad?.id ?? '')
      .where('state', '=', 'active')
      .execute();
    expect(active).toEqual([]);
    // Whoever came second knows: the promise was taken back by the hold, or refused because of it.
    const [reserved] = outcomes;
    if (reserved.status === 'rejected') expect(reserved.reason).toMatchObject({ code: 'conflict' });
    else expect((await listDisplaced(asKato(), { investigation_id: id })).map((row) => row.serial)).toContain('RACE1');
  });

  it('gets advance replacements prepared, as many as the stock allows', async () => {
    const units = await serve(test.ctx(), cast, ['NEXT1', 'NEXT2', 'NEXT3'], { batch_code: '25-01' });
    const [gone] = await serve(test.ctx(), cast, ['GONE'], { batch_code: '25-01' });
    await fail(test.ctx(), gone ?? { id: '', partner_id: null }, { failed_on: '2026-02-01', failure_mode_id: cast.seal });
    await keep(test.ctx(), cast, ['GOOD1'], 'good_stock', { batch_code: '25-06' });
    await keep(test.ctx(), cast, ['GOOD2'], 'good_stock', { model_id: cast.x200 });
    const done = await prepareReplacements(asKato(), {
      unit_ids: [...units.map((unit) => unit.id), gone?.id ?? ''],
      reason: 'Before it leaks',
      investigation_id: id,
    });
    expect(done.not_at_risk).toEqual([gone?.id]);
    expect(done.without_stock).toEqual([units[2]?.id]);
    expect(done.returns.map((row) => row.unit_ids)).toEqual([[units[0]?.id, units[1]?.id]]);
    const legs = await test
      .ctx()
      .db.selectFrom('outbound_legs')
      .innerJoin('units', 'units.id', 'outbound_legs.unit_id')
      .select(['outbound_legs.state', 'units.serial'])
      .where('return_id', '=', done.returns[0]?.return_id ?? '')
      .orderBy('units.serial')
      .execute();
    expect(legs).toEqual([
      { state: 'reserved', serial: 'GOOD1' },
      { state: 'reserved', serial: 'GOOD2' },
    ]);
    await expect(prepareReplacements(asKato(), { unit_ids: [units[2]?.id ?? ''], reason: 'x' })).rejects.toThrow('No replacement is in stock');
  });
});

import { beforeAll, expect, it } from 'vitest';
import { createMaker, createModel, updateCustomer } from '../../src/catalog/write.ts';
import { systemActor } from '../../src/core/actor.ts';
import { findBalanceDrift, findPlaceDrift } from '../../src/ledger/balance.ts';
import { findPlace, moveUnit } from '../../src/ledger/move.ts';
import { createUnit } from '../../src/unit/createUnit.ts';
import { changeFirmware } from '../../src/unit/firmware.ts';
import { mergeUnits } from '../../src/unit/mergeUnits.ts';
import { findUnit, findUnits, getUnit, listFirmwareIntervals, listMergedIds, listServiceIntervals, listUnits } from '../../src/unit/queries.ts';
import { changeService, startService } from '../../src/unit/service.ts';
import { swapUnit } from '../../src/unit/swapUnit.ts';
import { updateUnit } from '../../src/unit/updateUnit.ts';
import { eachDb } from '../support/eachDb.ts';
import { smallCatalog } from './parts.ts';

eachDb('units', (test) => {
  let parts: Awaited<ReturnType<typeof smallCatalog>>;
  beforeAll(async () => {
    parts = await smallCatalog(test.ctx());
  });
  const partnerCtx = () => test.ctx({ actor: { ...systemActor('p'), role: 'partner', partner_id: parts.partner.id } });
  const serials = (units: readonly { serial: string }[]) => units.map((unit) => unit.serial);

  it('are found by every identifier in every spelling', async () => {
    const ctx = test.ctx();
    const { id } = await createUnit(ctx, {
      model_code: 'X-100',
      serial: 'ab-0012',
      mac: '00:11:22:33:44:5a',
      device_id: 'cam_ab-12',
      asset_tag: 'TAG-7',
      site_code: 'S1',
    });
    for (const text of ['ab-0012', 'AB0012', 'ａｂ－００12\r\n', 'S/N: AB-0012', 'ABー0012', '0011.2233.445A', '00-11-22-33-44-5a', 'cam_ab-12', 'tag7']) {
      expect([text, (await findUnits(ctx, text)).map((unit) => unit.id)]).toEqual([text, [id]]);
    }
    for (const text of ['AB-012', 'AB-OO12', '', '   ']) expect(await findUnits(ctx, text)).toEqual([]);
  });

  it('of two makers may share a serial: both are returned, never one picked', async () => {
    const ctx = test.ctx();
    await createMaker(ctx, { code: 'OTHER', name: 'Other' });
    await createModel(ctx, { maker_code: 'OTHER', code: 'O-1', name: 'O 1' });
    for (const model_code of ['X-100', 'O-1']) await createUnit(ctx, { model_code, serial: 'SHARED-1' });
    expect((await findUnits(ctx, 'shared1')).map((unit) => unit.maker_code).sort()).toEqual(['AKARI', 'OTHER']);
  });

  it('refuse a taken serial and a taken device_id, naming the unit', async () => {
    const ctx = test.ctx();
    const { id } = await createUnit(ctx, { model_code: 'X-100', serial: 'TAKEN-1', device_id: 'taken-1' });
    const blocking = `/api/v1/units/${id}`;
    await expect(createUnit(ctx, { model_code: 'X-100', serial: 'taken1' })).rejects.toMatchObject({ code: 'conflict', extra: { blocking } });
    await expect(createUnit(ctx, { model_code: 'X-100', serial: 'TAKEN-2', device_id: 'taken-1' })).rejects.toMatchObject({
      code: 'conflict',
      extra: { blocking },
    });
    expect(await findUnits(ctx, 'TAKEN-2')).toEqual([]);
  });

  it('stand where their first move put them, with customer and partner taken from the site', async () => {
    const ctx = test.ctx();
    const unit = await createUnit(ctx, { model_code: 'X-100', serial: 'PLACE-1', batch_code: 'B1', site_code: 'S1', delivered_on: '2026-01-10' });
    expect(await getUnit(ctx, unit.id)).toMatchObject({
      location: 'customer',
      condition: 'new',
      customer_code: 'C1',
      partner_id: parts.partner.id,
      batch_code: 'B1',
    });
    expect(await listServiceIntervals(ctx, unit.id)).toMatchObject([{ from_on: '2026-01-10', to_on: null, estimated_at: ctx.now, site_code: 'S1' }]);
    const unknown = await createUnit(ctx, { model_code: 'X-100', serial: 'PLACE-2' });
    expect(await getUnit(ctx, unknown.id)).toMatchObject({ location: null, condition: null });
    await expect(createUnit(ctx, { model_code: 'X-100', serial: 'PLACE-3', site_code: 'S1', customer_code: 'C2' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(createUnit(ctx, { model_code: 'X-200', serial: 'PLACE-4', batch_code: 'B1' })).rejects.toMatchObject({
      code: 'invalid',
      extra: { errors: [{ path: 'batch_code' }] },
    });
  });

  it('are corrected with a version check; nothing changed writes nothing', async () => {
    const ctx = test.ctx();
    const unit = await createUnit(ctx, { model_code: 'X-100', serial: 'FIX-1', mac: '00:00:00:00:00:01' });
    const fixed = await updateUnit(ctx, unit.id, { serial: 'FIX-1A', hw_rev: 'B', mac: null, asset_tag: 'T1', site_code: 'S2' }, 1);
    expect(fixed).toMatchObject({ version: 2, serial_key: 'FIX1A', hw_rev: 'B', customer_id: parts.elsewhere.customer_id });
    expect(await getUnit(ctx, unit.id)).toMatchObject({ mac: null, asset_tag: 'T1', site_code: 'S2' });
    await expect(updateUnit(ctx, unit.id, { hw_rev: 'C' }, 1)).rejects.toMatchObject({ code: 'stale' });
    expect((await updateUnit(ctx, unit.id, { hw_rev: 'B' })).version).toBe(2);
  });

  it('move between sites on one day, which counts once', async () => {
    const ctx = test.ctx();
    const unit = await createUnit(ctx, { model_code: 'X-100', serial: 'MOVE-1', site_code: 'S1', in_service_on: '2026-01-01' });
    await startService(ctx, unit.id, { site_code: 'S2', from_on: '2026-02-01', mounting: 'outdoor' });
    expect(await listServiceIntervals(ctx, unit.id)).toMatchObject([
      { site_code: 'S1', from_on: '2026-01-01', to_on: '2026-02-01' },
      { site_code: 'S2', from_on: '2026-02-01', to_on: null, mounting: 'outdoor' },
    ]);
    expect(await getUnit(ctx, unit.id)).toMatchObject({ site_code: 'S2', customer_code: 'C2' });
    await expect(startService(ctx, unit.id, { from_on: '2026-01-15' })).rejects.toMatchObject({ code: 'conflict' });
    const [first, second] = await listServiceIntervals(ctx, unit.id);
    await changeService(ctx, unit.id, second?.id ?? '', { to_on: '2026-03-01' });
    await expect(changeService(ctx, unit.id, first?.id ?? '', { to_on: '2026-02-02' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(changeService(ctx, unit.id, first?.id ?? '', { to_on: '2025-12-31' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('change firmware on a day: one interval ends, the next begins; late news is refused', async () => {
    const ctx = test.ctx();
    const unit = await createUnit(ctx, { model_code: 'X-100', serial: 'FW-1', firmware: '1.0', in_service_on: '2026-01-01' });
    await changeFirmware(ctx, unit.id, { firmware: '1.1', from_on: '2026-02-01' });
    expect((await changeFirmware(ctx, unit.id, { firmware: '1.1', from_on: '2026-02-03' })).version).toBe(2);
    await changeFirmware(ctx, unit.id, { firmware: '1.2' });
    expect((await listFirmwareIntervals(ctx, unit.id)).map(({ firmware, from_on, to_on }) => [firmware, from_on, to_on])).toEqual([
      ['1.0', '2026-01-01', '2026-02-01'],
      ['1.1', '2026-02-01', '2026-04-01'],
      ['1.2', '2026-04-01', null],
    ]);
    await expect(changeFirmware(ctx, unit.id, { firmware: '1.0', from_on: '2026-03-01' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('swap: the replacement serves from that day and inherits the end of the warranty; both keep their history', async () => {
    const ctx = test.ctx();
    const old = await createUnit(ctx, { model_code: 'X-100', serial: 'OLD-1', site_code: 'S1', delivered_on: '2025-04-10', in_service_on: '2025-04-10' });
    const spare = await createUnit(ctx, { model_code: 'X-100', serial: 'NEW-1', location: 'good_stock' });
    const installed = await swapUnit(ctx, old.id, { replacement_id: spare.id, on: '2026-03-10', new_warranty: 'inherit' });
    expect(installed).toMatchObject({ predecessor_id: old.id, site_id: parts.site.id, partner_id: parts.partner.id, own_warranty_ends_on: '2026-04-10' });
    expect(await getUnit(ctx, spare.id)).toMatchObject({ location: 'customer' });
    expect(await getUnit(ctx, old.id)).toMatchObject({ successor_id: spare.id, location: 'customer' });
    expect(await listServiceIntervals(ctx, old.id)).toMatchObject([{ to_on: '2026-03-10' }]);
    expect(await listServiceIntervals(ctx, spare.id)).toMatchObject([{ from_on: '2026-03-10', to_on: null, site_code: 'S1' }]);
    const third = await createUnit(ctx, { model_code: 'X-100', serial: 'NEW-2', location: 'good_stock' });
    await expect(swapUnit(ctx, old.id, { replacement_id: third.id, new_warranty: 'inherit' })).rejects.toMatchObject({
      code: 'conflict',
      extra: { blocking: `/api/v1/units/${spare.id}` },
    });
    await expect(swapUnit(ctx, third.id, { replacement_id: third.id, new_warranty: 'inherit' })).rejects.toMatchObject({ code: 'invalid' });
    expect(await swapUnit(ctx, spare.id, { replacement_id: third.id, on: '2026-03-20', new_warranty: 'restart' })).toMatchObject({
      own_warranty_ends_on: '2027-03-20',
    });
  });

  it('merge: a provisional unit becomes the known one, in one place, and its tag and serial still find it', async () => {
    const ctx = test.ctx();
    const known = await createUnit(ctx, { model_code: 'X-100', serial: 'REAL-1', site_code: 'S1', in_service_on: '2026-01-01' });
    const box = await createUnit(ctx, {
      model_code: 'X-200',
      serial: 'UNREADABLE-9',
      identity: 'provisional',
      asset_tag: 'BOX-9',
      device_id: 'box-9',
      location: 'receiving',
    });
    await moveUnit(test.ctx({ now: ctx.now + 1000 }), box, { location: 'quarantine', condition: 'unverified' }, { cause_kind: 'test', cause_id: null });
    const merged = await mergeUnits(test.ctx({ now: ctx.now + 2000 }), box.id, { into_id: known.id, reason: 'label cleaned' });
    expect(merged.id).toBe(known.id);
    for (const text of ['REAL-1', 'UNREADABLE-9', 'BOX-9', 'box-9'])
      expect([text, (await findUnits(ctx, text)).map((unit) => unit.id)]).toEqual([text, [known.id]]);
    expect(await findUnit(ctx, box.id)).toMatchObject({ id: known.id, location: 'quarantine', condition: 'unverified' });
    expect(await findPlace(ctx, box.id)).toMatchObject({ location: 'adjustment' });
    expect((await listMergedIds(ctx, known.id)).sort()).toEqual([known.id, box.id].sort());
    expect([await findBalanceDrift(ctx), await findPlaceDrift(ctx)]).toEqual([[], []]);
    await expect(mergeUnits(ctx, box.id, { into_id: known.id })).rejects.toMatchObject({ code: 'conflict' });
    await expect(mergeUnits(ctx, known.id, { into_id: box.id })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('of another partner’s customers are neither listed, nor found, nor opened; a moved customer takes them along', async () => {
    const ctx = test.ctx();
    const ours = await createUnit(ctx, { model_code: 'X-100', serial: 'ISO-1', site_code: 'S1' });
    const theirs = await createUnit(ctx, { model_code: 'X-100', serial: 'ISO-2', site_code: 'S2' });
    const partner = partnerCtx();
    expect([serials(await findUnits(partner, 'ISO-1')), serials(await findUnits(partner, 'ISO-2'))]).toEqual([['ISO-1'], []]);
    await expect(getUnit(partner, theirs.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(updateUnit(partner, ours.id, { hw_rev: 'Z' })).rejects.toMatchObject({ code: 'forbidden' });
    const listed = await listUnits(partner, { limit: 500 });
    expect(listed.items.every((unit) => unit.partner_id === parts.partner.id)).toBe(true);
    await updateCustomer(ctx, parts.customer.id, { partner_id: null });
    expect((await listUnits(partner, { limit: 500 })).items).toEqual([]);
    await updateCustomer(ctx, parts.customer.id, { partner_code: 'OURS' });
  });

  it('are listed by what they are, where they are and whose they are', async () => {
    const ctx = test.ctx();
    for (let i = 0; i < 5; i++)
      await createUnit(ctx, {
        model_code: 'X-200',
        serial: `LIST-${i}`,
        hw_rev: 'L',
        location: i < 2 ? 'good_stock' : 'bench',
        firmware: i === 4 ? '9.9' : null,
      });
    const list = async (filter: object) => serials((await listUnits(ctx, { limit: 100, sort: 'serial' }, { hw_rev: 'L', ...filter })).items);
    expect(await list({ model_code: 'X-200' })).toEqual(['LIST-0', 'LIST-1', 'LIST-2', 'LIST-3', 'LIST-4']);
    expect(await list({ location: 'good_stock' })).toEqual(['LIST-0', 'LIST-1']);
    expect(await list({ condition: 'unverified' })).toEqual(['LIST-2', 'LIST-3', 'LIST-4']);
    expect(await list({ firmware: '9.9' })).toEqual(['LIST-4']);
    expect(await list({ maker_code: 'NONE' })).toEqual([]);
    const first = await listUnits(ctx, { limit: 3 }, { hw_rev: 'L' });
    const second = await listUnits(ctx, { limit: 3, cursor: first.next_cursor ?? '' }, { hw_rev: 'L' });
    expect([serials(first.items), serials(second.items), second.next_cursor]).toEqual([['LIST-4', 'LIST-3', 'LIST-2'], ['LIST-1', 'LIST-0'], null]);
  });
});

// Every page of the desk, the bench and the stock opens in both languages, and its forms do what the API does.
import { beforeAll, expect, it } from 'vitest';
import { placeHold } from '../../src/stock/hold.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { type Cast, cast, fielded, placeOf, stocked } from './cast.ts';
import { got, inspected, made, returned } from './http.ts';

eachDb('the pages of the desk', (test) => {
  let world: Cast;
  let tech: Caller;
  let lead: Caller;
  let quality: Caller;
  let partner: Caller;
  beforeAll(async () => {
    world = await cast(test.ctx());
    const app = testApp(test.store);
    [tech, lead, quality] = [
      await callerWith(app, test.store, 'tech'),
      await callerWith(app, test.store, 'lead'),
      await callerWith(app, test.store, 'quality'),
    ];
    partner = await callerWith(app, test.store, 'partner', { partner_id: world.partner });
  });

  const text = async (path: string, language: string): Promise<string> => {
    const answer = await lead.get(path, { 'Accept-Language': language });
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${body.slice(0, 2000)}`);
    return body;
  };

  it('say in words, and in CSV, what the warranty of a unit is counted from', async () => {
    const dates = { delivered_on: null, purchased_on: null, shipped_on: null, own_warranty_ends_on: null };
    for (const [given, en, ja] of [
      [{ delivered_on: '2026-01-10' }, 'Delivery 2026-01-10', '着荷日 2026-01-10'],
      [{ purchased_on: '2026-01-11' }, 'Purchase 2026-01-11', '購入日 2026-01-11'],
      [{ shipped_on: '2026-01-12' }, 'Shipment plus 14 days 2026-01-26', '出荷日+14日 2026-01-26'],
      [{ delivered_on: '2026-01-10', own_warranty_ends_on: '2026-12-31' }, 'Inherited from the unit it replaced', '交換元から引き継ぎ'],
      [{}, 'Unknown', '不明'],
    ] as const) {
      const unit = await fielded(test.ctx(), { ...dates, ...given });
      const { return_unit_id } = await returned(tech, unit.serial, { received: false });
      for (const [language, words] of [
        ['en', en],
        ['ja', ja],
      ] as const) {
        expect(await text(`/return-units/${return_unit_id}`, language)).toContain(`>${words}<`);
        const table = encodeURIComponent(language === 'en' ? 'Returned units' : '返却個体');
        const csv = await text(`/return-units?unit_id=${unit.id}&hide=0&format=csv&table=${table}`, language);
        expect(csv.trimEnd().endsWith(`,${words}`), csv).toBe(true);
      }
    }
  });

  it('open with rows on them, in English and Japanese', async () => {
    const [unit, spare] = [await fielded(test.ctx()), await stocked(test.ctx())];
    const filed = await returned(tech, unit.serial);
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    await made(tech.post('/api/v1/inspections', { return_unit_id: filed.return_unit_id }));
    await placeHold(test.ctx(), { model_id: world.substitute }, { reason: 'batch under suspicion' });
    const order = await made(tech.post('/api/v1/purchase-orders', { supplier: 'Hikari', ordered: true, lines: [{ model_code: 'H-100', quantity: 2 }] }));
    const count = await made(tech.post('/api/v1/stock/counts', { location: 'good_stock' }));
    const paths = [
      '/returns',
      '/returns/new',
      `/returns/${filed.id}`,
      '/returns/ageing',
      '/returns/metrics',
      `/returns/${filed.id}/packing-slip`,
      '/return-units',
      `/return-units/${filed.return_unit_id}`,
      '/receipts/new',
      `/units/${unit.id}/label`,
      '/bench',
      '/checklists',
      '/checklists/checklist-all',
      '/codes/symptom',
      '/codes/cause',
      '/stock',
      `/stock/models/${world.model}`,
      '/stock/moves',
      '/stock/reservations',
      '/stock/holds',
      '/stock/forecast',
      '/stock/check',
      '/stock/counts',
      `/stock/counts/${count.id}`,
      '/purchase-orders',
      '/purchase-orders/new',
      `/purchase-orders/${order.id}`,
    ];
    for (const path of paths) for (const language of ['en', 'ja']) expect(await text(path, language), path).toContain('<main');
    expect(await text(`/return-units/${filed.return_unit_id}`, 'ja')).toContain('カメラ基本検証');
    expect(await text(`/units/${unit.id}/label`, 'en')).toMatch(/<svg viewBox/);
    expect(await text('/stock/holds', 'en')).toContain('batch under suspicion');
    await made(tech.post(`/api/v1/stock/counts/${count.id}/cancellation`, { reason: 'only looked at' }));
  });

  it('file, receive, inspect and decide by plain forms', async () => {
    const unit = await fielded(test.ctx());
    const filed = await tech.form('/returns', { type: 'return_first', serials: unit.serial, authorised: 'yes' });
    expect(filed.status).toBe(303);
    expect(await (await tech.form('/receipts', { scan: unit.serial.toLowerCase() })).text()).toContain('Received');
    const [entry] = (await got(tech.get(`/api/v1/return-units?unit_id=${unit.id}`))).items;
    expect((await tech.form(`/return-units/${entry.id}/inspections`, {})).status).toBe(303);
    const [inspection] = (await got(tech.get(`/api/v1/inspections?return_unit_id=${entry.id}`))).items;
    const { steps } = await got(tech.get(`/api/v1/inspections/${inspection.id}`));
    const answers = Object.fromEntries(
      steps.filter((step: { kind: string }) => step.kind === 'check').map((step: { id: string }) => [`result:${step.id}`, 'ok']),
    );
    expect((await tech.form(`/inspections/${inspection.id}/steps`, answers)).status).toBe(303);
    expect((await tech.form(`/inspections/${inspection.id}/verdict`, { verdict: 'no_fault_found', footage_erased: 'yes' })).status).toBe(303);
    expect((await tech.form(`/return-units/${entry.id}/dispositions`, { disposition: 'restock', condition: 'verified' })).status).toBe(303);
    expect(await placeOf(test.ctx(), unit.id)).toBe('good_stock/verified');
  });

  it('a refusal speaks the reader’s language, beside the field too, and leads to what stands in the way', async () => {
    const [unit, spare] = [await fielded(test.ctx()), await stocked(test.ctx())];
    const japanese = { 'Accept-Language': 'ja' };
    expect(await (await tech.form('/returns', { type: 'repair', serials: 'NOBODY-1' }, japanese)).text()).toContain('data-message="個体がありません"');
    const api = await tech.post('/api/v1/returns', { type: 'repair', units: [{ serial: 'NOBODY-1' }] }, japanese);
    expect(await api.json()).toMatchObject({ errors: [{ path: 'units.0.serial', message: '個体がありません' }] });
    const filed = await returned(tech, unit.serial);
    const refused = await (await tech.form('/returns', { type: 'repair', serials: unit.serial }, japanese)).text();
    expect(refused).toContain(`<a href="/returns/${filed.id}">該当の記録を開く</a>`);
    const leg = await made(tech.post(`/api/v1/returns/${filed.id}/outbound`, { unit_id: spare.id }));
    await inspected(tech, filed.return_unit_id, 'confirmed');
    const decided = await made(tech.post('/api/v1/dispositions', { return_unit_id: filed.return_unit_id, disposition: 'scrap', reason: 'burnt' }));
    for (const [record, shown] of [
      [`/returns/${filed.id}/outbound/${leg.id}`, `/returns/${filed.id}`],
      [`/dispositions/${decided.id}`, `/return-units/${filed.return_unit_id}`],
      [`/stock/reservations/${leg.reservation_id}`, `/stock/reservations?id=${leg.reservation_id}`],
      ['/stock/holds/H', '/stock/holds?id=H'],
      ['/stock/moves/M', '/stock/moves?id=M'],
      ['/stock/write-offs/W', '/stock/write-offs?id=W'],
      [`/stock/levels?model_id=${world.model}`, `/stock/models/${world.model}`],
      [`/models/${world.model}`, `/catalog/models/${world.model}`],
      ['/codes/cause/cause-heat', '/codes/cause'],
    ] as const) {
      const answer = await lead.get(record);
      expect([record, answer.status, answer.headers.get('Location')]).toEqual([record, 302, shown]);
      expect((await lead.get(shown)).status, shown).toBe(200);
    }
    await made(tech.post(`/api/v1/returns/${filed.id}/outbound/${leg.id}/cancellation`, { reason: 'done' }));
  });

  it('scrap shows the second person what waits, and only them the button', async () => {
    const unit = await fielded(test.ctx());
    const filed = await returned(tech, unit.serial);
    await inspected(tech, filed.return_unit_id, 'confirmed');
    expect((await tech.form(`/return-units/${filed.return_unit_id}/dispositions`, { disposition: 'scrap', reason: 'burnt' })).status).toBe(303);
    expect(await (await tech.get(`/returns/${filed.id}`)).text()).not.toContain(`/returns/${filed.id}/approval`);
    expect(await (await quality.get(`/returns/${filed.id}`)).text()).toContain(`/returns/${filed.id}/approval`);
    expect((await quality.form(`/returns/${filed.id}/approval`, { return_unit_id: filed.return_unit_id })).status).toBe(303);
    expect(await placeOf(test.ctx(), unit.id)).toBe('scrapped/defective');
  });

  it('a partner sees and files only its own, and no stock', async () => {
    const [own, other] = [await fielded(test.ctx(), { customer_code: 'NISHI' }), await fielded(test.ctx())];
    expect((await partner.form('/returns', { type: 'return_first', serials: own.serial })).status).toBe(303);
    expect((await partner.form('/returns', { type: 'return_first', serials: other.serial })).status).toBe(422);
    expect(await (await partner.get('/returns')).text()).not.toContain('Acme');
    const [mine] = (await got(partner.get('/api/v1/returns'))).items;
    expect((await partner.get(`/returns/${mine.id}`)).status).toBe(200);
    expect([
      (await partner.get('/stock')).status,
      (await partner.get('/bench')).status,
      (await partner.post(`/api/v1/returns/${mine.id}/authorization`)).status,
    ]).toEqual([403, 403, 403]);
  });

  it('a checklist is written as text and replaced as a whole', async () => {
    const steps = 'check | required | Looks fine | 外観良好\nvalue | optional | Current | 電流 | mA | 100 | 900';
    expect((await quality.form('/checklists', { name_en: 'H-100 check', name_ja: 'H-100検証', model_code: 'H-100', steps })).status).toBe(303);
    const unit = await fielded(test.ctx());
    const [inForce] = (await got(tech.get(`/api/v1/checklists?unit_id=${unit.id}`))).items;
    expect(inForce).toMatchObject({ name_en: 'H-100 check', model_code: 'H-100' });
    expect((await quality.form(`/checklists/${inForce.id}`, { name_en: 'H-100 check', name_ja: 'H-100検証', steps: `${steps}\nnonsense` })).status).toBe(422);
    expect((await quality.form(`/checklists/${inForce.id}/retirement`, { reason: 'trial over' })).status).toBe(303);
    expect((await got(tech.get(`/api/v1/checklists?unit_id=${unit.id}`))).items[0].id).toBe('checklist-all');
  });
});

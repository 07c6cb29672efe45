import { beforeAll, expect, it } from 'vitest';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';
import { cast, fielded, placeOf } from './cast.ts';
import { answered, got, made } from './http.ts';

eachDb('a return over HTTP', (test) => {
  let tech: Caller;
  let quality: Caller;
  beforeAll(async () => {
    await cast(test.ctx());
    const app = testApp(test.store);
    [tech, quality] = [await callerWith(app, test.store, 'tech'), await callerWith(app, test.store, 'quality')];
  });

  it('walks from filing to closing, and the unit’s place follows', async () => {
    const unit = await fielded(test.ctx());
    const filed = await made(
      tech.post('/api/v1/returns', {
        type: 'return_first',
        units: [{ serial: unit.serial, reported_symptom: 'NO_IMAGE', reported_text: 'black', failed_on: '2026-03-20' }],
      }),
    );
    expect(filed).toMatchObject({ state: 'draft', number: expect.stringMatching(/^RMA-2026-\d{5}$/), customer_code: 'ACME' });
    expect(filed.units[0]).toMatchObject({
      state: 'expected',
      coverage: 'maker',
      own_warranty_ends_on: '2027-01-10',
      maker_warranty_ends_on: '2027-07-10',
      repeat_no: 1,
    });
    await made(tech.post(`/api/v1/returns/${filed.id}/authorization`));
    const receipt = await made(tech.post('/api/v1/receipts', { scan: unit.serial }));
    expect(receipt).toMatchObject({ outcome: 'expected', number: filed.number });
    expect(await placeOf(test.ctx(), unit.id)).toBe('receiving/unverified');
    await made(
      tech.post('/api/v1/inspections', {
        return_unit_id: receipt.return_unit_id,
        verdict: 'confirmed',
        failure_mode: 'SD_WORN',
        component: 'SD_CARD',
        cause: 'WEAR',
        footage_erased: true,
      }),
    );
    expect(await placeOf(test.ctx(), unit.id)).toBe('bench/unverified');
    expect(await answered(409, tech.post(`/api/v1/returns/${filed.id}/closure`))).toMatchObject({ blocking: `/api/v1/return-units/${receipt.return_unit_id}` });
    const disposition = await made(tech.post('/api/v1/dispositions', { return_unit_id: receipt.return_unit_id, disposition: 'return_to_maker' }));
    expect(disposition).toMatchObject({ state: 'posted', disposition: 'return_to_maker' });
    expect(await placeOf(test.ctx(), unit.id)).toBe('maker/defective');
    const closed = await made(tech.post(`/api/v1/returns/${filed.id}/closure`));
    expect(closed).toMatchObject({ state: 'closed', units: [{ state: 'resolved', verdict: 'confirmed', failure_mode_id: 'mode-sd-worn' }] });
    const history = await got(quality.get(`/api/v1/history?record_kind=return&record_id=${filed.id}`));
    expect(history.items.map((deed: { action: string }) => deed.action)).toEqual(['return.closed', 'return.authorised', 'return.filed']);
  });

  it('lists, as JSON and as CSV', async () => {
    const list = await got(tech.get('/api/v1/returns?state=closed'));
    expect(list.items).toHaveLength(1);
    const csv = await tech.get('/api/v1/return-units?verdict=confirmed', { Accept: 'text/csv' });
    expect(csv.headers.get('Content-Type')).toContain('text/csv');
    expect((await csv.text()).split('\r\n')).toHaveLength(3);
    expect(await got(tech.get('/api/v1/return-metrics'))).toMatchObject({ received: 1, nff: { part: 0, whole: 1, share: 0 } });
  });

  it('gives the code trees', async () => {
    const { items } = await got(tech.get('/api/v1/codes/failure_mode'));
    const worn = items.find((code: { code: string }) => code.code === 'SD_WORN');
    expect(worn).toMatchObject({ name_ja: 'SDカード寿命', depth: 1 });
  });
});

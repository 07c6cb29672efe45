// The edge table of domain.md through the public API, one test a row. The rows about receiving, cancelling and writing off are in returns/edges.test.ts.
import { beforeAll, expect, it } from 'vitest';
import { openLog } from '../src/core/log.ts';
import { runJob } from '../src/jobs/run.ts';
import { schedule } from '../src/jobs/schedule.ts';
import { addToken } from '../src/person/tokens.ts';
import { type Cast, castFor } from './investigation/cast.ts';
import { answered, disposed, got, inspected, type Json, made, returned } from './returns/http.ts';
import { type Caller, callerWith, testApp } from './support/app.ts';
import { eachDb, NOW } from './support/eachDb.ts';

const DAY = 86_400_000;
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(3, '0')}`);

eachDb('the edge table', (test) => {
  const clock = { now: NOW };
  let cast: Cast;
  let app: ReturnType<typeof testApp>;
  let token: string;
  let lead: Caller;
  let quality: Caller;
  beforeAll(async () => {
    cast = await castFor(test.ctx());
    app = testApp(test.store, clock);
    token = (await addToken(test.ctx(), { name: 'import', role: 'lead', partner_id: null, scopes: null, expires_at: null })).token;
    [lead, quality] = [await callerWith(app, test.store, 'lead'), await callerWith(app, test.store, 'quality')];
  });

  const unit = (serial: string, fields: object = {}): Promise<Json> => made(lead.post('/api/v1/units', { model_code: 'X-100', serial, ...fields }));
  const inService = (serials: readonly string[], fields: object = {}): Promise<Json[]> =>
    Promise.all(serials.map((serial) => unit(serial, { site_code: 'S-1', in_service_on: '2025-07-01', ...fields })));
  const model = (code: string, own_warranty_months: number, maker_warranty_months: number) =>
    made(quality.post('/api/v1/models', { maker_code: 'ACME', code, name: code, own_warranty_months, maker_warranty_months }));
  const filedAt = async (instant: string, serial: string, model_code: string): Promise<Json> => {
    clock.now = Date.parse(instant);
    const filed = await made(lead.post('/api/v1/returns', { type: 'repair', authorised: true, units: [{ serial, model_code }] }));
    clock.now = NOW;
    return filed.units[0];
  };
  const confirmed = async (serial: string, failure_mode: string, model_code = 'X-100'): Promise<void> => {
    const { return_unit_id } = await returned(lead, serial, { model_code });
    await inspected(lead, return_unit_id, 'confirmed', { failure_mode });
    await disposed(lead, return_unit_id, 'return_to_maker');
  };

  it('delivered 2024-02-29, 12 months, Tokyo: 14:59:59Z of 2025-02-28 is in, 15:00:00Z is out', async () => {
    await model('LEAP', 12, 1);
    for (const serial of ['LEAP-1', 'LEAP-2']) await unit(serial, { model_code: 'LEAP', delivered_on: '2024-02-29' });
    expect(await filedAt('2025-02-28T14:59:59Z', 'LEAP-1', 'LEAP')).toMatchObject({ own_warranty_ends_on: '2025-02-28', coverage: 'own_warranty' });
    expect(await filedAt('2025-02-28T15:00:00Z', 'LEAP-2', 'LEAP')).toMatchObject({ own_warranty_ends_on: '2025-02-28', coverage: 'paid' });
  });

  it('2024-01-31 + 1 month is 2024-02-29', async () => {
    await model('MONTH', 1, 1);
    await unit('MONTH-1', { model_code: 'MONTH', delivered_on: '2024-01-31' });
    expect(await filedAt('2024-02-29T01:00:00Z', 'MONTH-1', 'MONTH')).toMatchObject({ own_warranty_ends_on: '2024-02-29', coverage: 'maker' });
  });

  it.each([
    [{ delivered_on: '2024-04-10', purchased_on: '2024-03-01', shipped_on: '2024-02-20' }, 'delivered_on', '2025-04-10'],
    [{ purchased_on: '2024-03-01', shipped_on: '2024-02-20' }, 'purchased_on', '2025-03-01'],
    [{ shipped_on: '2024-02-20' }, 'shipped_on', '2025-03-05'],
  ])('12 months of %j start at %s and end on %s, which is covered', async (days, basis, end) => {
    const serial = `START-${basis}`;
    await unit(serial, days);
    expect(await filedAt(`${end}T05:00:00Z`, serial, 'X-100')).toMatchObject({ own_warranty_ends_on: end, warranty_basis: basis, coverage: 'maker' });
  });

  it('two people take the last spare at once: one 201, one 409; the same key retried gives the same reservation', async () => {
    await model('LAST', 12, 12);
    await unit('LAST-1', { model_code: 'LAST', location: 'good_stock', condition: 'new' });
    const take = (key: string) => lead.post('/api/v1/stock/reservations', { model_code: 'LAST' }, { 'Idempotency-Key': key });
    const [one, two] = await Promise.all([take('anna'), take('ben')]);
    expect([one.status, two.status].sort()).toEqual([201, 409]);
    const [winner, key] = one.status === 201 ? [one, 'anna'] : [two, 'ben'];
    expect((await made(take(key))).id).toBe(((await winner.json()) as Json).id);
    expect((await got(lead.get('/api/v1/stock/reservations?state=active'))).items.filter((row: Json) => row.model_code === 'LAST')).toHaveLength(1);
  });

  it('good 5, reserved 3, defective 10, reorder point 3: available 2, order suggested', async () => {
    await model('ORDER', 12, 12);
    for (const serial of numbered('GOOD', 5)) await unit(serial, { model_code: 'ORDER', location: 'good_stock', condition: 'new' });
    for (const serial of numbered('BAD', 10)) await unit(serial, { model_code: 'ORDER', location: 'defect_stock', condition: 'defective' });
    for (let i = 0; i < 3; i++) await made(lead.post('/api/v1/stock/reservations', { model_code: 'ORDER' }));
    await made(lead.post('/api/v1/stock/policies', { model_code: 'ORDER', reorder_point: 3 }));
    const { items } = await got(lead.get('/api/v1/stock/levels?model_code=ORDER'));
    expect(items).toMatchObject([{ good: 5, reserved: 3, defective: 10, available: 2, suggested_order: 1 }]);
    expect(await (await lead.get('/stock?short=true&model_code=ORDER')).text()).toContain('ORDER');
  });

  const claimed = async (units: readonly Json[], remedy: string): Promise<{ base: string; lines: Json[] }> => {
    const lines = units.map(({ id }) => ({ unit_id: id, claimed_amount: 100 }));
    const claim = await made(quality.post('/api/v1/claims', { maker_id: cast.acme, title: 'Seals', statement: 'They leak', remedy, currency: 'USD', lines }));
    const base = `/api/v1/claims/${claim.id}`;
    await made(quality.post(`${base}/submission`, { text: 'See the evidence' }));
    return { base, lines: (await got(quality.get(base))).lines };
  };

  it('maker returns S2 for S1: S1 stays at the maker, S2 is its successor with its own batch; S1’s batch rate unchanged', async () => {
    await inService(numbered('RATE', 5), { batch_code: '25-01' });
    await confirmed('RATE001', 'SEAL');
    const rates = async () => (await got(quality.get('/api/v1/failure-rates?by=batch&model=X-100'))).items.find((row: Json) => row.group.batch === '25-01');
    const before = await rates();
    expect(before).toMatchObject({ units: 5, failures: 1 });
    const [s1] = (await got(lead.get('/api/v1/units?serial=RATE001'))).items;
    const { base, lines } = await claimed([s1], 'replacement');
    await made(quality.post(`${base}/shipments`, { maker_rma: 'M-1' }));
    await made(quality.post(`${base}/receipts`, { line_id: lines[0]?.id, serial: 'RATE-S2', outcome: 'replaced', batch_code: '25-06' }));
    expect(await got(lead.get(`/api/v1/units/${s1.id}`))).toMatchObject({ location: 'maker', batch_code: '25-01' });
    expect((await got(lead.get('/api/v1/units?serial=RATE-S2'))).items).toMatchObject([{ predecessor_id: s1.id, batch_code: '25-06', location: 'quarantine' }]);
    expect(await rates()).toEqual(before);
  });

  it('claim 20, accepted 12: 12 settle, 8 stay open with the reason; not closed', async () => {
    const { base, lines } = await claimed(await inService(numbered('CLAIM', 20)), 'credit');
    const accepted = lines.slice(0, 12).map(({ id }) => ({ line_id: id, accepted: true }));
    await made(quality.post(`${base}/answers`, { text: 'Twelve', lines: accepted, rest: 'refuse', rest_reason: 'Fell from the pole' }));
    await made(quality.post(`${base}/settlement`, { amount: 1200, currency: 'USD' }));
    const after = await got(quality.get(base));
    const [settled, open] = [after.lines.filter((line: Json) => line.state === 'settled'), after.lines.filter((line: Json) => line.state === 'refused')];
    expect([settled.length, open.length, new Set(open.map(({ reason }: Json) => reason))]).toEqual([12, 8, new Set(['Fell from the pole'])]);
    expect((await answered(409, quality.post(`${base}/closure`))).detail).toContain('8 lines are open: Fell from the pole');
    expect(after.state).toBe('partly_accepted');
  });

  it('investigation closed; the same failure mode on a batch before the cut-in: stays closed; after it: reopens', async () => {
    await inService(numbered('OLD', 30), { batch_code: '25-03' });
    await inService(numbered('FIX', 40), { batch_code: '25-06' });
    for (const serial of numbered('OLD', 15)) await confirmed(serial, 'SENSOR');
    const { id } = await made(
      quality.post('/api/v1/investigations', {
        title: 'Dead sensors',
        problem: 'Dark picture',
        owner_id: cast.kato.id,
        cohorts: [{ model_id: cast.x100, batch_id: cast.mar }],
        links: [{ kind: 'failure_mode', record_id: cast.sensor }],
      }),
    );
    const step = (noun: string, body: object = {}): Promise<Json> => made(quality.post(`/api/v1/investigations/${id}/${noun}`, body));
    await step('containment', { containment: 'Held' });
    for (const branch of ['occurrence', 'escape']) {
      const cause = await step('causes', { branch, statement: 'Solder' });
      await step(`causes/${cause.id}/decision`, { state: 'confirmed', evidence: 'X-ray' });
    }
    await step('cause-confirmation');
    const cut_ins = [{ model_id: cast.x100, kind: 'batch', batch_id: cast.jun }];
    const fix = await step('actions', { kind: 'permanent', title: 'Reflow', owner_id: cast.kato.id, due_on: '2026-05-01', cut_ins });
    await step(`actions/${fix.id}/decision`, { outcome: 'In production' });
    await step('implementation');
    const check = await step('effectiveness-checks');
    await step('verification', { effectiveness: 'It holds', evidence_kind: 'effectiveness_check', evidence_id: check.id });
    await step('closure');
    const watched = async (serial: string): Promise<string> => {
      await confirmed(serial, 'SENSOR');
      const watch = schedule.find(({ name }) => name === 'watch-fixes');
      if (watch === undefined) throw new Error('nobody watches');
      await runJob(watch, { store: test.store, now: () => clock.now, zone: 'Asia/Tokyo', log: openLog('silent') }, 'test');
      return (await got(quality.get(`/api/v1/investigations/${id}`))).state;
    };
    clock.now = NOW + 5 * DAY;
    expect(await watched('OLD020')).toBe('closed');
    clock.now = NOW + 6 * DAY;
    expect(await watched('FIX001')).toBe('reopened');
    clock.now = NOW;
  });

  it('5,000-row CP932 CSV with 3 bad rows: the dry run names them; importing twice adds nothing; `=cmd` is escaped on export', async () => {
    const rows = (bad: boolean) =>
      Array.from(
        { length: 5000 },
        (_, i) => `X-100,CSV-${i},${bad && [10, 2500, 4999].includes(i) ? '2026/13/1' : '2026/1/5'},${i === 0 ? "=cmd|'/c calc'!A0" : ''}`,
      );
    const upload = (path: string, bad: boolean) => {
      // 備考 in CP932; the rest is ASCII.
      const bytes = [...Buffer.from('model_code,serial,shipped_on,asset_tag,'), 0x94, 0xf5, 0x8d, 0x6c, ...Buffer.from(`\r\n${rows(bad).join('\r\n')}`)];
      const body = new FormData();
      body.set('file', new File([Uint8Array.from(bytes)], 'units.csv'));
      return Promise.resolve(app.request(path, { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } }));
    };
    expect(
      (await got(upload('/api/v1/imports?kind=units&dry_run=true', true))).rows.filter((row: Json) => row.result === 'error').map((row: Json) => row.row),
    ).toEqual([12, 2502, 5001]);
    expect(await made(upload('/api/v1/imports?kind=units', false))).toMatchObject({ rows_created: 5000 });
    expect(await got(upload('/api/v1/imports?kind=units', false))).toMatchObject({ id: null, rows_created: 0, rows_same: 5000 });
    expect(await (await lead.get('/api/v1/exports/units')).text()).toContain("'=cmd");
  });

  it('zero exposure: the rate is “n/a”, never 0 %', async () => {
    await model('UNUSED', 12, 12);
    await unit('UNUSED-1', { model_code: 'UNUSED', location: 'customer', condition: 'new' });
    await confirmed('UNUSED-1', 'SEAL', 'UNUSED');
    const { items } = await got(quality.get('/api/v1/failure-rates?by=model&model=UNUSED'));
    expect(items).toMatchObject([{ exposure_days: 0, failures: 1, rate_per_1000_device_months: null, ci_low: null, afr: null }]);
    const page = await (await quality.get('/failure-rates?by=model&model=UNUSED')).text();
    const row = page.slice(page.indexOf('<tbody>'), page.indexOf('</tbody>'));
    expect(row).toContain('UNUSED');
    expect(row.split('>n/a<')).toHaveLength(4); // rate, shrunken rate, AFR
  });
});

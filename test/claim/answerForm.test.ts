// The maker's answer typed in by hand: 20 claimed, 12 accepted, some for less, 8 refused with their reasons.
import { beforeAll, expect, it } from 'vitest';
import { type Cast, castFor, serve } from '../investigation/cast.ts';
import { type Reading, read } from '../investigation/read.ts';
import { type Caller, callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

eachDb('the form of the maker’s answer', (test) => {
  let cast: Cast;
  let lead: Caller;
  let page = '';

  const send = (path: string, fields: readonly (readonly [string, string])[]): Promise<Response> =>
    lead.post(path, new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(), FORM);
  const claim = (): Promise<Reading> => read(lead.get(`/api/v1${page}`));

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    lead = await callerWith(testApp(test.store), test.store, 'lead');
    const units = await serve(
      test.ctx(),
      cast,
      Array.from({ length: 20 }, (_, i) => `Q${String(i).padStart(2, '0')}`),
    );
    const { id } = await read(
      lead.post('/api/v1/claims', {
        maker_id: cast.acme,
        title: 'Twenty',
        statement: 'x',
        remedy: 'credit',
        currency: 'USD',
        lines: units.map((unit) => ({ unit_id: unit.id, claimed_amount: 100 })),
      }),
    );
    page = `/claims/${id}`;
    await lead.post(`/api/v1${page}/submission`, { text: 'x' });
  });

  /** As the browser sends it: one row per line, empty fields and all. */
  const rows = (lines: Reading['lines'], fill: (place: number) => { accepted: boolean; amount?: string; reason?: string }) =>
    lines.flatMap((line, place) => {
      const { accepted, amount = '', reason = '' } = fill(place);
      return [
        ['line_id', line.id] as const,
        ...(accepted ? [['accepted', line.id] as const] : []),
        ['accepted_amount', amount] as const,
        ['reason', reason] as const,
      ];
    });

  it('shows every waiting line with what was claimed', async () => {
    const html = await (await lead.get(`${page}?lang=en`)).text();
    expect(html.match(/name="accepted_amount"/g)).toHaveLength(20);
    expect(html).toContain('Q07: Amount accepted');
  });

  it('refuses more than was claimed for a line, naming it, and changes nothing', async () => {
    const { lines } = await claim();
    const over = await send(`${page}/steps/answer`, [
      ['text', 'x'],
      ['rest', 'accept'],
      ...rows(lines, (place) => ({ accepted: place === 3, ...(place === 3 ? { amount: '100.01' } : {}) })),
    ]);
    expect(over.status).toBe(422);
    expect(await over.text()).toContain('lines.0.accepted_amount');
    expect((await claim()).state).toBe('submitted');
  });

  it('takes 12 of 20, four of them for less, and leaves 8 open with their reasons', async () => {
    const { lines } = await claim();
    const answered = await send(`${page}/steps/answer`, [
      ['text', 'Twelve are ours'],
      ['maker_rma', 'M-77'],
      ['rest', 'refuse'],
      ['rest_reason', 'No fault found at our bench'],
      ...rows(lines, (place) =>
        place < 8
          ? { accepted: true }
          : place < 12
            ? { accepted: true, amount: '62.50', reason: 'Used for a year' }
            : { accepted: false, ...(place === 19 ? { reason: 'Cracked' } : {}) },
      ),
    ]);
    expect(answered.status).toBe(303);
    const after = await claim();
    expect(after).toMatchObject({ state: 'partly_accepted', maker_rma: 'M-77' });
    expect(after.lines.map((line) => [line.state, line.accepted_amount, line.reason])).toEqual([
      ...Array.from({ length: 8 }, () => ['accepted', 100, null]),
      ...Array.from({ length: 4 }, () => ['accepted', 62.5, 'Used for a year']),
      ...Array.from({ length: 7 }, () => ['refused', null, 'No fault found at our bench']),
      ['refused', null, 'Cracked'],
    ]);
  });

  it('settles the ticked lines alone, and not more than was accepted for them', async () => {
    const { lines } = await claim();
    const some = lines.slice(8, 12).map((line) => ['line_ids', line.id] as const);
    const money = (amount: string) => [['amount', amount] as const, ['currency', 'USD'] as const, ...some];
    expect((await send(`${page}/steps/settle`, money('250.01'))).status).toBe(422);
    expect((await send(`${page}/steps/settle`, money('250'))).status).toBe(303);
    const after = await claim();
    expect(after.lines.filter((line) => line.state === 'settled').map((line) => line.settled_amount)).toEqual([62.5, 62.5, 62.5, 62.5]);
    expect(after.lines.filter((line) => line.state === 'accepted')).toHaveLength(8);
    expect(
      (
        await send(`${page}/steps/settle`, [
          ['amount', '800'],
          ['currency', 'USD'],
        ])
      ).status,
    ).toBe(303);
    const whole = await claim();
    expect(whole.state).toBe('partly_accepted');
    expect((await send(`${page}/steps/close`, [])).status).toBe(409);
  });

  it('concedes one refused line and has the rest claimed again', async () => {
    const { lines } = await claim();
    const last = lines.at(-1);
    expect(
      (
        await send(`${page}/steps/concede`, [
          ['reason', 'It was dropped'],
          ['line_ids', last?.id ?? ''],
        ])
      ).status,
    ).toBe(303);
    expect((await send(`${page}/steps/renegotiate`, [['text', 'Look again']])).status).toBe(303);
    const again = await claim();
    expect(again.state).toBe('renegotiating');
    expect(again.lines.map((line) => line.state).filter((state) => state === 'claimed')).toHaveLength(7);
    const answered = await send(`${page}/steps/answer`, [
      ['text', 'All right'],
      ['rest', 'accept'],
      ...rows(
        again.lines.filter((line) => line.state === 'claimed'),
        () => ({ accepted: false }),
      ),
    ]);
    expect(answered.status).toBe(303);
    expect(
      (
        await send(`${page}/steps/settle`, [
          ['amount', '700'],
          ['currency', 'USD'],
        ])
      ).status,
    ).toBe(303);
    expect((await claim()).state).toBe('settled');
  });
});

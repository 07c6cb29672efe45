import { beforeAll, expect, it } from 'vitest';
import { answerClaim } from '../../src/claim/answer.ts';
import { addLines, changeClaim, createClaim, removeLine } from '../../src/claim/create.ts';
import { addExchange, decideCounter } from '../../src/claim/exchange.ts';
import { AddExchange, AnswerClaim, CreateClaim, ReceiveFromMaker, SendUnits, SettleClaim } from '../../src/claim/inputs.ts';
import { listLines } from '../../src/claim/load.ts';
import { acknowledgeClaim, agreeClaim, closeClaim, renegotiateClaim, submitClaim, withdrawClaim } from '../../src/claim/negotiate.ts';
import { listClaims, viewClaim } from '../../src/claim/queries.ts';
import { remindDeadlines } from '../../src/claim/remind.ts';
import { listMakerScores } from '../../src/claim/scorecard.ts';
import { concedeLines, settleClaim } from '../../src/claim/settle.ts';
import { receiveFromMaker, sendUnits } from '../../src/claim/shipment.ts';
import type { ClaimRow } from '../../src/claim/table.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { findPlace, moveUnit } from '../../src/ledger/move.ts';
import { listFailureRates } from '../../src/quality/failureRates.ts';
import { RateQuery } from '../../src/quality/inputs.ts';
import { mergeUnits } from '../../src/unit/mergeUnits.ts';
import { type Cast, castFor, fail, keep, serve } from '../investigation/cast.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const DAY = 86_400_000;
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(3, '0')}`);

eachDb('a claim', (test) => {
  let cast: Cast;
  const asKato = (now = NOW): Ctx => test.ctx({ actor: cast.kato, now });
  const draft = async (prefix: string, count: number, fields: object = {}): Promise<ClaimRow> => {
    const units = await serve(test.ctx(), cast, numbered(prefix, count));
    const lines = units.map((unit) => ({ unit_id: unit.id, claimed_amount: 100 }));
    return createClaim(
      asKato(),
      CreateClaim.parse({
        maker_id: cast.acme,
        title: 'Leaking seals',
        statement: 'Seals of batch 25-01 leak',
        remedy: 'credit',
        currency: 'USD',
        lines,
        ...fields,
      }),
    );
  };
  const submitted = async (prefix: string, count: number, fields: object = {}): Promise<ClaimRow> =>
    submitClaim(asKato(), (await draft(prefix, count, fields)).id, { text: 'Please see the evidence', answer_due_on: '2026-04-20' });

  beforeAll(async () => {
    cast = await castFor(test.ctx());
  });

  it('of 20 units with 12 accepted settles 12, keeps 8 open with the reason, and is not closed', async () => {
    const { id } = await submitted('PART', 20);
    const lines = await listLines(asKato(), id);
    const answer = AnswerClaim.parse({
      text: 'Eight show water from above',
      lines: lines.slice(0, 12).map((line) => ({ line_id: line.id, accepted: true })),
      rest: 'refuse',
      rest_reason: 'Damage by installation',
    });
    expect((await answerClaim(asKato(), id, answer)).state).toBe('partly_accepted');
    const { claim, settlement } = await settleClaim(asKato(), id, SettleClaim.parse({ amount: 1200, currency: 'USD', reference: 'CN-88' }));
    expect([claim.state, settlement.amount_minor]).toEqual(['partly_accepted', 120_000]);
    const after = await listLines(asKato(), id);
    expect(after.filter((line) => line.state === 'settled').map((line) => line.settled_minor)).toEqual(Array(12).fill(10_000));
    expect(after.filter((line) => line.state === 'refused').map((line) => line.reason)).toEqual(Array(8).fill('Damage by installation'));
    await expect(closeClaim(asKato(), id, {})).rejects.toThrow('8 lines are open: Damage by installation');
    expect((await listClaims(asKato(), { limit: 50 }, {})).items.find((row) => row.id === id)).toMatchObject({
      units_claimed: 20,
      units_accepted: 12,
      units_settled: 12,
      units_open: 8,
    });
    const refused = after.filter((line) => line.state === 'refused').map((line) => line.id);
    expect((await concedeLines(asKato(), id, { line_ids: refused, reason: 'Photos show a cracked dome' })).state).toBe('settled');
    expect((await closeClaim(asKato(), id, {})).state).toBe('closed');
  });

  it('asked again for what was refused, settles the rest', async () => {
    const { id } = await submitted('AGAIN', 3);
    const [first] = await listLines(asKato(), id);
    await answerClaim(
      asKato(),
      id,
      AnswerClaim.parse({ text: 'One', lines: [{ line_id: first?.id, accepted: true, accepted_amount: 60 }], rest: 'refuse', rest_reason: 'Out of warranty' }),
    );
    await expect(agreeClaim(asKato(), id, { text: 'x' })).resolves.toMatchObject({ state: 'agreed' });
    expect((await renegotiateClaim(asKato(), id, { text: 'Warranty runs from delivery' })).state).toBe('renegotiating');
    await expect(agreeClaim(asKato(), id, { text: 'x' })).rejects.toThrow('2 lines wait for an answer');
    expect((await answerClaim(asKato(), id, AnswerClaim.parse({ text: 'All right', rest: 'accept' }))).state).toBe('accepted');
    const { claim } = await settleClaim(asKato(), id, SettleClaim.parse({ amount: 200, currency: 'USD' }));
    expect(claim.state).toBe('settled');
    const settled = (await listLines(asKato(), id)).map((line) => line.settled_minor);
    expect(settled.reduce<number>((sum, minor) => sum + (minor ?? 0), 0)).toBe(20_000);
  });

  it('settles no more than was accepted, and accepts no more than was claimed', async () => {
    const { id } = await submitted('CEIL', 2);
    const [line] = await listLines(asKato(), id);
    await expect(
      answerClaim(asKato(), id, AnswerClaim.parse({ text: 'x', lines: [{ line_id: line?.id, accepted: true, accepted_amount: 101 }], rest: 'accept' })),
    ).rejects.toThrow('More than was claimed');
    await answerClaim(asKato(), id, AnswerClaim.parse({ text: 'x', rest: 'accept' }));
    await expect(settleClaim(asKato(), id, SettleClaim.parse({ amount: 201, currency: 'USD' }))).rejects.toThrow('More than was accepted');
    const update = asKato()
      .db.updateTable('claim_lines')
      .set({ accepted_minor: 99_999 })
      .where('id', '=', line?.id ?? '')
      .execute();
    await expect(update).rejects.toThrow();
  });

  it('needs an answer for every line and a reason for every refusal', async () => {
    const { id } = await submitted('EVERY', 2);
    const [line] = await listLines(asKato(), id);
    await expect(answerClaim(asKato(), id, AnswerClaim.parse({ text: 'x', lines: [{ line_id: line?.id, accepted: true }] }))).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(answerClaim(asKato(), id, AnswerClaim.parse({ text: 'x', rest: 'refuse' }))).rejects.toMatchObject({
      code: 'invalid',
      extra: { errors: [{ path: 'rest_reason' }] },
    });
    expect((await answerClaim(asKato(), id, AnswerClaim.parse({ text: 'x', rest: 'refuse', rest_reason: 'No' }))).state).toBe('rejected');
  });

  it('claims distinct units of one maker, each in one open claim', async () => {
    const first = await draft('ONCE', 1);
    const [line] = await listLines(asKato(), first.id);
    const unit_id = line?.unit_id ?? '';
    const again = { lines: [{ unit_id, return_unit_id: null, claimed_amount: null }] };
    await expect(addLines(asKato(), first.id, again)).rejects.toMatchObject({ code: 'conflict' });
    const [pair] = await serve(test.ctx(), cast, ['PAIR']);
    await expect(draft('DOUBLE', 0, { lines: [{ unit_id: pair?.id }, { unit_id: pair?.id }] })).rejects.toMatchObject({
      code: 'invalid',
      extra: { errors: [{ path: 'lines.1.unit_id' }] },
    });
    const second = await draft('TWICE', 1);
    await expect(addLines(asKato(), second.id, again)).rejects.toMatchObject({ code: 'conflict', extra: { blocking: `/api/v1/claims/${first.id}` } });
    const [foreign] = await serve(test.ctx(), cast, ['FOREIGN'], { model_id: cast.z1 });
    await expect(addLines(asKato(), second.id, { lines: [{ unit_id: foreign?.id ?? '', return_unit_id: null, claimed_amount: null }] })).rejects.toMatchObject({
      code: 'invalid',
    });
    await removeLine(asKato(), first.id, line?.id ?? '');
    await expect(submitClaim(asKato(), first.id, { text: 'x' })).rejects.toThrow('no units');
    await addLines(asKato(), second.id, again);
  });

  it('keeps what was submitted as it was', async () => {
    const { id } = await submitted('FIXED', 1);
    await expect(changeClaim(asKato(), id, { statement: 'Something else' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(removeLine(asKato(), id, (await listLines(asKato(), id))[0]?.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
    expect((await changeClaim(asKato(), id, { maker_rma: 'M-7', next_on: '2026-05-01' })).maker_rma).toBe('M-7');
    expect((await withdrawClaim(asKato(), id, { reason: 'Our mistake' })).state).toBe('closed');
    expect((await listLines(asKato(), id)).map((line) => [line.state, line.reason])).toEqual([['conceded', 'Our mistake']]);
  });

  it('keeps exchanges in both directions and refuses to close over an open counter-claim', async () => {
    const { id } = await submitted('TALK', 1);
    await acknowledgeClaim(asKato(), id, { text: 'Received', maker_rma: 'RMA-9' });
    await addExchange(asKato(), id, AddExchange.parse({ direction: 'from_maker', kind: 'question', text: 'Which firmware?', due_on: '2026-04-05' }));
    await addExchange(asKato(), id, AddExchange.parse({ direction: 'to_maker', kind: 'reply', text: '4.2.9' }));
    await answerClaim(
      asKato(),
      id,
      AnswerClaim.parse({ text: 'Accepted', rest: 'accept', counter_claims: [{ statement: 'Freight', amount: 30, currency: 'USD' }] }),
    );
    await settleClaim(asKato(), id, SettleClaim.parse({ amount: 100, currency: 'USD' }));
    await expect(closeClaim(asKato(), id, {})).rejects.toThrow('counter-claim');
    const view = await viewClaim(asKato(), id);
    await decideCounter(asKato(), id, view.counters[0]?.id ?? '', { state: 'refused', reason: 'Freight is yours' });
    expect((await closeClaim(asKato(), id, {})).state).toBe('closed');
    expect(view.exchanges.map((one) => [one.direction, one.kind])).toEqual([
      ['to_maker', 'submission'],
      ['from_maker', 'receipt'],
      ['from_maker', 'question'],
      ['to_maker', 'reply'],
      ['from_maker', 'answer'],
      ['from_maker', 'settlement'],
    ]);
    expect(view.deadlines.map((one) => [one.side, one.what, one.met_on])).toEqual([
      ['ours', 'reply', '2026-04-01'],
      ['maker', 'answer', '2026-04-01'],
    ]);
    expect(view.claim.maker_rma).toBe('RMA-9');
  });

  it('reminds its owner of a deadline once per step', async () => {
    const { id } = await submitted('REMIND', 1);
    const mails = async (): Promise<number> =>
      (await test.ctx().db.selectFrom('outbox').select('id').where('topic', '=', 'claim.deadline').where('payload', 'like', '%REMIND%').execute()).length;
    const deadline = (await viewClaim(asKato(), id)).deadlines[0];
    const sent = async (day: number): Promise<number | undefined> => {
      await remindDeadlines(test.ctx({ now: NOW + day * DAY }));
      await remindDeadlines(test.ctx({ now: NOW + day * DAY }));
      return (await viewClaim(asKato(), id)).deadlines.find((one) => one.id === deadline?.id)?.reminders_sent;
    };
    expect([await sent(15), await sent(16), await sent(19), await sent(20), await sent(26), await sent(27)]).toEqual([0, 1, 2, 3, 3, 4]);
    expect(await mails()).toBe(0);
    const keys = await test
      .ctx()
      .db.selectFrom('outbox')
      .select('dedupe_key')
      .where('dedupe_key', 'like', `claim-deadline:${deadline?.id}:%`)
      .orderBy('dedupe_key')
      .execute();
    expect(keys.map((row) => row.dedupe_key?.split(':').at(-1))).toEqual(['1', '2', '3', '4']);
  });

  it('gets another serial back: S1 stays at the maker, S2 is its successor with its own batch', async () => {
    const [s1] = await keep(test.ctx(), cast, ['S1'], 'defect_stock', { batch_code: '25-01' });
    const [same] = await keep(test.ctx(), cast, ['SAME'], 'defect_stock', { batch_code: '25-01' });
    const lines = [s1, same].map((unit) => ({ unit_id: unit?.id ?? '' }));
    const claim = await createClaim(asKato(), CreateClaim.parse({ maker_id: cast.acme, title: 'Exchange', statement: 'x', remedy: 'replacement', lines }));
    await submitClaim(asKato(), claim.id, { text: 'x' });
    await sendUnits(asKato(), claim.id, SendUnits.parse({ maker_rma: 'M-1', return_due_on: '2026-05-01' }));
    expect((await findPlace(asKato(), s1?.id ?? ''))?.location).toBe('maker');
    const [line1, line2] = await listLines(asKato(), claim.id);
    await expect(
      receiveFromMaker(asKato(), claim.id, ReceiveFromMaker.parse({ line_id: line1?.id, serial: 'S2', outcome: 'repaired', batch_code: '25-06' })),
    ).rejects.toMatchObject({ code: 'invalid' });
    const came = await receiveFromMaker(
      asKato(),
      claim.id,
      ReceiveFromMaker.parse({ line_id: line1?.id, serial: 'S/N: s-2', outcome: 'replaced', batch_code: '25-06' }),
    );
    expect(came.successor).toBe(true);
    const s2 = await test.ctx().db.selectFrom('units').selectAll().where('id', '=', came.unit_id).executeTakeFirstOrThrow();
    expect(s2).toMatchObject({ serial_key: 'S2', batch_id: cast.jun, predecessor_id: s1?.id });
    expect((await findPlace(asKato(), s2.id))?.location).toBe('quarantine');
    expect((await findPlace(asKato(), s1?.id ?? ''))?.location).toBe('maker');
    expect(
      (
        await test
          .ctx()
          .db.selectFrom('units')
          .select('batch_id')
          .where('id', '=', s1?.id ?? '')
          .executeTakeFirstOrThrow()
      ).batch_id,
    ).toBe(cast.jan);
    const back = await receiveFromMaker(asKato(), claim.id, ReceiveFromMaker.parse({ line_id: line2?.id, serial: 'SAME', outcome: 'repaired' }));
    expect([back.successor, back.unit_id]).toEqual([false, same?.id]);
    await expect(
      receiveFromMaker(asKato(), claim.id, ReceiveFromMaker.parse({ line_id: line2?.id, serial: 'SAME', outcome: 'repaired' })),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await viewClaim(asKato(), claim.id)).deadlines.map((one) => [one.what, one.met_on])).toEqual([['unit_return', '2026-04-01']]);
  });

  it('refuses the serial of another line, and a replacement that replaced another unit', async () => {
    const units = await keep(test.ctx(), cast, ['SWAP1', 'SWAP2', 'SWAP3'], 'defect_stock', { batch_code: '25-01' });
    const claim = await createClaim(
      asKato(),
      CreateClaim.parse({ maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'replacement', lines: units.map((unit) => ({ unit_id: unit.id })) }),
    );
    await submitClaim(asKato(), claim.id, { text: 'x' });
    await sendUnits(asKato(), claim.id, SendUnits.parse({}));
    const [one, two, three] = await listLines(asKato(), claim.id);
    const receive = (line_id: string | undefined, serial: string, outcome: string) =>
      receiveFromMaker(asKato(), claim.id, ReceiveFromMaker.parse({ line_id, serial, outcome }));
    await expect(receive(one?.id, 'SWAP2', 'replaced')).rejects.toThrow('its own line');
    const { unit_id } = await receive(one?.id, 'FRESH1', 'replaced');
    const { db } = test.ctx();
    await db
      .updateTable('units')
      .set({ predecessor_id: one?.unit_id ?? null })
      .where('id', '=', unit_id)
      .execute();
    await expect(receive(two?.id, 'FRESH1', 'replaced')).rejects.toMatchObject({ code: 'conflict' });
    expect((await receive(three?.id, 'SWAP3', 'returned_unrepaired')).successor).toBe(false);
    const after = await listLines(asKato(), claim.id);
    expect(after.map((line) => [line.outcome, line.returned_on])).toEqual([
      ['replaced', '2026-04-01'],
      [null, null],
      ['returned_unrepaired', '2026-04-01'],
    ]);
  });

  it('leaves the rate of the batch of S1 as it was when S2 comes for it', async () => {
    const rates = async (): Promise<unknown> =>
      (await listFailureRates(asKato(), RateQuery.parse({ by: 'batch', maker: 'ACME', model: 'X-100', limit: 500 }))).items.find(
        (row) => row.group.batch === '25-03',
      );
    const [s1, ...others] = await serve(test.ctx(), cast, numbered('RATE', 5), { batch_code: '25-03', in_service_on: '2025-07-01' });
    await fail(test.ctx(), s1 ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', failure_mode_id: cast.seal });
    expect(others).toHaveLength(4);
    await endService(test.ctx(), s1?.id ?? '');
    const before = await rates();
    expect(before).toMatchObject({ units: 5, confirmed: 1 });
    const claim = await createClaim(
      asKato(),
      CreateClaim.parse({ maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'replacement', lines: [{ unit_id: s1?.id }] }),
    );
    await submitClaim(asKato(), claim.id, { text: 'x' });
    await sendUnits(asKato(), claim.id, SendUnits.parse({}));
    const [line] = await listLines(asKato(), claim.id);
    await receiveFromMaker(asKato(), claim.id, ReceiveFromMaker.parse({ line_id: line?.id, serial: 'RATE-S2', outcome: 'replaced', batch_code: '25-06' }));
    expect(await rates()).toEqual(before);
  });

  /** The unit came back: its service ends and it stands in the stock of defective units. */
  async function endService(ctx: Ctx, unit_id: string): Promise<void> {
    const unit = await ctx.db.selectFrom('units').selectAll().where('id', '=', unit_id).executeTakeFirstOrThrow();
    await ctx.db.updateTable('service_intervals').set({ to_on: '2025-12-01' }).where('unit_id', '=', unit_id).execute();
    await moveUnit(ctx, unit, { location: 'defect_stock', condition: 'defective' }, { cause_kind: 'test', cause_id: unit_id });
  }

  it('in yen takes no half yen; settlement and counter-claim may be in other currencies', async () => {
    await expect(
      draft('YEN', 1, { currency: 'JPY', lines: [{ unit_id: (await serve(test.ctx(), cast, ['YENX']))[0]?.id, claimed_amount: 10.5 }] }),
    ).rejects.toMatchObject({
      code: 'invalid',
    });
    const { id } = await submitted('YENB', 1, { currency: 'JPY' });
    await addExchange(
      asKato(),
      id,
      AddExchange.parse({
        direction: 'from_maker',
        kind: 'counter_claim',
        text: 'Freight',
        counter_claim: { statement: 'Freight', amount: 12.34, currency: 'EUR' },
      }),
    );
    await answerClaim(asKato(), id, AnswerClaim.parse({ text: 'ok', rest: 'accept' }));
    const { settlement } = await settleClaim(asKato(), id, SettleClaim.parse({ amount: 0.65, currency: 'USD' }));
    const view = await viewClaim(asKato(), id);
    // Paid in dollars for a claim in yen: how much of it each line got in yen is not known.
    expect(view.lines.map((line) => [line.state, line.accepted_minor, line.settled_minor])).toEqual([['settled', 100, null]]);
    expect([settlement.amount_minor, view.counters.map((one) => [one.amount_minor, one.currency, one.state])]).toEqual([65, [[1234, 'EUR', 'open']]]);
    await decideCounter(asKato(), id, view.counters[0]?.id ?? '', { state: 'accepted', reason: 'Fair' });
    await expect(decideCounter(asKato(), id, view.counters[0]?.id ?? '', { state: 'refused', reason: 'No' })).rejects.toMatchObject({
      code: expect.stringMatching(/conflict|not_found/),
    });
  });

  it('answered by two people at once is answered once', async () => {
    const { id } = await submitted('BOTH', 2);
    const say = (now: number, rest: 'accept' | 'refuse') => answerClaim(asKato(now), id, AnswerClaim.parse({ text: rest, rest, rest_reason: 'no' }));
    const outcomes = await Promise.allSettled([say(NOW, 'accept'), say(NOW + 1, 'refuse')]);
    expect(outcomes.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    const states = new Set((await listLines(asKato(), id)).map((line) => line.state));
    expect(states.size).toBe(1);
    expect((await viewClaim(asKato(), id)).exchanges.filter((one) => one.kind === 'answer')).toHaveLength(1);
  });

  it('follows a unit that turns out to be another', async () => {
    const [provisional, known] = await serve(test.ctx(), cast, ['MERGE-A', 'MERGE-B']);
    await test
      .ctx()
      .db.updateTable('units')
      .set({ identity: 'provisional' })
      .where('id', '=', provisional?.id ?? '')
      .execute();
    await test
      .ctx()
      .db.deleteFrom('service_intervals')
      .where('unit_id', '=', provisional?.id ?? '')
      .execute();
    const claim = await createClaim(
      asKato(),
      CreateClaim.parse({ maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'credit', lines: [{ unit_id: provisional?.id }] }),
    );
    await mergeUnits(test.ctx(), provisional?.id ?? '', { into_id: known?.id ?? '' });
    expect((await viewClaim(asKato(), claim.id)).lines.map((line) => line.serial)).toEqual(['MERGE-B']);
  });

  it('sends only units that are here', async () => {
    const { id } = await submitted('AWAY', 1);
    await expect(sendUnits(asKato(), id, {})).rejects.toThrow('not here');
  });

  it('adds up to a scorecard of its maker', async () => {
    const [unit] = await serve(test.ctx(), cast, ['SCORE1'], { model_id: cast.z1 });
    await fail(test.ctx(), unit ?? { id: '', partner_id: null }, { failed_on: '2025-12-01', failure_mode_id: cast.seal });
    const ask = (serial_unit: string) =>
      CreateClaim.parse({
        maker_id: cast.zenit,
        title: 'x',
        statement: 'x',
        remedy: 'credit',
        currency: 'JPY',
        lines: [{ unit_id: serial_unit, claimed_amount: 5000 }],
      });
    const first = await createClaim(asKato(), ask(unit?.id ?? ''));
    await submitClaim(asKato(), first.id, { text: 'x', submitted_on: '2026-03-01' });
    await answerClaim(asKato(), first.id, AnswerClaim.parse({ text: 'x', rest: 'accept', answered_on: '2026-03-11' }));
    await settleClaim(asKato(), first.id, SettleClaim.parse({ amount: 5000, currency: 'JPY', settled_on: '2026-03-31' }));
    const second = await createClaim(asKato(), ask(unit?.id ?? ''));
    await submitClaim(asKato(), second.id, { text: 'x', submitted_on: '2026-04-01', answer_due_on: '2026-04-10' });
    const score = (await listMakerScores(asKato(NOW + 20 * DAY))).find((row) => row.maker_code === 'ZENIT');
    expect(score).toMatchObject({
      claims: 2,
      lines_claimed: 2,
      lines_answered: 1,
      lines_accepted: 1,
      lines_settled: 1,
      acceptance: 1,
      days_to_answer_median: 10,
      days_to_settle_median: 30,
      overdue: 1,
      repeat_causes: ['SEAL'],
      settled: [{ currency: 'JPY', amount: 5000 }],
      units: 2,
      failures: 1,
    });
  });

  it('withdrawn before an answer does not count against its maker', async () => {
    const zenit = async () => (await listMakerScores(asKato(NOW + 20 * DAY))).find((row) => row.maker_code === 'ZENIT');
    const before = await zenit();
    const [unit] = await serve(test.ctx(), cast, ['SCORE2'], { model_id: cast.z1 });
    const claim = await createClaim(
      asKato(),
      CreateClaim.parse({ maker_id: cast.zenit, title: 'x', statement: 'x', remedy: 'repair', lines: [{ unit_id: unit?.id }] }),
    );
    await submitClaim(asKato(), claim.id, { text: 'x' });
    await withdrawClaim(asKato(), claim.id, { reason: 'Our mistake' });
    expect(await zenit()).toMatchObject({ claims: 3, lines_claimed: 3, acceptance: before?.acceptance, acceptance_low: before?.acceptance_low });
  });

  it('a refused line lowers the acceptance, with limits after Clopper and Pearson', async () => {
    const units = await serve(test.ctx(), cast, ['SCORE3', 'SCORE4', 'SCORE5'], { model_id: cast.z1 });
    const claim = await createClaim(
      asKato(),
      CreateClaim.parse({ maker_id: cast.zenit, title: 'x', statement: 'x', remedy: 'repair', lines: units.map((one) => ({ unit_id: one.id })) }),
    );
    await submitClaim(asKato(), claim.id, { text: 'x', submitted_on: '2026-03-20' });
    const [first] = await listLines(asKato(), claim.id);
    await answerClaim(
      asKato(),
      claim.id,
      AnswerClaim.parse({ text: 'x', lines: [{ line_id: first?.id, accepted: true }], rest: 'refuse', rest_reason: 'No', answered_on: '2026-04-01' }),
    );
    const score = (await listMakerScores(asKato(NOW + 20 * DAY))).find((row) => row.maker_code === 'ZENIT');
    // 2 of 4; R: binom.test(2, 4)$conf.int. Days to answer: 10 and 12.
    expect(score).toMatchObject({ acceptance: 0.5, days_to_answer_median: 11, lines_accepted: 2 });
    expect(score?.acceptance_low).toBeCloseTo(0.06758599, 7);
    expect(score?.acceptance_high).toBeCloseTo(0.932414, 6);
  });

  it('is not for partners, nor written by a support tech', async () => {
    const partner = { ...cast.tech, role: 'partner' as const, partner_id: 'p' };
    expect(() => listClaims(test.ctx({ actor: partner }), { limit: 5 }, {})).toThrow('for staff');
    await expect(
      createClaim(test.ctx({ actor: cast.tech }), CreateClaim.parse({ maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'credit' })),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

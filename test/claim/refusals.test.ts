// Every step the tables of states refuse, tried through the verb that a person or a program calls: refused with 409, and nothing changes.
import { beforeAll, expect, it } from 'vitest';
import { answerClaim } from '../../src/claim/answer.ts';
import { createClaim } from '../../src/claim/create.ts';
import { AnswerClaim, CreateClaim, SettleClaim } from '../../src/claim/inputs.ts';
import { type ClaimEvent, type ClaimState, claimEvents, claimStates, nextState } from '../../src/claim/lifecycle.ts';
import { getClaim, listLines, saveLine } from '../../src/claim/load.ts';
import { acknowledgeClaim, agreeClaim, closeClaim, renegotiateClaim, submitClaim, withdrawClaim } from '../../src/claim/negotiate.ts';
import { settleClaim } from '../../src/claim/settle.ts';
import type { ClaimLineRow } from '../../src/claim/table.ts';
import type { Problem } from '../../src/core/problem.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { type Cast, castFor, serve } from '../investigation/cast.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

/** The verb behind an event; an answer is an event of what its lines amount to. */
const verbs: Record<ClaimEvent, (ctx: Ctx, id: string) => Promise<unknown>> = {
  submit: (ctx, id) => submitClaim(ctx, id, { text: 'x' }),
  review: (ctx, id) => acknowledgeClaim(ctx, id, { text: 'x' }),
  accept: (ctx, id) => answerClaim(ctx, id, AnswerClaim.parse({ text: 'x', rest: 'accept' })),
  accept_part: (ctx, id) => answerPart(ctx, id),
  reject: (ctx, id) => answerClaim(ctx, id, AnswerClaim.parse({ text: 'x', rest: 'refuse', rest_reason: 'no' })),
  renegotiate: (ctx, id) => renegotiateClaim(ctx, id, { text: 'x' }),
  agree: (ctx, id) => agreeClaim(ctx, id, { text: 'x' }),
  settle: (ctx, id) => settleClaim(ctx, id, SettleClaim.parse({})),
  close: (ctx, id) => closeClaim(ctx, id, {}),
  withdraw: (ctx, id) => withdrawClaim(ctx, id, { reason: 'x' }),
};

async function answerPart(ctx: Ctx, id: string): Promise<unknown> {
  const [first] = await listLines(ctx, id);
  const lines = first === undefined ? [] : [{ line_id: first.id, accepted: true }];
  return answerClaim(ctx, id, AnswerClaim.parse({ text: 'x', lines, rest: 'refuse', rest_reason: 'no' }));
}

/** The lines a claim has in a state, so that only its state can refuse the event. */
const linesIn = (state: ClaimState, event: ClaimEvent): ClaimLineRow['state'][] => {
  if (['accept', 'accept_part', 'reject'].includes(event)) return ['claimed', 'claimed'];
  if (state === 'settled' || state === 'closed' || event === 'close') return ['conceded', 'conceded'];
  if (event === 'renegotiate') return ['refused', 'accepted'];
  return event === 'settle' || event === 'agree' ? ['accepted', 'accepted'] : ['claimed', 'claimed'];
};

eachDb('a claim goes through its verbs exactly where the table says', (test) => {
  let cast: Cast;
  let made = 0;
  const asKato = (): Ctx => test.ctx({ actor: cast.kato });

  beforeAll(async () => {
    cast = await castFor(test.ctx());
  });

  /** A claim of two units put into a state, and its lines with it. */
  async function claimIn(state: ClaimState, event: ClaimEvent): Promise<string> {
    made += 1;
    const units = await serve(test.ctx(), cast, [`R${made}A`, `R${made}B`]);
    const { id } = await createClaim(
      asKato(),
      CreateClaim.parse({ maker_id: cast.acme, title: 'x', statement: 'x', remedy: 'repair', lines: units.map((unit) => ({ unit_id: unit.id })) }),
    );
    const { db } = test.ctx();
    const lines = await listLines(asKato(), id);
    for (const [i, wanted] of linesIn(state, event).entries())
      await db
        .updateTable('claim_lines')
        .set({ state: wanted, reason: wanted === 'refused' || wanted === 'conceded' ? 'because' : null })
        .where('id', '=', lines[i]?.id ?? '')
        .execute();
    await db
      .updateTable('claims')
      .set({ state, submitted_on: state === 'draft' ? null : '2026-03-01', closed_at: state === 'closed' ? NOW : null })
      .where('id', '=', id)
      .execute();
    return id;
  }

  it('a refusal speaks of the state as the pages do', async () => {
    const refused = await submitClaim(asKato(), await claimIn('partly_accepted', 'submit'), { text: 'x' }).catch((error: Problem) => error.words);
    expect(refused).toEqual([expect.stringContaining('is partly accepted:'), expect.stringContaining('(一部承認)')]);
    const [line] = await listLines(asKato(), await claimIn('settled', 'close'));
    if (line === undefined) throw new Error('two lines');
    const kept = await saveLine(asKato(), line, 'accept', {}).catch((error: Problem) => error.words);
    expect(kept).toEqual([expect.stringContaining('is conceded:'), expect.stringContaining('(取り下げ)')]);
    const unanswered = await closeClaim(asKato(), await claimIn('submitted', 'review'), {}).catch((error: Problem) => error.words);
    expect(unanswered).toEqual(['2 lines are open', '2件の明細が未完了です']);
  });

  for (const state of claimStates) {
    it(`from ${state}`, async () => {
      for (const event of claimEvents) {
        const id = await claimIn(state, event);
        const before = await getClaim(asKato(), id);
        const wanted = nextState(state, event);
        const outcome = await verbs[event](asKato(), id).then(
          () => 'done',
          (error: { code?: string }) => error.code,
        );
        const after = await getClaim(asKato(), id);
        expect([event, outcome, after.state]).toEqual([event, wanted === null ? 'conflict' : 'done', wanted ?? state]);
        if (wanted === null) expect(after).toEqual(before);
        else expect(after.version).toBe(before.version + 1);
      }
    });
  }
});

// Every step the tables of states refuse, tried through its verb; and the closing gate, one gap at a time.
import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../src/db/ctx.ts';
import { addAction, decideAction } from '../../src/investigation/action.ts';
import {
  closeInvestigation,
  confirmCauses,
  containInvestigation,
  implementActions,
  reopenInvestigation,
  verifyInvestigation,
} from '../../src/investigation/advance.ts';
import { AddAction, OpenInvestigation } from '../../src/investigation/inputs.ts';
import { addKnownIssue, decideKnownIssue } from '../../src/investigation/knownIssue.ts';
import { AddKnownIssue, DecideKnownIssue } from '../../src/investigation/knownIssueInputs.ts';
import {
  actionEvents,
  actionStates,
  type InvestigationEvent,
  type InvestigationState,
  investigationEvents,
  investigationStates,
  knownIssueEvents,
  knownIssueStates,
  nextActionState,
  nextKnownIssueState,
  nextState,
} from '../../src/investigation/lifecycle.ts';
import { getInvestigation } from '../../src/investigation/load.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { placeHold, releaseHold } from '../../src/stock/hold.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, castFor } from './cast.ts';

const verify = { effectiveness: 'x', evidence_kind: 'test_record' as const, evidence_id: 'proof' };
const verbs: Record<InvestigationEvent, (ctx: Ctx, id: string) => Promise<unknown>> = {
  contain: (ctx, id) => containInvestigation(ctx, id, { containment: 'Held' }),
  confirm_causes: confirmCauses,
  implement: implementActions,
  verify: (ctx, id) => verifyInvestigation(ctx, id, { ...verify, evidence_id: `proof-${id}` }),
  close: closeInvestigation,
  reopen: (ctx, id) => reopenInvestigation(ctx, id, { reason: 'x' }),
};

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );

eachDb('a state is left exactly as the tables say', (test) => {
  let cast: Cast;
  const asKato = (): Ctx => test.ctx({ actor: cast.kato });

  beforeAll(async () => {
    cast = await castFor(test.ctx());
  });

  it('closed too early says everything that is missing, and of one that is closed already only that', async () => {
    const early = await openInvestigation(asKato(), OpenInvestigation.parse({ title: 'x', problem: 'y' }));
    const refused = await closeInvestigation(asKato(), early.id).catch((error: Error) => error);
    for (const missing of ['No occurrence cause', 'No escape cause', 'No permanent action', 'no evidence']) expect(String(refused)).toContain(missing);
    const over = await closeInvestigation(asKato(), await readyIn('closed')).catch((error: Error) => error);
    expect(String(over)).toContain('closed cannot do this step');
    expect(String(over)).not.toContain(';');
    expect(over).toMatchObject({ words: [expect.any(String), expect.stringContaining('(完了)')] });
  });

  /** An investigation with everything done that any gate asks for, put into a state. */
  async function readyIn(state: InvestigationState, without: Missing = {}): Promise<string> {
    const { db } = test.ctx();
    const { id } = await openInvestigation(asKato(), OpenInvestigation.parse({ title: state, problem: 'x', cohorts: [{ model_id: cast.x100 }] }));
    for (const branch of ['occurrence', 'escape'] as const)
      await db
        .insertInto('investigation_causes')
        .values({
          id: `${branch}-${id}`,
          investigation_id: id,
          branch,
          parent_id: null,
          statement: 'x',
          evidence: 'x',
          cause_id: null,
          state: without.cause === branch ? 'supposed' : 'confirmed',
          decided_by: 'kato',
          decided_at: NOW,
          created_by: 'kato',
          created_at: NOW,
          version: 1,
        })
        .execute();
    const cut_ins = without.cut_in === true ? [] : [{ model_id: cast.x100, kind: 'hw_rev', hw_rev: 'B' }];
    const action = await addAction(asKato(), id, AddAction.parse({ kind: 'permanent', title: 'x', due_on: '2026-05-01', cut_ins }));
    if (without.action !== true) await decideAction(asKato(), id, action.id, 'finish', { outcome: 'x' });
    await db
      .insertInto('test_records')
      .values({ ...PROOF, id: `proof-${id}`, number: `TST-${id}`, investigation_id: id, template_id: await template() })
      .execute();
    const proved = ['verified', 'closed'].includes(state);
    await db
      .updateTable('investigations')
      .set({
        state,
        containment: state === 'open' ? null : 'Held',
        ...(proved ? { ...verify, evidence_id: `proof-${id}` } : {}),
        closed_at: state === 'closed' ? NOW : null,
      })
      .where('id', '=', id)
      .execute();
    return id;
  }

  interface Missing {
    readonly cause?: 'occurrence' | 'escape';
    readonly action?: true;
    readonly cut_in?: true;
  }

  const PROOF = {
    title: 'Jet',
    conditions: null,
    state: 'done' as const,
    result: 'pass' as const,
    conclusion: 'Dry',
    tested_on: '2026-03-30',
    tested_by: 'kato',
    created_at: NOW,
    updated_at: NOW,
    version: 1,
  };

  async function template(): Promise<string> {
    await test
      .ctx()
      .db.insertInto('test_templates')
      .values({
        id: 'jet',
        code: 'JET',
        revision: 1,
        kind: 'water_ingress',
        name_en: 'Jet',
        name_ja: '噴流',
        method: null,
        steps: '[]',
        retired_at: null,
        created_at: 0,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return 'jet';
  }

  for (const state of investigationStates) {
    it(`an investigation that is ${state}`, async () => {
      for (const event of investigationEvents) {
        const id = await readyIn(state);
        const before = await getInvestigation(asKato(), id);
        const wanted = nextState(state, event);
        const outcome = await codeOf(verbs[event](asKato(), id));
        const after = await getInvestigation(asKato(), id);
        expect([event, outcome, after.state]).toEqual([event, wanted === null ? 'conflict' : 'done', wanted ?? state]);
        if (wanted === null) expect(after).toEqual(before);
      }
    });
  }

  it('an action', async () => {
    const id = await readyIn('contained');
    for (const state of actionStates) {
      for (const event of actionEvents) {
        const action = await addAction(asKato(), id, AddAction.parse({ kind: 'containment', title: `${state} ${event}`, due_on: '2026-05-01' }));
        const done = state === 'done' ? { done_on: '2026-04-01', outcome: 'x' } : state === 'dropped' ? { outcome: 'x' } : {};
        await test
          .ctx()
          .db.updateTable('investigation_actions')
          .set({ state, ...done })
          .where('id', '=', action.id)
          .execute();
        const wanted = nextActionState(state, event);
        expect([state, event, await codeOf(decideAction(asKato(), id, action.id, event, { outcome: 'x' }))]).toEqual([
          state,
          event,
          wanted === null ? 'conflict' : 'done',
        ]);
        const after = await test.ctx().db.selectFrom('investigation_actions').select('state').where('id', '=', action.id).executeTakeFirstOrThrow();
        expect(after.state).toBe(wanted ?? state);
      }
    }
  });

  it('a known issue', async () => {
    for (const state of knownIssueStates) {
      for (const event of knownIssueEvents) {
        const issue = await addKnownIssue(asKato(), AddKnownIssue.parse({ title_en: 'x', title_ja: 'x', cohorts: [{ model_id: cast.x100 }] }));
        const published = state === 'published' || state === 'fixed' ? { published_at: NOW } : {};
        await test
          .ctx()
          .db.updateTable('known_issues')
          .set({ state, ...published, ...(state === 'fixed' ? { fixed_in: '4.2.10' } : {}) })
          .where('id', '=', issue.id)
          .execute();
        const wanted = nextKnownIssueState(state, event);
        const outcome = await codeOf(decideKnownIssue(asKato(), issue.id, DecideKnownIssue.parse({ event, fixed_in: '4.2.10', reason: 'x' })));
        expect([state, event, outcome]).toEqual([state, event, wanted === null ? 'conflict' : 'done']);
      }
    }
  });

  it('a hold: released once, by a second person who says why', async () => {
    const hold = await placeHold(asKato(), { model_id: cast.x100, batch_id: cast.jan }, { reason: 'x' });
    expect(await codeOf(releaseHold(asKato(), hold.id, 'mine'))).toBe('forbidden');
    expect(await codeOf(releaseHold(test.ctx({ actor: cast.tech }), hold.id, 'no right to'))).toBe('forbidden');
    const both = await Promise.all([
      codeOf(releaseHold(test.ctx({ actor: cast.sato }), hold.id, 'first')),
      codeOf(releaseHold(test.ctx({ actor: cast.sato, now: NOW + 1 }), hold.id, 'second')),
    ]);
    expect(both.sort()).toEqual(['conflict', 'done']);
    const again = await placeHold(asKato(), { model_id: cast.x100, batch_id: cast.jan }, { reason: 'again' });
    expect(again.id).not.toBe(hold.id);
  });

  it('closing is refused for each thing that is missing, and names it', async () => {
    const closing = async (without: Missing): Promise<string> => {
      const id = await readyIn('verified', without);
      return closeInvestigation(asKato(), id).then(
        (row) => row.state,
        (error: Error) => error.message,
      );
    };
    expect(await closing({})).toBe('closed');
    expect(await closing({ cause: 'occurrence' })).toBe('No occurrence cause is confirmed');
    expect(await closing({ cause: 'escape' })).toBe('No escape cause is confirmed');
    expect(await closing({ action: true })).toBe('No permanent action is done; 1 actions are not done');
    expect(await closing({ cut_in: true })).toBe('1 permanent actions have no cut-in');
  });

  it('not even the store closes an investigation without evidence', async () => {
    const id = await readyIn('implemented');
    await expect(test.ctx().db.updateTable('investigations').set({ state: 'closed', closed_at: NOW }).where('id', '=', id).execute()).rejects.toThrow();
  });

  it('evidence of another investigation, a failed test and a comparison that proves nothing are refused', async () => {
    const [mine, other] = [await readyIn('implemented'), await readyIn('implemented')];
    const attempt = (evidence_id: string, evidence_kind: 'test_record' | 'effectiveness_check' = 'test_record') =>
      codeOf(verifyInvestigation(asKato(), mine, { effectiveness: 'x', evidence_kind, evidence_id }));
    expect(await attempt(`proof-${other}`)).toBe('invalid');
    expect(await attempt(`proof-${mine}`, 'effectiveness_check')).toBe('invalid');
    await test.ctx().db.updateTable('test_records').set({ result: 'fail' }).where('id', '=', `proof-${mine}`).execute();
    expect(await attempt(`proof-${mine}`)).toBe('invalid');
    expect((await getInvestigation(asKato(), mine)).state).toBe('implemented');
  });
});

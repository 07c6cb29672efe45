// The proof of the fix and the watch after it, for each way a cut-in can be named.
import { beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../src/core/log.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { addAction, decideAction } from '../../src/investigation/action.ts';
import { closeInvestigation, confirmCauses, containInvestigation, implementActions, verifyInvestigation } from '../../src/investigation/advance.ts';
import { addCause, decideCause } from '../../src/investigation/cause.ts';
import { checkEffectiveness, compareEffectiveness } from '../../src/investigation/effectiveness.ts';
import { AddAction, OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { listRecurrences, viewInvestigation } from '../../src/investigation/queries.ts';
import type { InvestigationRow } from '../../src/investigation/table.ts';
import { watchFixes } from '../../src/investigation/watch.ts';
import { runJob } from '../../src/jobs/run.ts';
import { schedule } from '../../src/jobs/schedule.ts';
import { changeFirmware } from '../../src/unit/firmware.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, castFor, fail, serve } from './cast.ts';

const DAY = 86_400_000;
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(3, '0')}`);

/** From an open investigation to a closed one, with one permanent action and its cut-in, proved by the comparison. */
async function fixAndClose(ctx: Ctx, id: string, cut_in: object): Promise<InvestigationRow> {
  await containInvestigation(ctx, id, { containment: 'Held' });
  for (const branch of ['occurrence', 'escape'] as const) {
    const { id: cause } = await addCause(ctx, id, { branch, parent_id: null, statement: 'Because', cause_id: null });
    await decideCause(ctx, id, cause, { state: 'confirmed', evidence: 'Lab' });
  }
  await confirmCauses(ctx, id);
  const action = await addAction(ctx, id, AddAction.parse({ kind: 'permanent', title: 'Fix', due_on: '2026-05-01', cut_ins: [cut_in] }));
  await decideAction(ctx, id, action.id, 'finish', { outcome: 'In production' });
  await implementActions(ctx, id);
  const check = await checkEffectiveness(ctx, id, { kind: 'confirmed' });
  expect(check.verdict).toBe('improved');
  await verifyInvestigation(ctx, id, { effectiveness: 'It holds', evidence_kind: 'effectiveness_check', evidence_id: check.id });
  return closeInvestigation(ctx, id);
}

interface Kind {
  readonly kind: 'batch' | 'serial_range' | 'hw_rev' | 'firmware';
  readonly before: { batch_code?: string; hw_rev?: string; firmware?: string };
  readonly after: { batch_code?: string; hw_rev?: string; firmware?: string };
  readonly from: (cast: Cast) => object;
}

const kinds: readonly Kind[] = [
  { kind: 'batch', before: { batch_code: '25-01' }, after: { batch_code: '25-06' }, from: (cast) => ({ batch_id: cast.jun }) },
  { kind: 'serial_range', before: {}, after: {}, from: () => ({ serial_from: 'NEW001', serial_to: 'NEW999' }) },
  { kind: 'hw_rev', before: { hw_rev: 'A' }, after: { hw_rev: 'B' }, from: () => ({ hw_rev: 'B' }) },
  { kind: 'firmware', before: { firmware: '4.2.9' }, after: { firmware: '4.2.10' }, from: (cast) => ({ firmware_id: cast.fw2 }) },
];

describe.each(kinds)('a cut-in by $kind', ({ kind, before, after, from }) => {
  eachDb('is watched after closing', (test) => {
    let cast: Cast;
    let closed: InvestigationRow;
    const at = (day: number): Ctx => test.ctx({ now: NOW + day * DAY });
    const asKato = (): Ctx => test.ctx({ actor: cast.kato });
    const failAgain = async (serial: string, day: number, failure_mode_id = cast.seal): Promise<void> => {
      const unit = await test.ctx().db.selectFrom('units').selectAll().where('serial', '=', serial).executeTakeFirstOrThrow();
      await fail(at(day), unit, { failed_on: new Date(NOW + day * DAY).toISOString().slice(0, 10), failure_mode_id });
    };
    const state = async (): Promise<string> => (await viewInvestigation(asKato(), closed.id)).investigation.state;

    beforeAll(async () => {
      cast = await castFor(test.ctx());
      const old = await serve(test.ctx(), cast, numbered('ABC', 30), { ...before, in_service_on: '2025-07-01' });
      await serve(test.ctx(), cast, numbered('NEW', 40), { ...after, in_service_on: '2025-07-01' });
      for (const unit of old.slice(0, 15)) await fail(test.ctx(), unit, { failed_on: '2025-10-15', failure_mode_id: cast.seal });
      const row = await openInvestigation(
        asKato(),
        OpenInvestigation.parse({ title: kind, problem: 'Seals', cohorts: [{ model_id: cast.x100 }], links: [{ kind: 'failure_mode', record_id: cast.seal }] }),
      );
      closed = await fixAndClose(asKato(), row.id, { model_id: cast.x100, kind, ...from(cast) });
    });

    it('a failure before the cut-in leaves it closed and is listed as expected', async () => {
      await failAgain('ABC020', 5);
      expect(await watchFixes(at(6))).toEqual([]);
      expect(await state()).toBe('closed');
      expect((await listRecurrences(asKato(), closed.id)).map((row) => [row.serial, row.side, row.reopened_at])).toEqual([['ABC020', 'before', null]]);
    });

    it('a return without a verdict, or with another failure mode, leaves it closed', async () => {
      await failAgain('NEW001', 7, cast.sensor);
      const unit = await test.ctx().db.selectFrom('units').selectAll().where('serial', '=', 'NEW002').executeTakeFirstOrThrow();
      await fail(at(7), unit, { failed_on: '2026-04-08', verdict: null });
      await fail(at(7), unit, { failed_on: '2026-04-08', verdict: 'no_fault_found' });
      expect(await watchFixes(at(8))).toEqual([]);
      expect(await state()).toBe('closed');
    });

    it('a failure after it reopens, by the job of the schedule and once', async () => {
      await failAgain('NEW003', 9);
      const job = schedule.find((one) => one.name === 'watch-fixes');
      if (job === undefined) throw new Error('the watch is scheduled');
      const run = (day: number) => runJob(job, { store: test.store, now: () => NOW + day * DAY, zone: 'Asia/Tokyo', log: openLog('silent') }, 'test');
      await run(10);
      expect(await state()).toBe('reopened');
      const { investigation } = await viewInvestigation(asKato(), closed.id);
      expect(investigation).toMatchObject({ evidence_id: null, closed_at: null, reopened_reason: expect.stringContaining('NEW003') });
      await run(11);
      const told = await test
        .ctx()
        .db.selectFrom('history')
        .select('action')
        .where('record_id', '=', closed.id)
        .where('action', '=', 'investigation.reopened')
        .execute();
      expect(told).toHaveLength(1);
      expect((await listRecurrences(asKato(), closed.id)).map((row) => [row.serial, row.side]).sort()).toEqual([
        ['ABC020', 'before'],
        ['NEW003', 'after'],
      ]);
    });

    it('compares the sides at equal age, and counts the recurrence on its side', async () => {
      const found = await compareEffectiveness(test.ctx({ actor: cast.kato, now: NOW + 12 * DAY }), closed.id, { kind: 'confirmed' });
      expect(found).toMatchObject({ verdict: 'improved', before_failures: 16, after_failures: 1 });
      expect(found.before_exposure_days).toBe(30 * 287);
      expect(found.after_exposure_days).toBe(40 * 287);
      expect(found.ratio_low ?? 0).toBeGreaterThan(0);
      expect(found.ratio_high ?? 9).toBeLessThan(1);
    });
  });
});

eachDb('a unit that takes the fixed firmware', (test) => {
  it('counts before the cut-in until the day it does, and after it from then on', async () => {
    const cast = await castFor(test.ctx());
    const asKato = test.ctx({ actor: cast.kato });
    const units = await serve(test.ctx(), cast, numbered('UPG', 20), { firmware: '4.2.9', in_service_on: '2025-07-01' });
    for (const unit of units.slice(0, 8)) await fail(test.ctx(), unit, { failed_on: '2025-09-01', failure_mode_id: cast.seal });
    for (const unit of units.slice(10)) await changeFirmware(test.ctx(), unit.id, { firmware: '4.2.10', from_on: '2026-01-01' });
    const row = await openInvestigation(
      asKato,
      OpenInvestigation.parse({ title: 'fw', problem: 'x', cohorts: [{ model_id: cast.x100 }], links: [{ kind: 'failure_mode', record_id: cast.seal }] }),
    );
    const action = await addAction(
      asKato,
      row.id,
      AddAction.parse({
        kind: 'permanent',
        title: '4.2.10',
        due_on: '2026-05-01',
        cut_ins: [{ model_id: cast.x100, kind: 'firmware', firmware_id: cast.fw2 }],
      }),
    );
    await decideAction(asKato, row.id, action.id, 'finish', { outcome: 'Released' });
    const found = await compareEffectiveness(asKato, row.id, { kind: 'confirmed' });
    // 2025-07-01 to 2026-01-01 is 184 days; from there to 2026-04-01, that day included, 91.
    expect(found).toMatchObject({ before_exposure_days: 10 * 275 + 10 * 184, after_exposure_days: 10 * 91, before_failures: 8, after_failures: 0 });
    expect(found.verdict).toBe('no_evidence');
  });
});

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
import { addCause, decideCause } from '../../src/investigation/cause.ts';
import { changeInvestigation } from '../../src/investigation/change.ts';
import { checkEffectiveness, compareEffectiveness } from '../../src/investigation/effectiveness.ts';
import { AddAction, OpenInvestigation } from '../../src/investigation/inputs.ts';
import { openInvestigation } from '../../src/investigation/open.ts';
import { listInvestigations, listRecurrences, listUnattended, viewInvestigation } from '../../src/investigation/queries.ts';
import type { InvestigationRow } from '../../src/investigation/table.ts';
import { watchFixes } from '../../src/investigation/watch.ts';
import { alertRow } from '../support/alertRow.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { type Cast, castFor, fail, serve } from './cast.ts';

const DAY = 86_400_000;
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(3, '0')}`);

eachDb('an investigation', (test) => {
  let cast: Cast;
  let closed: InvestigationRow;
  const asKato = (changes: { now?: number } = {}): Ctx => test.ctx({ actor: cast.kato, ...changes });
  const open = (fields: object = {}) => openInvestigation(asKato(), OpenInvestigation.parse({ title: 'Water in the dome', problem: 'Seals leak', ...fields }));

  beforeAll(async () => {
    cast = await castFor(test.ctx());
    const bad = await serve(test.ctx(), cast, numbered('JAN', 40), { batch_code: '25-01', in_service_on: '2025-04-01' });
    await serve(test.ctx(), cast, numbered('JUN', 60), { batch_code: '25-06', in_service_on: '2025-07-01' });
    for (const unit of bad.slice(0, 20)) await fail(test.ctx(), unit, { failed_on: '2025-09-15', failure_mode_id: cast.seal });
  });

  it('freezes the numbers of its problem at opening and shows them live beside', async () => {
    const row = await open({ cohorts: [{ model_id: cast.x100, batch_id: cast.jan }], links: [{ kind: 'failure_mode', record_id: cast.seal }] });
    expect(row.number).toBe('INV-2026-00001');
    const before = await viewInvestigation(asKato(), row.id);
    expect(before.frozen).toMatchObject({ units: 40, in_service: 40, returned: 20, confirmed: 20, nff: 0, exposure_days: 40 * 366, as_of_on: '2026-04-01' });
    expect(before.frozen.rate_per_1000_device_months).toBeCloseTo((20 * 1000 * 30.4375) / (40 * 366), 9);
    const unit = await test.ctx().db.selectFrom('units').selectAll().where('serial', '=', 'JAN030').executeTakeFirstOrThrow();
    await fail(test.ctx(), unit, { failed_on: '2025-12-24', verdict: 'no_fault_found' });
    const after = await viewInvestigation(asKato(), row.id);
    expect(after.frozen).toEqual(before.frozen);
    expect(after.live).toMatchObject({ returned: 21, confirmed: 20, nff: 1 });
  });

  it('without a cohort has no rate: n/a, not zero', async () => {
    const { frozen } = await viewInvestigation(asKato(), (await open()).id);
    expect(frozen).toMatchObject({ exposure_days: 0, rate_per_1000_device_months: null, ci_low: null, ci_high: null });
  });

  it('refuses links and cohorts that do not exist', async () => {
    await expect(open({ links: [{ kind: 'unit', record_id: 'nobody' }] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(open({ cohorts: [{ model_id: cast.x200, batch_id: cast.jan }] })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('opened from an alert suspects its cohort, once, and the alert says so', async () => {
    await test
      .ctx()
      .db.insertInto('alerts')
      .values(alertRow(cast.x100, { id: 'alert-1', batch_id: cast.jan }))
      .execute();
    const row = await open({ source_kind: 'alert', source_id: 'alert-1' });
    const view = await viewInvestigation(asKato(), row.id);
    expect([view.cohorts.map((cohort) => cohort.batch_code), view.links.map((link) => link.kind), view.frozen.units]).toEqual([['25-01'], ['alert'], 40]);
    expect(await test.ctx().db.selectFrom('alerts').select(['state', 'investigation_id']).executeTakeFirst()).toEqual({
      state: 'investigating',
      investigation_id: row.id,
    });
    await expect(open({ source_kind: 'alert', source_id: 'alert-1' })).rejects.toMatchObject({
      code: 'conflict',
      extra: { blocking: `/api/v1/investigations/${row.id}` },
    });
  });

  it('without an owner or a next date stands on a list no filter hides', async () => {
    const orphan = await openInvestigation(test.ctx(), OpenInvestigation.parse({ title: 'Opened by a job', problem: 'x' }));
    const late = await open({ title: 'Forgotten', next_on: '2026-04-02' });
    const found = await listUnattended(asKato({ now: NOW + 5 * DAY }));
    expect(found.find((row) => row.id === orphan.id)?.neglect).toEqual(['no_owner']);
    expect(found.find((row) => row.id === late.id)?.neglect).toEqual(['overdue']);
    expect((await listInvestigations(asKato(), { limit: 50 }, { q: 'Opened by' })).items.map((row) => row.id)).toEqual([orphan.id]);
    await changeInvestigation(asKato(), orphan.id, { owner_id: cast.sato.id });
    expect((await listUnattended(asKato())).some((row) => row.id === orphan.id)).toBe(false);
  });

  it('is changed by one person at a time', async () => {
    const row = await open();
    await changeInvestigation(asKato(), row.id, { title: 'First' }, row.version);
    await expect(changeInvestigation(asKato(), row.id, { title: 'Second' }, row.version)).rejects.toMatchObject({ code: 'stale' });
  });

  it('may not be written by a support tech', async () => {
    await expect(openInvestigation(test.ctx({ actor: cast.tech }), OpenInvestigation.parse({ title: 'x', problem: 'y' }))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('closes only with both causes, every action done and evidence', async () => {
    const row = await open({ cohorts: [{ model_id: cast.x100, batch_id: cast.jan }], links: [{ kind: 'failure_mode', record_id: cast.seal }] });
    await expect(closeInvestigation(asKato(), row.id)).rejects.toMatchObject({ code: 'conflict' });
    await containInvestigation(asKato(), row.id, { containment: 'Batch held' });
    await expect(confirmCauses(asKato(), row.id)).rejects.toThrow('No occurrence cause is confirmed; No escape cause is confirmed');
    const why = await addCause(asKato(), row.id, { branch: 'occurrence', parent_id: null, statement: 'Seal too hard', cause_id: null });
    const root = await addCause(asKato(), row.id, { branch: 'occurrence', parent_id: why.id, statement: 'Supplier changed the rubber', cause_id: null });
    const flaw = await addCause(asKato(), row.id, { branch: 'escape', parent_id: null, statement: 'No leak test at the end of the line', cause_id: null });
    await expect(addCause(asKato(), row.id, { branch: 'escape', parent_id: why.id, statement: 'x', cause_id: null })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(decideCause(asKato(), row.id, root.id, { state: 'confirmed' })).rejects.toMatchObject({ code: 'invalid' });
    for (const cause of [root, flaw]) await decideCause(asKato(), row.id, cause.id, { state: 'confirmed', evidence: 'Lab report 17' });
    await confirmCauses(asKato(), row.id);
    await expect(implementActions(asKato(), row.id)).rejects.toThrow('No permanent action is done');
    const action = await addAction(
      asKato(),
      row.id,
      AddAction.parse({ kind: 'permanent', title: 'Softer seal', due_on: '2026-05-01', cut_ins: [{ model_id: cast.x100, kind: 'batch', batch_id: cast.jun }] }),
    );
    await expect(implementActions(asKato(), row.id)).rejects.toThrow('1 actions are not done');
    await decideAction(asKato(), row.id, action.id, 'finish', { outcome: 'In production' });
    await implementActions(asKato(), row.id);
    await expect(decideAction(asKato(), row.id, action.id, 'resume', { outcome: 'x' })).rejects.toMatchObject({ code: 'conflict' });
    const check = await checkEffectiveness(asKato(), row.id, { kind: 'confirmed' });
    expect(check).toMatchObject({ verdict: 'improved', before_failures: 20, after_failures: 0, before_exposure_days: 40 * 366, after_exposure_days: 60 * 275 });
    expect(check.ratio_high).toBeLessThan(1);
    await expect(verifyInvestigation(asKato(), row.id, { effectiveness: 'Better', evidence_kind: 'test_record', evidence_id: check.id })).rejects.toMatchObject(
      { code: 'invalid' },
    );
    await verifyInvestigation(asKato(), row.id, { effectiveness: 'No leak in 60 units', evidence_kind: 'effectiveness_check', evidence_id: check.id });
    closed = await closeInvestigation(asKato(), row.id);
    expect(closed.state).toBe('closed');
    await expect(changeInvestigation(asKato(), row.id, { title: 'x' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('stays closed when a batch before the cut-in fails again, and lists it as expected', async () => {
    const ctx = test.ctx({ now: NOW + 10 * DAY });
    const unit = await ctx.db.selectFrom('units').selectAll().where('serial', '=', 'JAN035').executeTakeFirstOrThrow();
    await fail(ctx, unit, { failed_on: '2026-04-08', failure_mode_id: cast.seal });
    expect(await watchFixes(test.ctx({ now: NOW + 11 * DAY }))).toEqual([]);
    expect((await listRecurrences(asKato(), closed.id)).map((row) => [row.serial, row.side])).toEqual([['JAN035', 'before']]);
  });

  it('stays closed when another mode fails after the cut-in', async () => {
    const ctx = test.ctx({ now: NOW + 12 * DAY });
    const unit = await ctx.db.selectFrom('units').selectAll().where('serial', '=', 'JUN001').executeTakeFirstOrThrow();
    await fail(ctx, unit, { failed_on: '2026-04-10', failure_mode_id: cast.sensor });
    expect(await watchFixes(test.ctx({ now: NOW + 13 * DAY }))).toEqual([]);
  });

  it('reopens by itself when the mode recurs after the cut-in, once, and tells its owner', async () => {
    const ctx = test.ctx({ now: NOW + 14 * DAY });
    const unit = await ctx.db.selectFrom('units').selectAll().where('serial', '=', 'JUN002').executeTakeFirstOrThrow();
    await fail(ctx, unit, { failed_on: '2026-04-12', failure_mode_id: cast.seal });
    expect(await watchFixes(test.ctx({ now: NOW + 15 * DAY }))).toEqual([closed.number]);
    expect(await watchFixes(test.ctx({ now: NOW + 15 * DAY }))).toEqual([]);
    const { investigation } = await viewInvestigation(asKato({ now: NOW + 15 * DAY }), closed.id);
    expect(investigation).toMatchObject({ state: 'reopened', evidence_id: null, next_on: '2026-04-16', reopened_reason: expect.stringContaining('JUN002') });
    const mails = await test.ctx().db.selectFrom('outbox').select(['target', 'topic']).where('topic', '=', 'investigation.reopened').execute();
    expect(mails).toEqual([{ target: 'kato@kizashi.example', topic: 'investigation.reopened' }]);
    await expect(reopenInvestigation(asKato(), closed.id, { reason: 'again' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('tells apart improved, no evidence and worse', async () => {
    const row = await open({ cohorts: [{ model_id: cast.x100, batch_id: cast.jan }], links: [{ kind: 'failure_mode', record_id: cast.sensor }] });
    await expect(compareEffectiveness(asKato(), row.id, { kind: 'confirmed' })).rejects.toMatchObject({ code: 'conflict' });
    const action = await addAction(
      asKato(),
      row.id,
      AddAction.parse({ kind: 'permanent', title: 'New sensor', due_on: '2026-05-01', cut_ins: [{ model_id: cast.x100, kind: 'batch', batch_id: cast.jun }] }),
    );
    await decideAction(asKato(), row.id, action.id, 'finish', { outcome: 'done' });
    expect(await compareEffectiveness(asKato(), row.id, { kind: 'confirmed' })).toMatchObject({
      verdict: 'no_evidence',
      before_failures: 0,
      after_failures: 0,
      ratio: null,
    });
    const later = await test.ctx().db.selectFrom('units').selectAll().where('serial', 'like', 'JUN05%').execute();
    for (const unit of later) await fail(test.ctx(), unit, { failed_on: '2025-12-01', failure_mode_id: cast.sensor });
    expect(await compareEffectiveness(asKato(), row.id, { kind: 'confirmed' })).toMatchObject({ verdict: 'worse', after_failures: later.length });
  });
});

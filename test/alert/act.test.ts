// What people may do with an alert: state by event, by role, against a stale page and against each other; silences; the budget.
import { expect, test } from 'vitest';
import { acknowledgeAlert, dismissAlert, investigateAlert, resolveAlert } from '../../src/alert/act.ts';
import { findBudget, setBudget } from '../../src/alert/budget.ts';
import { type AlertEvent, nextState } from '../../src/alert/lifecycle.ts';
import { raisePlatformAlert } from '../../src/alert/raise.ts';
import { refreshIncidents } from '../../src/alert/refresh.ts';
import { addSignal, changeSignal } from '../../src/alert/saveSignal.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { addSilence, endSilence } from '../../src/alert/silence.ts';
import { ensureSignals } from '../../src/alert/starters.ts';
import type { AlertRow } from '../../src/alert/table.ts';
import { createMaker, createModel } from '../../src/catalog/write.ts';
import { type Actor, systemActor } from '../../src/core/actor.ts';
import { roles } from '../../src/core/permission.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { alertRow } from '../support/alertRow.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb } from '../support/eachDb.ts';

const verbs: Record<AlertEvent, (ctx: Ctx, id: string, version?: number) => Promise<AlertRow>> = {
  acknowledge: (ctx, id, version) => acknowledgeAlert(ctx, id, {}, version),
  investigate: (ctx, id, version) => investigateAlert(ctx, id, { investigation_id: 'i1' }, version),
  resolve: (ctx, id, version) => resolveAlert(ctx, id, { reason: 'batch held' }, version),
  dismiss: (ctx, id, version) => dismissAlert(ctx, id, { reason: 'a test rig' }, version),
};
const events = Object.keys(verbs) as AlertEvent[];

// - is refused.
const TABLE = `
                acknowledge    investigate     resolve    dismiss
open            acknowledged   investigating   resolved   dismissed
acknowledged    -              investigating   resolved   dismissed
investigating   -              -               resolved   dismissed
resolved        -              -               -          -
dismissed       -              -               -          -
`
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [from, ...to] = line.split(/\s+/);
    return events.map((event, i) => ({ from: from as AlertRow['state'], event, to: to[i] === '-' ? null : (to[i] as AlertRow['state']) }));
  });

test.each(TABLE)('an alert that is $from: $event leads to $to', ({ from, event, to }) => {
  expect(nextState(from, event)).toBe(to);
});

eachDb('acting on an alert', (test_) => {
  let models = 0;
  /** One alert of a model of its own. */
  const alertIn = async (state: AlertRow['state']): Promise<AlertRow> => {
    const ctx = test_.ctx();
    models += 1;
    const { id: maker_id } = await createMaker(ctx, { code: `MK${models}`, name: 'Maker' });
    const { id: model_id } = await createModel(ctx, { maker_id, code: `M-${models}`, name: 'Model' });
    const closed = state === 'resolved' || state === 'dismissed';
    const row = alertRow(model_id, { state, ...(closed ? { closed_at: ctx.now, closed_by: 'someone', reason: 'earlier' } : {}) });
    await ctx.db.insertInto('alerts').values(row).execute();
    return row;
  };
  const stored = (id: string) => test_.ctx().db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const historyOf = (id: string) => test_.ctx().db.selectFrom('history').selectAll().where('record_id', '=', id).execute();

  test('follows the table, writes who and why, and leaves a refused one as it was', async () => {
    for (const { from, event, to } of TABLE) {
      const before = await alertIn(from);
      if (to === null) {
        await expect(verbs[event](test_.ctx(), before.id)).rejects.toMatchObject({ code: 'conflict' });
        expect(await stored(before.id)).toEqual(before);
        expect(await historyOf(before.id)).toEqual([]);
        continue;
      }
      const after = await verbs[event](test_.ctx(), before.id, 1);
      expect(after).toMatchObject({ state: to, version: 2 });
      expect(await historyOf(before.id)).toHaveLength(1);
      if (event === 'resolve' || event === 'dismiss') expect(after).toMatchObject({ closed_at: test_.ctx().now, closed_by: test_.ctx().actor.name });
    }
  });

  test('from a page that is out of date is refused', async () => {
    const { id } = await alertIn('open');
    await verbs.acknowledge(test_.ctx(), id, 1);
    for (const event of ['investigate', 'resolve', 'dismiss'] as const) await expect(verbs[event](test_.ctx(), id, 1)).rejects.toMatchObject({ code: 'stale' });
    expect(await stored(id)).toMatchObject({ state: 'acknowledged', version: 2 });
  });

  test('two people closing one at once: one does, the other is told', async () => {
    const { id } = await alertIn('investigating');
    const answers = await Promise.allSettled([verbs.resolve(test_.ctx(), id), verbs.dismiss(test_.ctx(), id)]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
    expect(await historyOf(id)).toHaveLength(1);
  });

  test('an alert nobody knows is not found', async () => {
    for (const event of events) await expect(verbs[event](test_.ctx(), 'none')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('closing needs a reason, also over the API', async () => {
    const { id } = await alertIn('open');
    const quality = await callerWith(testApp(test_.store), test_.store, 'quality');
    for (const path of ['resolution', 'dismissal']) {
      expect((await quality.post(`/api/v1/alerts/${id}/${path}`, {})).status).toBe(422);
      expect((await quality.post(`/api/v1/alerts/${id}/${path}`, { reason: '  ' })).status).toBe(422);
    }
    expect((await stored(id)).state).toBe('open');
  });

  test('is for those whose work it is; every other role is refused, and writes nothing', async () => {
    const { id } = await alertIn('open');
    await ensureSignals(test_.ctx());
    const signal = await test_.ctx().db.selectFrom('signals').selectAll().where('code', '=', 'fps').executeTakeFirstOrThrow();
    const { id: silence } = await addSilence(test_.ctx(), { from_on: '2026-04-01', to_on: '2026-04-02', reason: 'planned' });
    const before = await stored(id);
    const ofAlerts: ((ctx: Ctx) => Promise<unknown>)[] = [
      ...events.map((event) => (ctx: Ctx) => verbs[event](ctx, id)),
      (ctx) => addSilence(ctx, { from_on: '2026-04-01', to_on: '2026-04-02', reason: 'no' }),
      (ctx) => endSilence(ctx, silence),
      (ctx) => raisePlatformAlert(ctx, signal, 9, '2026-03-31'),
      (ctx) => refreshIncidents(ctx),
      (ctx) => scanCohorts(ctx),
    ];
    const ofQuality: ((ctx: Ctx) => Promise<unknown>)[] = [
      (ctx) => addSignal(ctx, { code: 'x', name_en: 'X', name_ja: 'X', kind: 'device', measure: 'fps', threshold: 1, prior_per_1000_device_days: 1 }),
      (ctx) => changeSignal(ctx, signal.id, { threshold: 7 }),
      (ctx) => setBudget(ctx, { false_alerts_per_1000_model_months: 9 }),
    ];
    for (const role of roles) {
      const ctx = { ...test_.ctx(), actor: { ...systemActor('role'), role } satisfies Actor };
      const refused = [...(['tech', 'stock', 'partner'].includes(role) ? [...ofAlerts, ...ofQuality] : []), ...(role === 'engineer' ? ofQuality : [])];
      for (const verb of refused) await expect(verb(ctx)).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await stored(id)).toEqual(before);
    expect(await findBudget(test_.ctx())).toBe(1);
    expect((await test_.ctx().db.selectFrom('signals').selectAll().where('id', '=', signal.id).executeTakeFirstOrThrow()).threshold).toBe(signal.threshold);
  });

  test('the budget is set by quality, remembered once, and kept within reason', async () => {
    const quality = await callerWith(testApp(test_.store), test_.store, 'quality');
    expect(await (await quality.get('/api/v1/alert-budget')).json()).toEqual({ false_alerts_per_1000_model_months: 1 });
    for (const wrong of [0, -1, 101]) expect((await quality.post('/api/v1/alert-budget', { false_alerts_per_1000_model_months: wrong })).status).toBe(422);
    for (let twice = 0; twice < 2; twice += 1)
      expect((await quality.post('/api/v1/alert-budget', { false_alerts_per_1000_model_months: 2.5 })).status).toBe(201);
    expect(await findBudget(test_.ctx())).toBe(2.5);
    const remembered = await test_.ctx().db.selectFrom('history').selectAll().where('record_kind', '=', 'alert_budget').execute();
    expect(remembered).toHaveLength(1);
    expect((await quality.form('/alert-budget', { false_alerts_per_1000_model_months: '1' })).status).toBe(303);
    expect(await (await quality.get('/signals')).text()).toContain('False alerts allowed');
  });

  test('a signal is tried over the past before it is added, changed in one field alone, and retired', async () => {
    const quality = await callerWith(testApp(test_.store), test_.store, 'quality');
    const typed = { code: 'short_fps', name_en: 'Short', name_ja: '不足', measure: 'fps', threshold: '2', kind: 'device', prior_per_1000_device_days: '0.2' };
    const tried = await (await quality.get(`/signals/new?${new URLSearchParams({ ...typed, name_ja: '' })}`)).text();
    expect(tried).toContain('Would have raised 0 alerts');
    expect(tried).toContain('value="short_fps"');
    const added = await quality.form('/signals', typed);
    const id = added.headers.get('location')?.match(/signals\/(\w+)/)?.[1] ?? '';
    expect((await quality.patch(`/api/v1/signals/${id}`, { name_en: 'Too short' })).status).toBe(200);
    const signal = () => test_.ctx().db.selectFrom('signals').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(await signal()).toMatchObject({ name_en: 'Too short', threshold: 2, prior_per_1000_device_days: 0.2, retired_at: null });
    expect((await quality.form(`/signals/${id}/retirement`, {})).status).toBe(303);
    expect((await signal()).retired_at).not.toBeNull();
    expect(await (await quality.get(`/signals/${id}`)).text()).toContain('Use again');
    expect((await quality.form(`/signals/${id}/return`, {})).status).toBe(303);
    expect((await signal()).retired_at).toBeNull();
  });
});

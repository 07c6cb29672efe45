// Who hears of an alert, and who does not: mail, webhooks, open pages, silence windows; a fleet-wide outage is one incident.
import { expect, test } from 'vitest';
import { listen } from '../../src/alert/live.ts';
import { listAlerts } from '../../src/alert/queries.ts';
import { type Found, raiseAlert } from '../../src/alert/raise.ts';
import { scanCohorts } from '../../src/alert/scan.ts';
import { addSilence, endSilence } from '../../src/alert/silence.ts';
import { ensureSignals } from '../../src/alert/starters.ts';
import { openCase } from '../../src/case/open.ts';
import { DAY_MS } from '../../src/core/time.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { insertMany } from '../../src/db/insertMany.ts';
import { addUser } from '../../src/person/addUser.ts';
import { addWebhook, listDeliveries } from '../../src/webhook/webhooks.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { chance, daysBefore, type Reporter, reportDay, reporters } from './fleet.ts';

const DAYS = 40;
const PEOPLE = [
  ['mori@kizashi.example', 'quality', 'ja'],
  ['lee@kizashi.example', 'lead', 'en'],
  ['abe@kizashi.example', 'stock', 'ja'],
] as const;

const mails = (ctx: Ctx) => ctx.db.selectFrom('outbox').select(['target', 'payload']).where('kind', '=', 'mail').orderBy('target').execute();
const alerts = async (ctx: Ctx) => (await listAlerts(ctx, {}, { limit: 50 })).items;
const modelId = async (ctx: Ctx, code: string): Promise<string> =>
  (await ctx.db.selectFrom('models').select('id').where('code', '=', code).executeTakeFirstOrThrow()).id;

/** What the scan found in a model, raised as it does. */
async function raise(ctx: Ctx, code: string, level: Found['level'] = 'alert'): Promise<string | null> {
  const evidence = {
    signal: 'sd_error',
    cohort: { kind: 'model', value: null },
    start_day: 30,
    observed: 20,
    expected: 4,
    ratio: 5,
    ratio_low: 3,
    ratio_high: 8,
    own_level: 1,
    fleet_factor: 1,
    statistic: 50_000,
    budget: 38_047,
    by_signal: [],
    excess: [],
    chart: { first_day: 0, observed: [1], expected: [1] },
  } as const;
  const found: Found = { model_id: await modelId(ctx, code), statistic: 50_000, threshold: 38_047, level, evidence, statisticWithout: () => 1 };
  return raiseAlert(ctx, { first_on: '2026-01-31' }, found, '2026-03-31');
}

eachDb('an alert', (test_) => {
  const heard: string[] = [];
  let hook = '';

  test('is mailed once to the people of quality, each in their language, and told to the webhooks that asked', async () => {
    const ctx = test_.ctx();
    for (const [email, role, locale] of PEOPLE) await addUser(ctx, { email, name: email, role, locale, partner_id: null });
    hook = (await addWebhook(ctx, { url: 'https://erp.example/hook', events: ['alert.*'] })).id;
    await ensureSignals(ctx);
    await reporters(ctx, 2, 2);
    await addSilence(ctx, { model_id: await modelId(ctx, 'M-1'), from_on: '2026-03-01', to_on: '2026-03-31', reason: 'planned work' });
    const stop = listen((id) => heard.push(id));
    for (const code of ['M-0', 'M-1']) expect(await raise(ctx, code)).not.toBeNull();
    stop();
    const [loud] = (await alerts(ctx)).filter((alert) => alert.model_code === 'M-0');
    const sent = await mails(ctx);
    expect(sent.map((mail) => mail.target)).toEqual(['lee@kizashi.example', 'mori@kizashi.example']);
    expect(sent[0]?.payload).toContain('Alert: M-0, SD');
    expect(sent[1]?.payload).toContain('警告: M-0');
    expect(sent.every((mail) => mail.payload.includes(`{{public_url}}/alerts/${loud?.id}`))).toBe(true);
    const told = (await listDeliveries(ctx, hook, { limit: 100 })).items.map(({ topic }) => topic);
    expect(told).toEqual(expect.arrayContaining(['alert.raised']));
  });

  test('under a silence is raised and listed, marked as silenced, and mailed to nobody', async () => {
    const ctx = test_.ctx();
    const [quiet] = (await alerts(ctx)).filter((alert) => alert.model_code === 'M-1');
    expect(quiet?.silenced_at).toBe(NOW);
    expect((await mails(ctx)).some((mail) => mail.payload.includes('M-1'))).toBe(false);
    const page = await (await (await callerWith(testApp(test_.store), test_.store, 'quality')).get('/alerts')).text();
    expect(page).toContain('silenced');
  });

  test('reaches open pages after the commit', async () => {
    expect(new Set(heard)).toEqual(new Set((await alerts(test_.ctx())).map((alert) => alert.id)));
  });

  test('found again brings the live one up to date and mails nobody anew, until it rises', async () => {
    const ctx = test_.ctx();
    expect(await raise(ctx, 'M-0')).toBeNull();
    expect(await mails(ctx)).toHaveLength(2);
    expect(await raise(ctx, 'M-0', 'act_now')).toBeNull();
    expect(await mails(ctx)).toHaveLength(4);
    expect(await raise(ctx, 'M-0', 'act_now')).toBeNull();
    expect(await mails(ctx)).toHaveLength(4);
    expect(await alerts(ctx)).toHaveLength(2);
  });

  test('a silence that ended, or is asked of a wrong day, is refused', async () => {
    const ctx = test_.ctx();
    const quality = await callerWith(testApp(test_.store), test_.store, 'quality');
    const turned = await quality.post('/api/v1/silences', { from_on: '2026-04-30', to_on: '2026-04-01', reason: 'turned round' });
    expect(turned.status).toBe(422);
    const [silence] = await ctx.db.selectFrom('silences').select('id').execute();
    await endSilence(ctx, silence?.id ?? '');
    await expect(endSilence(ctx, silence?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
    const stock = await callerWith(testApp(test_.store), test_.store, 'stock');
    expect((await stock.post('/api/v1/silences', { from_on: '2026-04-01', to_on: '2026-04-02', reason: 'no' })).status).toBe(403);
  });

  test('is streamed to a page that listens', async () => {
    const quality = await callerWith(testApp(test_.store), test_.store, 'quality');
    const stream = await quality.get('/alerts/changes');
    expect(stream.headers.get('Content-Type')).toContain('text/event-stream');
    const reader = stream.body?.getReader();
    const first = reader?.read();
    const [alert] = await alerts(test_.ctx());
    expect((await quality.post(`/api/v1/alerts/${alert?.id}/acknowledgement`, {})).status).toBe(201);
    expect(new TextDecoder().decode((await first)?.value)).toContain(`data: ${alert?.id}`);
    await reader?.cancel();
  });
});

eachDb('an outage of the platform', (test_) => {
  const lost = (day: number, outage: boolean) => (reporter: Reporter) => ({
    disconnects: chance(9, day, reporter.device_no) < (outage ? 0.5 : 0.02) ? 40 : 0,
  });

  test('is one incident of the platform, not one of every model, and ends by itself', async () => {
    const ctx = test_.ctx();
    await addUser(ctx, { email: 'mori@kizashi.example', name: 'Mori', role: 'quality', locale: 'ja', partner_id: null });
    const fleet = await reporters(ctx, 6, 20);
    for (const [day, day_on] of daysBefore(ctx, DAYS).entries()) await reportDay(ctx, fleet, day_on, lost(day, day === DAYS - 1));
    const { raised } = await scanCohorts(ctx);
    expect(raised).toHaveLength(1);
    expect((await alerts(ctx)).map((alert) => [alert.kind, alert.model_id, alert.state])).toEqual([['platform', null, 'open']]);
    expect(await mails(ctx)).toHaveLength(1);
    expect((await mails(ctx))[0]?.payload).toContain('プラットフォーム全体');
    const quality = await callerWith(testApp(test_.store), test_.store, 'quality');
    const page = await (await quality.get(`/alerts/${raised[0]}`)).text();
    expect(page).toContain('an incident from 4 times the ordinary');
    expect(page).not.toMatch(/n\/a|Hold stock|Where the excess is|Units at risk|Evidence for the maker/);
    expect((await scanCohorts(ctx)).raised).toEqual([]);
    const tomorrow = test_.ctx({ now: NOW + DAY_MS });
    await reportDay(tomorrow, fleet, daysBefore(tomorrow, 1)[0] ?? '', lost(DAYS, false));
    await scanCohorts(tomorrow);
    expect((await alerts(ctx)).map((alert) => [alert.kind, alert.state, alert.reason])).toEqual([['platform', 'resolved', 'over']]);
  });
});

eachDb('the alert page', (test_) => {
  test('lets one complaint stand for the others that look alike, and opens a case for each customer at risk, once', async () => {
    const ctx = test_.ctx();
    await ensureSignals(ctx);
    const fleet = await reporters(ctx, 1, 6);
    await ctx.db.updateTable('customers').set({ name: 'Aoi 青井' }).execute();
    const signal = await ctx.db.selectFrom('signals').select('id').where('code', '=', 'sd_error').executeTakeFirstOrThrow();
    const [first] = fleet;
    const model_id = await modelId(ctx, 'M-0');
    await insertMany(
      ctx.db,
      'signal_days',
      fleet.slice(0, 4).map(({ unit_id }) => ({
        day_on: '2026-03-30',
        signal_id: signal.id,
        unit_id,
        model_id,
        hw_rev: 'A',
        batch_id: '',
        firmware: '1.0',
        age_band: 1,
        site_id: null,
      })),
    );
    const id = (await raise(ctx, 'M-0')) ?? expect.fail('Nothing was raised');
    const lead = await callerWith(testApp(test_.store), test_.store, 'lead');
    expect(await (await lead.get(`/alerts/${id}`)).text()).toContain('No customer has reported one of these units yet');
    await openCase(ctx, {
      type: 'trouble',
      source: 'phone',
      initiated_by: 'customer',
      subject: 'No picture',
      message: 'Black',
      unit_ids: [first?.unit_id ?? ''],
    });
    expect(await (await lead.get(`/alerts/${id}`)).text()).toContain('3 other units show now what S0-0 shows');
    const form = await (await lead.get(`/proactive-cases/new?alert_id=${id}`)).text();
    expect(form).toContain('Aoi 青井');
    expect(form).toContain('20 times since about 2026-03-02');
    for (const _ of ['first', 'second click'])
      expect((await lead.form('/proactive-cases/new', { alert_id: id, subject: 'M-0', note: 'Before you call' })).status).toBe(303);
    const cases = await ctx.db.selectFrom('cases').select(['subject', 'alert_id']).where('initiated_by', '=', 'alert').execute();
    expect(cases).toEqual([{ subject: 'M-0', alert_id: id }]);
    const stock = await callerWith(testApp(test_.store), test_.store, 'stock');
    expect((await stock.get(`/proactive-cases/new?alert_id=${id}`)).status).toBe(403);
    expect((await lead.get('/proactive-cases/new?alert_id=none')).status).toBe(404);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addCalendar } from '../../src/case/calendars.ts';
import { closeCase, solveCase } from '../../src/case/course.ts';
import { mergeCase } from '../../src/case/merge.ts';
import { writeMessage } from '../../src/case/message.ts';
import { openCase } from '../../src/case/open.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { rateByLink } from '../../src/case/rate.ts';
import { logWork } from '../../src/case/unit.ts';
import type { Ctx } from '../../src/db/ctx.ts';
import { listInquiryRates } from '../../src/kpi/inquiryRate.ts';
import { addNote, enterHours, listAnnotations, setTarget } from '../../src/kpi/keep.ts';
import { listLead } from '../../src/kpi/lead.ts';
import { countBacklog, listCounted, listKpis, listSeries } from '../../src/kpi/queries.ts';
import { middle, ranked } from '../../src/kpi/rules.ts';
import { aoi, as, asked, ben, castDesk, DAY, HOUR, lena, MINUTE, northStaff } from '../case/cast.ts';
import { callerWith, testApp } from '../support/app.ts';
import { eachDb, NOW } from '../support/eachDb.ts';

const APRIL = { from_on: '2026-04-01', to_on: '2026-04-30' };

eachDb('KPIs', (test) => {
  const found = async (ctx: Ctx, name: string, filter = {}) => (await listKpis(ctx, APRIL, filter)).find((kpi) => kpi.name === name);
  const answered = async (after: number, text = 'Please update.') => {
    const row = await asked(as(test, aoi));
    await giveOwner(as(test, aoi), row.id, {});
    await writeMessage(as(test, aoi, after), row.id, { text, visibility: 'public', from: 'staff' });
    return row;
  };

  it('of nothing are unknown, never 0', async () => {
    await castDesk(test.store);
    expect(await found(as(test, lena), 'csat')).toMatchObject({ value: null, denominator: 0, ci_low: null });
    expect(await found(as(test, lena), 'first_reply')).toMatchObject({ value: null, p90: null });
    expect(await found(as(test, lena), 'cases_per_hour')).toMatchObject({ value: null });
  });

  it('the first reply: median and p90 of the answered, the unanswered wait', async () => {
    for (const minutes of [10, 20, 40]) await answered(minutes * MINUTE);
    const silent = await asked(as(test, aoi));
    await writeMessage(as(test, aoi, MINUTE), silent.id, { text: 'We got your mail.', visibility: 'public', from: 'bot' });
    await writeMessage(as(test, aoi, MINUTE), silent.id, { text: 'looks bad', visibility: 'internal', from: 'staff' });
    expect(await found(as(test, lena, HOUR), 'first_reply')).toMatchObject({ denominator: 3, pending: 1, median: 20 * MINUTE, p90: 40 * MINUTE });
    expect(await listCounted(as(test, lena, HOUR), 'first_reply', APRIL, {}, 'pending')).toEqual([silent.id]);
  });

  it('a case we opened has no first reply before the customer wrote', async () => {
    const before = await found(as(test, lena, HOUR), 'first_reply');
    const row = await openCase(as(test, aoi), {
      type: 'trouble',
      source: 'phone',
      initiated_by: 'staff',
      subject: 'Checking in',
      unit_ids: [],
      customer_id: 'sakura',
    });
    await giveOwner(as(test, aoi), row.id, {});
    await writeMessage(as(test, aoi, MINUTE), row.id, { text: 'Hello', visibility: 'public', from: 'staff' });
    expect(await found(as(test, lena, HOUR), 'first_reply')).toEqual(before);
    expect(await found(as(test, lena, HOUR), 'opened_by_us')).toMatchObject({ numerator: 1, denominator: 5 });
  });

  it('a share stands with numerator, denominator and Wilson’s interval, and drills down to exactly its cases', async () => {
    const one = await answered(MINUTE);
    await solveCase(as(test, aoi, 2 * MINUTE), one.id, { solution: 'x' });
    const two = await answered(MINUTE);
    await writeMessage(as(test, aoi, 2 * MINUTE), two.id, { text: 'Second', visibility: 'public', from: 'staff' });
    await solveCase(as(test, aoi, 3 * MINUTE), two.id, { solution: 'x' });
    const result = await found(as(test, lena, HOUR), 'one_touch');
    expect(result).toMatchObject({ numerator: 1, denominator: 2, value: 0.5 });
    // Wilson (1927) for 1 of 2: 0.0945…0.9055
    expect(result?.ci_low).toBeCloseTo(0.0945, 3);
    expect(result?.ci_high).toBeCloseTo(0.9055, 3);
    expect(await listCounted(as(test, lena, HOUR), 'one_touch', APRIL, {}, 'numerator')).toEqual([one.id]);
    expect((await listCounted(as(test, lena, HOUR), 'one_touch', APRIL, {}, 'counted')).sort()).toEqual([one.id, two.id].sort());
  });

  it('first-contact resolution is not ripe for seven days, and lost by asking again', async () => {
    expect(await found(as(test, lena, 6 * DAY), 'first_contact_resolution')).toMatchObject({ denominator: 0, pending: 2 });
    expect(await found(as(test, lena, 8 * DAY), 'first_contact_resolution')).toMatchObject({ numerator: 2, denominator: 2, pending: 0 });
    const [id = ''] = await listCounted(as(test, lena, 8 * DAY), 'first_contact_resolution', APRIL, {}, 'numerator');
    await writeMessage(as(test, aoi, 3 * DAY), id, { text: 'Thank you!', visibility: 'public', from: 'customer' });
    expect(await found(as(test, lena, 8 * DAY), 'first_contact_resolution')).toMatchObject({ numerator: 2 });
    expect(await found(as(test, lena, 8 * DAY), 'reopened')).toMatchObject({ numerator: 1, denominator: 2 });
    expect(await found(as(test, lena, 8 * DAY), 'effectively_reopened')).toMatchObject({ numerator: 0, denominator: 2 });
    await writeMessage(as(test, aoi, 4 * DAY), id, { text: 'It happens again', visibility: 'public', from: 'customer' });
    expect(await found(as(test, lena, 8 * DAY), 'first_contact_resolution')).toMatchObject({ numerator: 1, denominator: 2 });
    expect(await found(as(test, lena, 8 * DAY), 'effectively_reopened')).toMatchObject({ numerator: 1, denominator: 2 });
  });

  it('C-SAT is good ÷ rated of the latest word; the rest is not rated', async () => {
    const row = await answered(MINUTE);
    await solveCase(as(test, aoi, HOUR), row.id, { solution: 'x', reply: 'Solved.' });
    const { payload } = await test.store.db.selectFrom('outbox').select('payload').where('payload', 'like', `%${row.number}%rate/%`).executeTakeFirstOrThrow();
    const key = /\/rate\/([\w-]+)/.exec(payload)?.[1] ?? '';
    await rateByLink(as(test, aoi, 2 * HOUR), key, { rating: 1 });
    expect(await found(as(test, lena, DAY), 'csat')).toMatchObject({ numerator: 0, denominator: 1 });
    await rateByLink(as(test, aoi, 3 * HOUR), key, { rating: 5 });
    expect(await found(as(test, lena, DAY), 'csat')).toMatchObject({ numerator: 1, denominator: 1, pending: 1 });
  });

  it('the backlog of any instant is what it was then', async () => {
    const at = (after: number) => countBacklog(as(test, lena, 20 * DAY), NOW + after, { type: 'contract' });
    const row = await openCase(as(test, aoi, DAY), { type: 'contract', source: 'mail', initiated_by: 'customer', subject: 's', unit_ids: [] });
    await giveOwner(as(test, aoi, DAY), row.id, {});
    await solveCase(as(test, aoi, 3 * DAY), row.id, { solution: 'x' });
    await closeCase(as(test, aoi, 9 * DAY), row.id);
    expect([await at(DAY - 1), await at(DAY), await at(3 * DAY - 1), await at(3 * DAY)]).toEqual([0, 1, 1, 0]);
    await writeMessage(as(test, aoi, 11 * DAY), row.id, { text: 'once more please', visibility: 'public', from: 'customer' });
    expect([await at(2 * DAY), await at(10 * DAY), await at(11 * DAY)]).toEqual([1, 0, 1]);
  });

  it('time per case and cases per hour are sums over sums', async () => {
    const row = await answered(MINUTE);
    await logWork(as(test, aoi), row.id, { minutes: 30 });
    await solveCase(as(test, aoi, HOUR), row.id, { solution: 'x' });
    expect(await found(as(test, lena, DAY), 'minutes_per_case')).toMatchObject({ value: 30, numerator: 30, denominator: 1 });
    await enterHours(as(test, aoi), { worked_on: '2026-04-01', minutes: 60 });
    await enterHours(as(test, aoi), { worked_on: '2026-04-01', minutes: 120 });
    await enterHours(as(test, lena), { user_id: 'ben', worked_on: '2026-04-02', minutes: 60 });
    const cph = await found(as(test, lena, DAY), 'cases_per_hour');
    expect(cph?.denominator).toBe(3);
    expect(cph?.value).toBeCloseTo((cph?.numerator ?? 0) / 3, 10);
    await expect(enterHours(as(test, ben), { user_id: 'aoi', worked_on: '2026-04-02', minutes: 1 })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('the inquiry rate counts inbound cases per average active contract, gross and net', async () => {
    await openCase(as(test, aoi), { type: 'trouble', source: 'alert', initiated_by: 'alert', subject: 'Warns', unit_ids: ['u1'], alert_id: 'al' });
    const [one, two] = [await asked(as(test, aoi)), await asked(as(test, aoi))];
    await mergeCase(as(test, lena), two.id, { into_id: one.id, reason: 'same' });
    await test.store.db
      .insertInto('contracts')
      .values({
        id: 'half',
        code: 'half',
        customer_id: 'sakura',
        partner_id: null,
        plan: 'basic',
        coverage: 'none',
        starts_on: '2026-04-16',
        ends_on: null,
        cancelled_on: null,
        cancel_reason: null,
        created_at: NOW,
        version: 1,
      })
      .execute();
    const rows = await listInquiryRates(as(test, lena, 30 * DAY), APRIL, 'plan');
    const all = rows.find(({ group }) => group === null);
    const basic = rows.find(({ group }) => group === 'basic');
    expect(basic?.active).toBeCloseTo(2.5, 10);
    expect(all?.active).toBeCloseTo(3.5, 10);
    expect((all?.gross ?? 0) - (all?.net ?? 0)).toBe(3);
    expect(all?.net_rate).toBeCloseTo((all?.net ?? 0) / 3.5, 10);
    expect(all?.standardised_rate).not.toBeNull();
    expect(await found(as(test, lena, 20 * DAY), 'proactive')).toMatchObject({ value: 1 });
  });

  it('a case without contract counts over all, in the raw and the standardised rate alike, and has a row of its own', async () => {
    const earlier = await listInquiryRates(as(test, lena, 30 * DAY), APRIL, 'plan');
    const [before, loose] = [null, ''].map((wanted) => earlier.find(({ group }) => group === wanted));
    await asked(as(test, aoi), { customer_id: undefined, unit_ids: [], contact_email: 'stranger@elsewhere.example' });
    const rows = await listInquiryRates(as(test, lena, 30 * DAY), APRIL, 'plan');
    const all = rows.find(({ group }) => group === null);
    expect(rows.find(({ group }) => group === '')).toMatchObject({ net: (loose?.net ?? 0) + 1, active: 0, net_rate: null, ci_low: null });
    expect([all?.gross, all?.net]).toEqual([(before?.gross ?? 0) + 1, (before?.net ?? 0) + 1]);
    // One month has the mix of its period: both rates are the same, and were before.
    expect(before?.standardised_rate).toBeCloseTo(before?.net_rate ?? 0, 12);
    expect(all?.standardised_rate).toBeCloseTo(all?.net_rate ?? 0, 12);
    const page = await callerWith(testApp(test.store, { now: NOW + 30 * DAY }), test.store, 'lead');
    const address = '/kpis/inquiry-rates?from_on=2026-04-01&to_on=2026-04-30';
    expect(await (await page.get(address, { 'Accept-Language': 'ja' })).text()).toContain('契約なし');
    expect(await (await page.get(`${address}&by=model`)).text()).toContain('without unit');
  });

  it('numbers of a person are for that person and for leads, none for partners', async () => {
    await expect(listKpis(as(test, ben), APRIL, { owner_id: 'aoi' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listKpis(as(test, northStaff), APRIL, {})).rejects.toMatchObject({ code: 'forbidden' });
    expect((await found(as(test, aoi, DAY), 'solved', { owner_id: 'aoi' }))?.value).toBeGreaterThan(0);
    expect((await found(as(test, lena, DAY), 'solved', { owner_id: 'ben' }))?.value).toBe(0);
  });

  it('a series adds up to the whole, with goals and measures at their days', async () => {
    const weeks = await listSeries(as(test, lena, 20 * DAY), 'inbound', APRIL, 'week', {});
    expect(weeks.map(({ from_on }) => from_on)).toEqual(['2026-04-01', '2026-04-08', '2026-04-15', '2026-04-22', '2026-04-29']);
    expect(weeks.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe((await found(as(test, lena, 20 * DAY), 'inbound'))?.value);
    await setTarget(as(test, lena), { kpi: 'csat', from_on: '2026-04-01', goal: 0.9, owner_id: 'lena' });
    await addNote(as(test, lena), { kpi: 'csat', noted_on: '2026-04-10', note: 'New templates' });
    expect(await listAnnotations(as(test, lena), 'csat', '2026-04-30')).toMatchObject({
      targets: [{ goal: 0.9, owner_name: 'lena' }],
      notes: [{ note: 'New templates' }],
    });
  });

  it('a new calendar holds from its day on and changes no number of before', async () => {
    const before = await found(as(test, lena, 20 * DAY), 'first_reply_business');
    await expect(
      addCalendar(as(test, lena), {
        from_on: '2026-03-01',
        zone: 'Asia/Tokyo',
        hours: [[], [], [], [], [], [], []],
        holidays: 'none',
        closed_days: [],
        open_days: [],
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await addCalendar(as(test, lena), {
      from_on: '2026-04-20',
      zone: 'Asia/Tokyo',
      hours: [[['10:00', '12:00']], [], [], [], [], [], []],
      holidays: 'none',
      closed_days: [],
      open_days: [],
    });
    const [id = ''] = await listCounted(as(test, lena, 20 * DAY), 'first_reply_business', APRIL, {}, 'counted');
    await logWork(as(test, aoi), id, { minutes: 1 });
    expect(await found(as(test, lena, 20 * DAY), 'first_reply_business')).toEqual(before);
  });

  it('the page of one KPI shows every filter it is under; a lead chooses people by name, others see nobody else', async () => {
    const app = testApp(test.store, { now: NOW + 20 * DAY });
    const [chief, tech] = [await callerWith(app, test.store, 'lead'), await callerWith(app, test.store, 'tech')];
    const page = await (await chief.get('/kpis/first_reply?type=usage&owner_id=ben')).text();
    expect(page).toMatch(/<option value="usage" selected[^>]*>Usage/);
    expect(page).toMatch(/<option value="ben" selected[^>]*>ben</);
    expect(await (await tech.get('/kpis')).text()).not.toMatch(/<option value="ben"/);
  });

  it('the lead sees arrivals, load, skills, ages and who left after trouble', async () => {
    await test.store.db.updateTable('contracts').set({ cancelled_on: '2026-04-20', cancel_reason: 'price' }).where('id', '=', 'k-sakura').execute();
    const view = await listLead(as(test, lena, 20 * DAY), APRIL);
    expect(view.arrivals.find(({ weekday, hour }) => weekday === 2 && hour === 9)?.cases).toBeGreaterThan(0);
    expect(view.load.find(({ owner_id }) => owner_id === 'aoi')?.minutes_worked).toBe(120);
    expect(view.skills[0]).toMatchObject({ owner_id: 'aoi', family: 'dome' });
    expect(view.ageing.reduce((sum, { cases }) => sum + cases, 0)).toBe(await countBacklog(as(test, lena, 20 * DAY), NOW + 20 * DAY, {}));
    expect(view.cancellations).toMatchObject([{ contract: 'k-sakura', cancelled_on: '2026-04-20' }]);
    await expect(listLead(as(test, aoi), APRIL)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

it('medians are the middle, quantiles the nearest rank, as sorting would find them', () => {
  expect([middle([]), middle([1]), middle([2, 1]), middle([9, 1, 2])]).toEqual([null, 1, 1.5, 2]);
  expect([ranked([], 0.9), ranked([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 0.9), ranked([2, 1], 0.9)]).toEqual([null, 9, 2]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const sorted = [...values].sort((a, b) => a - b);
      const n = sorted.length;
      return (
        ranked(values, percent / 100) === sorted[Math.max(0, Math.ceil((percent / 100) * n) - 1)] &&
        middle(values) === ((sorted[(n - 1) >> 1] ?? 0) + (sorted[n >> 1] ?? 0)) / 2
      );
    }),
    { seed: 5 },
  );
});

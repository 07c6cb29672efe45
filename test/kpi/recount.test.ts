// The truth of the KPIs: each number of the product beside a recount from the raw events, over some hundred random cases with everything that happens to cases.
import { beforeAll, expect, it } from 'vitest';
import { addCalendar } from '../../src/case/calendars.ts';
import { lockCases, projectCase } from '../../src/case/record.ts';
import { currentClock } from '../../src/catalog/businessClock.ts';
import { type Ctx, transaction } from '../../src/db/ctx.ts';
import { listInquiryRates } from '../../src/kpi/inquiryRate.ts';
import { enterHours } from '../../src/kpi/keep.ts';
import { listLead } from '../../src/kpi/lead.ts';
import { countBacklog, listCounted, listKpis, listSeries } from '../../src/kpi/queries.ts';
import { aoi, ben, castDesk, DAY, lena } from '../case/cast.ts';
import { eachDb } from '../support/eachDb.ts';
import { type Counted, recount, say } from './recount.ts';
import { dice, FROM, minuteByMinute, tellStories } from './stories.ts';

const ZONE = 'Europe/Berlin';
/** 20 June 2026, noon in Berlin: the month is under way. */
const UNTIL = Date.UTC(2026, 5, 20, 10);
const STORIES = 300;

/** Japanese holidays of these months, by hand; 6 May stands for the Sunday of 3 May. */
const HOLIDAYS = ['2026-01-12', '2026-02-11', '2026-02-23', '2026-03-20', '2026-04-29', '2026-05-03', '2026-05-04', '2026-05-05', '2026-05-06'];
/** From this day on half days, holidays or not, but for one day of stocktaking. */
const NEW_HOURS_ON = '2026-04-13';
const isOpen = (day: string, weekday: number, minute: number): boolean =>
  day < NEW_HOURS_ON
    ? weekday < 5 && !HOLIDAYS.includes(day) && minute >= 9 * 60 && minute < 18 * 60
    : weekday < 6 && day !== '2026-05-19' && minute >= 8 * 60 + 30 && minute < 13 * 60;

const PERIODS = [
  { from_on: '2026-01-05', to_on: '2026-06-20', from: FROM - 3_600_000, to: Date.UTC(2026, 5, 20, 22) },
  { from_on: '2026-02-01', to_on: '2026-02-28', from: Date.UTC(2026, 0, 31, 23), to: Date.UTC(2026, 1, 28, 23) },
  // The day on which the clocks go forward has 23 hours.
  { from_on: '2026-03-29', to_on: '2026-03-29', from: Date.UTC(2026, 2, 28, 23), to: Date.UTC(2026, 2, 29, 22) },
];
const FILTERS: readonly [Record<string, string>, (row: Counted) => boolean][] = [
  [{}, () => true],
  [{ owner_id: 'ben' }, (row) => row.owner === 'ben'],
  [{ model_id: 'x100', type: 'trouble' }, (row) => row.model === 'x100' && row.type === 'trouble'],
  [{ customer_id: 'sakura', source: 'mail' }, (row) => row.customer === 'sakura' && row.source === 'mail'],
  [{ contract_id: 'k-yuki' }, (row) => row.contract === 'k-yuki'],
];

eachDb('every KPI', (test) => {
  const at = (now: number, actor = lena): Ctx => test.ctx({ now, actor, zone: ZONE });
  const now = (): Ctx => at(UNTIL);
  const busy = minuteByMinute(isOpen, UNTIL);
  let cases: Counted[] = [];

  beforeAll(async () => {
    await castDesk(test.store);
    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday): [string, string][] => (weekday <= 5 ? [['09:00', '18:00']] : []));
    await addCalendar(at(FROM - DAY), { from_on: '2026-01-01', zone: ZONE, hours, holidays: 'jp', closed_days: [], open_days: [] });
    const half = [1, 2, 3, 4, 5, 6, 7].map((weekday): [string, string][] => (weekday <= 6 ? [['08:30', '13:00']] : []));
    await addCalendar(at(FROM), { from_on: NEW_HOURS_ON, zone: ZONE, hours: half, holidays: 'none', closed_days: ['2026-05-19'], open_days: [] });
    await tellStories((moment) => at(moment), STORIES, UNTIL);
    cases = await recount(test.store);
  }, 240_000);

  /** Value, numerator, denominator and what has no value yet, with the ids behind them. */
  const expected = (name: string, period: { from: number; to: number }, fits: (row: Counted) => boolean) => {
    const said = cases.filter(fits).flatMap((row) => {
      const found = say(name, row, UNTIL, busy);
      return found === undefined || found[0] < period.from || found[0] >= period.to ? [] : [{ id: row.id, worth: found[1] }];
    });
    return {
      counted: said.filter(({ worth }) => worth !== null),
      pending: said.filter(({ worth }) => worth === null).map(({ id }) => id),
    };
  };
  const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

  it('has cases of every sort to count', () => {
    expect(cases).toHaveLength(STORIES + 1);
    const some = (holds: (row: Counted) => boolean) => cases.filter(holds).length;
    expect(
      Math.min(
        ...['merged', 'spam', 'proactive', 'internal'].map((aside) => some((row) => row.aside === aside)),
        some((row) => row.back.length > 1),
        some((row) => row.open.length > 1),
        some((row) => row.stars !== null),
        some((row) => row.solvedFirst !== null && row.solved === null),
        some((row) => row.by === 'staff' && row.replied !== null),
        some((row) => row.asked !== null && row.replied === null),
      ),
    ).toBeGreaterThan(2);
  });

  it('is what the raw events say, with exactly the cases behind it, in any period and cut', async () => {
    for (const period of PERIODS) {
      for (const [filter, fits] of FILTERS) {
        for (const kpi of (await listKpis(now(), period, filter)).filter(({ name }) => !NOT_OF_CASES.includes(name))) {
          const where = `${kpi.name} ${period.from_on} ${JSON.stringify(filter)}`;
          const { counted, pending } = expected(kpi.name, period, fits);
          const worths = sorted(counted.map(({ worth }) => worth ?? Number.NaN));
          const sum = worths.reduce((all, worth) => all + worth, 0);
          const [low, high] = [worths[(worths.length - 1) >> 1], worths[worths.length >> 1]];
          const median = low === undefined || high === undefined ? null : (low + high) / 2;
          const n = worths.length;
          expect([where, kpi.denominator, kpi.pending]).toEqual([where, n, pending.length]);
          if (kpi.kind === 'duration') expect([where, kpi.median, kpi.p90]).toEqual([where, median, n === 0 ? null : worths[Math.ceil(0.9 * n) - 1]]);
          if (kpi.kind === 'share') expect([where, kpi.numerator, kpi.value]).toEqual([where, sum, n === 0 ? null : sum / n]);
          if (kpi.kind === 'mean') expect([where, kpi.numerator, kpi.value]).toEqual([where, sum, n === 0 ? null : sum / n]);
          if (kpi.kind === 'count') expect([where, kpi.value]).toEqual([where, n]);
          const listed = async (part: 'counted' | 'numerator' | 'pending') => (await listCounted(now(), kpi.name, period, filter, part)).sort();
          expect([where, await listed('counted')]).toEqual([where, counted.map(({ id }) => id).sort()]);
          expect([where, await listed('pending')]).toEqual([where, pending.sort()]);
          if (kpi.kind === 'share')
            expect([where, await listed('numerator')]).toEqual([where, counted.flatMap(({ id, worth }) => (worth === 1 ? [id] : [])).sort()]);
        }
      }
    }
  }, 120_000);

  it('cut into weeks is the whole, each week what the recount has for it', async () => {
    for (const name of ['first_reply', 'csat', 'inbound', 'solved']) {
      const weeks = await listSeries(now(), name, { from_on: '2026-03-02', to_on: '2026-04-26' }, 'week', {});
      // Two of the weeks begin before the clocks go forward and six after.
      const starts = weeks.map(({ from_on }) => Date.parse(`${from_on}T00:00:00Z`) - (from_on <= '2026-03-29' ? 1 : 2) * 3_600_000);
      for (const [i, week] of weeks.entries()) {
        const { counted, pending } = expected(name, { from: starts[i] ?? 0, to: starts[i + 1] ?? Date.UTC(2026, 3, 26, 22) }, () => true);
        expect([name, week.from_on, week.denominator, week.pending]).toEqual([name, week.from_on, counted.length, pending.length]);
      }
    }
  });

  it('the backlog of any instant is what was open then', async () => {
    const roll = dice(7);
    for (let n = 0; n < 40; n++) {
      const moment = FROM + roll.upto(Math.floor((UNTIL - FROM) / 60_000)) * 60_000;
      for (const [filter, fits] of FILTERS) {
        const open = cases.filter((row) => fits(row) && row.open.some(({ from, to }) => from <= moment && (to === null || moment < to)));
        expect([moment, await countBacklog(now(), moment, filter)]).toEqual([moment, open.length]);
      }
    }
  });

  it('per hour worked is Σ solved ÷ Σ hours, unknown where hours are not kept', async () => {
    const sheet = [
      [aoi, '2026-02-02', 480],
      [aoi, '2026-02-03', 450],
      [ben, '2026-02-03', 90],
      [ben, '2026-03-03', 90],
    ] as const;
    for (const [actor, worked_on, minutes] of sheet) await enterHours(at(UNTIL, actor), { worked_on, minutes });
    const february = PERIODS[1] ?? PERIODS[0];
    if (february === undefined) throw new Error('no period');
    const found = async (filter: object) => (await listKpis(now(), february, filter)).find(({ name }) => name === 'cases_per_hour');
    const solved = (fits: (row: Counted) => boolean) => expected('solved', february, fits).counted.length;
    expect(await found({})).toMatchObject({ numerator: solved(() => true), denominator: 17, value: solved(() => true) / 17 });
    expect((await found({ owner_id: 'ben' }))?.value).toBeCloseTo(solved((row) => row.owner === 'ben') / 1.5, 12);
    expect((await found({ model_id: 'x100' }))?.value).toBeNull();
  });

  it('the monthly inquiry rate counts contract by contract and day by day, the month under way as far as it has gone', async () => {
    const { db } = test.store;
    await db.updateTable('contracts').set({ cancelled_on: '2026-03-11' }).where('id', '=', 'k-yuki').execute();
    await db.updateTable('contracts').set({ ends_on: '2026-05-10' }).where('id', '=', 'k-hoshi').execute();
    const rates = await listInquiryRates(now(), { from_on: '2026-01-10', to_on: '2026-12-31' }, 'plan');
    expect([...new Set(rates.map(({ month }) => month))]).toEqual(['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06']);
    const runs = [
      { id: 'k-sakura', plan: 'premium', last: '2026-12-31' },
      { id: 'k-yuki', plan: 'basic', last: '2026-03-10' },
      { id: 'k-hoshi', plan: 'basic', last: '2026-05-10' },
    ];
    for (const rate of rates) {
      const month = Number(rate.month.slice(5)) - 1;
      const whole = new Date(Date.UTC(2026, month + 1, 0)).getUTCDate();
      const gone = month === 5 ? 20 : whole;
      let contractDays = 0;
      for (let day = 1; day <= gone; day++) {
        const date = new Date(Date.UTC(2026, month, day)).toISOString().slice(0, 10);
        contractDays += runs.filter(({ plan, last }) => (rate.group === null || rate.group === plan) && date >= '2026-01-01' && date <= last).length;
      }
      const [begin, end] = [month, month + 1].map((m) => Date.UTC(2026, m, 1) - (m <= 2 ? 1 : 2) * 3_600_000);
      const mine = cases.filter((row) => {
        const plan = runs.find(({ id }) => id === row.contract)?.plan ?? '';
        return row.opened >= (begin ?? 0) && row.opened < (end ?? 0) && (rate.group === null || rate.group === plan);
      });
      const net = mine.filter((row) => row.aside === null && (row.by === 'customer' || row.by === 'partner')).length;
      const where = `${rate.month} ${rate.group}`;
      expect([where, rate.gross, rate.net]).toEqual([where, mine.length, net]);
      expect(rate.active, where).toBeCloseTo(contractDays / gone, 9);
      if (contractDays > 0) expect(rate.net_rate, where).toBeCloseTo(net / (contractDays / whole), 9);
      else expect(rate.net_rate, where).toBeNull();
    }
  });

  it('arrivals stand at the hour the clocks of the business showed, before and after they go forward', async () => {
    const view = await listLead(now(), { from_on: '2026-01-05', to_on: '2026-06-20' });
    const cells = new Map<string, number>();
    for (const row of cases.filter((one) => one.aside === null && (one.by === 'customer' || one.by === 'partner'))) {
      const wall = new Date(row.opened + (row.opened < Date.UTC(2026, 2, 29, 1) ? 1 : 2) * 3_600_000);
      const cell = `${(wall.getUTCDay() + 6) % 7} ${wall.getUTCHours()}`;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    }
    expect(Object.fromEntries(view.arrivals.map(({ weekday, hour, cases: n }) => [`${weekday} ${hour}`, n]))).toEqual(Object.fromEntries(cells));
  });

  it('computed anew from the same events, in any order of the cases, is the same', async () => {
    const all = async () => Promise.all(PERIODS.map((period) => listKpis(now(), period, {})));
    const before = await all();
    const rows = dice(3).shuffled(await test.store.db.selectFrom('cases').selectAll().execute());
    await transaction(now(), async (ctx) => {
      for (const row of rows) await projectCase(ctx, row, await lockCases(ctx), await currentClock(ctx));
    });
    expect(await all()).toEqual(before);
  }, 120_000);
});

/** Recounted on their own above, or made of other things than cases. */
const NOT_OF_CASES = ['backlog', 'cases_per_hour', 'self_resolution', 'zero_hit'];

// Order is no promise of the network: reports shuffled, repeated, late, over several days and through crashes of the ingester leave the same as those that came in order.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY_MS, dayNumber, dayOf, MINUTE_MS } from '../../src/core/time.ts';
import { Calendar } from '../../src/telemetry/accept.ts';
import { verifyRollups } from '../../src/telemetry/recount.ts';
import { eachDb, NOW } from '../support/eachDb.ts';
import { openStation, registerDevices, report } from './station.ts';

interface Life {
  readonly reports: object[];
  readonly order: number[];
  readonly again: number[];
  /** After how many messages the ingester is killed. */
  readonly killed: number[];
}

/** A device over some days: boots one after the other, counters that rise, wrap or fall, sequence numbers that never came. */
const lives = fc
  .array(fc.record({ skip: fc.constantFrom(0, 0, 0, 1, 4), hours: fc.nat({ max: 9 }), rise: fc.integer({ min: -2, max: 40 }), reboots: fc.nat({ max: 9 }) }), {
    minLength: 2,
    maxLength: 40,
  })
  .chain((moments) => {
    let [boot, seq, at, lost, started] = [0, -1, NOW - 20 * DAY_MS, 2 ** 32 - 60, NOW - 20 * DAY_MS];
    const reports = moments.map(({ skip, hours, rise, reboots }) => {
      at += hours * 3_600_000 + MINUTE_MS;
      if (reboots === 0) [boot, seq, lost, started] = [boot + 1, -1, 0, at - 10 * MINUTE_MS];
      seq += 1 + skip;
      lost = Math.max(0, (lost + rise) % 2 ** 32);
      const m = { uptime_s: Math.floor((at - started) / 1000), frames_lost: lost, temp_c: 20 + rise, reboot: reboots === 0 ? 'brownout' : 'power_on' };
      return report(seq, m, { boot: `boot-${boot}`, ts: at, hist: true, fw: `4.${boot}` });
    });
    const all = reports.map((_, i) => i);
    return fc.record<Life>({
      reports: fc.constant(reports),
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      again: fc.array(fc.constantFrom(...all), { maxLength: 10 }),
      killed: fc.uniqueArray(fc.constantFrom(...all), { maxLength: 4 }),
    });
  });

eachDb('reports in any order', (test) => {
  let devices = 0;

  /** What is in the store after the reports came in this order, with an ingester killed after some of them. Those it had not acknowledged come again. */
  async function lived(reports: readonly object[], killed: readonly number[] = []) {
    const device_id = `life-${++devices}`;
    await registerDevices(test.store.db, [device_id]);
    let station = await openStation(test.store.url);
    let waiting: object[] = [];
    for (const [i, one] of reports.entries()) {
      waiting.push(one);
      station.send(device_id, 'backfill', [one]);
      if (!killed.includes(i)) continue;
      if (i % 2 === 0) await station.pipeline.settle();
      waiting = waiting.slice(station.acknowledged.length);
      await station.crash();
      station = await openStation(test.store.url);
      for (const each of waiting) station.send(device_id, 'backfill', [each]);
    }
    await station.close();
    const row = await test.store.db.selectFrom('devices').selectAll().where('device_id', '=', device_id).executeTakeFirstOrThrow();
    const days = await test.store.db.selectFrom('device_days').selectAll().where('device_no', '=', row.device_no).orderBy('day_on').execute();
    return {
      reports: row.reports,
      absent: row.missing + row.lost,
      days: days.map(({ device_no, last_address, changed_at, ...day }) => day),
    };
  }

  it('leave the same days and the same gaps, and the days equal a recount of what is stored', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(lives, async ({ reports, order, again, killed }) => {
        const inOrder = await lived(reports);
        const shuffled = await lived(
          [...order, ...again].map((i) => reports[i] as object),
          killed,
        );
        expect(shuffled).toEqual(inOrder);
        expect(inOrder.reports).toBe(reports.length);
      }),
      // Every question is a round trip on PostgreSQL.
      { numRuns: test.dialect === 'sqlite' ? 25 : 10, endOnFailure: true },
    );
    const station = await openStation(test.store.url);
    expect((await verifyRollups(station.store, 'Asia/Tokyo')).differences).toEqual([]);
    await station.close();
  });

  it('around the change of the clocks, days begin at midnight of the business zone', async () => {
    await registerDevices(test.store.db, ['spring', 'autumn']);
    const station = await openStation(test.store.url, { zone: 'America/New_York', now: Date.UTC(2026, 10, 3) });
    // 8 March 2026 has 23 hours there, 1 November has 25.
    const around = { spring: [Date.UTC(2026, 2, 8, 5), Date.UTC(2026, 2, 9, 4)], autumn: [Date.UTC(2026, 10, 1, 4), Date.UTC(2026, 10, 2, 5)] };
    for (const [device_id, midnights] of Object.entries(around)) {
      station.clock.now = Math.max(...midnights) + MINUTE_MS;
      midnights
        .flatMap((midnight) => [midnight - 1, midnight])
        .forEach((ts, seq) => {
          station.send(device_id, 'backfill', [report(seq, {}, { ts, hist: true })]);
        });
    }
    await station.close();
    const days = await test.store.db
      .selectFrom('device_days as y')
      .innerJoin('devices as d', 'd.device_no', 'y.device_no')
      .select(['d.device_id', 'y.day_on', 'y.reports'])
      .where('d.device_id', 'in', ['spring', 'autumn'])
      .where('y.reports', '>', 0)
      .orderBy('y.day_on')
      .execute();
    expect(days.map(({ device_id, day_on, reports }) => `${device_id} ${day_on} ${reports}`)).toEqual([
      'spring 2026-03-07 1',
      'spring 2026-03-08 2',
      'spring 2026-03-09 1',
      'autumn 2026-10-31 1',
      'autumn 2026-11-01 2',
      'autumn 2026-11-02 1',
    ]);
  });
});

it.each(['Asia/Tokyo', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia', 'Africa/Casablanca'])(
  'the remembered days of %s are those of the calendar, at any instant',
  (zone) => {
    const calendar = new Calendar(zone);
    const anyTime = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(anyTime, fc.integer({ min: -2000, max: 2000 }), (at, near) => {
        for (const instant of [at, Math.max(0, at + near)]) expect(calendar.dayOf(instant)).toBe(dayNumber(dayOf(instant, zone)));
      }),
      { numRuns: 300 },
    );
  },
);

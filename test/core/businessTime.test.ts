import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessClock, type Calendar, hoursOn, usualCalendar, weekdayOf } from '../../src/core/businessTime.ts';

const MINUTE = 60_000;

// The reference walks minute by minute and asks a wall clock; it shares nothing with the clock but the list of opening hours.
function steppedMs(calendars: readonly Calendar[], from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += MINUTE) {
    const walls = calendars.map((calendar) => ({ calendar, ...wall(calendar.zone, at) }));
    const found = walls.findLast(({ calendar, day }) => day >= calendar.from_on) ?? walls[0];
    if (found !== undefined && hoursOn(found.calendar, found.day).some(([open, close]) => open <= found.time && found.time < close)) sum += MINUTE;
  }
  return sum;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wall(zone: string, at: number): { day: string; time: string } {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(zone, format);
  const [day = '', time = ''] = format.format(at).split(' ');
  return { day, time };
}

const week = (...hours: [string, string][]): Calendar['hours'] => [hours, hours, hours, hours, hours, [], []];
const calendar = (zone: string, hours: Calendar['hours'], from_on = '1970-01-01', more: Partial<Calendar> = {}): Calendar => ({
  from_on,
  zone,
  hours,
  holidays: 'jp',
  closed_days: [],
  open_days: [],
  ...more,
});

const cases: [string, Calendar[], string, string][] = [
  ['a weekend', [usualCalendar('Asia/Tokyo')], '2026-04-03T08:00Z', '2026-04-06T01:30Z'],
  ['Golden Week', [usualCalendar('Asia/Tokyo')], '2026-04-28T00:00Z', '2026-05-08T00:00Z'],
  ['a lunch break', [calendar('Asia/Tokyo', week(['09:00', '12:00'], ['13:00', '17:30']))], '2026-06-01T02:30Z', '2026-06-02T05:00Z'],
  [
    'the clock going forward in Berlin',
    [calendar('Europe/Berlin', Array(7).fill([['00:00', '06:00']]), '1970-01-01', { holidays: 'none' })],
    '2026-03-28T20:00Z',
    '2026-03-30T10:00Z',
  ],
  [
    'the clock going back in New York',
    [
      calendar(
        'America/New_York',
        Array(7).fill([
          ['00:00', '06:00'],
          ['22:00', '24:00'],
        ]),
        '1970-01-01',
        { holidays: 'none' },
      ),
    ],
    '2026-10-31T20:00Z',
    '2026-11-02T10:00Z',
  ],
  [
    'a new version in the middle',
    [usualCalendar('Asia/Tokyo'), calendar('Asia/Tokyo', week(['10:00', '16:00']), '2026-06-10')],
    '2026-06-08T00:00Z',
    '2026-06-13T00:00Z',
  ],
  [
    'a version in another zone',
    [usualCalendar('Asia/Tokyo'), calendar('Europe/Berlin', week(['08:00', '20:00']), '2026-06-10')],
    '2026-06-09T00:00Z',
    '2026-06-12T00:00Z',
  ],
  [
    'company holidays and a working Saturday',
    [calendar('Asia/Tokyo', week(['09:00', '18:00']), '1970-01-01', { closed_days: ['2026-06-02'], open_days: ['2026-06-06'] })],
    '2026-06-01T00:00Z',
    '2026-06-08T00:00Z',
  ],
];

describe('business time equals a minute-stepping reference', () => {
  it.each(cases)('across %s', (_name, calendars, from, to) => {
    const [begin, end] = [Date.parse(from), Date.parse(to)];
    expect(businessClock(calendars)(begin, end)).toBe(steppedMs(calendars, begin, end));
    expect(businessClock(calendars)(begin, end)).toBeGreaterThan(0);
  });

  it('for any start and length, in three zones', () => {
    const zones = ['Asia/Tokyo', 'Europe/Berlin', 'America/New_York'];
    const hours = fc.constantFrom(week(['09:00', '18:00']), week(['08:30', '12:00'], ['13:00', '17:15']), week(['00:00', '24:00']));
    // Days around both changes of the clocks, and Japanese New Year.
    const start = fc.constantFrom('2026-03-07T00:00Z', '2026-03-27T00:00Z', '2026-10-23T00:00Z', '2026-10-31T00:00Z', '2025-12-30T00:00Z');
    fc.assert(
      fc.property(fc.constantFrom(...zones), hours, start, fc.nat(2880), fc.integer({ min: 1, max: 4000 }), (zone, open, day, offset, length) => {
        const calendars = [calendar(zone, open)];
        const from = Date.parse(day) + offset * MINUTE;
        return businessClock(calendars)(from, from + length * MINUTE) === steppedMs(calendars, from, from + length * MINUTE);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});

describe('intervals are half-open', () => {
  const clock = businessClock([usualCalendar('Asia/Tokyo')]);
  const tokyo = (text: string): number => Date.parse(`${text}+09:00`);
  it.each([
    ['the closing minute is out', '2026-04-01T17:59:00', '2026-04-01T18:00:00', MINUTE],
    ['after closing nothing runs', '2026-04-01T18:00:00', '2026-04-02T09:00:00', 0],
    ['opening counts at once', '2026-04-01T18:00:00', '2026-04-02T09:00:01', 1000],
    ['backwards is nothing', '2026-04-02T10:00:00', '2026-04-01T10:00:00', 0],
  ])('%s', (_name, from, to, ms) => {
    expect(clock(tokyo(from), tokyo(to))).toBe(ms);
  });

  it('adds up over any cut', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(20_000), fc.nat(20_000), (...minutes) => {
        const [a = 0, b = 0, c = 0] = minutes.map((minute) => Date.UTC(2026, 3, 20) + minute * MINUTE).sort((x, y) => x - y);
        return clock(a, b) + clock(b, c) === clock(a, c);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

it('knows the weekday: 2026-04-01 is a Wednesday', () => {
  expect(weekdayOf('2026-04-01')).toBe(2);
});

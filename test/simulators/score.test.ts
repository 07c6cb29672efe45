// How a detector is scored: what counts as false, what as found in time, and how seeds are laid together.
import { expect, test } from 'vitest';
import type { History, Truth } from '../../simulators/score/history.ts';
import { alertsOf, calibrated, median, pooled, scoreOf, tallyOf } from '../../simulators/score/measure.ts';
import type { Row } from '../../simulators/score/seed.ts';
import { pooledRows, stepTableOf, tableOf } from '../../simulators/score/table.ts';

const truth = (changes: Partial<Truth>): Truth => ({
  kind: 'hardware',
  model: 0,
  batches: [0],
  firmware: null,
  signal: 0,
  second_signal: null,
  onset: 150,
  ramp: 20,
  ratio: 4,
  devices: 400,
  returns: [170, 180, 190, 200, 210, 220],
  reports: [165],
  ...changes,
});

const DAYS = 394;
/** Only what the measures look at. */
const historyOf = (truths: readonly Truth[]): History => ({ parameters: { days: DAYS }, truths }) as unknown as History;

test('an alert before the onset is false, one after it is found, and a healthy model has only false ones', () => {
  const tally = tallyOf(historyOf([truth({})]), [[120, 180, 250], [300], []]);
  expect(tally.wrong).toBe(2);
  expect(tally.model_months).toBeCloseTo((60 + 304 + 304) / 30.4375, 9);
  expect(tally.hardware).toEqual([{ to_fifth: 30, to_report: -15, big: true }]);
});

test('a miss counts as found at the horizon, and a defect without a fifth return as returned there', () => {
  expect(tallyOf(historyOf([truth({})]), [[]]).hardware[0]?.to_fifth).toBe(210 - DAYS);
  expect(tallyOf(historyOf([truth({ returns: [200] })]), [[160]]).hardware[0]?.to_fifth).toBe(DAYS - 160);
  const { all } = scoreOf(tallyOf(historyOf([truth({ returns: [] })]), [[]]));
  expect(all).toEqual({ defects: 1, before_fifth: 0, lead: 0 });
});

test.each([
  { devices: 300, ratio: 3, big: true },
  { devices: 299, ratio: 3, big: false },
  { devices: 300, ratio: 2.9, big: false },
])('a defect of $devices devices at $ratio times the rate is big: $big', ({ devices, ratio, big }) => {
  expect(tallyOf(historyOf([truth({ devices, ratio })]), [[]]).hardware[0]?.big).toBe(big);
});

test('firmware steps below three times the rate are no part of their measure', () => {
  const step = truth({ kind: 'firmware', firmware: 1, returns: [], reports: [] });
  const { hardware, steps } = tallyOf(historyOf([step, { ...step, model: 1, ratio: 2.5 }]), [[171], [172]]);
  expect(hardware).toEqual([]);
  expect(steps).toEqual([{ days: 21, devices: 400 }]);
});

test('seeds are laid together as one fleet: a median of all defects, not of the medians', () => {
  const leads = (days: readonly number[]) => days.map((to_fifth) => ({ to_fifth, to_report: 0, big: false }));
  const one = { wrong: 1, model_months: 1000, hardware: leads([1, 2, 3]), steps: [] };
  const two = { wrong: 5, model_months: 3000, hardware: leads([40, -9, 60, 70, 80]), steps: [] };
  expect(scoreOf(pooled([one, two]))).toMatchObject({ false_per_1000: 1.5, all: { defects: 8, before_fifth: 7 / 8, lead: 21.5 } });
  const row = (seed: number, tally: typeof one, act_now: Row['act_now']): Row => ({ seed, detector: 'D', tally, act_now });
  const [pool] = pooledRows([row(1, one, { listed: 4, wrong: 1 }), row(2, two, { listed: 16, wrong: 1 })]);
  expect(pool?.act_now).toEqual({ listed: 20, wrong: 2 });
  expect(tableOf(pool === undefined ? [] : [pool])).toMatch(/all {2}D +6 +1\.50 +88 % +22 .*10 % of 20/);
});

test('firmware steps are told by the size of their model', () => {
  const steps = [
    { days: 90, devices: 80 },
    { days: 30, devices: 149 },
    { days: 12, devices: 1000 },
  ];
  const text = stepTableOf([{ seed: 1, detector: 'D', tally: { wrong: 0, model_months: 1, hardware: [], steps }, act_now: null }]);
  expect(text).toMatch(/0 to 149 .*1000 or more\nD +60 of 2 +- of 0 +- of 0 +12 of 1$/);
});

test('a path alarms when it crosses, and again only after thirty days below', () => {
  const path = Array.from({ length: 120 }, (_, day) => ([10, 11, 35, 80].includes(day) ? 5 : 1));
  expect(alertsOf(path, 5, 90)).toEqual([100, 170]);
  expect(alertsOf(path, 6, 90)).toEqual([]);
});

test('calibrating takes the lowest level that keeps the budget', () => {
  const history = historyOf([]);
  const paths = [2, 3, 5, 8].map((height) => Array.from({ length: 304 }, (_, day) => (day === 100 ? height : 0)));
  const months = (4 * 304) / 30.4375;
  const level = calibrated(history, paths, (2 / months) * 1000);
  expect(paths.filter((path) => alertsOf(path, level, 90).length > 0)).toHaveLength(2);
});

test('the median of an even number is between the middle two, and none of nothing', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNull();
});

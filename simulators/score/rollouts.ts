// Firmware roll-outs of the simulated fleet given to the product's concurrent-control test, stratum by stratum.
import { followRollOut, OWN_PAST_DAYS, ownLevel, ROLLOUT_ALPHA, ROLLOUT_DAYS } from '../../src/alert/rollout.ts';
import { type ControlDay, eBenjaminiHochberg } from '../../src/stats/evalue.ts';
import type { Fed } from './feed.ts';
import type { History } from './history.ts';
import { REPORTS, SIGNALS, STRATA } from './parameters.ts';

export interface RollOutAlarm {
  readonly model: number;
  readonly firmware: number;
  readonly day: number;
}

/** Signals a firmware may change: telemetry. Customer reports and returns come too late to compare groups. */
const WATCHED = REPORTS;

/** First alarm of each roll-out, by daily e-BH over those live. */
export function rollOutAlarms(history: History, fed: Fed): RollOutAlarm[] {
  const { days } = history.parameters;
  const live = history.fleet.models.flatMap((model, index) =>
    model.rollouts
      .filter((rollout) => rollout.start < days - 1)
      .map((rollout) => ({ model: index, firmware: rollout.firmware, start: rollout.start, path: evidencePath(history, fed, index, rollout) })),
  );
  const alarms = new Map<(typeof live)[number], number>();
  for (let day = 0; day < days; day += 1) {
    const now = live.filter((one) => day >= one.start && day < one.start + one.path.length);
    for (const index of eBenjaminiHochberg(
      now.map((one) => one.path[day - one.start] ?? 0),
      ROLLOUT_ALPHA,
    )) {
      const one = now[index];
      if (one !== undefined && !alarms.has(one)) alarms.set(one, day);
    }
  }
  return [...alarms].map(([one, day]) => ({ model: one.model, firmware: one.firmware, day }));
}

function evidencePath(history: History, fed: Fed, model: number, rollout: { start: number; spacing: number }): number[] {
  const { days } = history.parameters;
  const last = Math.min(days, rollout.start + ROLLOUT_DAYS);
  const sums = new Array<number>(last - rollout.start).fill(0);
  for (let signal = 0; signal < WATCHED; signal += 1) {
    const path = followRollOut(controlDays(history, fed, model, signal, rollout, last), fed.shapes[signal]?.dispersion ?? 1);
    path.forEach((value, i) => {
      sums[i] = (sums[i] ?? 0) + value / WATCHED;
    });
  }
  return sums;
}

function controlDays(history: History, fed: Fed, model: number, signal: number, rollout: { start: number; spacing: number }, last: number): ControlDay[] {
  const { days } = history.parameters;
  const count = (stratum: number, day: number): number => history.strata[((model * STRATA + stratum) * SIGNALS + signal) * days + day] ?? 0;
  const expected = fed.expectedOf(model, 0, signal);
  const from = Math.max(0, rollout.start - OWN_PAST_DAYS);
  const past = Array.from({ length: STRATA }, (_, stratum) => sumOver(from, rollout.start, (day) => count(stratum, day)));
  const all = past.reduce((a, b) => a + b, 0);
  const levels = past.map((events) => ownLevel({ events, expected: all / STRATA }));
  return Array.from({ length: last - rollout.start }, (_, i) => {
    const day = rollout.start + i;
    const sum = { treated: 0, treated_expected: 0, control: 0, control_expected: 0 };
    levels.forEach((level, stratum) => {
      const upgraded = day >= rollout.start + stratum * rollout.spacing;
      sum[upgraded ? 'treated' : 'control'] += count(stratum, day);
      sum[upgraded ? 'treated_expected' : 'control_expected'] += ((expected[day] ?? 0) / STRATA) * level;
    });
    return sum;
  });
}

function sumOver(from: number, to: number, value: (day: number) => number): number {
  let sum = 0;
  for (let day = from; day < to; day += 1) sum += value(day);
  return sum;
}

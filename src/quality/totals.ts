// Running totals of a cohort and what changes them: a contribution taken back and another put in its place is a list of steps on days.
import type { QualityTotalRow } from './table.ts';

export type Counter = 'active' | 'started' | 'finished' | 'confirmed' | 'nff' | 'untriaged' | 'other';
export type Step = Record<Counter, number>;

const COUNTERS = ['active', 'started', 'finished', 'confirmed', 'nff', 'untriaged', 'other'] as const satisfies readonly Counter[];
const NO_STEP: Step = { active: 0, started: 0, finished: 0, confirmed: 0, nff: 0, untriaged: 0, other: 0 };

/** Steps by cohort and day. */
export class Steps {
  readonly #byCohort = new Map<number, Map<number, Step>>();

  add(cohort: number, day: number, counter: Counter, amount: number): void {
    const days = this.#byCohort.get(cohort) ?? new Map<number, Step>();
    const step = days.get(day) ?? { ...NO_STEP };
    this.#byCohort.set(cohort, days);
    days.set(day, step);
    step[counter] += amount;
  }

  /** The cohorts in which something changes, with the days on which it does. */
  *cohorts(): Generator<[cohort: number, days: Map<number, Step>]> {
    for (const [cohort, days] of this.#byCohort) {
      const changed = new Map([...days].filter(([, step]) => COUNTERS.some((counter) => step[counter] !== 0)));
      if (changed.size > 0) yield [cohort, changed];
    }
  }
}

export interface Stay {
  readonly from_day: number;
  readonly to_day: number | null;
}

/**
 * A unit's days in one cohort, in order. It is `active` while it serves there, `started` on its first day and `finished` on its last when it has one: so
 * units seen in a period = started before its end − finished before its start.
 */
export function addStays(steps: Steps, cohort: number, stays: readonly Stay[], sign: 1 | -1): void {
  const [first, last] = [stays[0], stays.at(-1)];
  if (first === undefined || last === undefined) return;
  steps.add(cohort, first.from_day, 'started', sign);
  if (last.to_day !== null) steps.add(cohort, last.to_day - 1, 'finished', sign);
  for (const { from_day, to_day } of stays) {
    steps.add(cohort, from_day, 'active', sign);
    if (to_day !== null) steps.add(cohort, to_day, 'active', -sign);
  }
}

/**
 * The rows of a cohort after the steps, from the first changed day on. `before` is the last row ahead of that day, `rows` all that follow, ascending.
 */
export function applySteps(
  cohort: number,
  before: QualityTotalRow | undefined,
  rows: readonly QualityTotalRow[],
  steps: ReadonlyMap<number, Step>,
): QualityTotalRow[] {
  const days = [...new Set([...rows.map((row) => row.day), ...steps.keys()])].sort((a, b) => a - b);
  const old = new Map(rows.map((row) => [row.day, row]));
  const result: QualityTotalRow[] = [];
  let known = before;
  let state = before ?? emptyTotals(cohort);
  let shift: Step = { ...NO_STEP };
  for (const day of days) {
    known = old.get(day) ?? known;
    const step = steps.get(day);
    if (step !== undefined) shift = shifted(shift, step);
    state = {
      cohort_id: cohort,
      day,
      exposure_days: state.exposure_days + state.active * (day - state.day),
      active: (known?.active ?? 0) + shift.active,
      started: (known?.started ?? 0) + shift.started,
      finished: (known?.finished ?? 0) + shift.finished,
      confirmed: (known?.confirmed ?? 0) + shift.confirmed,
      nff: (known?.nff ?? 0) + shift.nff,
      untriaged: (known?.untriaged ?? 0) + shift.untriaged,
      other: (known?.other ?? 0) + shift.other,
    };
    result.push(state);
  }
  return result;
}

const emptyTotals = (cohort_id: number): QualityTotalRow => ({
  cohort_id,
  day: 0,
  active: 0,
  exposure_days: 0,
  started: 0,
  finished: 0,
  confirmed: 0,
  nff: 0,
  untriaged: 0,
  other: 0,
});

const shifted = (shift: Step, step: Step): Step => ({
  active: shift.active + step.active,
  started: shift.started + step.started,
  finished: shift.finished + step.finished,
  confirmed: shift.confirmed + step.confirmed,
  nff: shift.nff + step.nff,
  untriaged: shift.untriaged + step.untriaged,
  other: shift.other + step.other,
});

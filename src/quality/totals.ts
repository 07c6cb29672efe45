// Running totals of a cohort and what changes them: a contribution taken back and another put in its place is a list of steps on days.
import { stretchDayOf, stretchDaysThrough } from './months.ts';
import type { CohortKind, QualityTotalRow } from './table.ts';

export type Counter = 'active' | 'started' | 'finished' | 'confirmed' | 'nff' | 'untriaged' | 'other';
export type Step = Record<Counter, number>;

const COUNTERS = ['active', 'started', 'finished', 'confirmed', 'nff', 'untriaged', 'other'] as const satisfies readonly Counter[];
const NO_STEP: Step = { active: 0, started: 0, finished: 0, confirmed: 0, nff: 0, untriaged: 0, other: 0 };

/** A cohort with running totals. */
export interface TotalledCohort {
  readonly id: number;
  readonly kind: CohortKind;
}

/** Steps by cohort and day. */
export class Steps {
  readonly #byCohort = new Map<number, { cohort: TotalledCohort; days: Map<number, Step> }>();

  add(cohort: TotalledCohort, day: number, counter: Counter, amount: number): void {
    let known = this.#byCohort.get(cohort.id);
    if (known === undefined) {
      known = { cohort, days: new Map() };
      this.#byCohort.set(cohort.id, known);
    }
    let step = known.days.get(day);
    if (step === undefined) {
      step = { ...NO_STEP };
      known.days.set(day, step);
    }
    step[counter] += amount;
  }

  /** The cohorts in which something changes, with the days on which it does. */
  *cohorts(): Generator<[cohort: TotalledCohort, days: Map<number, Step>]> {
    for (const { cohort, days } of this.#byCohort.values()) {
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
export function addStays(steps: Steps, cohort: TotalledCohort, stays: readonly Stay[], sign: 1 | -1): void {
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
 * The rows of a cohort after the steps. `rows` are those it had, ascending, from the one that held before the first changed day. Its stretches are opened
 * through `opened`: each begins with a row even when nothing changed.
 */
export function applySteps(
  { id, kind }: TotalledCohort,
  rows: readonly QualityTotalRow[],
  steps: ReadonlyMap<number, Step>,
  opened: number,
): QualityTotalRow[] {
  const changed = [...new Set([...rows.map((row) => row.day), ...steps.keys()])].sort((a, b) => a - b);
  const [first, last] = [changed[0], changed.at(-1)];
  if (first === undefined || last === undefined) return [];
  const stretches = stretchDaysThrough(kind, first, Math.max(last, opened));
  const opening = stretches.filter((day) => day > first && day <= opened);
  const days = opening.length === 0 ? changed : [...new Set([...changed, ...opening])].sort((a, b) => a - b);
  const old = new Map(rows.map((row) => [row.day, row]));
  const result: QualityTotalRow[] = [];
  let known: QualityTotalRow | undefined;
  let shift: Step = { ...NO_STEP };
  // Device-days before the first row do not depend on what changes from there on.
  let [exposure_days, active, since, stretch] = [old.get(first)?.exposure_days ?? 0, 0, first, 0];
  for (const [i, day] of days.entries()) {
    known = old.get(day) ?? known;
    const step = steps.get(day);
    if (step !== undefined) shift = shifted(shift, step);
    while (day >= (stretches[stretch + 1] ?? Infinity)) stretch++;
    exposure_days += active * (day - since);
    active = (known?.active ?? 0) + shift.active;
    since = day;
    const stretch_day = stretches[stretch] ?? first;
    const until_day = Math.min(days[i + 1] ?? Infinity, stretches[stretch + 1] ?? stretchDayOf(kind, day, 1));
    result.push({ kind, stretch_day, cohort_id: id, day, until_day, active, exposure_days, ...countsOf(known, shift) });
  }
  return result;
}

const countsOf = (known: QualityTotalRow | undefined, shift: Step) => ({
  started: (known?.started ?? 0) + shift.started,
  finished: (known?.finished ?? 0) + shift.finished,
  confirmed: (known?.confirmed ?? 0) + shift.confirmed,
  nff: (known?.nff ?? 0) + shift.nff,
  untriaged: (known?.untriaged ?? 0) + shift.untriaged,
  other: (known?.other ?? 0) + shift.other,
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

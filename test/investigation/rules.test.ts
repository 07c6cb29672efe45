import { expect, it } from 'vitest';
import { type CutIn, inOrder, naturalOrder, type Subject, sideOf } from '../../src/investigation/cutIn.ts';
import {
  actionEvents,
  actionStates,
  investigationEvents,
  investigationStates,
  knownIssueEvents,
  knownIssueStates,
  nextActionState,
  nextKnownIssueState,
  nextState,
} from '../../src/investigation/lifecycle.ts';
import { type AgeBand, compareSides, gapsBefore, type Progress } from '../../src/investigation/rules.ts';
import { sequentialEvidence } from '../../src/investigation/sequentialEvidence.ts';

// Rows are states, columns events; '.' is refused.
const INVESTIGATION = `
                 contain    confirm_causes   implement    verify    close   reopen
open             contained  .                .            .         .       .
contained        .          cause_confirmed  .            .         .       .
cause_confirmed  .          .                implemented  .         .       .
implemented      .          .                .            verified  .       reopened
verified         .          .                .            .         closed  reopened
closed           .          .                .            .         .       reopened
reopened         contained  .                .            .         .       .`;

const ACTION = `
         finish  drop     resume
open     done    dropped  .
done     .       .        open
dropped  .       .        open`;

const KNOWN_ISSUE = `
           publish    fix    withdraw   resume
draft      published  .      withdrawn  .
published  .          fixed  withdrawn  .
fixed      .          .      withdrawn  published
withdrawn  .          .      .          draft`;

const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

const tableOf = <S extends string, E extends string>(states: readonly S[], events: readonly E[], next: (state: S, event: E) => S | null): string[][] => [
  [...events],
  ...states.map((state) => [state, ...events.map((event) => next(state, event) ?? '.')]),
];

it('investigations, actions and known issues go exactly where the tables say', () => {
  expect(tableOf(investigationStates, investigationEvents, nextState)).toEqual(rowsOf(INVESTIGATION));
  expect(tableOf(actionStates, actionEvents, nextActionState)).toEqual(rowsOf(ACTION));
  expect(tableOf(knownIssueStates, knownIssueEvents, nextKnownIssueState)).toEqual(rowsOf(KNOWN_ISSUE));
});

const READY: Progress = {
  containment: 'held',
  confirmed_occurrence: 1,
  confirmed_escape: 1,
  permanent_done: 1,
  open_actions: 0,
  without_cut_in: 0,
  evidence: true,
  effectiveness: 'works',
};

it('each gate names every gap', () => {
  expect(gapsBefore('close', READY)).toEqual([]);
  expect(gapsBefore('close', { ...READY, confirmed_escape: 0, open_actions: 2, evidence: false }).map(([en]) => en)).toEqual([
    'No escape cause is confirmed',
    '2 actions are not done',
    'There is no evidence that the actions work',
  ]);
  expect(gapsBefore('implement', { ...READY, without_cut_in: 1 }).map(([en]) => en)).toEqual(['1 permanent actions have no cut-in']);
  expect(gapsBefore('contain', { ...READY, containment: null })).toHaveLength(1);
  expect(gapsBefore('reopen', { ...READY, evidence: false, permanent_done: 0 })).toEqual([]);
});

const unit = (fields: Partial<Subject>): Subject => ({ model_id: 'm', batch_id: null, hw_rev: null, firmware_id: null, serial_key: null, ...fields });

it('digits compare as numbers in serials, revisions and versions', () => {
  expect(['4.2.10', '4.2.9', '4.10.0'].sort(naturalOrder)).toEqual(['4.2.9', '4.2.10', '4.10.0']);
  expect(naturalOrder('AB0009', 'AB10')).toBeLessThan(0);
  expect(naturalOrder('AB00000000000000000001', 'AB00000000000000000002')).toBeLessThan(0);
  expect(naturalOrder('A', 'B')).toBeLessThan(0);
});

it('batches order by the day they were made, or by code when a day is missing', () => {
  expect(
    inOrder([
      { id: 'b', code: 'Z', dated_on: '2025-01-01' },
      { id: 'a', code: 'A', dated_on: '2025-06-01' },
    ]),
  ).toEqual(['b', 'a']);
  expect(
    inOrder([
      { id: 'b', code: 'Z', dated_on: '2025-01-01' },
      { id: 'a', code: 'A', dated_on: null },
    ]),
  ).toEqual(['a', 'b']);
});

it('a unit is after the cut-in, before it, or nobody knows', () => {
  const batch: CutIn = { kind: 'batch', model_id: 'm', batch_id: 'mar', order: ['jan', 'mar', 'jun'] };
  expect(['jan', 'mar', 'jun', 'other', null].map((batch_id) => sideOf([batch], unit({ batch_id })))).toEqual([
    'before',
    'after',
    'after',
    'unknown',
    'unknown',
  ]);
  const range: CutIn = { kind: 'serial_range', model_id: 'm', serial_from_key: 'AB100', serial_to_key: 'AB200' };
  expect(['AB99', 'AB100', 'AB0200', 'AB201'].map((serial_key) => sideOf([range], unit({ serial_key })))).toEqual(['before', 'after', 'after', 'before']);
  const rev: CutIn = { kind: 'hw_rev', model_id: 'm', hw_rev: 'B' };
  expect(['A', 'B', 'C', null].map((hw_rev) => sideOf([rev], unit({ hw_rev })))).toEqual(['before', 'after', 'after', 'unknown']);
  expect(sideOf([batch, rev], unit({ batch_id: 'jan', hw_rev: 'B' }))).toBe('after');
  expect(sideOf([batch, rev], unit({ batch_id: 'jan', hw_rev: null }))).toBe('unknown');
  expect(sideOf([batch], unit({ model_id: 'sister', batch_id: 'jun' }))).toBe('unknown');
});

const band = (before: [number, number], after: [number, number]): AgeBand => ({
  code: 'all',
  before_failures: before[0],
  before_days: before[1],
  after_failures: after[0],
  after_days: after[1],
});

it('the comparison is exact: R poisson.test(c(2, 20), c(10000, 10000))', () => {
  // ratio 0.1, 95 % limits 0.01128 and 0.41159, p = 0.00012112
  const found = compareSides([band([20, 10_000], [2, 10_000])]);
  expect(found).toMatchObject({ verdict: 'improved', before_failures: 20, after_failures: 2, expected_after: 11 });
  expect(found.ratio).toBeCloseTo(0.1, 12);
  expect(found.p_value).toBeCloseTo(0.00012112, 7);
});

it('a cohort that is merely younger does not look cured', () => {
  // Failures come with age only: 1 in 10,000 days in the first year, 20 in the second. After the cut-in nobody is old yet.
  const crude = compareSides([band([21, 20_000], [1, 10_000])]);
  const standardised = compareSides([band([1, 10_000], [1, 10_000]), band([20, 10_000], [0, 0])]);
  expect(crude.verdict).toBe('improved');
  expect(standardised).toMatchObject({ verdict: 'no_evidence', expected_after: 1 });
});

it('nothing is proved without exposure after the cut-in, or without a failure', () => {
  expect(compareSides([band([20, 10_000], [0, 0])])).toMatchObject({ verdict: 'no_evidence', ratio: null, expected_after: null });
  expect(compareSides([band([0, 10_000], [0, 10_000])])).toMatchObject({ verdict: 'no_evidence', ratio: null });
});

const piece = (side: 'before' | 'after', units: number) => ({
  side,
  model_id: 'm',
  batch_id: null,
  hw_rev: null,
  firmware_id: null,
  serial_key: null,
  first_day: 0,
  from_day: 0,
  to_day: 100,
  units,
});
const failure = (side: 'before' | 'after', failed_day: number) => ({
  side,
  return_unit_id: 'r',
  unit_id: 'u',
  serial: 's',
  serial_key: 's',
  model_id: 'm',
  batch_id: null,
  hw_rev: null,
  firmware_id: null,
  failed_on: '',
  failed_day,
  age_days: 0,
  finding: 'confirmed' as const,
  failure_mode_id: null,
  verdict_at: null,
});

it('sequential evidence follows the side that fails, and stays silent while only one side serves', () => {
  const service = [piece('before', 100), piece('after', 100)];
  const cured = sequentialEvidence(
    service,
    Array.from({ length: 20 }, (_, i) => failure('before', i + 1)),
  );
  expect(cured.e_better).toBeGreaterThan(20);
  expect(cured.e_worse).toBeLessThan(0.05);
  const worse = sequentialEvidence(
    service,
    Array.from({ length: 20 }, (_, i) => failure('after', i + 1)),
  );
  expect(worse.e_worse).toBeCloseTo(cured.e_better ?? 0, 9);
  expect(sequentialEvidence([piece('before', 100)], [failure('before', 3)])).toEqual({ e_better: null, e_worse: null });
});

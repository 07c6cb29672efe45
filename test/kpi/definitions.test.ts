// Each KPI against stories counted by hand: what happened to one case, what the KPI says of it.
import { describe, expect, it } from 'vitest';
import type { CaseEvent, CaseEventKind, EventFacts } from '../../src/case/event.ts';
import { foldCase } from '../../src/case/fold.ts';
import type { MeasuredCase } from '../../src/case/held.ts';
import { findKpi } from '../../src/kpi/definitions.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** `[hours, what happened, facts, by]`. */
type Told = readonly [at_h: number, kind: CaseEventKind, facts?: EventFacts, by?: CaseEvent['by_kind']];

const eventOf = ([at_h, kind, facts = {}, by_kind = 'staff']: Told, i: number): CaseEvent => ({
  id: String(i).padStart(4, '0'),
  case_id: 'c',
  at: at_h * HOUR,
  recorded_at: 0,
  kind,
  visibility: 'internal',
  by_kind,
  actor_id: 'a',
  actor_name: 'a',
  body: null,
  facts,
  source_key: null,
});

/** Business time is calendar time here: what the clock does is tested where it lives. */
function measuredOf(told: readonly Told[]): MeasuredCase {
  const folded = foldCase(told.map(eventOf));
  if (folded === null) throw new Error('no case');
  const { row, course, exclusion, spans } = folded;
  const ended = spans.reduce((sum, { from_at, to_at }) => sum + (to_at === null ? 0 : to_at - from_at), 0);
  const took = (to: number | null) => (to === null ? null : to - row.opened_at);
  return {
    ...course,
    case_id: 'c',
    change_no: 1,
    exclusion,
    initiated_by: row.initiated_by,
    type: row.type,
    source: row.source,
    owner_id: row.owner_id,
    customer_id: null,
    contract_id: null,
    model_id: null,
    firmware_id: null,
    cause_id: null,
    category_id: null,
    opened_at: row.opened_at,
    solved_at: row.solved_at,
    rating: row.rating,
    open_ms: ended,
    reply_business_ms: course.asked_at === null || course.replied_at === null ? null : course.replied_at - course.asked_at,
    first_solved_business_ms: took(course.first_solved_at),
    solved_business_ms: took(row.solved_at),
    open_business_ms: ended,
    spans,
  };
}

const asks = (at_h: number): Told => [at_h, 'message_in', { thanks: false }, 'customer'];
const thanks = (at_h: number): Told => [at_h, 'message_in', { thanks: true }, 'customer'];
const answers = (at_h: number): Told => [at_h, 'message_out'];
const solves = (at_h: number): Told => [at_h, 'solved', { solution: 'x' }];
const opened = (facts: EventFacts = {}): Told => [0, 'opened', { type: 'trouble', source: 'mail', initiated_by: 'customer', ...facts }, 'customer'];
const taken: Told = [1, 'triaged', { owner_id: 'aoi' }];
const usual = [opened(), asks(0), taken];
const proactive = [opened({ initiated_by: 'alert', source: 'alert' }), taken];

/** Out: in no number. Waiting: in the list of what has no value yet. */
const OUT = 'out';
const WAITING = 'waiting';
const said = (name: string, told: readonly Told[], now_h = 1000): number | string => {
  const kpi = findKpi(name);
  if (kpi === undefined) throw new Error(name);
  const row = measuredOf(told);
  return kpi.moment(row) === null ? OUT : (kpi.value(row, now_h * HOUR) ?? WAITING);
};

describe('first reply', () => {
  it.each<[string, Told[], number | string]>([
    ['is the first public message of a person', [...usual, answers(3), answers(5)], 3 * HOUR],
    ['waits while nobody has answered', usual, WAITING],
    ['waits while only a bot or a note has', [...usual, [2, 'auto_reply', {}, 'bot'], [3, 'note'], [4, 'message_out', {}, 'bot']], WAITING],
    ['is out of a case we opened until the customer writes', [opened({ initiated_by: 'staff' }), taken, answers(2)], OUT],
    ['runs from the customer’s first message then', [opened({ initiated_by: 'staff' }), taken, answers(2), asks(10), answers(12)], 2 * HOUR],
    ['is out of a merged case', [...usual, answers(3), [4, 'merged', { into_id: 'd' }]], OUT],
    ['is out of spam', [...usual, answers(3), [4, 'spam_marked', { owner_id: 'aoi' }]], OUT],
    ['comes back when the merge is undone', [...usual, answers(3), [4, 'merged', { into_id: 'd' }], [5, 'unmerged']], 3 * HOUR],
  ])('%s', (_fact, told, value) => {
    expect(said('first_reply', told)).toBe(value);
    expect(said('first_reply_business', told)).toBe(value);
  });
});

describe('resolution', () => {
  const again = [...usual, solves(10), asks(20), solves(50)];
  it.each<[string, string, Told[], number | string]>([
    ['first', 'is the first time, whether or not it came back', again, 10 * HOUR],
    ['first', 'is out while unsolved', usual, OUT],
    ['full', 'is the solution that holds', again, 50 * HOUR],
    ['full', 'is out while reopened', again.slice(0, -1), OUT],
    ['full', 'is not moved by a thank-you', [...usual, solves(10), thanks(20)], 10 * HOUR],
    ['open', 'leaves out the pause in between', again, 40 * HOUR],
  ])('%s %s', (kind, _fact, told, value) => {
    const name = kind === 'open' ? 'open_time' : `${kind}_resolution`;
    expect(said(name, told)).toBe(value);
    expect(said(`${name}_business`, told)).toBe(value);
  });
});

describe('reopening', () => {
  it.each<[string, Told[], number | string, number | string]>([
    ['nothing after the solution', [...usual, solves(10)], 0, 0],
    ['a thank-you alone', [...usual, solves(10), thanks(20)], 1, 0],
    ['a new question', [...usual, solves(10), asks(20)], 1, 1],
    ['by ourselves', [...usual, solves(10), [20, 'reopened', { reason: 'x' }]], 1, 1],
    [
      'a thank-you taken for a question, corrected later',
      [...usual, solves(10), asks(20), [30, 'message_classified', { event_id: '0004', thanks: true }]],
      1,
      0,
    ],
    ['never solved', usual, OUT, OUT],
  ])('%s', (_fact, told, any, effective) => {
    expect(said('reopened', told)).toBe(any);
    expect(said('effectively_reopened', told)).toBe(effective);
  });
});

describe('one touch', () => {
  it.each<[string, Told[], number | string]>([
    ['exactly one reply', [...usual, answers(3), solves(10)], 1],
    ['two replies', [...usual, answers(3), answers(4), solves(10)], 0],
    ['no reply at all', [...usual, solves(10)], 0],
    ['a bot beside one reply', [...usual, [2, 'auto_reply', {}, 'bot'], answers(3), solves(10)], 1],
    ['a note beside one reply', [...usual, [2, 'note'], answers(3), solves(10)], 1],
    ['not solved', [...usual, answers(3)], OUT],
  ])('%s', (_fact, told, value) => expect(said('one_touch', told)).toBe(value));
});

describe('first-contact resolution', () => {
  const week = 7 * 24;
  it.each<[string, Told[], number, number | string]>([
    ['is not ripe before seven days', [...usual, answers(3), solves(10)], 10 + week - 1, WAITING],
    ['is ripe at seven days', [...usual, answers(3), solves(10)], 10 + week, 1],
    ['is lost at once when the customer asks again', [...usual, answers(3), asks(8), solves(10)], 11, 0],
    ['is lost by asking within seven days of the solution', [...usual, answers(3), solves(10), asks(10 + week)], 500, 0],
    ['is kept when that comes later', [...usual, answers(3), solves(10), asks(10 + week + 1)], 500, 1],
    ['is kept by a thank-you', [...usual, answers(3), solves(10), thanks(20)], 500, 1],
    ['is out while unsolved', [...usual, answers(3)], 500, OUT],
  ])('%s', (_fact, told, now_h, value) => expect(said('first_contact_resolution', told, now_h)).toBe(value));
});

describe('C-SAT', () => {
  const rated = (...ratings: number[]): Told[] => [...usual, solves(10), ...ratings.map((rating, i): Told => [20 + i, 'rated', { rating }, 'customer'])];
  it.each<[string, Told[], number | string]>([
    ['4 is good', rated(4), 1],
    ['3 is not', rated(3), 0],
    ['the latest counts', rated(1, 5), 1],
    ['whichever way it went', rated(5, 2), 0],
    ['unrated is neither', rated(), WAITING],
    ['a merged case is out', [...rated(5), [30, 'merged', { into_id: 'd' }]], OUT],
  ])('%s', (_fact, told, value) => expect(said('csat', told)).toBe(value));
});

describe('what counts as whose', () => {
  it.each<[string, string, Told[], number | string]>([
    ['inbound', 'a customer’s case', usual, 1],
    ['inbound', 'a partner’s case', [opened({ initiated_by: 'partner' })], 1],
    ['inbound', 'not one of ours', [opened({ initiated_by: 'staff' })], OUT],
    ['inbound', 'not an internal one', [opened({ type: 'internal' })], OUT],
    ['inbound', 'not a proactive one', proactive, OUT],
    ['proactive', 'an alert’s case', proactive, 1],
    ['proactive', 'not a customer’s', usual, OUT],
    ['opened_by_us', 'an alert’s case', proactive, 1],
    ['opened_by_us', 'ours', [opened({ initiated_by: 'staff' })], 1],
    ['opened_by_us', 'not a customer’s', usual, 0],
    ['minutes_per_case', 'what was logged', [...usual, [2, 'worked', { minutes: 10 }], [3, 'worked', { minutes: 5 }], solves(10)], 15],
    ['minutes_per_case', 'unknown without a log, not 0', [...usual, solves(10)], WAITING],
  ])('%s: %s', (name, _fact, told, value) => expect(said(name, told)).toBe(value));
});

it('a case is counted on the day its moment falls on: asked, first solved, solved', () => {
  const row = measuredOf([...usual, answers(30), solves(50), asks(60), solves(100)]);
  expect(['first_reply', 'first_resolution', 'full_resolution', 'inbound'].map((name) => (findKpi(name)?.moment(row) ?? 0) / DAY)).toEqual([
    0,
    50 / 24,
    100 / 24,
    0,
  ]);
});

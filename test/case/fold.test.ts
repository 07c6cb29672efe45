import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseEvent, CaseEventKind, EventFacts } from '../../src/case/event.ts';
import { foldCase } from '../../src/case/fold.ts';

const event = (at: number, kind: CaseEventKind, facts: EventFacts = {}, by_kind: CaseEvent['by_kind'] = 'staff'): CaseEvent => ({
  id: `${String(at).padStart(6, '0')}-${kind}`,
  case_id: 'c',
  at,
  recorded_at: at,
  kind,
  visibility: 'internal',
  by_kind,
  actor_id: 'a',
  actor_name: 'a',
  body: null,
  facts,
  source_key: null,
});
const writes = (at: number, thanks = false) => event(at, 'message_in', { thanks }, 'customer');
const opened = (facts: EventFacts = {}) =>
  event(0, 'opened', { type: 'trouble', source: 'mail', initiated_by: 'customer', subject: 's', ...facts }, 'customer');
const triaged = (at: number) => event(at, 'triaged', { owner_id: 'aoi' });

const story: CaseEvent[] = [
  opened(),
  writes(0),
  event(1, 'auto_reply', {}, 'bot'),
  event(2, 'note'),
  triaged(3),
  event(10, 'message_out'),
  event(11, 'waiting', { waiting_for: 'customer' }),
  writes(20),
  event(30, 'message_out'),
  event(40, 'solved', { solution: 'x' }),
  writes(50, true),
  writes(60),
  event(70, 'message_out'),
  event(80, 'solved', { solution: 'y' }),
  event(90, 'rated', { rating: 2 }, 'customer'),
  event(91, 'rated', { rating: 5 }, 'customer'),
  event(92, 'worked', { minutes: 15 }),
  event(100, 'closed'),
];

describe('a case is computed from its events', () => {
  it('as told', () => {
    const folded = foldCase(story);
    expect(folded?.course).toEqual({
      asked_at: 0,
      replied_at: 10,
      first_solved_at: 40,
      asked_again_at: 20,
      reopens: 2,
      effective_reopens: 1,
      public_replies: 3,
      worked_minutes: 15,
    });
    expect(folded?.row).toMatchObject({
      state: 'closed',
      owner_id: 'aoi',
      solution: 'y',
      solved_at: 80,
      closed_at: 100,
      rating: 5,
      last_customer_at: 60,
      unanswered_since_at: null,
    });
    expect(folded?.spans).toEqual([
      { from_at: 0, to_at: 40 },
      { from_at: 60, to_at: 80 },
    ]);
  });

  it('the same in whatever order they arrive', () => {
    const told = foldCase(story);
    fc.assert(
      fc.property(fc.shuffledSubarray(story, { minLength: story.length }), (shuffled) => {
        expect(foldCase(shuffled)).toEqual(told);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('and a late first reply replaces the one known before', () => {
    expect(foldCase([...story, event(5, 'message_out')])?.course.replied_at).toBe(5);
  });
});

describe('first reply', () => {
  it.each<[string, CaseEvent[], number | null]>([
    ['is missing while only a bot has answered', [opened(), writes(0), event(5, 'auto_reply', {}, 'bot'), event(6, 'message_out', {}, 'bot')], null],
    ['is no internal note', [opened(), writes(0), triaged(1), event(5, 'note')], null],
    ['does not exist before a customer wrote', [opened({ initiated_by: 'staff' }), triaged(1), event(5, 'message_out')], null],
    [
      'counts from the customer on in a case we opened',
      [opened({ initiated_by: 'staff' }), triaged(1), event(5, 'message_out'), writes(10), event(15, 'message_out')],
      15,
    ],
    ['is the first of a person', [opened(), writes(0), triaged(1), event(5, 'message_out'), event(6, 'message_out')], 5],
  ])('%s', (_name, events, replied_at) => {
    expect(foldCase(events)?.course.replied_at).toBe(replied_at);
  });
});

describe('what lies over a case', () => {
  it('merge closes it, unmerge gives back the state it had', () => {
    const base = [opened(), writes(0), triaged(1), event(2, 'waiting', { waiting_for: 'maker' })];
    expect(foldCase([...base, event(5, 'merged', { into_id: 'other' })])).toMatchObject({
      row: { state: 'closed', merged_into_id: 'other' },
      exclusion: 'merged',
      spans: [{ from_at: 0, to_at: 5 }],
    });
    expect(foldCase([...base, event(5, 'merged', { into_id: 'other' }), event(9, 'unmerged')])).toMatchObject({
      row: { state: 'waiting_maker', merged_into_id: null },
      exclusion: null,
      spans: [
        { from_at: 0, to_at: 5 },
        { from_at: 9, to_at: null },
      ],
    });
  });

  it('a message first taken for work can be reclassified as thanks, as if it had been known', () => {
    const events = [opened(), writes(0), triaged(1), event(5, 'message_out'), event(6, 'solved', { solution: 'x' }), writes(10)];
    expect(foldCase(events)).toMatchObject({ row: { state: 'open' }, course: { effective_reopens: 1 } });
    const corrected = [...events, event(20, 'message_classified', { event_id: '000010-message_in', thanks: true })];
    expect(foldCase(corrected)).toMatchObject({ row: { state: 'solved', solved_at: 6 }, course: { reopens: 1, effective_reopens: 0 } });
  });

  it('nothing leaves `new` without an owner', () => {
    expect(foldCase([opened(), event(5, 'solved', { solution: 'x' })])?.row.state).toBe('new');
  });

  it('the latest word of several ratings counts', () => {
    expect(foldCase(story)?.row.rating).toBe(5);
  });

  it('units come and go', () => {
    expect(
      foldCase([opened(), event(1, 'unit_linked', { unit_id: 'a' }), event(2, 'unit_linked', { unit_id: 'b' }), event(3, 'unit_unlinked', { unit_id: 'a' })])
        ?.unit_ids,
    ).toEqual(['b']);
  });

  it('no case without its opening', () => {
    expect(foldCase([writes(0)])).toBeNull();
  });
});

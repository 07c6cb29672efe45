// Whatever happens to a case, and in whatever order and however often it is told, the case is the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CaseEvent, caseEventKinds, type EventFacts } from '../../src/case/event.ts';
import { foldCase } from '../../src/case/fold.ts';
import { isOpen } from '../../src/case/lifecycle.ts';
import { writeMessage } from '../../src/case/message.ts';
import { giveOwner } from '../../src/case/owner.ts';
import { logWork } from '../../src/case/unit.ts';
import { eachDb } from '../support/eachDb.ts';
import { aoi, as, asked, castDesk, DAY, HOUR } from './cast.ts';

const facts: fc.Arbitrary<EventFacts> = fc.record(
  {
    owner_id: fc.constantFrom('aoi', 'ben'),
    waiting_for: fc.constantFrom('customer' as const, 'engineering' as const, 'maker' as const),
    thanks: fc.boolean(),
    rating: fc.integer({ min: 1, max: 5 }),
    minutes: fc.nat(60),
    unit_id: fc.constantFrom('u1', 'u2'),
    into_id: fc.constant('other'),
    solution: fc.constant('x'),
    event_id: fc.nat(14).map((n) => `e${n}`),
    next_step: fc.constantFrom('call', null),
  },
  { requiredKeys: [] },
);

const happened = fc.array(
  fc.record({ at: fc.nat(30), kind: fc.constantFrom(...caseEventKinds), facts, by: fc.constantFrom('customer', 'partner', 'staff', 'bot') }),
  {
    maxLength: 15,
  },
);

const stories: fc.Arbitrary<CaseEvent[]> = happened.map((told) =>
  [
    {
      at: 0,
      kind: 'opened' as const,
      facts: { type: 'trouble' as const, source: 'mail' as const, initiated_by: 'customer' as const, subject: 's' },
      by: 'customer',
    },
    ...told,
  ].map(
    ({ at, kind, facts, by }, i): CaseEvent => ({
      id: `e${i}`,
      case_id: 'c',
      at,
      recorded_at: at,
      kind,
      visibility: 'internal',
      by_kind: by as CaseEvent['by_kind'], // constantFrom forgets that these are authors
      actor_id: 'a',
      actor_name: 'a',
      body: null,
      facts,
      source_key: null,
    }),
  ),
);

it('the order in which events arrive is no part of the case', () => {
  fc.assert(
    fc.property(
      stories.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
      ([events, shuffled]) => {
        expect(foldCase(shuffled)).toEqual(foldCase(events));
      },
    ),
    { numRuns: 300, seed: 21 },
  );
});

it('after every story: an owner after triage, spans that follow each other, measures that fit', () => {
  fc.assert(
    fc.property(stories, (events) => {
      const folded = foldCase(events);
      if (folded === null) throw new Error('the story has an opening');
      const { row, course, spans, exclusion } = folded;
      if (row.state !== 'new' && row.merged_into_id === null && row.spam_at === null) expect(row.owner_id).not.toBeNull();
      for (const [i, span] of spans.entries()) {
        expect(span.to_at ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(span.from_at);
        expect(span.from_at).toBeGreaterThanOrEqual(spans[i - 1]?.to_at ?? 0);
      }
      expect(spans.at(-1)?.to_at === null).toBe(isOpen(row.state));
      expect(course.effective_reopens).toBeLessThanOrEqual(course.reopens);
      if (course.replied_at !== null) expect(course.replied_at).toBeGreaterThanOrEqual(course.asked_at ?? Number.POSITIVE_INFINITY);
      if (row.solved_at !== null) expect(course.first_solved_at).toBeLessThanOrEqual(row.solved_at);
      expect(exclusion === 'merged').toBe(row.merged_into_id !== null);
    }),
    { numRuns: 300, seed: 22 },
  );
});

eachDb('stored events', (test) => {
  const told = [
    { key: 'a', after: HOUR, from: 'staff', text: 'Please restart it.' },
    { key: 'b', after: 2 * HOUR, from: 'customer', text: 'Still dark' },
    { key: 'c', after: 3 * HOUR, from: 'staff', text: 'We send another.' },
    { key: 'd', after: 4 * HOUR, from: 'bot', text: 'Your parcel left.' },
  ] as const;
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 0, 3, 1, 2],
    [1, 1, 3, 0, 2, 3, 0],
  ];

  it('told late, repeated or in another order give the same case and the same measures', async () => {
    await castDesk(test.store);
    const seen: unknown[] = [];
    for (const [n, order] of orders.entries()) {
      const row = await asked(as(test, aoi));
      await giveOwner(as(test, aoi), row.id, {});
      for (const i of order) {
        const { key, after, from, text } = told[i] ?? told[0];
        await writeMessage(as(test, aoi, DAY), row.id, { text, visibility: 'public', from, at: as(test, aoi, after).now, source_key: `${n}-${key}` });
        await logWork(as(test, aoi, DAY), row.id, { minutes: 5, source_key: `${n}-work-${key}` });
      }
      const {
        case_id: _,
        change_no: __,
        ...measures
      } = await test.store.db.selectFrom('case_measures').selectAll().where('case_id', '=', row.id).executeTakeFirstOrThrow();
      const state = await test.store.db
        .selectFrom('cases')
        .select(['state', 'unanswered_since_at', 'last_customer_at', 'last_staff_at'])
        .where('id', '=', row.id)
        .executeTakeFirstOrThrow();
      seen.push({ ...measures, ...state });
    }
    expect(seen[0]).toMatchObject({ public_replies: 2, worked_minutes: 20, unanswered_since_at: null });
    for (const other of seen) expect(other).toEqual(seen[0]);
  });
});

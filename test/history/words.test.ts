// The history is read by people: whatever is remembered has words in both languages, and records have names.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { liveStates } from '../../src/alert/lifecycle.ts';
import { caseEventKinds } from '../../src/case/event.ts';
import { caseStates } from '../../src/case/lifecycle.ts';
import { claimStates, lineStates } from '../../src/claim/lifecycle.ts';
import { roles } from '../../src/core/permission.ts';
import { kindWords } from '../../src/history/kinds.ts';
import { namesOf, pathOf } from '../../src/history/names.ts';
import { valueWords } from '../../src/history/values.ts';
import { deedWords } from '../../src/history/words.ts';
import { actionStates, investigationStates, knownIssueStates } from '../../src/investigation/lifecycle.ts';
import { cast, fielded } from '../returns/cast.ts';
import { eachDb } from '../support/eachDb.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join('src', file), 'utf8'));
const found = (pattern: RegExp): string[] => [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, word = '']) => word)))];

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

it('every deed the product remembers is told in both languages', () => {
  const actions = [...found(/action: '([a-z_]+\.[a-z_]+)'/g), ...caseEventKinds.map((kind) => `case.${kind}`)];
  expect(actions.length).toBeGreaterThan(150);
  const [, plain] = deedWords('user.unheard_of');
  expect(plain).toMatch(/unheard of/);
  for (const action of actions) {
    const [en, ja] = deedWords(action);
    expect([action, en.includes('_'), ja.split(': ').every((part) => JAPANESE.test(part) || part === 'Webhook')]).toEqual([action, false, true]);
  }
});

/** What follows the dot where the deed is built from a state or an event. */
const BUILT: Readonly<Record<string, readonly string[]>> = {
  alert: ['acknowledged', 'investigated', 'resolved', 'dismissed'],
  article: ['changed', 'published', 'reviewed', 'retired'],
  case: caseEventKinds,
  claim: ['accepted', 'rejected', 'partially_accepted', 'counter_accepted', 'counter_refused'],
  import: ['undone', 'failed'],
  improvement: ['dated', 'judged'],
  investigation: ['contained', 'causes_confirmed', 'implemented', 'verified', 'closed', 'reopened', 'action_finished', 'action_dropped', 'action_resumed'],
  known_issue: ['published', 'fixed', 'withdrawn', 'resumed', 'match_accepted', 'match_refused'],
  notice: ['changed', 'checked', 'submitted', 'approved', 'sent_back', 'sent', 'finished', 'cancelled'],
  return: ['rejected', 'cancelled'],
  stock_reservation: ['released', 'fulfilled'],
  webhook: ['tried', 'replayed'],
};

it('every deed built from a state is told in both languages too', () => {
  expect(new Set(found(/action: `([a-z_]+)\.[^`]*\$\{/g))).toEqual(new Set(Object.keys(BUILT)));
  for (const [kind, deeds] of Object.entries(BUILT))
    for (const deed of deeds) expect([kind, deed, JAPANESE.test(deedWords(`${kind}.${deed}`)[1].split(': ')[1] ?? '')]).toEqual([kind, deed, true]);
});

it('every kind of record has a name in both languages', () => {
  const kinds = found(/record_kind: '([a-z_]+)'/g);
  expect(kinds.length).toBeGreaterThan(30);
  for (const kind of kinds) expect([kind, kind === 'webhook' || JAPANESE.test(kindWords(kind)[1])]).toEqual([kind, true]);
});

eachDb('a record in the history', (test) => {
  it('goes by the name a person knows it by, and leads to its page', async () => {
    await cast(test.ctx());
    const unit = await fielded(test.ctx());
    const kinds = ['unit', 'return', 'return_unit', 'inspection', 'case', 'model', 'user', 'token', 'device', 'alert'];
    const names = await namesOf(
      test.store.db,
      kinds.map((record_kind) => ({ record_kind, record_id: unit.id })),
    );
    expect(names).toEqual(new Map([[unit.id, unit.serial]]));
    expect(pathOf({ record_kind: 'unit', record_id: unit.id })).toBe(`/units/${unit.id}`);
    expect(pathOf({ record_kind: 'user', record_id: 'x' })).toBeNull();
  });

  it('of every kind can be looked up', async () => {
    const kinds = found(/^ {2}([a-z_]+): (?:plain\(|\{$)/gm);
    const names = await namesOf(
      test.store.db,
      kinds.map((record_kind) => ({ record_kind, record_id: 'nowhere' })),
    );
    expect(names.size).toBe(0);
  });
});

it('every state of a record is told in both languages, and what a person wrote as it was written', () => {
  const states = [...new Set([caseStates, liveStates, claimStates, lineStates, investigationStates, actionStates, knownIssueStates].flat())];
  for (const state of states) expect([state, JAPANESE.test(valueWords('state', state)?.[1] ?? '')]).toEqual([state, true]);
  for (const role of roles) expect([role, JAPANESE.test(valueWords('role', role)?.[1] ?? '')]).toEqual([role, true]);
  expect(valueWords('name', 'open')).toBeNull();
  expect(valueWords('state', 'unheard_of')).toBeNull();
});

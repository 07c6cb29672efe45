// A few hundred random cases of half a year, from one seed: told by customers, partners, staff, bots and alerts, partly late, repeated and out of order.
import { classifyMessage } from '../../src/case/message.ts';
import { openCase } from '../../src/case/open.ts';
import { changeCase, type Draft } from '../../src/case/record.ts';
import type { Ctx } from '../../src/db/ctx.ts';

export const FROM = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Mulberry32 (Ettinger, 2017): small, seeded, good enough to shuffle stories. */
export function dice(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const upto = (n: number): number => Math.floor(next() * n);
  return {
    upto,
    chance: (p: number): boolean => next() < p,
    pick: <T>(list: readonly T[]): T => {
      const found = list[upto(list.length)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
    shuffled: <T>(list: readonly T[]): T[] =>
      list
        .map((item) => [next(), item] as const)
        .sort(([a], [b]) => a - b)
        .map(([, item]) => item),
  };
}
type Dice = ReturnType<typeof dice>;

/** Tells `count` stories that end before `until`, beside the one case others are merged into. The events of each arrive in parcels, the last ones shuffled, some twice. */
export async function tellStories(ctxAt: (now: number) => Ctx, count: number, until: number): Promise<void> {
  const roll = dice(20260);
  const into = await openCase(ctxAt(until), { type: 'trouble', source: 'mail', initiated_by: 'customer', subject: 'The other', unit_ids: [], at: FROM });
  for (let n = 0; n < count; n++) {
    const opened = FROM + roll.upto(Math.floor((until - FROM) / MINUTE)) * MINUTE;
    const { drafts, ...opening } = story(roll, n, opened, until, into.id);
    const ctx = ctxAt(until);
    const early = drafts.slice(0, roll.upto(drafts.length + 1));
    const late = roll.shuffled(drafts.slice(early.length));
    const row = await openCase(ctx, { ...opening, subject: `Story ${n}`, at: opened, also: early });
    if (late.length === 0) continue;
    await changeCase(ctx, row.id, undefined, () => late);
    if (roll.chance(0.3)) await changeCase(ctx, row.id, undefined, () => roll.shuffled(late.filter(({ source_key }) => source_key !== undefined)));
    if (roll.chance(0.2)) await correctOne(ctx, row.id, roll);
  }
}

/** What was taken for work was a thank-you, or the other way round. */
async function correctOne(ctx: Ctx, case_id: string, roll: Dice): Promise<void> {
  const messages = await ctx.db.selectFrom('case_events').select('id').where('case_id', '=', case_id).where('kind', '=', 'message_in').orderBy('at').execute();
  if (messages.length > 0) await classifyMessage(ctx, case_id, { event_id: roll.pick(messages).id, thanks: roll.chance(0.5) });
}

const people = ['aoi', 'ben', 'lena'] as const;

function story(roll: Dice, n: number, opened: number, until: number, into_id: string) {
  const initiated_by = roll.pick(['customer', 'customer', 'customer', 'customer', 'partner', 'staff', 'alert'] as const);
  const drafts: Draft[] = [];
  let at = opened;
  const say = (draft: Omit<Draft, 'at'>): void => {
    if (at < until) drafts.push({ ...draft, at, ...(roll.chance(0.7) ? { source_key: `story:${n}:${drafts.length}` } : {}) });
  };
  if (initiated_by !== 'staff' && initiated_by !== 'alert')
    say({ kind: 'message_in', visibility: 'public', by_kind: initiated_by, body: 'x', facts: { thanks: false } });
  if (roll.chance(0.4)) say({ kind: 'auto_reply', visibility: 'public', by_kind: 'bot', body: 'x' });
  for (let step = roll.upto(14); step > 0; step--) {
    at += roll.chance(0.1) ? 0 : 1 + roll.upto(roll.chance(0.3) ? 12 * 24 * 60 : 180) * MINUTE;
    at = Math.floor(at / MINUTE) * MINUTE;
    say(happening(roll, step, into_id));
  }
  if (roll.chance(0.7))
    drafts.unshift({ kind: 'triaged', at: opened + 5 * MINUTE < until ? opened + 5 * MINUTE : opened, facts: { owner_id: roll.pick(people) } });
  return {
    type: roll.pick(['trouble', 'trouble', 'usage', 'contract', 'internal'] as const),
    source: roll.pick(['mail', 'phone', 'chat'] as const),
    initiated_by,
    customer_id: roll.pick(['sakura', 'yuki', 'hoshi', null]),
    unit_ids: roll.pick([[], ['u1'], ['u2'], ['u4', 'u1']]),
    drafts,
  };
}

function happening(roll: Dice, step: number, into_id: string): Omit<Draft, 'at'> {
  const customer = { visibility: 'public' as const, by_kind: 'customer' as const };
  return roll.pick<() => Omit<Draft, 'at'>>([
    () => ({ kind: 'message_in', ...customer, body: 'x', facts: { thanks: roll.chance(0.4) } }),
    () => ({ kind: 'message_in', ...customer, body: 'x', facts: { thanks: false } }),
    () => ({ kind: 'message_out', visibility: 'public', body: 'x' }),
    () => ({ kind: 'message_out', visibility: 'public', body: 'x' }),
    () => ({ kind: 'message_out', visibility: 'public', by_kind: 'bot', body: 'x' }),
    () => ({ kind: 'note', body: 'x' }),
    () => ({ kind: 'owner_changed', facts: { owner_id: roll.pick(people) } }),
    () => ({ kind: 'waiting', facts: { waiting_for: roll.pick(['customer', 'engineering', 'maker'] as const) } }),
    () => ({ kind: 'resumed' }),
    () => ({ kind: 'solved', visibility: 'public', facts: { solution: 'x' } }),
    () => ({ kind: 'solved', visibility: 'public', facts: { solution: 'x' } }),
    () => ({ kind: 'solved', visibility: 'public', facts: { solution: 'x' } }),
    () => ({ kind: 'closed', visibility: 'public' }),
    () => ({ kind: 'reopened', visibility: 'public', facts: { reason: 'x' } }),
    () => ({ kind: 'rated', ...customer, facts: { rating: 1 + roll.upto(5) } }),
    () => ({ kind: 'rated', ...customer, facts: { rating: roll.chance(0.3) ? null : 5 } }),
    () => ({ kind: 'worked', facts: { minutes: 1 + roll.upto(90) } }),
    () => ({ kind: 'described', facts: { type: roll.pick(['trouble', 'internal', 'usage'] as const) } }),
    () => ({ kind: 'described', facts: { contract_id: roll.pick(['k-sakura', 'k-yuki', null]) } }),
    () => ({ kind: 'unit_linked', facts: { unit_id: roll.pick(['u1', 'u4']) } }),
    () => ({ kind: 'unit_unlinked', facts: { unit_id: roll.pick(['u1', 'u2']) } }),
    ...(step % 3 === 0 ? aside(roll, into_id) : []),
  ])();
}

/** Rarer than the rest: laid aside, and taken back. */
const aside = (roll: Dice, into_id: string): (() => Omit<Draft, 'at'>)[] => [
  () => ({ kind: 'spam_marked', facts: { reason: 'x', owner_id: roll.pick(people) } }),
  () => ({ kind: 'spam_unmarked', facts: { reason: 'x' } }),
  () => ({ kind: 'merged', facts: { into_id, reason: 'x', owner_id: roll.pick(people) } }),
  () => ({ kind: 'unmerged', facts: { reason: 'x' } }),
];

/** Business milliseconds between two whole minutes, counted minute by minute in Berlin: UTC+1, from 29 March 2026 01:00 UTC on UTC+2. */
export function minuteByMinute(isOpen: (day: string, weekday: number, minute: number) => boolean, until: number): (from: number, to: number) => number {
  const sums: number[] = [0];
  for (let at = FROM; at < until; at += MINUTE) {
    const wall = new Date(at + (at < Date.UTC(2026, 2, 29, 1) ? HOUR : 2 * HOUR));
    const open = isOpen(wall.toISOString().slice(0, 10), (wall.getUTCDay() + 6) % 7, wall.getUTCHours() * 60 + wall.getUTCMinutes());
    sums.push((sums.at(-1) ?? 0) + (open ? MINUTE : 0));
  }
  const upto = (at: number): number => sums[Math.round((at - FROM) / MINUTE)] ?? 0;
  return (from, to) => upto(to) - upto(from);
}

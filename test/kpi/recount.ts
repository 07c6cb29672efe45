// What the KPIs must say, counted a second time: straight from the stored events, case by case, by a script that shares nothing with the product but the rows.
import type { Store } from '../../src/db/open.ts';

export interface Counted {
  readonly id: string;
  /** Why it is no inquiry: merged, spam, opened by an alert, internal. */
  aside: 'merged' | 'spam' | 'proactive' | 'internal' | null;
  by: string;
  type: string;
  source: string;
  owner: string | null;
  customer: string | null;
  contract: string | null;
  model: string | null;
  category: string | null;
  opened: number;
  asked: number | null;
  replied: number | null;
  solvedFirst: number | null;
  solved: number | null;
  again: number | null;
  /** Instants at which the customer, or we, came back after a solution; and those that were more than a thank-you. */
  back: number[];
  backForWork: number[];
  replies: number;
  stars: number | null;
  minutes: number | null;
  /** Half-open. */
  open: { from: number; to: number | null }[];
}

interface Event {
  readonly id: string;
  readonly case_id: string;
  readonly at: number;
  readonly kind: string;
  readonly by_kind: string;
  readonly facts: string;
}

/** Every case of the store as its events tell it. */
export async function recount(store: Store): Promise<Counted[]> {
  const events = (await store.db.selectFrom('case_events').select(['id', 'case_id', 'at', 'kind', 'by_kind', 'facts']).execute()) as Event[];
  const models = new Map((await store.db.selectFrom('units').select(['id', 'model_id']).execute()).map(({ id, model_id }) => [id, model_id]));
  const byCase = new Map<string, Event[]>();
  for (const event of events) byCase.set(event.case_id, [...(byCase.get(event.case_id) ?? []), event]);
  return [...byCase].map(([id, own]) => countOne(id, own, models));
}

function countOne(id: string, told: readonly Event[], models: ReadonlyMap<string, string>): Counted {
  const events = [...told].sort((a, b) => a.at - b.at || a.id.localeCompare(b.id)).map((event) => ({ ...event, facts: JSON.parse(event.facts) }));
  const thanks = new Map(events.filter(({ kind }) => kind === 'message_classified').map(({ facts }) => [facts.event_id, facts.thanks]));
  const first = events.find(({ kind }) => kind === 'opened');
  if (first === undefined) throw new Error(`${id} was never opened`);
  const found: Counted = {
    id,
    aside: null,
    by: first.facts.initiated_by,
    type: first.facts.type,
    source: first.facts.source,
    owner: null,
    customer: first.facts.customer_id,
    contract: first.facts.contract_id,
    model: null,
    category: first.facts.category_id,
    opened: first.at,
    asked: null,
    replied: null,
    solvedFirst: null,
    solved: null,
    again: null,
    back: [],
    backForWork: [],
    replies: 0,
    stars: null,
    minutes: null,
    open: [],
  };
  let phase: 'untaken' | 'work' | 'done' | 'shut' = 'untaken';
  let [merged, spam] = [false, false];
  const units: string[] = [];
  const openAt = [{ at: first.at, open: true }];
  for (const { id: event_id, at, kind, by_kind, facts } of events) {
    if (event_id === first.id) continue;
    for (const [key, name] of [
      ['type', 'type'],
      ['customer_id', 'customer'],
      ['contract_id', 'contract'],
      ['category_id', 'category'],
    ] as const)
      if (facts[key] !== undefined) Object.assign(found, { [name]: facts[key] });
    if (kind === 'triaged' || kind === 'owner_changed') {
      found.owner = facts.owner_id;
      if (phase === 'untaken') phase = 'work';
    }
    if (kind === 'message_in') {
      const onlyThanks = thanks.get(event_id) ?? facts.thanks === true;
      const over = phase === 'done' || phase === 'shut';
      found.asked ??= at;
      if (over) found.back.push(at);
      if (!onlyThanks) {
        if (over) found.backForWork.push(at);
        if (found.replied !== null || found.solvedFirst !== null) found.again ??= at;
        if (over) [phase, found.solved] = ['work', null];
      }
    }
    if (kind === 'message_out' && by_kind === 'staff') {
      found.replies += 1;
      if (found.asked !== null) found.replied ??= at;
    }
    if (kind === 'solved' && phase === 'work') {
      phase = 'done';
      found.solved = at;
      found.solvedFirst ??= at;
    }
    if (kind === 'closed' && phase === 'done') phase = 'shut';
    if (kind === 'reopened' && (phase === 'done' || phase === 'shut')) {
      found.back.push(at);
      found.backForWork.push(at);
      found.again ??= at;
      [phase, found.solved] = ['work', null];
    }
    if (kind === 'rated') found.stars = facts.rating;
    if (kind === 'worked') found.minutes = (found.minutes ?? 0) + facts.minutes;
    if (kind === 'unit_linked' && !units.includes(facts.unit_id)) units.push(facts.unit_id);
    if (kind === 'unit_unlinked' && units.includes(facts.unit_id)) units.splice(units.indexOf(facts.unit_id), 1);
    if (kind === 'merged') merged = true;
    if (kind === 'unmerged') merged = false;
    if (kind === 'spam_marked') spam = true;
    if (kind === 'spam_unmarked') spam = false;
    // Whoever laid an untaken case aside stands as its owner only as long as it lies there.
    if (kind === 'merged' || kind === 'spam_marked') found.owner ??= facts.owner_id;
    if ((kind === 'unmerged' || kind === 'spam_unmarked') && phase === 'untaken' && !merged && !spam) found.owner = null;
    openAt.push({ at, open: !merged && !spam && (phase === 'untaken' || phase === 'work') });
  }
  found.aside = merged ? 'merged' : spam ? 'spam' : found.by === 'alert' ? 'proactive' : found.type === 'internal' ? 'internal' : null;
  found.model = units[0] === undefined ? null : (models.get(units[0]) ?? null);
  found.open = spansOf(openAt);
  return found;
}

function spansOf(marks: readonly { at: number; open: boolean }[]): Counted['open'] {
  const spans: Counted['open'] = [];
  for (const [i, { at, open }] of marks.entries()) {
    const wasOpen = i > 0 && marks[i - 1]?.open === true;
    if (open && !wasOpen) spans.push({ from: at, to: null });
    if (!open && wasOpen) Object.assign(spans.at(-1) ?? {}, { to: at });
  }
  return spans;
}

/** [when it counts, what it is worth; null: nothing yet]. Undefined: in no number. Business time is left to the caller. */
export type Said = readonly [at: number, worth: number | null] | undefined;

const WEEK_MS = 7 * 86_400_000;

/** Issue by issue what each KPI says of a case, at `now`, with `busy` the business milliseconds between two instants. */
export function say(name: string, row: Counted, now: number, busy: (from: number, to: number) => number): Said {
  if (row.aside === 'merged' || row.aside === 'spam') return undefined;
  const { asked, replied, solvedFirst, solved, opened } = row;
  const wasOpen = (count: (from: number, to: number) => number) => row.open.reduce((sum, { from, to }) => sum + (to === null ? 0 : count(from, to)), 0);
  const wall = (from: number, to: number) => to - from;
  const ofFirst = (worth: number | null): Said => (solvedFirst === null ? undefined : [solvedFirst, worth]);
  const ofSolved = (worth: number | null): Said => (solved === null ? undefined : [solved, worth]);
  const yes = (holds: boolean): number => (holds ? 1 : 0);
  switch (name) {
    case 'first_reply':
      return asked === null ? undefined : [asked, replied === null ? null : replied - asked];
    case 'first_reply_business':
      return asked === null ? undefined : [asked, replied === null ? null : busy(asked, replied)];
    case 'first_resolution':
      return ofFirst((solvedFirst ?? 0) - opened);
    case 'first_resolution_business':
      return ofFirst(busy(opened, solvedFirst ?? opened));
    case 'full_resolution':
      return ofSolved((solved ?? 0) - opened);
    case 'full_resolution_business':
      return ofSolved(busy(opened, solved ?? opened));
    case 'open_time':
      return ofSolved(wasOpen(wall));
    case 'open_time_business':
      return ofSolved(wasOpen(busy));
    case 'reopened':
      return ofFirst(yes(row.back.length > 0));
    case 'effectively_reopened':
      return ofFirst(yes(row.backForWork.length > 0));
    case 'one_touch':
      return ofSolved(yes(row.replies === 1));
    case 'first_contact_resolution': {
      const ripe = (solvedFirst ?? 0) + WEEK_MS;
      return ofFirst(row.again !== null && row.again <= ripe ? 0 : ripe > now ? null : 1);
    }
    case 'csat':
      return ofSolved(row.stars === null ? null : yes(row.stars >= 4));
    case 'minutes_per_case':
      return ofSolved(row.minutes);
    case 'solved':
      return ofSolved(1);
    case 'inbound':
      return row.aside === null && (row.by === 'customer' || row.by === 'partner') ? [opened, 1] : undefined;
    case 'proactive':
      return row.aside === 'proactive' ? [opened, 1] : undefined;
    case 'opened_by_us':
      return [opened, yes(row.by === 'staff' || row.by === 'alert')];
    default:
      throw new Error(`${name} is not recounted`);
  }
}

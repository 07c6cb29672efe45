// A case from its events: pure, so that a late event, a repeated one and a recomputation from zero give the same row and the same measures.
import type { CaseEvent, EventFacts } from './event.ts';
import { type CaseState, type CaseStep, isOpen, nextState } from './lifecycle.ts';
import type { CaseRow, Exclusion } from './table.ts';

type Described = Omit<CaseRow, 'id' | 'number' | 'external_no' | 'updated_at' | 'version'>;

/** What measures are made of, in calendar time. */
export interface Course {
  asked_at: number | null;
  replied_at: number | null;
  first_solved_at: number | null;
  asked_again_at: number | null;
  reopens: number;
  effective_reopens: number;
  public_replies: number;
  worked_minutes: number | null;
}

export interface Folded {
  readonly row: Described;
  readonly course: Course;
  readonly exclusion: Exclusion | null;
  readonly unit_ids: readonly string[];
  /** Half-open times of being open; the last may have no end. */
  readonly spans: readonly { readonly from_at: number; readonly to_at: number | null }[];
}

interface Folding {
  readonly row: Described;
  readonly course: Course;
  readonly units: Set<string>;
  readonly spans: { from_at: number; to_at: number | null }[];
  /** The state without merge and spam, which lie over it. */
  under: CaseState;
  readonly thanks: ReadonlyMap<string, boolean>;
}

/** `events` in any order, each once. The first `opened` says when and by whom, wherever it stands. Null without one. */
export function foldCase(events: readonly CaseEvent[]): Folded | null {
  const ordered = [...events].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const opened = ordered.find((event) => event.kind === 'opened');
  if (opened === undefined) return null;
  const folding = begin(opened, ordered);
  for (const event of ordered) {
    if (event !== opened) apply(folding, event);
  }
  return { row: folding.row, course: folding.course, exclusion: exclusionOf(folding.row), unit_ids: [...folding.units], spans: folding.spans };
}

function begin(opened: CaseEvent, ordered: readonly CaseEvent[]): Folding {
  const row: Described = {
    state: 'new',
    type: 'trouble',
    source: 'staff',
    initiated_by: 'staff',
    subject: '',
    customer_id: null,
    partner_id: null,
    contract_id: null,
    contact_name: null,
    contact_email: null,
    contact_locale: 'ja',
    owner_id: null,
    category_id: null,
    cause_id: null,
    since_text: null,
    tried_text: null,
    solution: null,
    next_step: null,
    next_due_at: null,
    rating: null,
    alert_id: null,
    notice_id: null,
    known_issue_id: null,
    merged_into_id: null,
    spam_at: null,
    opened_at: opened.at,
    last_customer_at: null,
    last_staff_at: null,
    unanswered_since_at: null,
    solved_at: null,
    closed_at: null,
  };
  describe(row, opened.facts);
  const course: Course = {
    asked_at: null,
    replied_at: null,
    first_solved_at: null,
    asked_again_at: null,
    reopens: 0,
    effective_reopens: 0,
    public_replies: 0,
    worked_minutes: null,
  };
  // A later classification of a message counts from the moment of the message.
  const thanks = new Map(ordered.filter(({ kind }) => kind === 'message_classified').map(({ facts }) => [facts.event_id ?? '', facts.thanks === true]));
  return { row, course, units: new Set(), spans: [{ from_at: opened.at, to_at: null }], under: 'new', thanks };
}

const DESCRIBING = [
  'type',
  'source',
  'initiated_by',
  'subject',
  'customer_id',
  'partner_id',
  'contract_id',
  'contact_name',
  'contact_email',
  'contact_locale',
  'category_id',
  'cause_id',
  'since_text',
  'tried_text',
  'next_step',
  'next_due_at',
  'alert_id',
  'notice_id',
  'known_issue_id',
] as const satisfies readonly (keyof EventFacts & keyof Described)[];

function describe(row: Described, facts: EventFacts): void {
  const said = Object.fromEntries(DESCRIBING.filter((key) => facts[key] !== undefined).map((key) => [key, facts[key]]));
  Object.assign(row, said);
}

function apply(folding: Folding, event: CaseEvent): void {
  const { row, course, units } = folding;
  describe(row, event.facts);
  switch (event.kind) {
    case 'triaged':
    case 'owner_changed':
      takeOwner(folding, event);
      return;
    case 'message_in':
      customerWrites(folding, event);
      return;
    case 'message_out':
      staffReplies(folding, event);
      return;
    case 'auto_reply':
      // What did not arrive still has to be said.
      if (event.facts.bounced === true && isOpen(folding.under)) row.unanswered_since_at ??= event.at;
      return;
    case 'waiting':
      step(folding, event.at, waitStep(event.facts));
      return;
    case 'resumed':
      step(folding, event.at, 'resume');
      return;
    case 'solved':
      solve(folding, event);
      return;
    case 'closed':
      step(folding, event.at, 'close');
      return;
    case 'reopened':
      reopen(folding, event);
      return;
    case 'rated':
      if (event.facts.rating !== undefined) row.rating = event.facts.rating;
      return;
    case 'worked':
      course.worked_minutes = (course.worked_minutes ?? 0) + (event.facts.minutes ?? 0);
      return;
    case 'unit_linked':
      if (event.facts.unit_id !== undefined) units.add(event.facts.unit_id);
      return;
    case 'unit_unlinked':
      units.delete(event.facts.unit_id ?? '');
      return;
    case 'merged':
    case 'unmerged':
    case 'spam_marked':
    case 'spam_unmarked':
      setAside(folding, event);
      return;
    case 'note':
      row.last_staff_at = event.at;
      return;
    default:
      return;
  }
}

/** Merged into another or marked as spam, or either undone. */
function setAside(folding: Folding, event: CaseEvent): void {
  const { row } = folding;
  if (event.kind === 'merged') row.merged_into_id = event.facts.into_id ?? null;
  if (event.kind === 'unmerged') row.merged_into_id = null;
  if (event.kind === 'spam_marked') row.spam_at = event.at;
  if (event.kind === 'spam_unmarked') row.spam_at = null;
  if (event.kind === 'merged' || event.kind === 'spam_marked') row.owner_id ??= event.facts.owner_id ?? null;
  // Who laid a new case aside does not own it when it comes back.
  else if (folding.under === 'new' && row.merged_into_id === null && row.spam_at === null) row.owner_id = null;
  settle(folding, event.at);
}

const waitStep = (facts: EventFacts): CaseStep =>
  facts.waiting_for === 'engineering' ? 'wait_engineering' : facts.waiting_for === 'maker' ? 'wait_maker' : 'wait_customer';

function takeOwner(folding: Folding, event: CaseEvent): void {
  folding.row.owner_id = event.facts.owner_id ?? folding.row.owner_id;
  if (folding.under === 'new') step(folding, event.at, 'triage');
}

function customerWrites(folding: Folding, event: CaseEvent): void {
  const { row, course } = folding;
  row.last_customer_at = event.at;
  course.asked_at ??= event.at;
  const thanks = folding.thanks.get(event.id) ?? event.facts.thanks === true;
  const wasSolved = !isOpen(folding.under);
  if (wasSolved) course.reopens += 1;
  if (thanks) return;
  row.unanswered_since_at ??= event.at;
  if (wasSolved) course.effective_reopens += 1;
  if (course.replied_at !== null || course.first_solved_at !== null) course.asked_again_at ??= event.at;
  step(folding, event.at, 'customer_writes');
}

function staffReplies(folding: Folding, event: CaseEvent): void {
  if (event.by_kind !== 'staff') return;
  const { row, course } = folding;
  row.last_staff_at = event.at;
  row.unanswered_since_at = null;
  course.public_replies += 1;
  // A case staff opened has no first reply until a customer wrote.
  if (course.asked_at !== null) course.replied_at ??= event.at;
}

function solve(folding: Folding, event: CaseEvent): void {
  const before = folding.under;
  step(folding, event.at, 'solve');
  if (folding.under === before) return;
  const { row, course } = folding;
  row.solution = event.facts.solution ?? row.solution;
  row.solved_at = event.at;
  row.last_staff_at = event.at;
  row.unanswered_since_at = null;
  row.next_step = null;
  row.next_due_at = null;
  course.first_solved_at ??= event.at;
}

function reopen(folding: Folding, event: CaseEvent): void {
  const before = folding.under;
  step(folding, event.at, 'reopen');
  if (folding.under === before) return;
  const { course } = folding;
  course.reopens += 1;
  course.effective_reopens += 1;
  course.asked_again_at ??= event.at;
}

/** Takes the step when it is possible; an event that came too late for its step changes nothing. */
function step(folding: Folding, at: number, name: CaseStep): void {
  // Nobody owns a new case: it cannot leave `new` by any other way than an owner.
  const next = nextState(folding.under, name);
  if (next === null || (next !== 'new' && folding.row.owner_id === null)) return;
  folding.under = next;
  if (isOpen(next)) folding.row.solved_at = null;
  folding.row.closed_at = next === 'closed' ? at : null;
  settle(folding, at);
}

/** Lays merge and spam over the state, and opens or ends the span. */
function settle(folding: Folding, at: number): void {
  const { row, spans } = folding;
  const laidAside = row.merged_into_id !== null || row.spam_at !== null;
  row.state = laidAside ? 'closed' : folding.under;
  const last = spans.at(-1);
  const openNow = last !== undefined && last.to_at === null;
  if (openNow && !isOpen(row.state)) last.to_at = at;
  else if (!openNow && isOpen(row.state)) spans.push({ from_at: at, to_at: null });
}

function exclusionOf(row: Described): Exclusion | null {
  if (row.merged_into_id !== null) return 'merged';
  if (row.spam_at !== null) return 'spam';
  if (row.initiated_by === 'alert') return 'proactive';
  return row.type === 'internal' ? 'internal' : null;
}

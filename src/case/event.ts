// What can happen to a case. Events are the truth: everything else about a case is computed from them.
import type { Locale } from '../core/words.ts';
import type { CaseInitiator, CaseSource, CaseType } from './kinds.ts';

export const caseEventKinds = [
  'opened',
  'triaged',
  'described',
  'message_in',
  'message_out',
  'auto_reply',
  'note',
  'owner_changed',
  'waiting',
  'resumed',
  'solved',
  'closed',
  'reopened',
  'message_classified',
  'rated',
  'worked',
  'unit_linked',
  'unit_unlinked',
  'merged',
  'unmerged',
  'spam_marked',
  'spam_unmarked',
  'next_step_set',
  'asked',
  'answered',
  'withdrawn',
  'command_sent',
  'workaround_tried',
  'visit_agreed',
  'visit_finished',
  'visit_cancelled',
  'return_opened',
  'linked',
] as const;
export type CaseEventKind = (typeof caseEventKinds)[number];

/** Who did it, as far as measures care: `bot` is an automatic reply or a form letter. */
export type EventAuthor = 'customer' | 'partner' | 'staff' | 'bot';

export interface CaseEventRow {
  id: string;
  case_id: string;
  at: number;
  recorded_at: number;
  kind: CaseEventKind;
  visibility: 'public' | 'internal';
  by_kind: EventAuthor;
  actor_id: string;
  actor_name: string;
  body: string | null;
  /** JSON of `EventFacts`. */
  facts: string;
  /** The sender's own key: the same event delivered twice is one. */
  source_key: string | null;
}

/** What an event says beside its text; each kind uses a few of these. */
export interface EventFacts {
  type?: CaseType;
  source?: CaseSource;
  initiated_by?: CaseInitiator;
  subject?: string;
  customer_id?: string | null;
  partner_id?: string | null;
  contract_id?: string | null;
  contact_name?: string | null;
  contact_email?: string | null;
  contact_locale?: Locale;
  owner_id?: string;
  from_owner_id?: string | null;
  reason?: string;
  category_id?: string | null;
  cause_id?: string | null;
  since_text?: string | null;
  tried_text?: string | null;
  waiting_for?: 'customer' | 'engineering' | 'maker';
  solution?: string;
  next_step?: string | null;
  next_due_at?: number | null;
  thanks?: boolean;
  /** Our mail came back: the customer has not got it. */
  bounced?: boolean;
  attachment_ids?: readonly string[];
  event_id?: string;
  /** Null takes it back. */
  rating?: number | null;
  minutes?: number;
  unit_id?: string;
  into_id?: string;
  merged_case_id?: string;
  request_id?: string;
  command_id?: string;
  command?: string;
  workaround_id?: string;
  helped?: boolean | null;
  visit_id?: string;
  return_id?: string;
  alert_id?: string | null;
  notice_id?: string | null;
  known_issue_id?: string | null;
}

/** An event with its facts read. */
export interface CaseEvent extends Omit<CaseEventRow, 'facts'> {
  readonly facts: EventFacts;
}

// The JSON was written by append.ts from EventFacts.
export const readEvent = (row: CaseEventRow): CaseEvent => ({ ...row, facts: JSON.parse(row.facts) as EventFacts });

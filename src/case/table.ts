import type { Locale } from '../core/words.ts';
import type { CaseEventRow } from './event.ts';
import type { CaseInitiator, CaseSource, CaseType } from './kinds.ts';
import type { CaseState } from './lifecycle.ts';

export interface CaseCodeRow {
  id: string;
  tree: 'category' | 'cause';
  code: string;
  parent_id: string | null;
  name_en: string;
  name_ja: string;
  retired_at: number | null;
  created_at: number;
  version: number;
}

export interface CaseMarkRow {
  name: 'change' | 'number';
  no: number;
}

/** What is known of an inquiry now: computed from its events, except `number`. */
export interface CaseRow {
  id: string;
  number: string;
  /** The number it has in the system it was imported from. */
  external_no: string | null;
  state: CaseState;
  type: CaseType;
  source: CaseSource;
  initiated_by: CaseInitiator;
  subject: string;
  customer_id: string | null;
  partner_id: string | null;
  contract_id: string | null;
  contact_name: string | null;
  contact_email: string | null;
  contact_locale: Locale;
  owner_id: string | null;
  category_id: string | null;
  cause_id: string | null;
  since_text: string | null;
  tried_text: string | null;
  solution: string | null;
  next_step: string | null;
  next_due_at: number | null;
  rating: number | null;
  alert_id: string | null;
  notice_id: string | null;
  known_issue_id: string | null;
  merged_into_id: string | null;
  spam_at: number | null;
  opened_at: number;
  last_customer_at: number | null;
  last_staff_at: number | null;
  /** Since when a customer's message waits for an answer. */
  unanswered_since_at: number | null;
  solved_at: number | null;
  closed_at: number | null;
  updated_at: number;
  version: number;
}

export interface CaseUnitRow {
  case_id: string;
  unit_id: string;
}

export type Exclusion = 'merged' | 'spam' | 'proactive' | 'internal';

export interface CaseMeasureRow {
  case_id: string;
  /** Grows with every change of any case, in the order of commits. */
  change_no: number;
  exclusion: Exclusion | null;
  initiated_by: CaseInitiator;
  type: CaseType;
  source: CaseSource;
  owner_id: string | null;
  customer_id: string | null;
  contract_id: string | null;
  model_id: string | null;
  firmware_id: string | null;
  cause_id: string | null;
  category_id: string | null;
  opened_at: number;
  asked_at: number | null;
  replied_at: number | null;
  first_solved_at: number | null;
  solved_at: number | null;
  asked_again_at: number | null;
  reopens: number;
  effective_reopens: number;
  public_replies: number;
  rating: number | null;
  worked_minutes: number | null;
  open_ms: number;
  reply_business_ms: number | null;
  first_solved_business_ms: number | null;
  solved_business_ms: number | null;
  open_business_ms: number;
}

export interface CaseSpanRow {
  case_id: string;
  from_at: number;
  to_at: number | null;
}

export interface CaseRequestRow {
  id: string;
  case_id: string;
  kind: 'request' | 'advice' | 'escalation';
  state: 'waiting' | 'answered' | 'withdrawn';
  asked_of: string;
  asked_user_id: string | null;
  question: string;
  /** JSON of an escalation's required facts. */
  facts: string | null;
  model_id: string | null;
  category_id: string | null;
  differs_from_id: string | null;
  differs_because: string | null;
  due_at: number;
  asked_by: string;
  asked_at: number;
  answer: string | null;
  answered_by: string | null;
  answered_at: number | null;
  version: number;
}

export interface CaseTemplateRow {
  id: string;
  code: string;
  type: CaseType | null;
  name: string;
  body_en: string;
  body_ja: string;
  retired_at: number | null;
  created_at: number;
  version: number;
}

export interface WorkaroundRow {
  id: string;
  maker_id: string | null;
  model_id: string | null;
  firmware_id: string | null;
  category_id: string | null;
  title_en: string;
  title_ja: string;
  steps_en: string;
  steps_ja: string;
  retired_at: number | null;
  created_at: number;
  version: number;
}

export interface VisitRow {
  id: string;
  case_id: string;
  unit_id: string | null;
  site_id: string | null;
  state: 'planned' | 'done' | 'cancelled';
  coverage: 'contract' | 'own_warranty' | 'goodwill' | 'paid';
  coverage_reason: string;
  fee: number | null;
  fee_agreed_by: string | null;
  visit_on: string;
  /** JSON array of `{ name, quantity }`. */
  parts: string | null;
  result: string | null;
  outcome: 'fixed' | 'not_fixed' | 'return_needed' | null;
  created_by: string;
  created_at: number;
  finished_at: number | null;
  version: number;
}

export interface CaseCommandRow {
  case_id: string;
  command_id: string;
  created_at: number;
}

/** One version of the business hours. `hours`: JSON, seven lists (Monday first) of `["09:00","18:00"]`. */
export interface CalendarRow {
  id: string;
  from_on: string;
  zone: string;
  hours: string;
  holidays: 'jp' | 'none';
  closed_days: string;
  open_days: string;
  created_by: string;
  created_at: number;
}

export interface CaseRatingLinkRow {
  hash: string;
  case_id: string;
  created_at: number;
}

/** A mail a program wrote that answers no case. */
export interface AutomaticMailRow {
  id: string;
  message_id: string;
  state: 'waiting' | 'opened' | 'dismissed';
  from_email: string;
  from_name: string | null;
  subject: string;
  body: string;
  bounced: 0 | 1;
  /** The mail of ours it answers. */
  outbox_id: string | null;
  /** JSON array of `KeptFile`: bytes under DATA_DIR, beside no record yet. */
  files: string;
  /** JSON array of names: what could not be kept. */
  refused_files: string;
  sent_at: number | null;
  received_at: number;
  case_id: string | null;
  settled_by: string | null;
  settled_at: number | null;
  reason: string | null;
  version: number;
}

export interface CaseTables {
  case_codes: CaseCodeRow;
  case_marks: CaseMarkRow;
  cases: CaseRow;
  case_events: CaseEventRow;
  case_units: CaseUnitRow;
  case_measures: CaseMeasureRow;
  case_spans: CaseSpanRow;
  case_requests: CaseRequestRow;
  case_templates: CaseTemplateRow;
  workarounds: WorkaroundRow;
  visits: VisitRow;
  case_commands: CaseCommandRow;
  calendars: CalendarRow;
  case_rating_links: CaseRatingLinkRow;
  automatic_mails: AutomaticMailRow;
}

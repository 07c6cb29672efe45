// How cases look to programs. A partner gets what it may know: never internal events, requests, facts or measures.
import { z } from '@hono/zod-openapi';
import type { Actor } from '../core/actor.ts';
import { rfc3339, rfc3339OrNull } from '../core/time.ts';
import { Instant } from '../web/route.ts';
import type { CaseEvent } from './event.ts';
import { caseSources, caseTypes } from './inputs.ts';
import { caseStates } from './lifecycle.ts';
import type { CaseRequestRow, CaseRow, VisitRow } from './table.ts';

const text = z.string().nullable();

export const CaseJson = z
  .object({
    id: z.string(),
    number: z.string(),
    state: z.enum(caseStates),
    type: z.enum(caseTypes),
    source: z.enum(caseSources),
    initiated_by: z.string(),
    subject: z.string(),
    customer_id: text,
    partner_id: text,
    contract_id: text,
    contact_name: text,
    contact_email: text,
    contact_locale: z.string(),
    owner_id: text,
    category_id: text,
    cause_id: text,
    since_text: text,
    tried_text: text,
    solution: text,
    next_step: text,
    next_due_at: Instant.nullable(),
    rating: z.int().nullable(),
    alert_id: text,
    notice_id: text,
    known_issue_id: text,
    merged_into_id: text,
    spam_at: Instant.nullable(),
    opened_at: Instant,
    unanswered_since_at: Instant.nullable(),
    solved_at: Instant.nullable(),
    closed_at: Instant.nullable(),
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Case');

export function caseJson(row: CaseRow, actor: Actor): z.output<typeof CaseJson> {
  const staff = actor.partner_id === null;
  const own = <T>(value: T): T | null => (staff ? value : null);
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    type: row.type,
    source: row.source,
    initiated_by: row.initiated_by,
    subject: row.subject,
    customer_id: row.customer_id,
    partner_id: row.partner_id,
    contract_id: row.contract_id,
    contact_name: row.contact_name,
    contact_email: row.contact_email,
    contact_locale: row.contact_locale,
    owner_id: own(row.owner_id),
    category_id: row.category_id,
    cause_id: own(row.cause_id),
    since_text: row.since_text,
    tried_text: row.tried_text,
    solution: row.solution,
    next_step: own(row.next_step),
    next_due_at: rfc3339OrNull(own(row.next_due_at)),
    rating: row.rating,
    alert_id: own(row.alert_id),
    notice_id: row.notice_id,
    known_issue_id: row.known_issue_id,
    merged_into_id: own(row.merged_into_id),
    spam_at: rfc3339OrNull(own(row.spam_at)),
    opened_at: rfc3339(row.opened_at),
    unanswered_since_at: rfc3339OrNull(row.unanswered_since_at),
    solved_at: rfc3339OrNull(row.solved_at),
    closed_at: rfc3339OrNull(row.closed_at),
    updated_at: rfc3339(row.updated_at),
    version: row.version,
  };
}

export const EventJson = z
  .object({
    id: z.string(),
    at: Instant,
    recorded_at: Instant,
    kind: z.string(),
    visibility: z.enum(['public', 'internal']),
    by_kind: z.string(),
    actor_name: z.string(),
    body: text,
    facts: z.record(z.string(), z.unknown()),
  })
  .openapi('CaseEvent');

export const eventJson = (event: CaseEvent): z.output<typeof EventJson> => ({
  id: event.id,
  at: rfc3339(event.at),
  recorded_at: rfc3339(event.recorded_at),
  kind: event.kind,
  visibility: event.visibility,
  by_kind: event.by_kind,
  actor_name: event.actor_name,
  body: event.body,
  facts: { ...event.facts },
});

export const RequestJson = z
  .object({
    id: z.string(),
    case_id: z.string(),
    kind: z.string(),
    state: z.string(),
    asked_of: z.string(),
    question: z.string(),
    facts: z.record(z.string(), z.string()).nullable(),
    differs_from_id: text,
    differs_because: text,
    due_at: Instant,
    asked_by: z.string(),
    asked_at: Instant,
    answer: text,
    answered_by: text,
    answered_at: Instant.nullable(),
    version: z.int(),
  })
  .openapi('CaseRequest');

export const requestJson = (row: CaseRequestRow): z.output<typeof RequestJson> => ({
  id: row.id,
  case_id: row.case_id,
  kind: row.kind,
  state: row.state,
  asked_of: row.asked_of,
  question: row.question,
  facts: row.facts === null ? null : JSON.parse(row.facts),
  differs_from_id: row.differs_from_id,
  differs_because: row.differs_because,
  due_at: rfc3339(row.due_at),
  asked_by: row.asked_by,
  asked_at: rfc3339(row.asked_at),
  answer: row.answer,
  answered_by: row.answered_by,
  answered_at: rfc3339OrNull(row.answered_at),
  version: row.version,
});

export const VisitJson = z
  .object({
    id: z.string(),
    case_id: z.string(),
    unit_id: text,
    site_id: text,
    state: z.string(),
    coverage: z.string(),
    coverage_reason: z.string(),
    fee: z.number().nullable(),
    fee_agreed_by: text,
    visit_on: z.string(),
    parts: z.array(z.object({ name: z.string(), quantity: z.int() })).nullable(),
    result: text,
    outcome: text,
    version: z.int(),
  })
  .openapi('Visit');

export const visitJson = (row: VisitRow): z.output<typeof VisitJson> => ({
  id: row.id,
  case_id: row.case_id,
  unit_id: row.unit_id,
  site_id: row.site_id,
  state: row.state,
  coverage: row.coverage,
  coverage_reason: row.coverage_reason,
  fee: row.fee,
  fee_agreed_by: row.fee_agreed_by,
  visit_on: row.visit_on,
  parts: row.parts === null ? null : JSON.parse(row.parts),
  result: row.result,
  outcome: row.outcome,
  version: row.version,
});

export const CodeJson = z
  .object({ id: z.string(), tree: z.string(), code: z.string(), parent_id: text, name_en: z.string(), name_ja: z.string(), retired_at: Instant.nullable() })
  .openapi('CaseCode');
export const TemplateJson = z
  .object({ id: z.string(), code: z.string(), type: text, name: z.string(), body_en: z.string(), body_ja: z.string() })
  .openapi('CaseTemplate');
export const WorkaroundJson = z
  .object({
    id: z.string(),
    maker_id: text,
    model_id: text,
    firmware_id: text,
    category_id: text,
    title_en: z.string(),
    title_ja: z.string(),
    steps_en: z.string(),
    steps_ja: z.string(),
    retired_at: Instant.nullable(),
  })
  .openapi('Workaround');
export const CalendarJson = z
  .object({
    from_on: z.string(),
    zone: z.string(),
    hours: z.array(z.array(z.array(z.string()))),
    holidays: z.string(),
    closed_days: z.array(z.string()),
    open_days: z.array(z.string()),
  })
  .openapi('Calendar');

// What the verbs of cases take.
import { z } from 'zod';
import { CalendarDay, InstantText } from '../core/given.ts';
import { locales } from '../core/words.ts';

const Id = z.string().min(1).max(64);
const Line = z.string().trim().min(1).max(300);
const Prose = z.string().trim().min(1).max(20_000);

export const caseTypes = ['trouble', 'usage', 'contract', 'partner', 'internal'] as const;
export const caseSources = ['mail', 'chat', 'phone', 'partner_form', 'api', 'csv', 'alert', 'staff'] as const;

const Described = {
  type: z.enum(caseTypes).optional(),
  subject: Line.optional(),
  customer_id: Id.nullable().optional(),
  contract_id: Id.nullable().optional(),
  contact_name: z.string().trim().max(200).nullable().optional(),
  contact_email: z.email().max(300).nullable().optional(),
  contact_locale: z.enum(locales).optional(),
  category_id: Id.nullable().optional(),
  cause_id: Id.nullable().optional(),
  since_text: z.string().trim().max(500).nullable().optional(),
  tried_text: z.string().trim().max(2000).nullable().optional(),
};

export const OpenCase = z.strictObject({
  ...Described,
  type: z.enum(caseTypes).default('trouble'),
  source: z.enum(['chat', 'phone', 'partner_form', 'api', 'staff', 'mail']).default('api'),
  /** Who made the contact. `staff` is a case we open ourselves: it has no first reply until a customer writes. */
  initiated_by: z.enum(['customer', 'partner', 'staff']).default('customer'),
  subject: Line,
  /** What was said, as it was said. */
  message: Prose.optional(),
  unit_ids: z.array(Id).max(200).default([]),
  /** The sender's own key: opening the same case twice gives the first. */
  source_key: z.string().min(1).max(200).optional(),
  at: InstantText.optional(),
});
export type OpenCase = z.output<typeof OpenCase>;

export const DescribeCase = z.strictObject(Described);
export type DescribeCase = z.output<typeof DescribeCase>;

export const TakeOwner = z.strictObject({
  owner_id: Id.optional(),
  reason: Line.optional(),
  summary: Prose.optional(),
  type: z.enum(caseTypes).optional(),
  category_id: Id.nullable().optional(),
  next_step: Line.optional(),
  next_due_at: InstantText.optional(),
});
export type TakeOwner = z.output<typeof TakeOwner>;

/** Public files of the case that go with a reply to the customer. */
const FilesAlong = z.array(Id).max(20);

export const WriteMessage = z.strictObject({
  text: Prose,
  visibility: z.enum(['public', 'internal']),
  /** `customer`: what a customer said on the phone or in a chat, entered by staff. `bot`: an automatic answer. */
  from: z.enum(['staff', 'customer', 'bot']).default('staff'),
  /** After a public reply: whom we wait for, if anybody. */
  waiting_for: z.enum(['customer']).optional(),
  attachment_ids: FilesAlong.optional(),
  at: InstantText.optional(),
  source_key: z.string().min(1).max(200).optional(),
});
export type WriteMessage = z.output<typeof WriteMessage>;

export const ClassifyMessage = z.strictObject({ event_id: Id, thanks: z.boolean() });
export const WaitFor = z.strictObject({
  waiting_for: z.enum(['customer', 'engineering', 'maker', 'nobody']),
  next_step: Line.optional(),
  next_due_at: InstantText.optional(),
  reason: Line.optional(),
});
export type WaitFor = z.output<typeof WaitFor>;
export const SetNextStep = z.strictObject({ next_step: Line, next_due_at: InstantText });
export const SolveCase = z.strictObject({
  solution: Prose,
  cause_id: Id.nullable().optional(),
  known_issue_id: Id.nullable().optional(),
  reply: Prose.optional(),
  attachment_ids: FilesAlong.optional(),
  /** What others were asked and have not answered is withdrawn with the solution; otherwise it stands in the way. */
  withdraw_requests: z.boolean().optional(),
  at: InstantText.optional(),
});
export type SolveCase = z.output<typeof SolveCase>;
export const WithReason = z.strictObject({ reason: Line });
export const MergeCase = z.strictObject({ into_id: Id, reason: Line });
export const LinkUnit = z.strictObject({ unit_id: Id });
/** 1…5; `none` takes the rating back. */
const Rating = z.union([z.literal('none').transform(() => null), z.coerce.number().int().min(1).max(5)]);
export const RateCase = z.strictObject({ rating: Rating, comment: z.string().trim().max(4000).optional() });
export type RateCase = z.output<typeof RateCase>;
export const LogWork = z.strictObject({
  minutes: z.coerce.number().int().min(1).max(1440),
  worked_at: InstantText.optional(),
  source_key: z.string().min(1).max(200).optional(),
});

/** What engineering needs before it looks; nothing of it may be left out. */
export const EscalationFacts = z.strictObject({ symptom: Prose, reproduction: Prose, tried: Prose, impact: Prose });

export const AskOthers = z.strictObject({
  kind: z.enum(['request', 'advice', 'escalation']),
  /** Left out, it is the name of the person. */
  asked_of: Line.optional(),
  /** Finds the question on the page of cases. */
  asked_user_id: Id.optional(),
  question: Prose,
  due_at: InstantText,
  facts: EscalationFacts.optional(),
  /** An escalation of the same model and category is waiting: why this one is another. */
  differs_because: Line.optional(),
});
export type AskOthers = z.output<typeof AskOthers>;
export const AnswerRequest = z.strictObject({ answer: Prose });

export const SaveTemplate = z.strictObject({
  code: z.string().regex(/^[a-z0-9-]{1,64}$/),
  type: z.enum(caseTypes).nullable().default(null),
  name: Line,
  body_en: Prose,
  body_ja: Prose,
});
export type SaveTemplate = z.output<typeof SaveTemplate>;
export const SaveCaseCode = z.strictObject({
  tree: z.enum(['category', 'cause']),
  code: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  parent_id: Id.nullable().default(null),
  name_en: Line,
  name_ja: Line,
});
export type SaveCaseCode = z.output<typeof SaveCaseCode>;
export const SaveWorkaround = z.strictObject({
  maker_id: Id.nullable().default(null),
  model_id: Id.nullable().default(null),
  firmware_id: Id.nullable().default(null),
  category_id: Id.nullable().default(null),
  title_en: Line,
  title_ja: Line,
  steps_en: Prose,
  steps_ja: Prose,
});
export type SaveWorkaround = z.output<typeof SaveWorkaround>;
export const TryWorkaround = z.strictObject({ workaround_id: Id, helped: z.boolean().nullable() });
export const CommandUnit = z.strictObject({ unit_id: Id, command: z.enum(['diagnose', 'restart']) });
export type CommandUnit = z.output<typeof CommandUnit>;

export const PlanVisit = z.strictObject({
  unit_id: Id.optional(),
  site_id: Id.optional(),
  visit_on: CalendarDay,
  coverage: z.enum(['contract', 'own_warranty', 'goodwill', 'paid']).optional(),
  coverage_reason: Line.optional(),
  fee: z.coerce.number().min(0).max(100_000_000).optional(),
  fee_agreed_by: Line.optional(),
});
export type PlanVisit = z.output<typeof PlanVisit>;
export const FinishVisit = z.strictObject({
  outcome: z.enum(['fixed', 'not_fixed', 'return_needed']),
  result: Prose,
  parts: z
    .array(z.strictObject({ name: Line, quantity: z.number().int().min(1).max(1000) }))
    .max(50)
    .default([]),
});
export type FinishVisit = z.output<typeof FinishVisit>;
/** Why nobody comes. */
export const CancelVisit = z.strictObject({ reason: Prose });
export type CancelVisit = z.output<typeof CancelVisit>;

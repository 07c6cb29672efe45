import { z } from '@hono/zod-openapi';
import { says } from '../core/says.ts';
import { DayText } from '../web/route.ts';
import { claimStates } from './lifecycle.ts';
import { isCurrency } from './money.ts';
import { remedies } from './table.ts';

const Id = z.string().min(1).max(64);
const Prose = z.string().trim().min(1).max(10_000);
const Reason = z.string().trim().min(1).max(2000);
const Amount = z.number().min(0).max(1e12);
const MANY = 2000;

export const Currency = z
  .string()
  .refine(isCurrency, { error: says(['ISO 4217: JPY, USD, EUR, …', 'ISO 4217 の通貨コード（JPY、USD、EUR など）を入力してください']) });

export const NewLine = z.strictObject({ unit_id: Id, return_unit_id: Id.nullable().default(null), claimed_amount: Amount.nullable().default(null) });
export type NewLine = z.output<typeof NewLine>;

const money = (input: { currency?: string | null | undefined; lines: readonly { claimed_amount: number | null }[] }): boolean =>
  input.currency != null || input.lines.every((line) => line.claimed_amount === null);
const WITHOUT_CURRENCY = { path: ['currency'], message: says(['Amounts need a currency', '金額には通貨が必要です']) };

export const CreateClaim = z
  .strictObject({
    maker_id: Id,
    investigation_id: Id.nullable().default(null),
    title: z.string().trim().min(1).max(300),
    statement: Prose,
    remedy: z.enum(remedies),
    currency: Currency.nullable().default(null),
    owner_id: Id.optional(),
    next_on: DayText.optional(),
    lines: z.array(NewLine).max(MANY).default([]),
  })
  .refine(money, WITHOUT_CURRENCY);
export type CreateClaim = z.output<typeof CreateClaim>;

export const ChangeClaim = z
  .strictObject({
    title: z.string().trim().min(1).max(300),
    statement: Prose,
    remedy: z.enum(remedies),
    currency: Currency.nullable(),
    owner_id: Id,
    next_on: DayText,
    maker_rma: z.string().trim().max(100).nullable(),
  })
  .partial();
export type ChangeClaim = z.output<typeof ChangeClaim>;

export const AddLines = z.strictObject({ lines: z.array(NewLine).min(1).max(MANY) });
export type AddLines = z.output<typeof AddLines>;

export const SubmitClaim = z.strictObject({ text: Prose, submitted_on: DayText.optional(), answer_due_on: DayText.optional() });
export type SubmitClaim = z.output<typeof SubmitClaim>;

export const AcknowledgeClaim = z.strictObject({
  text: Prose,
  received_on: DayText.optional(),
  maker_rma: z.string().trim().min(1).max(100).optional(),
  answer_due_on: DayText.optional(),
});
export type AcknowledgeClaim = z.output<typeof AcknowledgeClaim>;

export const CounterInput = z
  .strictObject({ statement: Prose, amount: Amount.nullable().default(null), currency: Currency.nullable().default(null) })
  .refine((input) => (input.amount === null) === (input.currency === null), WITHOUT_CURRENCY);
export type CounterInput = z.output<typeof CounterInput>;

/** The maker's answer line by line; `rest` for lines not named. */
export const AnswerClaim = z.strictObject({
  text: Prose,
  answered_on: DayText.optional(),
  maker_rma: z.string().trim().min(1).max(100).optional(),
  lines: z
    .array(z.strictObject({ line_id: Id, accepted: z.boolean(), reason: Reason.optional(), accepted_amount: Amount.nullable().default(null) }))
    .max(MANY)
    .default([]),
  rest: z.enum(['accept', 'refuse']).optional(),
  rest_reason: Reason.optional(),
  counter_claims: z.array(CounterInput).max(20).default([]),
});
export type AnswerClaim = z.output<typeof AnswerClaim>;

export const RenegotiateClaim = z.strictObject({
  text: Prose,
  sent_on: DayText.optional(),
  answer_due_on: DayText.optional(),
  line_ids: z.array(Id).max(MANY).optional(),
});
export type RenegotiateClaim = z.output<typeof RenegotiateClaim>;

export const AgreeClaim = z.strictObject({ text: Prose, agreed_on: DayText.optional(), payment_due_on: DayText.optional() });
export type AgreeClaim = z.output<typeof AgreeClaim>;

export const SettleClaim = z
  .strictObject({
    remedy: z.enum(remedies).optional(),
    amount: Amount.nullable().default(null),
    currency: Currency.nullable().default(null),
    reference: z.string().trim().max(200).nullable().default(null),
    note: z.string().trim().max(5000).nullable().default(null),
    settled_on: DayText.optional(),
    /** All accepted lines unless named. */
    line_ids: z.array(Id).min(1).max(MANY).optional(),
  })
  .refine((input) => (input.amount === null) === (input.currency === null), WITHOUT_CURRENCY);
export type SettleClaim = z.output<typeof SettleClaim>;

export const ConcedeLines = z.strictObject({ line_ids: z.array(Id).min(1).max(MANY), reason: Reason });
export type ConcedeLines = z.output<typeof ConcedeLines>;

export const ReasonInput = z.strictObject({ reason: Reason });
export type ReasonInput = z.output<typeof ReasonInput>;

export const CloseClaim = z.strictObject({ reason: Reason.optional() });

export const AddExchange = z
  .strictObject({
    direction: z.enum(['to_maker', 'from_maker']),
    kind: z.enum(['question', 'reply', 'report', 'counter_claim']),
    text: Prose,
    exchanged_on: DayText.optional(),
    due_on: DayText.optional(),
    counter_claim: CounterInput.optional(),
  })
  .refine((input) => (input.kind === 'counter_claim') === (input.counter_claim !== undefined), {
    path: ['counter_claim'],
    message: says(['A counter-claim says what is claimed', '反対請求の内容を入力してください']),
  });
export type AddExchange = z.output<typeof AddExchange>;

export const DecideCounter = z.strictObject({ state: z.enum(['accepted', 'refused']), reason: Reason });
export type DecideCounter = z.output<typeof DecideCounter>;

export const AddDeadline = z.strictObject({
  side: z.enum(['maker', 'ours']),
  what: z.enum(['answer', 'reply', 'unit_return', 'payment', 'report']),
  due_on: DayText,
});
export type AddDeadline = z.output<typeof AddDeadline>;

export const SendUnits = z.strictObject({
  line_ids: z.array(Id).min(1).max(MANY).optional(),
  sent_on: DayText.optional(),
  maker_rma: z.string().trim().min(1).max(100).optional(),
  return_due_on: DayText.optional(),
});
export type SendUnits = z.output<typeof SendUnits>;

export const ReceiveFromMaker = z.strictObject({
  line_id: Id,
  /** What is on the unit that came: another serial than the claimed unit's is a successor. */
  serial: z.string().min(1).max(200),
  outcome: z.enum(['repaired', 'replaced', 'returned_unrepaired']),
  returned_on: DayText.optional(),
  model_id: Id.optional(),
  batch_code: z.string().trim().min(1).max(64).nullable().default(null),
  hw_rev: z.string().trim().min(1).max(32).nullable().default(null),
  firmware: z.string().trim().min(1).max(64).nullable().default(null),
});
export type ReceiveFromMaker = z.output<typeof ReceiveFromMaker>;

export const ClaimFilter = z.object({
  state: z.enum(claimStates).optional(),
  maker_id: Id.optional(),
  investigation_id: Id.optional(),
  owner_id: Id.optional(),
  unit_id: Id.optional(),
  q: z.string().max(100).optional(),
});
export type ClaimFilter = z.output<typeof ClaimFilter>;

// Claims as they leave the product: amounts in the main unit of their currency, instants as RFC 3339.
import { z } from '@hono/zod-openapi';
import { jsonOf } from '../catalog/json.ts';
import { DayText, Instant } from '../web/route.ts';
import { claimStates, lineStates } from './lifecycle.ts';
import { amountOrNull } from './money.ts';
import { type ClaimCounterRow, type ClaimLineRow, type ClaimSettlementRow, remedies } from './table.ts';

const Nullable = z.string().nullable();
const Amount = z.number().nullable();

export const Claim = z
  .object({
    id: z.string(),
    number: z.string(),
    maker_id: z.string(),
    investigation_id: Nullable,
    title: z.string(),
    statement: z.string(),
    remedy: z.enum(remedies),
    currency: Nullable,
    state: z.enum(claimStates),
    owner_id: Nullable,
    next_on: Nullable,
    maker_rma: Nullable,
    submitted_on: Nullable,
    answered_on: Nullable,
    settled_on: Nullable,
    closed_at: Nullable,
    close_reason: Nullable,
    created_by: z.string(),
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('Claim');

export const Listed = z
  .object({
    id: z.string(),
    number: z.string(),
    maker_id: z.string(),
    maker_code: z.string(),
    maker_name: z.string(),
    investigation_id: Nullable,
    title: z.string(),
    remedy: z.enum(remedies),
    state: z.enum(claimStates),
    owner_id: Nullable,
    owner_name: Nullable,
    next_on: Nullable,
    maker_rma: Nullable,
    submitted_on: Nullable,
    answered_on: Nullable,
    settled_on: Nullable,
    units_claimed: z.int(),
    units_accepted: z.int(),
    units_settled: z.int(),
    units_open: z.int(),
    next_due_on: Nullable,
    created_at: Instant,
    updated_at: Instant,
    version: z.int(),
  })
  .openapi('ListedClaim');

export const Line = z
  .object({
    id: z.string(),
    claim_id: z.string(),
    unit_id: z.string(),
    return_unit_id: Nullable,
    failure_mode_id: Nullable,
    state: z.enum(lineStates),
    reason: Nullable,
    claimed_amount: Amount,
    accepted_amount: Amount,
    settled_amount: Amount,
    settlement_id: Nullable,
    sent_on: Nullable,
    returned_on: Nullable,
    outcome: Nullable,
    successor_id: Nullable,
    created_at: Instant,
    version: z.int(),
  })
  .openapi('ClaimLine');
export const LinesAnswer = z.object({ items: z.array(Line) });

export const Exchange = z
  .object({
    id: z.string(),
    claim_id: z.string(),
    direction: z.enum(['to_maker', 'from_maker']),
    kind: z.string(),
    text: z.string(),
    exchanged_on: DayText,
    created_by: z.string(),
    created_at: Instant,
  })
  .openapi('ClaimExchange');

export const Deadline = z
  .object({
    id: z.string(),
    claim_id: z.string(),
    side: z.enum(['maker', 'ours']),
    what: z.string(),
    due_on: DayText,
    met_on: Nullable,
    dropped_at: Nullable,
    reminders_sent: z.int(),
    created_at: Instant,
  })
  .openapi('ClaimDeadline');

export const Counter = z
  .object({
    id: z.string(),
    claim_id: z.string(),
    exchange_id: z.string(),
    statement: z.string(),
    amount: Amount,
    currency: Nullable,
    state: z.enum(['open', 'accepted', 'refused']),
    reason: Nullable,
    decided_at: Nullable,
    decided_by: Nullable,
    created_at: Instant,
  })
  .openapi('CounterClaim');

export const Settlement = z
  .object({
    id: z.string(),
    claim_id: z.string(),
    remedy: z.enum(remedies),
    amount: Amount,
    currency: Nullable,
    reference: Nullable,
    note: Nullable,
    settled_on: DayText,
    created_by: z.string(),
    created_at: Instant,
  })
  .openapi('Settlement');

export const ClaimInFull = Claim.extend({
  maker_code: z.string(),
  maker_name: z.string(),
  owner_name: Nullable,
  investigation: z.object({ id: z.string(), number: z.string(), title: z.string() }).nullable(),
  lines: z.array(Line.extend({ serial: z.string(), model_code: z.string(), batch_code: Nullable, successor_serial: Nullable, location: Nullable })),
  exchanges: z.array(Exchange),
  deadlines: z.array(Deadline),
  counter_claims: z.array(Counter),
  settlements: z.array(Settlement),
  steps: z.array(z.string()),
}).openapi('ClaimInFull');

export function lineJson<Row extends ClaimLineRow>({ claimed_minor, accepted_minor, settled_minor, ...row }: Row, currency: string | null) {
  return {
    ...jsonOf(row),
    claimed_amount: amountOrNull(claimed_minor, currency),
    accepted_amount: amountOrNull(accepted_minor, currency),
    settled_amount: amountOrNull(settled_minor, currency),
  };
}

export const counterJson = ({ amount_minor, ...row }: ClaimCounterRow) => ({ ...jsonOf(row), amount: amountOrNull(amount_minor, row.currency) });

export const settlementJson = ({ amount_minor, ...row }: ClaimSettlementRow) => ({ ...jsonOf(row), amount: amountOrNull(amount_minor, row.currency) });

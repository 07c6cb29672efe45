import type { ClaimState, LineState } from './lifecycle.ts';

export const remedies = ['credit', 'replacement', 'repair', 'refund', 'root_cause_report'] as const;
export type Remedy = (typeof remedies)[number];

/** What we ask of a maker. */
export interface ClaimRow {
  id: string;
  number: string;
  maker_id: string;
  investigation_id: string | null;
  title: string;
  statement: string;
  remedy: Remedy;
  currency: string | null;
  state: ClaimState;
  owner_id: string | null;
  next_on: string | null;
  maker_rma: string | null;
  submitted_on: string | null;
  answered_on: string | null;
  settled_on: string | null;
  closed_at: number | null;
  close_reason: string | null;
  created_by: string;
  created_at: number;
  updated_at: number;
  version: number;
}

/** One unit of a claim. Amounts in the smallest unit of the claim's currency; null where no money is asked. */
export interface ClaimLineRow {
  id: string;
  claim_id: string;
  unit_id: string;
  return_unit_id: string | null;
  failure_mode_id: string | null;
  state: LineState;
  reason: string | null;
  claimed_minor: number | null;
  accepted_minor: number | null;
  settled_minor: number | null;
  settlement_id: string | null;
  sent_on: string | null;
  returned_on: string | null;
  outcome: 'repaired' | 'replaced' | 'returned_unrepaired' | null;
  successor_id: string | null;
  created_at: number;
  version: number;
}

export interface ClaimExchangeRow {
  id: string;
  claim_id: string;
  direction: 'to_maker' | 'from_maker';
  kind: 'submission' | 'receipt' | 'answer' | 'question' | 'reply' | 'counter_claim' | 'settlement' | 'report';
  text: string;
  exchanged_on: string;
  created_by: string;
  created_at: number;
}

export interface ClaimDeadlineRow {
  id: string;
  claim_id: string;
  side: 'maker' | 'ours';
  what: 'answer' | 'reply' | 'unit_return' | 'payment' | 'report';
  due_on: string;
  met_on: string | null;
  dropped_at: number | null;
  reminders_sent: number;
  created_at: number;
}

export interface ClaimCounterRow {
  id: string;
  claim_id: string;
  exchange_id: string;
  statement: string;
  amount_minor: number | null;
  currency: string | null;
  state: 'open' | 'accepted' | 'refused';
  reason: string | null;
  decided_at: number | null;
  decided_by: string | null;
  created_at: number;
}

export interface ClaimSettlementRow {
  id: string;
  claim_id: string;
  remedy: Remedy;
  amount_minor: number | null;
  currency: string | null;
  reference: string | null;
  note: string | null;
  settled_on: string;
  created_by: string;
  created_at: number;
}

/** Frozen figures. `content` is canonical JSON; `fingerprint` its SHA-256. */
export interface EvidencePackRow {
  id: string;
  fingerprint: string;
  subject_kind: 'alert' | 'cohort' | 'investigation' | 'claim';
  subject_id: string | null;
  maker_id: string;
  title: string;
  as_of_on: string;
  content: string;
  created_by: string;
  created_at: number;
}

export interface ClaimTables {
  claims: ClaimRow;
  claim_lines: ClaimLineRow;
  claim_exchanges: ClaimExchangeRow;
  claim_deadlines: ClaimDeadlineRow;
  claim_counters: ClaimCounterRow;
  claim_settlements: ClaimSettlementRow;
  evidence_packs: EvidencePackRow;
}

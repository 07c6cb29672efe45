export interface CodeRow {
  id: string;
  tree: 'symptom' | 'failure_mode' | 'component' | 'cause';
  code: string;
  parent_id: string | null;
  name_en: string;
  name_ja: string;
  merged_into_id: string | null;
  retired_at: number | null;
  created_at: number;
  version: number;
}

export interface ReturnRow {
  id: string;
  number: string;
  type: 'advance_replacement' | 'return_first' | 'repair' | 'no_return_needed';
  state: 'draft' | 'authorised' | 'open' | 'closed' | 'rejected' | 'cancelled';
  customer_id: string | null;
  partner_id: string | null;
  case_id: string | null;
  owner_id: string | null;
  note: string | null;
  ship_to: string | null;
  rejected_reason: string | null;
  origin: 'filed' | 'scan' | 'import';
  filed_on: string;
  authorised_at: number | null;
  closed_at: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ReturnUnitRow {
  id: string;
  return_id: string;
  unit_id: string;
  partner_id: string | null;
  state: 'expected' | 'received' | 'inspecting' | 'dispositioned' | 'resolved' | 'written_off' | 'cancelled';
  unexpected_at: number | null;
  returned_on: string | null;
  failed_on: string | null;
  expected_by_on: string | null;
  received_at: number | null;
  received_by: string | null;
  dispositioned_at: number | null;
  resolved_at: number | null;
  reported_symptom_id: string | null;
  reported_text: string | null;
  /** JSON of what the device said of itself when the return was filed, frozen. */
  snapshot: string | null;
  verdict: 'confirmed' | 'no_fault_found' | 'customer_damage' | 'wrong_unit' | 'undetermined' | null;
  failure_mode_id: string | null;
  component_id: string | null;
  cause_id: string | null;
  verdict_by: string | null;
  verdict_at: number | null;
  disposition: 'restock' | 'repair' | 'refurbish' | 'return_to_maker' | 'scrap' | 'return_to_customer' | 'not_returned' | null;
  coverage: 'maker' | 'own_warranty' | 'contract' | 'goodwill' | 'paid' | null;
  /** In the words of the person who decided; null while it follows from the facts below, which speak any language. */
  coverage_reason: string | null;
  /** What the own warranty was counted from. */
  warranty_basis: 'delivered_on' | 'purchased_on' | 'shipped_on' | 'inherited' | null;
  warranty_starts_on: string | null;
  /** Of the support contract that pays; null for one without an end too. */
  contract_ends_on: string | null;
  own_warranty_ends_on: string | null;
  maker_warranty_ends_on: string | null;
  /** 1 for the first return of the unit, 2 for the second… */
  repeat_no: number;
  footage_erased_at: number | null;
  footage_erased_by: string | null;
  reminders_sent: number;
  write_off_requested_by: string | null;
  write_off_approved_by: string | null;
  written_off_at: number | null;
  /** The return unit that this receipt counts for, once the box turned out to hold a unit expected elsewhere. */
  merged_into_id: string | null;
  created_at: number;
  updated_at: number;
  version: number;
}

/** What was decided for a unit. `requested` waits for a second person. */
export interface DispositionRow {
  id: string;
  return_unit_id: string;
  unit_id: string;
  disposition: NonNullable<ReturnUnitRow['disposition']>;
  state: 'requested' | 'posted' | 'done' | 'reversed' | 'withdrawn';
  condition: string | null;
  reason: string | null;
  override_reason: string | null;
  requested_by: string;
  requested_name: string;
  requested_at: number;
  approved_by: string | null;
  approved_name: string | null;
  posted_at: number | null;
  move_id: string | null;
  reversed_at: number | null;
  reversal_id: string | null;
  reversal_reason: string | null;
  version: number;
}

/** What leaves the house for a return: a replacement, or the unit itself on its way back. */
export interface OutboundLegRow {
  id: string;
  return_id: string;
  return_unit_id: string | null;
  partner_id: string | null;
  kind: 'replacement' | 'same_unit';
  state: 'requested' | 'reserved' | 'shipped' | 'delivered' | 'cancelled';
  model_id: string;
  unit_id: string | null;
  reservation_id: string | null;
  carrier: string | null;
  tracking_no: string | null;
  reserved_at: number | null;
  shipped_at: number | null;
  delivered_at: number | null;
  cancelled_at: number | null;
  cancelled_reason: string | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ReturnsTables {
  codes: CodeRow;
  dispositions: DispositionRow;
  outbound_legs: OutboundLegRow;
  returns: ReturnRow;
  return_units: ReturnUnitRow;
}

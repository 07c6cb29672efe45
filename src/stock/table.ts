import type { UnitPlaceRow } from '../ledger/table.ts';

/** A cohort that may not be shipped. Null narrows nothing. */
export interface StockHoldRow {
  id: string;
  model_id: string;
  hw_rev: string | null;
  batch_id: string | null;
  firmware_id: string | null;
  state: 'active' | 'released';
  reason: string;
  /** What made it: `alert`, `investigation`, … and its id. */
  cause_kind: string | null;
  cause_id: string | null;
  placed_by: string;
  placed_name: string;
  placed_at: number;
  released_by: string | null;
  released_name: string | null;
  released_at: number | null;
  release_reason: string | null;
  version: number;
}

/** A promise of good stock: one serialised unit, or a quantity of an un-serialised spare. */
export interface StockReservationRow {
  id: string;
  model_id: string;
  /** The model that was asked for; another than `model_id` when a substitute was taken. */
  asked_model_id: string;
  unit_id: string | null;
  quantity: number;
  /** What of it has left so far. */
  shipped_quantity: number;
  state: 'active' | 'fulfilled' | 'released';
  cause_kind: string;
  cause_id: string | null;
  note: string | null;
  created_by: string;
  created_name: string;
  created_at: number;
  ended_at: number | null;
  ended_reason: string | null;
  version: number;
}

export interface StockPolicyRow {
  model_id: string;
  reorder_point: number;
  safety_stock: number;
  lead_time_days: number | null;
  order_quantity: number | null;
  updated_by: string;
  updated_at: number;
  version: number;
}

export interface PurchaseOrderRow {
  id: string;
  number: string;
  supplier: string;
  state: 'draft' | 'ordered' | 'partly_received' | 'received' | 'cancelled';
  ordered_on: string | null;
  expected_on: string | null;
  note: string | null;
  created_by: string;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface PurchaseOrderLineRow {
  id: string;
  purchase_order_id: string;
  model_id: string;
  quantity: number;
  received_quantity: number;
  unit_cost: number | null;
  currency: string | null;
}

/** One walk through a location with a scanner. */
export interface StockCountRow {
  id: string;
  location: UnitPlaceRow['location'];
  model_id: string | null;
  state: 'running' | 'booked' | 'cancelled';
  note: string | null;
  started_by: string;
  started_name: string;
  started_at: number;
  ended_by: string | null;
  ended_at: number | null;
  version: number;
}

export interface StockCountScanRow {
  count_id: string;
  unit_id: string;
  scan: string;
  scanned_by: string;
  scanned_at: number;
}

export interface StockCountQuantityRow {
  count_id: string;
  model_id: string;
  condition: UnitPlaceRow['condition'];
  quantity: number;
  counted_at: number;
}

/** What differed when a count was booked, and the move that booked it. */
export interface StockCountDifferenceRow {
  count_id: string;
  line_no: number;
  kind: 'missing' | 'found' | 'quantity';
  model_id: string;
  unit_id: string | null;
  recorded: string | null;
  difference: number;
  move_id: string;
}

/** Stock given up without a return. `requested` waits for a second person. */
export interface StockWriteOffRow {
  id: string;
  kind: 'scrapped' | 'lost';
  state: 'requested' | 'posted' | 'withdrawn' | 'reversed';
  unit_id: string | null;
  model_id: string;
  quantity: number;
  location: string;
  condition: string;
  reason: string;
  requested_by: string;
  requested_name: string;
  requested_at: number;
  approved_by: string | null;
  approved_name: string | null;
  ended_at: number | null;
  ended_reason: string | null;
  move_id: string | null;
  reversal_id: string | null;
  version: number;
}

/** Spares a model is expected to need over its lead time, as the life analysis last said. */
export interface StockForecastRow {
  model_id: string;
  horizon_days: number;
  expected_demand: number;
  /** 95 % prediction interval of the demand. */
  demand_low: number | null;
  demand_high: number | null;
  service_level: number | null;
  /** Units that cover the demand at the service level. */
  service_quantity: number | null;
  method: string;
  computed_at: number;
}

export interface StockTables {
  stock_forecasts: StockForecastRow;
  purchase_order_lines: PurchaseOrderLineRow;
  purchase_orders: PurchaseOrderRow;
  stock_count_differences: StockCountDifferenceRow;
  stock_count_quantities: StockCountQuantityRow;
  stock_count_scans: StockCountScanRow;
  stock_counts: StockCountRow;
  stock_holds: StockHoldRow;
  stock_policies: StockPolicyRow;
  stock_reservations: StockReservationRow;
  stock_write_offs: StockWriteOffRow;
}

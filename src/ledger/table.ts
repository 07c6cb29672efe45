export interface StockMoveRow {
  id: string;
  at: number;
  unit_id: string | null;
  model_id: string;
  quantity: number;
  from_location: string;
  to_location: string;
  from_condition: string | null;
  to_condition: 'new' | 'verified' | 'refurbished' | 'defective' | 'unverified';
  cause_kind: string;
  cause_id: string | null;
  reason: string | null;
  reverses_id: string | null;
  actor_id: string;
  actor_name: string;
}

export interface UnitPlaceRow {
  unit_id: string;
  location:
    | 'customer'
    | 'in_transit'
    | 'receiving'
    | 'quarantine'
    | 'bench'
    | 'good_stock'
    | 'defect_stock'
    | 'repair'
    | 'maker'
    | 'scrapped'
    | 'lost'
    | 'supplier'
    | 'adjustment';
  condition: 'new' | 'verified' | 'refurbished' | 'defective' | 'unverified';
  move_id: string;
  since_at: number;
}

export interface StockBalanceRow {
  model_id: string;
  location: string;
  condition: string;
  quantity: number;
}

export interface LedgerTables {
  stock_moves: StockMoveRow;
  unit_places: UnitPlaceRow;
  stock_balances: StockBalanceRow;
}

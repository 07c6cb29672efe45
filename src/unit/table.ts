export interface UnitRow {
  id: string;
  model_id: string;
  serial: string;
  serial_key: string;
  identity: 'confirmed' | 'provisional';
  batch_id: string | null;
  hw_rev: string | null;
  firmware_id: string | null;
  customer_id: string | null;
  site_id: string | null;
  partner_id: string | null;
  shipped_on: string | null;
  delivered_on: string | null;
  purchased_on: string | null;
  own_warranty_ends_on: string | null;
  predecessor_id: string | null;
  merged_into_id: string | null;
  merged_at: number | null;
  /** Set when the import that made this unit was undone: its moves are reversed, its intervals and identifiers gone. */
  removed_at: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface UnitIdentifierRow {
  unit_id: string;
  kind: 'mac' | 'device_id' | 'asset_tag' | 'former_serial';
  identifier: string;
  identifier_key: string;
  created_at: number;
}

export interface ServiceIntervalRow {
  id: string;
  unit_id: string;
  site_id: string | null;
  customer_id: string | null;
  from_on: string;
  to_on: string | null;
  estimated_at: number | null;
  mounting: 'indoor' | 'outdoor' | null;
  power: string | null;
  network: string | null;
  created_at: number;
  version: number;
}

export interface FirmwareIntervalRow {
  id: string;
  unit_id: string;
  firmware_id: string;
  from_on: string;
  to_on: string | null;
  created_at: number;
}

export interface UnitTables {
  units: UnitRow;
  unit_identifiers: UnitIdentifierRow;
  service_intervals: ServiceIntervalRow;
  firmware_intervals: FirmwareIntervalRow;
}

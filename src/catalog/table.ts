export interface MakerRow {
  id: string;
  code: string;
  name: string;
  contact_email: string | null;
  locale: 'en' | 'ja';
  created_at: number;
  version: number;
}

export interface ModelRow {
  id: string;
  maker_id: string;
  code: string;
  name: string;
  family: string | null;
  own_warranty_months: number | null;
  maker_warranty_months: number | null;
  temp_limit_c: number | null;
  unit_cost: number | null;
  currency: string | null;
  created_at: number;
  version: number;
}

export interface ModelSubstituteRow {
  model_id: string;
  substitute_id: string;
  preference: number;
}

export interface BatchRow {
  id: string;
  model_id: string;
  code: string;
  made_on: string | null;
  created_at: number;
  version: number;
}

export interface FirmwareRow {
  id: string;
  model_id: string;
  code: string;
  released_on: string | null;
  created_at: number;
  version: number;
}

export interface PartnerRow {
  id: string;
  code: string;
  name: string;
  email: string | null;
  created_at: number;
  version: number;
}

export interface CustomerRow {
  id: string;
  code: string;
  name: string;
  partner_id: string | null;
  contact_name: string | null;
  email: string | null;
  phone: string | null;
  locale: 'en' | 'ja';
  created_at: number;
  version: number;
}

export interface SiteRow {
  id: string;
  customer_id: string;
  partner_id: string | null;
  code: string;
  name: string;
  kind: string | null;
  region: string | null;
  address: string | null;
  created_at: number;
  version: number;
}

export interface ContractRow {
  id: string;
  code: string;
  customer_id: string;
  partner_id: string | null;
  plan: string;
  coverage: 'none' | 'advance_replacement' | 'on_site' | 'full';
  starts_on: string;
  ends_on: string | null;
  cancelled_on: string | null;
  cancel_reason: string | null;
  created_at: number;
  version: number;
}

export interface CatalogTables {
  makers: MakerRow;
  models: ModelRow;
  model_substitutes: ModelSubstituteRow;
  batches: BatchRow;
  firmwares: FirmwareRow;
  partners: PartnerRow;
  customers: CustomerRow;
  sites: SiteRow;
  contracts: ContractRow;
}

-- Makers and what they make; customers and where it hangs.

CREATE TABLE makers (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  contact_email TEXT,
  locale TEXT NOT NULL DEFAULT 'en' CHECK (locale IN ('en','ja')),
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE models (
  id TEXT NOT NULL PRIMARY KEY,
  maker_id TEXT NOT NULL REFERENCES makers (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  family TEXT,
  own_warranty_months BIGINT CHECK (own_warranty_months >= 0),
  maker_warranty_months BIGINT CHECK (maker_warranty_months >= 0),
  temp_limit_c DOUBLE PRECISION,
  unit_cost DOUBLE PRECISION CHECK (unit_cost >= 0),
  currency TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (maker_id, code)
);
CREATE INDEX models_by_code ON models (code);

CREATE TABLE model_substitutes (
  model_id TEXT NOT NULL REFERENCES models (id),
  substitute_id TEXT NOT NULL REFERENCES models (id),
  preference BIGINT NOT NULL,
  PRIMARY KEY (model_id, substitute_id),
  CHECK (model_id <> substitute_id)
);

CREATE TABLE batches (
  id TEXT NOT NULL PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id),
  code TEXT NOT NULL,
  made_on TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (model_id, code)
);

CREATE TABLE firmwares (
  id TEXT NOT NULL PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id),
  code TEXT NOT NULL,
  released_on TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (model_id, code)
);

CREATE TABLE partners (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE customers (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  partner_id TEXT REFERENCES partners (id),
  contact_name TEXT,
  email TEXT,
  phone TEXT,
  locale TEXT NOT NULL DEFAULT 'ja' CHECK (locale IN ('en','ja')),
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX customers_by_partner ON customers (partner_id);

CREATE TABLE sites (
  id TEXT NOT NULL PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  partner_id TEXT REFERENCES partners (id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT,
  region TEXT,
  address TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX sites_by_customer ON sites (customer_id);

CREATE TABLE contracts (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  customer_id TEXT NOT NULL REFERENCES customers (id),
  partner_id TEXT REFERENCES partners (id),
  plan TEXT NOT NULL,
  coverage TEXT NOT NULL DEFAULT 'none' CHECK (coverage IN ('none','advance_replacement','on_site','full')),
  starts_on TEXT NOT NULL,
  ends_on TEXT,
  cancelled_on TEXT,
  cancel_reason TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX contracts_by_customer ON contracts (customer_id);

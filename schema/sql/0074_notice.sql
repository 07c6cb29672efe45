-- Telling customers before they ask, and telling support itself.

CREATE TABLE notices (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('defect','firmware','incident','maintenance','other')),
  state TEXT NOT NULL CHECK (state IN ('draft','in_review','approved','sent','finished','cancelled')),
  stage TEXT NOT NULL CHECK (stage IN ('first','update','resolved')),
  follows_id TEXT REFERENCES notices (id),
  subject_en TEXT NOT NULL,
  body_en TEXT NOT NULL,
  subject_ja TEXT NOT NULL,
  body_ja TEXT NOT NULL,
  query TEXT NOT NULL,
  checklist TEXT NOT NULL,
  starts_at BIGINT,
  ends_at BIGINT,
  recipients_approved BIGINT,
  created_by TEXT NOT NULL,
  created_by_name TEXT NOT NULL,
  approved_by TEXT,
  approved_by_name TEXT,
  approved_at BIGINT,
  sent_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (approved_by IS NULL OR approved_by <> created_by),
  CHECK (state NOT IN ('approved','sent','finished') OR approved_by IS NOT NULL)
);
CREATE INDEX notices_by_state ON notices (state, created_at);

-- The list as it was approved: one contact each, and what became of the message.
CREATE TABLE notice_recipients (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  contact_key TEXT NOT NULL,
  email TEXT,
  name TEXT NOT NULL,
  locale TEXT NOT NULL CHECK (locale IN ('en','ja')),
  customer_id TEXT REFERENCES customers (id),
  partner_id TEXT REFERENCES partners (id),
  units BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listed','queued','no_address','left_out')),
  outbox_key TEXT,
  reason TEXT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (notice_id, contact_key)
);
CREATE INDEX notice_recipients_by_customer ON notice_recipients (customer_id);
CREATE INDEX notice_recipients_by_partner ON notice_recipients (partner_id);

CREATE TABLE notice_units (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  contact_key TEXT NOT NULL,
  partner_id TEXT REFERENCES partners (id),
  PRIMARY KEY (notice_id, unit_id)
);
CREATE INDEX notice_units_by_unit ON notice_units (unit_id);

-- News for support itself: releases, firmware, maintenance.
CREATE TABLE news (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('release','firmware','maintenance','rule','other')),
  title_en TEXT NOT NULL,
  body_en TEXT NOT NULL,
  title_ja TEXT NOT NULL,
  body_ja TEXT NOT NULL,
  confirm_by_at BIGINT,
  created_by TEXT NOT NULL,
  created_by_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  withdrawn_at BIGINT
);
CREATE INDEX news_by_age ON news (created_at);

CREATE TABLE news_readings (
  news_id TEXT NOT NULL REFERENCES news (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  read_at BIGINT NOT NULL,
  PRIMARY KEY (news_id, user_id)
);

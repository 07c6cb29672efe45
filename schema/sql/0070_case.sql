-- Inquiries. What happened is in case_events, append-only; cases, case_units, case_measures and case_spans are computed from them and can be rebuilt.

-- Category tree of inquiries and the tree of their causes. Codes may retire, never vanish.
CREATE TABLE case_codes (
  id TEXT NOT NULL PRIMARY KEY,
  tree TEXT NOT NULL CHECK (tree IN ('category','cause')),
  code TEXT NOT NULL,
  parent_id TEXT REFERENCES case_codes (id),
  name_en TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (tree, code),
  CHECK (parent_id IS NULL OR parent_id <> id)
);

-- The lock every change of a case takes first, and the numbers it hands out: commits happen in the order of `no`.
CREATE TABLE case_marks (
  name TEXT NOT NULL PRIMARY KEY,
  no BIGINT NOT NULL
);
INSERT INTO case_marks (name, no) VALUES ('change', 0);
INSERT INTO case_marks (name, no) VALUES ('number', 0);

CREATE TABLE cases (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  external_no TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('new','open','waiting_customer','waiting_engineering','waiting_maker','solved','closed')),
  type TEXT NOT NULL CHECK (type IN ('trouble','usage','contract','partner','internal')),
  source TEXT NOT NULL CHECK (source IN ('mail','chat','phone','partner_form','api','csv','alert','staff')),
  initiated_by TEXT NOT NULL CHECK (initiated_by IN ('customer','partner','staff','alert')),
  subject TEXT NOT NULL,
  customer_id TEXT REFERENCES customers (id),
  partner_id TEXT REFERENCES partners (id),
  contract_id TEXT REFERENCES contracts (id),
  contact_name TEXT,
  contact_email TEXT,
  contact_locale TEXT NOT NULL DEFAULT 'ja' CHECK (contact_locale IN ('en','ja')),
  owner_id TEXT REFERENCES users (id),
  category_id TEXT REFERENCES case_codes (id),
  cause_id TEXT REFERENCES case_codes (id),
  since_text TEXT,
  tried_text TEXT,
  solution TEXT,
  next_step TEXT,
  next_due_at BIGINT,
  rating BIGINT CHECK (rating BETWEEN 1 AND 5),
  alert_id TEXT,
  notice_id TEXT,
  known_issue_id TEXT,
  merged_into_id TEXT REFERENCES cases (id),
  spam_at BIGINT,
  opened_at BIGINT NOT NULL,
  last_customer_at BIGINT,
  last_staff_at BIGINT,
  unanswered_since_at BIGINT,
  solved_at BIGINT,
  closed_at BIGINT,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (state = 'new' OR owner_id IS NOT NULL),
  CHECK (merged_into_id IS NULL OR merged_into_id <> id)
);
CREATE INDEX cases_by_opening ON cases (opened_at, id);
CREATE INDEX cases_by_owner ON cases (owner_id, state);
CREATE INDEX cases_by_state ON cases (state, opened_at);
CREATE INDEX cases_by_customer ON cases (customer_id, opened_at);
CREATE INDEX cases_by_partner ON cases (partner_id, opened_at);
CREATE INDEX cases_by_contact ON cases (contact_email);
CREATE INDEX cases_by_alert ON cases (alert_id) WHERE alert_id IS NOT NULL;
CREATE INDEX cases_by_notice ON cases (notice_id) WHERE notice_id IS NOT NULL;
CREATE INDEX cases_by_cause ON cases (cause_id, solved_at) WHERE cause_id IS NOT NULL;
CREATE INDEX cases_by_merge ON cases (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- The truth. `id` sorts by `at`; an event that came from elsewhere has an id made of its moment and its source_key, so that the order of arrival is no part of it.
CREATE TABLE case_events (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('public','internal')),
  by_kind TEXT NOT NULL CHECK (by_kind IN ('customer','partner','staff','bot')),
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  body TEXT,
  facts TEXT NOT NULL,
  source_key TEXT UNIQUE,
  CHECK (visibility = 'internal' OR kind IN ('opened','message_in','message_out','auto_reply','solved','reopened','closed','rated','visit_agreed','visit_cancelled','unit_linked'))
);
CREATE INDEX case_events_by_case ON case_events (case_id, at, id);
CREATE INDEX case_events_by_actor ON case_events (actor_id, at);

CREATE TABLE case_units (
  case_id TEXT NOT NULL REFERENCES cases (id),
  unit_id TEXT NOT NULL REFERENCES units (id),
  PRIMARY KEY (case_id, unit_id)
);
CREATE INDEX case_units_by_unit ON case_units (unit_id);

-- What KPIs are made of: one narrow row per case. `exclusion` says why a case is no inbound inquiry.
CREATE TABLE case_measures (
  case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
  change_no BIGINT NOT NULL,
  exclusion TEXT CHECK (exclusion IN ('merged','spam','proactive','internal')),
  initiated_by TEXT NOT NULL,
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  owner_id TEXT,
  customer_id TEXT,
  contract_id TEXT,
  model_id TEXT,
  firmware_id TEXT,
  cause_id TEXT,
  category_id TEXT,
  opened_at BIGINT NOT NULL,
  asked_at BIGINT,
  replied_at BIGINT,
  first_solved_at BIGINT,
  solved_at BIGINT,
  asked_again_at BIGINT,
  reopens BIGINT NOT NULL,
  effective_reopens BIGINT NOT NULL,
  public_replies BIGINT NOT NULL,
  rating BIGINT,
  worked_minutes BIGINT,
  open_ms BIGINT NOT NULL,
  reply_business_ms BIGINT,
  first_solved_business_ms BIGINT,
  solved_business_ms BIGINT,
  open_business_ms BIGINT NOT NULL
);
CREATE INDEX case_measures_by_change ON case_measures (change_no);

-- When a case was open, half-open: the backlog of any instant.
CREATE TABLE case_spans (
  case_id TEXT NOT NULL REFERENCES cases (id),
  from_at BIGINT NOT NULL,
  to_at BIGINT,
  PRIMARY KEY (case_id, from_at),
  CHECK (to_at IS NULL OR to_at >= from_at)
);
CREATE INDEX case_spans_by_end ON case_spans (to_at);

-- What others are asked: a sub-request, advice from a peer, an escalation to engineering.
CREATE TABLE case_requests (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  kind TEXT NOT NULL CHECK (kind IN ('request','advice','escalation')),
  state TEXT NOT NULL CHECK (state IN ('waiting','answered','withdrawn')),
  asked_of TEXT NOT NULL,
  asked_user_id TEXT REFERENCES users (id),
  question TEXT NOT NULL,
  facts TEXT,
  model_id TEXT,
  category_id TEXT,
  differs_from_id TEXT REFERENCES case_requests (id),
  differs_because TEXT,
  due_at BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  answer TEXT,
  answered_by TEXT,
  answered_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((state = 'answered') = (answered_at IS NOT NULL)),
  CHECK (kind <> 'escalation' OR facts IS NOT NULL)
);
CREATE INDEX case_requests_by_case ON case_requests (case_id, id);
CREATE INDEX case_requests_waiting ON case_requests (due_at) WHERE state = 'waiting';

CREATE TABLE case_templates (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  type TEXT CHECK (type IN ('trouble','usage','contract','partner','internal')),
  name TEXT NOT NULL,
  body_en TEXT NOT NULL,
  body_ja TEXT NOT NULL,
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

-- What helps meanwhile, for the most specific match: model + firmware > model > maker > all.
CREATE TABLE workarounds (
  id TEXT NOT NULL PRIMARY KEY,
  maker_id TEXT REFERENCES makers (id),
  model_id TEXT REFERENCES models (id),
  firmware_id TEXT REFERENCES firmwares (id),
  category_id TEXT REFERENCES case_codes (id),
  title_en TEXT NOT NULL,
  title_ja TEXT NOT NULL,
  steps_en TEXT NOT NULL,
  steps_ja TEXT NOT NULL,
  retired_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (firmware_id IS NULL OR model_id IS NOT NULL),
  CHECK (model_id IS NULL OR maker_id IS NULL)
);

-- On-site visits.
CREATE TABLE visits (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  unit_id TEXT REFERENCES units (id),
  site_id TEXT REFERENCES sites (id),
  state TEXT NOT NULL CHECK (state IN ('planned','done','cancelled')),
  coverage TEXT NOT NULL CHECK (coverage IN ('contract','own_warranty','goodwill','paid')),
  coverage_reason TEXT NOT NULL,
  fee DOUBLE PRECISION CHECK (fee >= 0),
  fee_agreed_by TEXT,
  visit_on TEXT NOT NULL,
  parts TEXT,
  result TEXT,
  outcome TEXT CHECK (outcome IN ('fixed','not_fixed','return_needed')),
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((state = 'done') = (outcome IS NOT NULL)),
  CHECK (coverage <> 'paid' OR fee_agreed_by IS NOT NULL)
);
CREATE INDEX visits_by_case ON visits (case_id);

-- Commands sent to a camera from a case; the reply is in device_commands.
CREATE TABLE case_commands (
  case_id TEXT NOT NULL REFERENCES cases (id),
  command_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, command_id)
);

-- Business hours, by version: a new version holds from a day on and leaves the days before as they were.
CREATE TABLE calendars (
  id TEXT NOT NULL PRIMARY KEY,
  from_on TEXT NOT NULL UNIQUE,
  zone TEXT NOT NULL,
  hours TEXT NOT NULL,
  holidays TEXT NOT NULL CHECK (holidays IN ('jp','none')),
  closed_days TEXT NOT NULL,
  open_days TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Mail that programs wrote and that answers no case: bounces, notices of absence, alarms of other systems. Kept until a person opens a case of it or lays it aside.
CREATE TABLE automatic_mails (
  id TEXT NOT NULL PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting','opened','dismissed')),
  from_email TEXT NOT NULL,
  from_name TEXT,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  -- It says that a mail of ours could not be delivered; which one, if it is known.
  bounced BIGINT NOT NULL CHECK (bounced IN (0,1)),
  outbox_id TEXT REFERENCES outbox (id),
  files TEXT NOT NULL,
  refused_files TEXT NOT NULL,
  sent_at BIGINT,
  received_at BIGINT NOT NULL,
  case_id TEXT REFERENCES cases (id),
  settled_by TEXT,
  settled_at BIGINT,
  reason TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK ((state = 'waiting') = (settled_at IS NULL)),
  CHECK ((state = 'opened') = (case_id IS NOT NULL))
);
CREATE INDEX automatic_mails_waiting ON automatic_mails (received_at) WHERE state = 'waiting';
CREATE INDEX automatic_mails_by_outbox ON automatic_mails (outbox_id) WHERE outbox_id IS NOT NULL;

-- The links by which customers rate: only the hash is kept.
CREATE TABLE case_rating_links (
  hash TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  created_at BIGINT NOT NULL
);
CREATE INDEX case_events_of_workarounds ON case_events (kind) WHERE kind = 'workaround_tried';

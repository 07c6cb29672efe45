-- What KPIs need beside the cases: hours worked, targets, and what was done about them. And what is learned from cases.

-- Hours a person worked at the desk on a day, as the time sheet says.
CREATE TABLE work_hours (
  user_id TEXT NOT NULL REFERENCES users (id),
  worked_on TEXT NOT NULL,
  minutes BIGINT NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, worked_on)
);

CREATE TABLE kpi_targets (
  id TEXT NOT NULL PRIMARY KEY,
  kpi TEXT NOT NULL,
  from_on TEXT NOT NULL,
  goal DOUBLE PRECISION NOT NULL,
  owner_id TEXT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  UNIQUE (kpi, from_on)
);

-- Measures taken, shown on the chart at their day.
CREATE TABLE kpi_notes (
  id TEXT NOT NULL PRIMARY KEY,
  kpi TEXT NOT NULL,
  noted_on TEXT NOT NULL,
  note TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX kpi_notes_by_kpi ON kpi_notes (kpi, noted_on);

-- Improvement items: a hypothesis, the cases behind it, the day of the change, and what came of it.
CREATE TABLE improvements (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  hypothesis TEXT NOT NULL,
  cause_id TEXT REFERENCES case_codes (id),
  category_id TEXT REFERENCES case_codes (id),
  model_id TEXT REFERENCES models (id),
  owner_id TEXT NOT NULL REFERENCES users (id),
  state TEXT NOT NULL CHECK (state IN ('proposed','changed','confirmed','refuted','dropped')),
  changed_on TEXT,
  verdict TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (cause_id IS NOT NULL OR category_id IS NOT NULL OR model_id IS NOT NULL),
  CHECK (state IN ('proposed','dropped') OR changed_on IS NOT NULL),
  CHECK (state NOT IN ('confirmed','refuted') OR verdict IS NOT NULL)
);

CREATE TABLE improvement_cases (
  improvement_id TEXT NOT NULL REFERENCES improvements (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (improvement_id, case_id)
);

-- The voice of the customer: a bad rating read by two people, neither of whom sees the other's answer before both are in.
CREATE TABLE voc_reviews (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
  state TEXT NOT NULL CHECK (state IN ('reviewing','to_agree','agreed')),
  rating BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
  first_reviewer_id TEXT NOT NULL REFERENCES users (id),
  second_reviewer_id TEXT NOT NULL REFERENCES users (id),
  policy TEXT,
  agreed_by TEXT,
  agreed_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (first_reviewer_id <> second_reviewer_id),
  CHECK ((state = 'agreed') = (policy IS NOT NULL))
);

CREATE TABLE voc_answers (
  review_id TEXT NOT NULL REFERENCES voc_reviews (id),
  reviewer_id TEXT NOT NULL REFERENCES users (id),
  reason TEXT NOT NULL CHECK (reason IN ('product','response_speed','response_content','policy','other')),
  avoidable TEXT NOT NULL CHECK (avoidable IN ('yes','no')),
  comment TEXT NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (review_id, reviewer_id)
);

-- Running totals of a cohort: one row per day on which something changed and one for the first of every stretch, half a month for whole models and a quarter for finer cohorts: the sums up to that day. Any period is a
-- difference of two rows. exposure_days holds the device-days before `day`; active those in service on it; the counts include `day`. A row holds for the days
-- before until_day: the next row or the end of its stretch. The rows of one stretch lie together, so that an edge of a period is one contiguous scan.
CREATE TABLE quality_totals (
  kind TEXT NOT NULL,
  -- The first day of the stretch `day` lies in.
  stretch_day BIGINT NOT NULL,
  cohort_id BIGINT NOT NULL REFERENCES quality_cohorts (id),
  day BIGINT NOT NULL,
  until_day BIGINT NOT NULL CHECK (until_day > day),
  active BIGINT NOT NULL,
  exposure_days BIGINT NOT NULL,
  started BIGINT NOT NULL,
  finished BIGINT NOT NULL,
  confirmed BIGINT NOT NULL,
  nff BIGINT NOT NULL,
  untriaged BIGINT NOT NULL,
  other BIGINT NOT NULL,
  PRIMARY KEY (kind, stretch_day, cohort_id, day)
);

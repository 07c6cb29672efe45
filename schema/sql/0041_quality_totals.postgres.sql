-- Running totals of a cohort: one row per day on which something changed, the sums up to that day. Any period is a difference of two rows.
-- exposure_days holds the device-days before `day`; active those in service on it; the counts include `day`.
CREATE TABLE quality_totals (
  cohort_id BIGINT NOT NULL REFERENCES quality_cohorts (id),
  day BIGINT NOT NULL,
  active BIGINT NOT NULL,
  exposure_days BIGINT NOT NULL,
  started BIGINT NOT NULL,
  finished BIGINT NOT NULL,
  confirmed BIGINT NOT NULL,
  nff BIGINT NOT NULL,
  untriaged BIGINT NOT NULL,
  other BIGINT NOT NULL,
  PRIMARY KEY (cohort_id, day)
);

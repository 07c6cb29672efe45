-- Running totals of cohort_days by signal and model. device_days, episodes and events add up from the first of the month to the day, devices is the day's own. A day that
-- any model has rows of the signal on has one of every model heard earlier that month, so that one contiguous read tells how far all of them had come. Any period is whole months and
-- the difference of two days; a late day changes its model's rows to the end of the month, and one month.
CREATE TABLE signal_totals (
  signal TEXT NOT NULL,
  day_on TEXT NOT NULL,
  model_id TEXT NOT NULL,
  devices BIGINT NOT NULL,
  device_days BIGINT NOT NULL,
  episodes BIGINT NOT NULL,
  events DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (signal, day_on, model_id)
);

-- The same of whole months; month_on is the first of the month.
CREATE TABLE signal_months (
  signal TEXT NOT NULL,
  month_on TEXT NOT NULL,
  model_id TEXT NOT NULL,
  device_days BIGINT NOT NULL,
  episodes BIGINT NOT NULL,
  events DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (signal, month_on, model_id)
);

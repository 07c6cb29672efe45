-- A day of a million devices is counted a few thousand at a time, in the order of their numbers.
DROP INDEX device_days_by_day;
CREATE INDEX device_days_by_day ON device_days (day_on, device_no);

-- Who went offline lately is asked every minute, and how many are on every look at the devices: few rows of a million.
CREATE INDEX devices_by_offline ON devices (offline_at) WHERE online_at IS NULL;

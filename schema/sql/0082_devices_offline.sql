-- Who went offline lately is asked every minute: few rows of a million.
CREATE INDEX devices_by_offline ON devices (offline_at) WHERE offline_at IS NOT NULL;

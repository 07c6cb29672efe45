-- Telemetry events are never changed or removed.
-- begin
CREATE TRIGGER telemetry_events_no_update BEFORE UPDATE ON telemetry_events BEGIN SELECT RAISE(ABORT, 'telemetry_events is append-only'); END
-- end
-- begin
CREATE TRIGGER telemetry_events_no_delete BEFORE DELETE ON telemetry_events BEGIN SELECT RAISE(ABORT, 'telemetry_events is append-only'); END
-- end

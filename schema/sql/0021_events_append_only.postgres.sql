-- Telemetry events are never changed or removed. A segment is read back in parts: stored outside the row, uncompressed.
CREATE TRIGGER telemetry_events_append_only BEFORE UPDATE OR DELETE ON telemetry_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE report_segments ALTER COLUMN body SET STORAGE EXTERNAL;

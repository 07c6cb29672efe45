-- When a provisional unit turns out to be another, its returns, inspections and device follow: one unit, one history.
-- begin
CREATE FUNCTION merge_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE return_units SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE inspections SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE devices SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER units_merge AFTER UPDATE OF merged_into_id ON units FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL) EXECUTE FUNCTION merge_units();

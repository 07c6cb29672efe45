-- When a provisional unit turns out to be another, its returns, inspections and device follow: one unit, one history.
-- begin
CREATE TRIGGER units_merge AFTER UPDATE OF merged_into_id ON units WHEN NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL BEGIN
  UPDATE return_units SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE inspections SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE devices SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
END
-- end

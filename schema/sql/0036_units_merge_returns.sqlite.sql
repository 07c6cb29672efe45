-- What was decided for, promised of and shipped as a provisional unit follows it when it turns out to be another.
-- begin
CREATE TRIGGER units_merge_returns AFTER UPDATE OF merged_into_id ON units WHEN NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL BEGIN
  UPDATE dispositions SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE outbound_legs SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE stock_write_offs SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE stock_reservations SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
END
-- end

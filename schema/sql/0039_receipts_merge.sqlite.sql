-- What the bench found of a box, and the files about it, follow its receipt when that turns out to be of a unit expected elsewhere.
-- begin
CREATE TRIGGER return_units_merge AFTER UPDATE OF merged_into_id ON return_units WHEN NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL BEGIN
  UPDATE inspections SET return_unit_id = NEW.merged_into_id WHERE return_unit_id = NEW.id;
  UPDATE attachments SET record_id = NEW.merged_into_id WHERE record_kind = 'return_unit' AND record_id = NEW.id;
  UPDATE claim_lines SET return_unit_id = NEW.merged_into_id WHERE return_unit_id = NEW.id;
  UPDATE OR IGNORE recurrences SET return_unit_id = NEW.merged_into_id WHERE return_unit_id = NEW.id;
END
-- end

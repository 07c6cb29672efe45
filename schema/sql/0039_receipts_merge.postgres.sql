-- What the bench found of a box, and the files about it, follow its receipt when that turns out to be of a unit expected elsewhere.
-- begin
CREATE FUNCTION merge_receipts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE inspections SET return_unit_id = NEW.merged_into_id WHERE return_unit_id = NEW.id;
  UPDATE attachments SET record_id = NEW.merged_into_id WHERE record_kind = 'return_unit' AND record_id = NEW.id;
  UPDATE claim_lines SET return_unit_id = NEW.merged_into_id WHERE return_unit_id = NEW.id;
  UPDATE recurrences SET return_unit_id = NEW.merged_into_id WHERE return_unit_id = NEW.id
    AND NOT EXISTS (SELECT 1 FROM recurrences r WHERE r.investigation_id = recurrences.investigation_id AND r.return_unit_id = NEW.merged_into_id);
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER return_units_merge AFTER UPDATE OF merged_into_id ON return_units FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL) EXECUTE FUNCTION merge_receipts();

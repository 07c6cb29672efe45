-- Claims, links, samples and matches follow a unit that is merged into another, unless the other is there already.
-- begin
CREATE TRIGGER units_merge_claims AFTER UPDATE OF merged_into_id ON units WHEN NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL BEGIN
  UPDATE OR IGNORE claim_lines SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE claim_lines SET successor_id = NEW.merged_into_id WHERE successor_id = NEW.id AND unit_id <> NEW.merged_into_id;
  UPDATE known_issue_matches SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE test_samples SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE OR IGNORE investigation_links SET record_id = NEW.merged_into_id WHERE kind = 'unit' AND record_id = NEW.id;
END
-- end

-- Claims, links, samples and matches follow a unit that is merged into another, unless the other is there already.
-- begin
CREATE FUNCTION units_merge_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE claim_lines SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id
    AND NOT EXISTS (SELECT 1 FROM claim_lines other WHERE other.unit_id = NEW.merged_into_id AND (other.claim_id = claim_lines.claim_id OR other.state IN ('claimed','accepted','refused')));
  UPDATE claim_lines SET successor_id = NEW.merged_into_id WHERE successor_id = NEW.id AND unit_id <> NEW.merged_into_id;
  UPDATE known_issue_matches SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE test_samples SET unit_id = NEW.merged_into_id WHERE unit_id = NEW.id;
  UPDATE investigation_links SET record_id = NEW.merged_into_id WHERE kind = 'unit' AND record_id = NEW.id
    AND NOT EXISTS (SELECT 1 FROM investigation_links other WHERE other.investigation_id = investigation_links.investigation_id AND other.kind = 'unit' AND other.record_id = NEW.merged_into_id);
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER units_merge_claims AFTER UPDATE OF merged_into_id ON units FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL) EXECUTE FUNCTION units_merge_claims();

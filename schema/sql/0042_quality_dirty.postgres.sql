-- What changes a unit's contribution marks it dirty, whoever writes it.
-- begin
CREATE FUNCTION mark_unit_dirty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$
-- end
-- begin
CREATE FUNCTION mark_itself_dirty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_dirty (model_id, unit_id) VALUES (NEW.model_id, NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$
-- end
-- begin
CREATE FUNCTION mark_site_dirty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_dirty (model_id, unit_id)
  SELECT DISTINCT u.model_id, u.id FROM service_intervals s JOIN units u ON u.id = s.unit_id WHERE s.site_id = NEW.id ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$
-- end
CREATE TRIGGER service_intervals_dirty AFTER INSERT OR DELETE OR UPDATE OF unit_id, site_id, from_on, to_on ON service_intervals FOR EACH ROW EXECUTE FUNCTION mark_unit_dirty();
CREATE TRIGGER firmware_intervals_dirty AFTER INSERT OR DELETE OR UPDATE OF unit_id, firmware_id, from_on, to_on ON firmware_intervals FOR EACH ROW EXECUTE FUNCTION mark_unit_dirty();
CREATE TRIGGER return_units_dirty AFTER INSERT OR DELETE OR UPDATE OF unit_id, state, returned_on, failed_on, received_at, verdict, failure_mode_id, component_id ON return_units FOR EACH ROW EXECUTE FUNCTION mark_unit_dirty();
CREATE TRIGGER units_dirty AFTER UPDATE OF model_id, batch_id, hw_rev, firmware_id ON units FOR EACH ROW
  WHEN (OLD.model_id IS DISTINCT FROM NEW.model_id OR OLD.batch_id IS DISTINCT FROM NEW.batch_id OR OLD.hw_rev IS DISTINCT FROM NEW.hw_rev OR OLD.firmware_id IS DISTINCT FROM NEW.firmware_id)
  EXECUTE FUNCTION mark_itself_dirty();
CREATE TRIGGER sites_dirty AFTER UPDATE OF kind ON sites FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind) EXECUTE FUNCTION mark_site_dirty();

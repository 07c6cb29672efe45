-- What changes a unit's contribution marks it dirty, whoever writes it.
-- begin
CREATE TRIGGER service_intervals_dirty_insert AFTER INSERT ON service_intervals BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER service_intervals_dirty_update AFTER UPDATE OF unit_id, site_id, from_on, to_on ON service_intervals BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING; INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER service_intervals_dirty_delete AFTER DELETE ON service_intervals BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER firmware_intervals_dirty_insert AFTER INSERT ON firmware_intervals BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER firmware_intervals_dirty_update AFTER UPDATE OF unit_id, firmware_id, from_on, to_on ON firmware_intervals BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING; INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER firmware_intervals_dirty_delete AFTER DELETE ON firmware_intervals BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER return_units_dirty_insert AFTER INSERT ON return_units BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER return_units_dirty_update AFTER UPDATE OF unit_id, state, returned_on, failed_on, received_at, verdict, failure_mode_id, component_id ON return_units BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING; INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER return_units_dirty_delete AFTER DELETE ON return_units BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = OLD.unit_id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER units_dirty_update AFTER UPDATE OF model_id, batch_id, hw_rev, firmware_id ON units WHEN OLD.model_id IS NOT NEW.model_id OR OLD.batch_id IS NOT NEW.batch_id OR OLD.hw_rev IS NOT NEW.hw_rev OR OLD.firmware_id IS NOT NEW.firmware_id BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT model_id, id FROM units WHERE id = NEW.id ON CONFLICT DO NOTHING; END
-- end
-- begin
CREATE TRIGGER sites_dirty_update AFTER UPDATE OF kind ON sites WHEN OLD.kind IS NOT NEW.kind BEGIN INSERT INTO quality_dirty (model_id, unit_id) SELECT u.model_id, u.id FROM service_intervals s JOIN units u ON u.id = s.unit_id WHERE s.site_id = NEW.id ON CONFLICT DO NOTHING; END
-- end

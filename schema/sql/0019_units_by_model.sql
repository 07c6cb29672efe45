-- The units of one model, a page at a time.
CREATE INDEX units_by_model ON units (model_id, id) WHERE merged_into_id IS NULL AND removed_at IS NULL;

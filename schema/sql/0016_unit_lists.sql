-- Lists of units in one location, in order of the units.
CREATE INDEX unit_places_by_location_unit ON unit_places (location, unit_id);
CREATE INDEX units_by_firmware ON units (firmware_id);

-- Few units have these: an index over the others would only cost.
DROP INDEX units_by_predecessor;
CREATE INDEX units_by_predecessor ON units (predecessor_id) WHERE predecessor_id IS NOT NULL;
CREATE INDEX units_by_merged ON units (merged_into_id) WHERE merged_into_id IS NOT NULL;
DROP INDEX units_by_partner;
CREATE INDEX units_by_partner ON units (partner_id, id) WHERE partner_id IS NOT NULL;

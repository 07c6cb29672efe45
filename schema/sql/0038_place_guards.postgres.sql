-- A unit is where a move took it: no place without the move that ends there.
-- begin
CREATE FUNCTION follow_last_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM stock_moves m WHERE m.id = NEW.move_id AND m.unit_id = NEW.unit_id AND m.to_location = NEW.location AND m.to_condition = NEW.condition) THEN
    RAISE EXCEPTION 'unit_places: a unit is where its move took it';
  END IF;
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER unit_places_follow_moves BEFORE INSERT OR UPDATE ON unit_places FOR EACH ROW EXECUTE FUNCTION follow_last_move();

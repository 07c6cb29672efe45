-- A unit is where a move took it: no place without the move that ends there.
-- begin
CREATE TRIGGER unit_places_first_move BEFORE INSERT ON unit_places WHEN NOT EXISTS (
  SELECT 1 FROM stock_moves m WHERE m.id = NEW.move_id AND m.unit_id = NEW.unit_id AND m.to_location = NEW.location AND m.to_condition = NEW.condition)
BEGIN SELECT RAISE(ABORT, 'unit_places: a unit is where its move took it'); END
-- end
-- begin
CREATE TRIGGER unit_places_next_move BEFORE UPDATE ON unit_places WHEN NOT EXISTS (
  SELECT 1 FROM stock_moves m WHERE m.id = NEW.move_id AND m.unit_id = NEW.unit_id AND m.to_location = NEW.location AND m.to_condition = NEW.condition)
BEGIN SELECT RAISE(ABORT, 'unit_places: a unit is where its move took it'); END
-- end

-- What is promised stays, and what is held does not leave: held by the store as well as by the rules.
-- begin
CREATE TRIGGER unit_places_guard BEFORE UPDATE OF location ON unit_places WHEN OLD.location = 'good_stock' AND NEW.location <> 'good_stock'
BEGIN
  SELECT RAISE(ABORT, 'unit_places: the unit is reserved') WHERE EXISTS (SELECT 1 FROM stock_reservations WHERE unit_id = OLD.unit_id AND state = 'active');
  SELECT RAISE(ABORT, 'unit_places: the unit is held') WHERE NEW.location IN ('in_transit','customer') AND EXISTS (
    SELECT 1 FROM units u JOIN stock_holds h ON h.model_id = u.model_id AND h.state = 'active'
    WHERE u.id = OLD.unit_id AND (h.hw_rev IS NULL OR h.hw_rev = u.hw_rev) AND (h.batch_id IS NULL OR h.batch_id = u.batch_id) AND (h.firmware_id IS NULL OR h.firmware_id = u.firmware_id));
END
-- end
-- begin
CREATE TRIGGER stock_reservations_guard BEFORE INSERT ON stock_reservations WHEN NEW.state = 'active'
BEGIN
  SELECT RAISE(ABORT, 'stock_reservations: the unit is not good stock') WHERE NEW.unit_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM unit_places WHERE unit_id = NEW.unit_id AND location = 'good_stock' AND condition IN ('new','verified','refurbished'));
  SELECT RAISE(ABORT, 'stock_reservations: the unit is held') WHERE NEW.unit_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM units u JOIN stock_holds h ON h.model_id = u.model_id AND h.state = 'active'
    WHERE u.id = NEW.unit_id AND (h.hw_rev IS NULL OR h.hw_rev = u.hw_rev) AND (h.batch_id IS NULL OR h.batch_id = u.batch_id) AND (h.firmware_id IS NULL OR h.firmware_id = u.firmware_id));
  SELECT RAISE(ABORT, 'stock_reservations: more is reserved than there is') WHERE
    (SELECT coalesce(sum(quantity), 0) FROM stock_balances WHERE model_id = NEW.model_id AND location = 'good_stock' AND condition IN ('new','verified','refurbished'))
    < NEW.quantity + (SELECT coalesce(sum(quantity - shipped_quantity), 0) FROM stock_reservations WHERE model_id = NEW.model_id AND state = 'active');
END
-- end
-- begin
CREATE TRIGGER stock_balances_guard BEFORE UPDATE OF quantity ON stock_balances WHEN OLD.location = 'good_stock' AND NEW.quantity < OLD.quantity
BEGIN
  SELECT RAISE(ABORT, 'stock_balances: what remains is reserved') WHERE
    (SELECT sum(quantity) FROM stock_balances WHERE model_id = OLD.model_id AND location = 'good_stock' AND condition IN ('new','verified','refurbished'))
    + NEW.quantity - OLD.quantity < (SELECT coalesce(sum(quantity - shipped_quantity), 0) FROM stock_reservations WHERE model_id = OLD.model_id AND state = 'active');
END
-- end

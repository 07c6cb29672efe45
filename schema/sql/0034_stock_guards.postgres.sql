-- What is promised stays, and what is held does not leave: held by the store as well as by the rules.
-- begin
CREATE FUNCTION unit_is_held(unit TEXT) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM units u JOIN stock_holds h ON h.model_id = u.model_id AND h.state = 'active'
    WHERE u.id = unit AND (h.hw_rev IS NULL OR h.hw_rev = u.hw_rev) AND (h.batch_id IS NULL OR h.batch_id = u.batch_id) AND (h.firmware_id IS NULL OR h.firmware_id = u.firmware_id))
$$
-- end
-- begin
CREATE FUNCTION guard_unit_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM stock_reservations WHERE unit_id = OLD.unit_id AND state = 'active') THEN RAISE EXCEPTION 'unit_places: the unit is reserved'; END IF;
  IF NEW.location IN ('in_transit','customer') AND unit_is_held(OLD.unit_id) THEN RAISE EXCEPTION 'unit_places: the unit is held'; END IF;
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER unit_places_guard BEFORE UPDATE OF location ON unit_places FOR EACH ROW WHEN (OLD.location = 'good_stock' AND NEW.location <> 'good_stock') EXECUTE FUNCTION guard_unit_place();
-- begin
CREATE FUNCTION guard_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.unit_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM unit_places WHERE unit_id = NEW.unit_id AND location = 'good_stock' AND condition IN ('new','verified','refurbished')) THEN
    RAISE EXCEPTION 'stock_reservations: the unit is not good stock';
  END IF;
  IF NEW.unit_id IS NOT NULL AND unit_is_held(NEW.unit_id) THEN RAISE EXCEPTION 'stock_reservations: the unit is held'; END IF;
  IF (SELECT coalesce(sum(quantity), 0) FROM stock_balances WHERE model_id = NEW.model_id AND location = 'good_stock' AND condition IN ('new','verified','refurbished'))
    < NEW.quantity + (SELECT coalesce(sum(quantity - shipped_quantity), 0) FROM stock_reservations WHERE model_id = NEW.model_id AND state = 'active') THEN
    RAISE EXCEPTION 'stock_reservations: more is reserved than there is';
  END IF;
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER stock_reservations_guard BEFORE INSERT ON stock_reservations FOR EACH ROW WHEN (NEW.state = 'active') EXECUTE FUNCTION guard_reservation();
-- begin
CREATE FUNCTION guard_good_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(quantity) FROM stock_balances WHERE model_id = OLD.model_id AND location = 'good_stock' AND condition IN ('new','verified','refurbished'))
    + NEW.quantity - OLD.quantity < (SELECT coalesce(sum(quantity - shipped_quantity), 0) FROM stock_reservations WHERE model_id = OLD.model_id AND state = 'active') THEN
    RAISE EXCEPTION 'stock_balances: what remains is reserved';
  END IF;
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER stock_balances_guard BEFORE UPDATE OF quantity ON stock_balances FOR EACH ROW WHEN (OLD.location = 'good_stock' AND NEW.quantity < OLD.quantity) EXECUTE FUNCTION guard_good_balance();

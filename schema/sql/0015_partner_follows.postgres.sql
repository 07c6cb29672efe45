-- Whose partner a site, a contract or a unit belongs to is that of its customer: kept here, so that no write can leave a row visible to the wrong one.
-- begin
CREATE FUNCTION move_partner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE sites SET partner_id = NEW.partner_id WHERE customer_id = NEW.id;
  UPDATE contracts SET partner_id = NEW.partner_id WHERE customer_id = NEW.id;
  UPDATE units SET partner_id = NEW.partner_id WHERE customer_id = NEW.id;
  RETURN NEW;
END
$$
-- end
CREATE TRIGGER customers_move_partner AFTER UPDATE OF partner_id ON customers FOR EACH ROW WHEN (NEW.partner_id IS DISTINCT FROM OLD.partner_id) EXECUTE FUNCTION move_partner();

-- Whose partner a site, a contract or a unit belongs to is that of its customer: kept here, so that no write can leave a row visible to the wrong one.
-- begin
CREATE TRIGGER customers_move_partner AFTER UPDATE OF partner_id ON customers WHEN NEW.partner_id IS NOT OLD.partner_id BEGIN
  UPDATE sites SET partner_id = NEW.partner_id WHERE customer_id = NEW.id;
  UPDATE contracts SET partner_id = NEW.partner_id WHERE customer_id = NEW.id;
  UPDATE units SET partner_id = NEW.partner_id WHERE customer_id = NEW.id;
END
-- end

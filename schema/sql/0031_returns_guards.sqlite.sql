-- The gates of a return, held by the store as well as by the rules: closing, and the way back into good stock.
-- begin
CREATE TRIGGER returns_closing_gate BEFORE UPDATE OF state ON returns WHEN NEW.state = 'closed' AND OLD.state <> 'closed' AND (
  EXISTS (SELECT 1 FROM return_units WHERE return_id = NEW.id AND state NOT IN ('resolved','written_off','cancelled'))
  OR EXISTS (SELECT 1 FROM outbound_legs WHERE return_id = NEW.id AND state NOT IN ('delivered','cancelled')))
BEGIN SELECT RAISE(ABORT, 'returns: a closed return has every unit dispositioned and every shipment ended'); END
-- end
-- begin
CREATE TRIGGER stock_moves_restock_gate BEFORE INSERT ON stock_moves WHEN NEW.to_location = 'good_stock' AND NEW.unit_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM return_units r WHERE r.unit_id = NEW.unit_id AND r.received_at IS NOT NULL
    AND r.received_at = (SELECT max(l.received_at) FROM return_units l WHERE l.unit_id = NEW.unit_id)
    AND (r.footage_erased_at IS NULL OR NOT EXISTS (
      SELECT 1 FROM inspections i WHERE i.return_unit_id = r.id AND i.state = 'done' AND i.result = 'pass' AND i.finished_at >= r.received_at)))
BEGIN SELECT RAISE(ABORT, 'stock_moves: a returned unit enters good stock only inspected and erased'); END
-- end

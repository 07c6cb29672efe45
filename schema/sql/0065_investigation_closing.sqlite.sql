-- An investigation closes only with both causes confirmed and no action open; its evidence is checked with the row itself.
-- begin
CREATE TRIGGER investigations_closing_gate BEFORE UPDATE OF state ON investigations WHEN NEW.state = 'closed' AND OLD.state <> 'closed' AND (
  NOT EXISTS (SELECT 1 FROM investigation_causes WHERE investigation_id = NEW.id AND branch = 'occurrence' AND state = 'confirmed')
  OR NOT EXISTS (SELECT 1 FROM investigation_causes WHERE investigation_id = NEW.id AND branch = 'escape' AND state = 'confirmed')
  OR EXISTS (SELECT 1 FROM investigation_actions WHERE investigation_id = NEW.id AND state = 'open'))
BEGIN SELECT RAISE(ABORT, 'investigations: closed only with both causes and every action done'); END
-- end

-- A unit is reserved for one shipment at a time. One that left may come back before anybody said it had arrived, and be reserved again.
DROP INDEX outbound_legs_one_active;
CREATE UNIQUE INDEX outbound_legs_one_reserved ON outbound_legs (unit_id) WHERE state = 'reserved';

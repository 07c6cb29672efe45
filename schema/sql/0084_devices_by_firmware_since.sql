-- Devices that began another firmware are followed a few thousand at a time, in the order in which they did.
DROP INDEX devices_by_firmware_since;
CREATE INDEX devices_by_firmware_since ON devices (firmware_since_at, device_no);

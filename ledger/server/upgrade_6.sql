-- From version 5 to 6: numbers that were given out stay whose they are. The new tables are there already.
INSERT INTO device_numbers (device, merchant) SELECT device, merchant FROM devices;
INSERT INTO device_numbers (device, merchant)
SELECT device, min(merchant) FROM enrolment_codes
WHERE device NOT IN (SELECT device FROM devices) GROUP BY device;

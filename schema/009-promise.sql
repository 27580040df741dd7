-- SPDX-License-Identifier: MIT
-- The end that a server first promised of an incident; NULL: it promised none.
ALTER TABLE incident ADD COLUMN promised_ms INTEGER;
CREATE INDEX incident_promised ON incident (endpoint, id)
WHERE promised_ms IS NOT NULL;

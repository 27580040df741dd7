-- SPDX-License-Identifier: MIT
-- For whom: the incident that leads what this one is part of, and how wide a
-- lead was told to be ("region:eu"), as in the JSON of its events.
ALTER TABLE incident ADD COLUMN part_of INTEGER;
ALTER TABLE incident ADD COLUMN scope TEXT;
UPDATE incident SET scope = 'endpoint:' ||
	(SELECT name FROM endpoint e WHERE e.id = incident.endpoint);
CREATE INDEX incident_part_of ON incident (part_of) WHERE part_of IS NOT NULL;

-- part_of NULL: of none.
CREATE VIEW v_scope (incident, scope, part_of) AS
SELECT printf('%08d-%d', id / 1000000, id % 1000000), scope,
	CASE WHEN part_of IS NOT NULL THEN
	    printf('%08d-%d', part_of / 1000000, part_of % 1000000) END
FROM incident;

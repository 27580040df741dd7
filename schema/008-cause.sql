-- SPDX-License-Identifier: MIT
-- Why: the incident of what an endpoint depends on, where that is why it failed.
ALTER TABLE incident ADD COLUMN caused_by INTEGER;
CREATE INDEX incident_caused_by ON incident (caused_by)
WHERE caused_by IS NOT NULL;

-- part_of, caused_by NULL: of none.
DROP VIEW v_scope;
CREATE VIEW v_scope (incident, scope, part_of, caused_by) AS
SELECT printf('%08d-%d', id / 1000000, id % 1000000), scope,
	CASE WHEN part_of IS NOT NULL THEN
	    printf('%08d-%d', part_of / 1000000, part_of % 1000000) END,
	CASE WHEN caused_by IS NOT NULL THEN
	    printf('%08d-%d', caused_by / 1000000, caused_by % 1000000) END
FROM incident;

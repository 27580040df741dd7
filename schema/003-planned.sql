-- SPDX-License-Identifier: MIT
-- Maintenance windows that commands added.  spec: JSON, see config/windowspec.h.
-- source: 0 command, 1 calendar.  Over: cancelled by somebody, or past.
CREATE TABLE planned (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	source INTEGER NOT NULL,
	uid TEXT,
	author TEXT NOT NULL,
	added_ms INTEGER NOT NULL,
	service TEXT NOT NULL,
	region TEXT,
	title TEXT NOT NULL,
	spec TEXT NOT NULL,
	over_ms INTEGER,
	over_by TEXT,
	over_why TEXT
) STRICT;
CREATE INDEX planned_open ON planned (id) WHERE over_ms IS NULL;

CREATE VIEW v_planned (id, source, author, added_ms, service, region, title,
	spec, over_ms, over_by, over_why) AS
SELECT 'w' || id, iif(source = 1, 'calendar', 'command'), author, added_ms,
	service, region, title, spec, over_ms, over_by, over_why
FROM planned;

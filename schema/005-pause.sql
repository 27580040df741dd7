-- SPDX-License-Identifier: MIT
-- Who is not watched at present because somebody said so, until then or until
-- it is resumed.  It goes when its endpoint is watched again, or is removed.
CREATE TABLE pause (
	endpoint INTEGER PRIMARY KEY REFERENCES endpoint,
	at_ms INTEGER NOT NULL,
	until_ms INTEGER,
	author TEXT NOT NULL,
	why TEXT
) STRICT;

-- Of an unwatch, whose until_ms is the end that the pause was given.
ALTER TABLE input ADD COLUMN paused INTEGER;

CREATE VIEW v_pause (endpoint, service, region, at_ms, until_ms, author,
	why) AS
SELECT e.name, e.service, e.region, p.at_ms, p.until_ms, p.author, p.why
FROM pause p
JOIN endpoint e ON e.id = p.endpoint;

-- SPDX-License-Identifier: MIT
-- What people said about an incident, beside its line in the timeline.  An
-- acknowledgement is over when its incident closes, and does not come back
-- when that is opened again.
CREATE TABLE act (
	id INTEGER PRIMARY KEY,
	event INTEGER NOT NULL UNIQUE REFERENCES event,
	incident INTEGER NOT NULL REFERENCES incident,
	act INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	author TEXT NOT NULL,
	text TEXT,
	over_ms INTEGER
) STRICT;
CREATE INDEX act_incident ON act (incident, act);

-- What people did: from an event to the author and reason behind it.
CREATE INDEX input_act ON input (endpoint, at_ms) WHERE author IS NOT NULL;

CREATE VIEW v_act (incident, at_ms, act, author, text, over_ms) AS
SELECT printf('%08d-%d', a.incident / 1000000, a.incident % 1000000), a.at_ms,
	w.word, a.author, a.text, a.over_ms
FROM act a
JOIN word w ON w.kind = 'act' AND w.number = a.act;

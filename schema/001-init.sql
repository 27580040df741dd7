-- SPDX-License-Identifier: MIT
-- Times are milliseconds UTC in columns that end in _ms, until is exclusive,
-- lengths of probes are microseconds.  Numbers of state, bucket, class and so
-- on are positions in schema/names.def; the table word spells them.
-- What begins with v_ is for everybody; the tables may change.

CREATE TABLE installation (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	instance TEXT NOT NULL,
	created_ms INTEGER NOT NULL
) STRICT;

-- One start of the keeper: where its axis stood, and the machine's uptime.
CREATE TABLE epoch (
	id INTEGER PRIMARY KEY,
	start_ms INTEGER NOT NULL,
	boot_ms INTEGER NOT NULL,
	version TEXT NOT NULL
) STRICT;

CREATE TABLE counter (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE word (
	kind TEXT NOT NULL,
	number INTEGER NOT NULL,
	word TEXT NOT NULL,
	PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;

-- service NULL: a canary.
CREATE TABLE endpoint (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	service TEXT,
	region TEXT,
	added_ms INTEGER NOT NULL,
	retired_ms INTEGER
) STRICT;

-- The newest sample of each endpoint, up to the counter store.heads; newer
-- ones are found by reading the tail of sample.
CREATE TABLE head (
	endpoint INTEGER PRIMARY KEY REFERENCES endpoint,
	ref INTEGER NOT NULL
) STRICT;

CREATE TABLE peer (
	id INTEGER PRIMARY KEY,
	address BLOB NOT NULL,
	port INTEGER NOT NULL,
	UNIQUE (address, port)
) STRICT;

-- Appended only, so no foreign keys and no index.  ref - back is the sample
-- before of the same endpoint; back 0: none.  phases: see samplerow.h.
-- peer 0: none.
CREATE TABLE sample (
	ref INTEGER PRIMARY KEY,
	endpoint INTEGER NOT NULL,
	back INTEGER NOT NULL,
	start_ms INTEGER NOT NULL,
	total_us INTEGER NOT NULL,
	phases BLOB NOT NULL,
	code INTEGER NOT NULL,
	class INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	flags INTEGER NOT NULL,
	peer INTEGER NOT NULL,
	retry_after_s INTEGER,
	cert_days INTEGER
) STRICT;

-- What else the core was told, in one sequence with the samples.
CREATE TABLE input (
	ref INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	endpoint INTEGER REFERENCES endpoint,
	good INTEGER,
	from_ms INTEGER,
	until_ms INTEGER,
	interval_ms INTEGER,
	timeout_ms INTEGER,
	all_clear INTEGER,
	site INTEGER,
	author TEXT,
	why TEXT
) STRICT;
-- Canaries, gaps and clock steps age out; acts do not.
CREATE INDEX input_minor ON input (at_ms) WHERE kind IN (2, 7, 8);

CREATE TABLE body (
	id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	bytes BLOB NOT NULL
) STRICT;

CREATE TABLE excerpt (
	ref INTEGER PRIMARY KEY,
	seen_ms INTEGER NOT NULL,
	body INTEGER REFERENCES body,
	headers TEXT,
	detail TEXT
) STRICT;
CREATE INDEX excerpt_body ON excerpt (body);

CREATE TABLE transition (
	id INTEGER PRIMARY KEY,
	endpoint INTEGER NOT NULL REFERENCES endpoint,
	seq INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	since_ms INTEGER NOT NULL,
	from_state INTEGER NOT NULL,
	to_state INTEGER NOT NULL,
	why INTEGER NOT NULL,
	bucket INTEGER NOT NULL,
	incident INTEGER,
	first_ref INTEGER,
	ref INTEGER,
	UNIQUE (endpoint, seq)
) STRICT;

-- The truth about time: until_ms is NULL for the present span, which ends
-- where its endpoint was retired.
CREATE TABLE span (
	endpoint INTEGER NOT NULL REFERENCES endpoint,
	since_ms INTEGER NOT NULL,
	until_ms INTEGER CHECK (until_ms > since_ms),
	bucket INTEGER NOT NULL,
	PRIMARY KEY (endpoint, since_ms)
) STRICT, WITHOUT ROWID;

-- id: day * 1000000 + n, of YYYYMMDD-n.
CREATE TABLE incident (
	id INTEGER PRIMARY KEY,
	endpoint INTEGER NOT NULL REFERENCES endpoint,
	phase INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	worst INTEGER NOT NULL,
	origin INTEGER NOT NULL,
	cause INTEGER NOT NULL,
	onset_ms INTEGER NOT NULL,
	opened_ms INTEGER NOT NULL,
	ended_ms INTEGER,
	closed_ms INTEGER,
	withdrawn INTEGER NOT NULL DEFAULT 0,
	last_good_ms INTEGER,
	promise_ms INTEGER,
	all_clear_ms INTEGER,
	chance INTEGER NOT NULL,
	others INTEGER NOT NULL,
	relapses INTEGER NOT NULL,
	class INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	code INTEGER NOT NULL,
	up_ms INTEGER NOT NULL,
	degraded_ms INTEGER NOT NULL,
	recovering_ms INTEGER NOT NULL,
	maintenance_ms INTEGER NOT NULL,
	down_ms INTEGER NOT NULL,
	unknown_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incident_open ON incident (endpoint)
	WHERE closed_ms IS NULL;
CREATE INDEX incident_closed ON incident (closed_ms)
	WHERE closed_ms IS NOT NULL;

-- The timeline; json is the event as told.
CREATE TABLE event (
	id INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	event INTEGER NOT NULL,
	endpoint INTEGER REFERENCES endpoint,
	incident INTEGER REFERENCES incident,
	loud INTEGER NOT NULL,
	json TEXT
) STRICT;
CREATE INDEX event_incident ON event (incident) WHERE incident IS NOT NULL;

-- The first failing (first 1) and the deciding sample of an event, copied, so
-- that they outlive the samples.  start_ms NULL: it was never stored.
CREATE TABLE evidence (
	event INTEGER NOT NULL REFERENCES event,
	first INTEGER NOT NULL,
	ref INTEGER NOT NULL,
	ledger INTEGER NOT NULL,
	class INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	code INTEGER NOT NULL,
	start_ms INTEGER,
	total_us INTEGER,
	phases BLOB,
	flags INTEGER,
	peer INTEGER,
	retry_after_s INTEGER,
	cert_days INTEGER,
	PRIMARY KEY (event, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
	id INTEGER PRIMARY KEY,
	service TEXT NOT NULL,
	seq INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	event INTEGER NOT NULL,
	incident INTEGER,
	loud INTEGER NOT NULL,
	severity INTEGER NOT NULL,
	line TEXT NOT NULL,
	body TEXT NOT NULL,
	UNIQUE (service, seq)
) STRICT;

-- state: 0 owed, 1 sent, 2 failed, 3 gone, 4 merged, 5 dropped.  folded:
-- attempts in the middle that are no longer kept one by one.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY,
	notice INTEGER NOT NULL REFERENCES notice,
	incident INTEGER,
	receiver TEXT NOT NULL,
	webhook_id TEXT NOT NULL UNIQUE,
	state INTEGER NOT NULL DEFAULT 0,
	next_try_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	folded INTEGER NOT NULL DEFAULT 0,
	done_ms INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (receiver, next_try_ms) WHERE state = 0;
CREATE INDEX outbox_expiry ON outbox (expires_ms) WHERE state = 0;
CREATE INDEX outbox_incident ON outbox (incident, receiver)
	WHERE incident IS NOT NULL;
CREATE INDEX outbox_receiver ON outbox (receiver);
CREATE INDEX outbox_long ON outbox (done_ms) WHERE attempts > 20 AND folded = 0;

-- result: 0 delivered, 1 retry, 2 misconfigured, 3 gone.
CREATE TABLE attempt (
	outbox INTEGER NOT NULL REFERENCES outbox,
	n INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	result INTEGER NOT NULL,
	code INTEGER NOT NULL,
	took_ms INTEGER NOT NULL,
	detail TEXT,
	PRIMARY KEY (outbox, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE receiver (
	id TEXT PRIMARY KEY,
	sent INTEGER NOT NULL DEFAULT 0,
	failed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Memory of the core; endpoint 0: what all of them share.
CREATE TABLE memory (
	endpoint INTEGER PRIMARY KEY,
	ref INTEGER NOT NULL,
	bytes BLOB NOT NULL
) STRICT;

-- period: 0 five minutes, 1 hour, 2 day.  Latencies are those of good
-- samples.  classes and sketch: see rollup.h.
CREATE TABLE rollup (
	period INTEGER NOT NULL,
	since_ms INTEGER NOT NULL,
	endpoint INTEGER NOT NULL,
	n INTEGER NOT NULL,
	good INTEGER NOT NULL,
	failing INTEGER NOT NULL,
	sum_us INTEGER NOT NULL,
	min_us INTEGER,
	max_us INTEGER,
	classes BLOB NOT NULL,
	sketch BLOB NOT NULL,
	PRIMARY KEY (period, since_ms, endpoint)
) STRICT, WITHOUT ROWID;

-- The last instant of which anything is stored.
CREATE VIEW v_known (until_ms) AS SELECT max(
	coalesce((SELECT start_ms + total_us / 1000
	    FROM sample ORDER BY ref DESC LIMIT 1), 0),
	coalesce((SELECT at_ms FROM input ORDER BY ref DESC LIMIT 1), 0),
	coalesce((SELECT at_ms FROM event ORDER BY id DESC LIMIT 1), 0),
	coalesce((SELECT at_ms FROM transition ORDER BY id DESC LIMIT 1), 0));

-- provisional: an open incident may still change it.
CREATE VIEW v_span (endpoint, since_ms, until_ms, bucket, provisional) AS
SELECT e.name, s.since_ms, s.until_ms, w.word,
	EXISTS (SELECT 1 FROM incident i WHERE i.endpoint = s.endpoint
	    AND i.closed_ms IS NULL
	    AND (s.until_ms IS NULL OR s.until_ms > i.onset_ms))
FROM span s
JOIN endpoint e ON e.id = s.endpoint
JOIN word w ON w.kind = 'bucket' AND w.number = s.bucket
WHERE e.service IS NOT NULL;

CREATE VIEW v_sample (ref, endpoint, start_ms, total_us, code, class, reason,
	proven, address, port) AS
SELECT s.ref, e.name, s.start_ms, s.total_us, s.code, c.word, r.word,
	s.flags & 1, p.address, p.port
FROM sample s
JOIN endpoint e ON e.id = s.endpoint
JOIN word c ON c.kind = 'class' AND c.number = s.class
JOIN word r ON r.kind = 'reason' AND r.number = s.reason
LEFT JOIN peer p ON p.id = s.peer;

CREATE VIEW v_incident (incident, endpoint, service, region, phase, kind, worst,
	origin, cause, onset_ms, opened_ms, ended_ms, closed_ms, withdrawn,
	relapses, class, reason, code, up_ms, degraded_ms, recovering_ms,
	maintenance_ms, down_ms, unknown_ms) AS
SELECT printf('%08d-%d', i.id / 1000000, i.id % 1000000), e.name, e.service,
	e.region, p.word, k.word, x.word, o.word, a.word, i.onset_ms,
	i.opened_ms, i.ended_ms, i.closed_ms, i.withdrawn, i.relapses, c.word,
	r.word, i.code, i.up_ms, i.degraded_ms, i.recovering_ms,
	i.maintenance_ms, i.down_ms, i.unknown_ms
FROM incident i
JOIN endpoint e ON e.id = i.endpoint
JOIN word p ON p.kind = 'phase' AND p.number = i.phase
JOIN word k ON k.kind = 'kind' AND k.number = i.kind
JOIN word x ON x.kind = 'kind' AND x.number = i.worst
JOIN word o ON o.kind = 'origin' AND o.number = i.origin
JOIN word a ON a.kind = 'cause' AND a.number = i.cause
JOIN word c ON c.kind = 'class' AND c.number = i.class
JOIN word r ON r.kind = 'reason' AND r.number = i.reason;

-- Milliseconds per bucket of each UTC day; they sum to the observed time.
CREATE VIEW v_availability_day (endpoint, service, region, day, up_ms,
	degraded_ms, recovering_ms, maintenance_ms, down_ms, unknown_ms,
	provisional) AS
WITH RECURSIVE whole (endpoint, bucket, since_ms, until_ms) AS (
	SELECT s.endpoint, s.bucket, s.since_ms, min(k.until_ms,
		coalesce(s.until_ms, e.retired_ms, k.until_ms))
	FROM span s JOIN endpoint e ON e.id = s.endpoint, v_known k
), piece (endpoint, bucket, since_ms, until_ms) AS (
	SELECT * FROM whole WHERE since_ms < until_ms
	UNION ALL
	SELECT endpoint, bucket, (since_ms / 86400000 + 1) * 86400000, until_ms
	FROM piece WHERE (since_ms / 86400000 + 1) * 86400000 < until_ms
), part (endpoint, day, bucket, ms, until_ms) AS (
	SELECT endpoint, since_ms / 86400000, bucket,
		min(until_ms, (since_ms / 86400000 + 1) * 86400000) - since_ms,
		until_ms
	FROM piece
)
SELECT e.name, e.service, e.region,
	date(d.day * 86400, 'unixepoch'),
	sum(CASE w.word WHEN 'up' THEN d.ms ELSE 0 END),
	sum(CASE w.word WHEN 'degraded' THEN d.ms ELSE 0 END),
	sum(CASE w.word WHEN 'recovering' THEN d.ms ELSE 0 END),
	sum(CASE w.word WHEN 'maintenance' THEN d.ms ELSE 0 END),
	sum(CASE w.word WHEN 'down' THEN d.ms ELSE 0 END),
	sum(CASE w.word WHEN 'unknown' THEN d.ms ELSE 0 END),
	EXISTS (SELECT 1 FROM incident i WHERE i.endpoint = d.endpoint
	    AND i.closed_ms IS NULL AND i.onset_ms < (d.day + 1) * 86400000)
FROM part d
JOIN endpoint e ON e.id = d.endpoint
JOIN word w ON w.kind = 'bucket' AND w.number = d.bucket
WHERE e.service IS NOT NULL
GROUP BY d.endpoint, d.day;

CREATE VIEW v_notice (notice, service, seq, at_ms, event, incident, loud,
	receiver, webhook_id, state, attempts, next_try_ms, done_ms) AS
SELECT n.id, n.service, n.seq, n.at_ms, w.word,
	CASE WHEN n.incident > 0 THEN
	    printf('%08d-%d', n.incident / 1000000, n.incident % 1000000) END,
	n.loud, o.receiver, o.webhook_id, s.word, o.attempts, o.next_try_ms,
	o.done_ms
FROM notice n
JOIN word w ON w.kind = 'event' AND w.number = n.event
LEFT JOIN outbox o ON o.notice = n.id
LEFT JOIN word s ON s.kind = 'delivery' AND s.number = o.state;

-- SPDX-License-Identifier: MIT
-- How many people said that a service fails them, by quarter of an hour.
-- Nothing is decided by it.  region '': they did not say which.
CREATE TABLE report (
	service TEXT NOT NULL,
	since_ms INTEGER NOT NULL,
	region TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (service, since_ms, region)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_since ON report (since_ms);

-- What was learnt from the quarters before upto_ms; bytes: see core/crowd.h.
-- It can always be learnt again from the counts.
CREATE TABLE report_usual (
	service TEXT PRIMARY KEY,
	upto_ms INTEGER NOT NULL,
	bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Who has reported within the hour, and is not counted again.
CREATE TABLE reporter (
	service TEXT NOT NULL,
	author TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (service, author)
) STRICT, WITHOUT ROWID;
CREATE INDEX reporter_at ON reporter (at_ms);

-- Files that were counted, by the digest of their rows.  taken of entries:
-- an import that was cut off goes on from there.
CREATE TABLE report_import (
	digest BLOB PRIMARY KEY,
	author TEXT NOT NULL,
	at_ms INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	taken INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX report_import_at ON report_import (at_ms);

CREATE VIEW v_report (service, region, since_ms, reports) AS
SELECT service, nullif(region, ''), since_ms, n FROM report;

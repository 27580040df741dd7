/* SPDX-License-Identifier: MIT */
/*
 * measure - how large the database is, of what, and what came in a day: read
 * beside a daemon at work, in bounded time.
 *
 * Each page is looked at, smaller tables first.  When the time is over, what
 * is left of a large one is reckoned from the rest: pages belong to a table,
 * or are free, or are known to be neither.
 */
#ifndef STORE_MEASURE_H
#define STORE_MEASURE_H

#include "store/query.h"

/* Tables, with their indexes, of one purpose and one age. */
enum measure_part {
	MEASURE_SAMPLES,   /* sample */
	MEASURE_ROLLUPS,   /* rollup */
	MEASURE_EXCERPTS,  /* of answers, kept as evidence: excerpt, body */
	MEASURE_INCIDENTS, /* and events, evidence, transitions, spans */
	MEASURE_NOTICES,   /* and outbox, attempts, receivers */
	MEASURE_INPUTS,    /* input */
	MEASURE_ACTS,      /* act, planned */
	MEASURE_REST,      /* every other table, and what the file needs */
	MEASURE_PARTS
};
const char *measure_part_name(enum measure_part p);

enum measure_way {
	MEASURE_COUNTED,   /* every page was looked at */
	MEASURE_ESTIMATED, /* bytes are reckoned; rows are not known */
	MEASURE_LEFT_OUT   /* neither is known */
};
struct measure_size {
	enum measure_way way;
	int64_t bytes, rows;
	int64_t trees;                 /* tables and indexes */
	int64_t seen_bytes, seen_rows; /* of its pages looked at */
};

struct measure {
	int64_t file_bytes, log_bytes;
	int64_t page_bytes, pages, free_pages;
	int64_t schema;
	wall_ms created, known; /* until when anything is known */

	bool by_table; /* false: the library cannot tell pages apart */
	struct measure_size parts[MEASURE_PARTS];
	int64_t left_bytes;      /* of the parts left out, together */
	int64_t samples_at_most; /* by their numbers */
	wall_ms oldest_sample, oldest_rollup; /* 0: none */

	/* Whole days (UTC) before days_until, at most MEASURE_DAYS; 0: none. */
	int days;
	wall_ms days_until;
	int64_t samples_per_day; /* mean over them */
	int64_t rollups_per_day; /* rows of the last of them */

	wall_ms backup; /* the last one recorded; 0: none */
	int64_t backup_bytes;
};
enum { MEASURE_DAYS = 7 };

/* Microseconds of a running clock, and how long to look, about. */
struct measure_limit {
	int64_t (*micros)(void *arg);
	void *arg;
	span_ms budget;
};

/* Never writes; a checkpoint is not held up longer than the budget, twice. */
MUST_CHECK
enum status measure_read(struct query *q, const struct measure_limit *limit,
    struct measure *m, struct fail *f);

#endif

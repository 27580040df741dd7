/* SPDX-License-Identifier: MIT */
/*
 * report_file - reports of people from a file of comma-separated values, summed
 * by service, region and quarter of an hour.
 *
 * The first line names the columns, in any order; others are left alone:
 *
 *	time      Unix seconds (fraction allowed) or RFC 3339, from 2000 to now
 *	service   an id of the configuration
 *	region    one of its regions, or empty; the column may be missing
 *	count     how many, 0 to 1000000; 1 if empty or missing
 */
#ifndef CLI_REPORT_FILE_H
#define CLI_REPORT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

struct config;

enum { REPORT_FILE_ENTRIES_MAX = 2000000, REPORT_DIGEST_HEX = 64 };

struct report_entry {    /* a sum */
	uint32_t place;  /* index in places */
	int32_t quarter; /* of core/crowd.h */
	int64_t n;
};
struct report_place { /* borrowed from the configuration; region "": none */
	const char *service, *region;
};

struct report_file {
	/* By time, then by service and region; none is 0. */
	struct report_entry *entries;
	size_t count;
	struct report_place *places; /* every one there is, in order */
	size_t place_count;
	unsigned long line; /* of a failure */
	size_t rows;        /* of the file, without its header */
	int64_t reports;    /* the sum of all */
	char digest[REPORT_DIGEST_HEX + 1]; /* of the rows, in their order */
};

struct report_source {
	const char *path; /* "-" is standard input */
	const struct config *config;
	wall_ms now;
	/* Now and then, with how many rows it has been; or NULL. */
	void (*progress)(void *arg, size_t rows);
	void *arg;
};

/*
 * Read it whole.  On failure *f says what is wrong at r->line (0: of the file
 * as such): ERR_IO, ERR_SYNTAX, ERR_RANGE, ERR_NOTFOUND, ERR_LIMIT.  The
 * configuration is borrowed until report_file_done(), which is the caller's in
 * any case.
 */
MUST_CHECK
enum status report_file_read(struct report_file *r,
    const struct report_source *from, struct fail *f);
void report_file_done(struct report_file *r);

#endif

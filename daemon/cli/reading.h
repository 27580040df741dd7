/* SPDX-License-Identifier: MIT */
/* reading - what the commands that read the database have in common. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "store/store.h"

struct config;
struct query;

/*
 * The database that the configuration names, or database if not NULL (then no
 * configuration is read).  EXIT_CODE_GOOD and *q, or what to return; it has
 * been said then.
 */
MUST_CHECK
int reading_open(struct cli *c, const char *database, struct query **q);

/* Who writes it at present, as far as that can be found out. */
enum reading_daemon {
	READING_DAEMON_UNKNOWN, /* no configuration, or it is not told to us */
	READING_DAEMON_RUNS,
	READING_DAEMON_DEGRADED, /* it runs, and cannot write */
	READING_DAEMON_DAMAGED,  /* it runs, on a file to be set aside */
	READING_DAEMON_ABSENT
};

/* Where to read, and whom to ask about it. */
struct reading_source {
	struct config *config;          /* NULL: not read */
	const char *database, *control; /* control NULL: not known */
};
/* As for reading_open(); reading_done() in any case. */
MUST_CHECK
int reading_find(struct cli *c, const char *database, struct reading_source *s);
void reading_done(struct reading_source *s);
enum reading_daemon reading_ask(const struct reading_source *source);
MUST_CHECK
enum store_outcome reading_connect(const struct reading_source *s,
    struct query **q, struct fail *f);

/* The same, and whether what is read is still being written. */
MUST_CHECK
int reading_open_live(struct cli *c, const char *database, struct query **q,
    enum reading_daemon *daemon);
/* The same; *s is to be used, and reading_done() in any case. */
MUST_CHECK
int reading_open_source(struct cli *c, const char *database,
    struct reading_source *s, struct query **q, enum reading_daemon *daemon);
/* "running", "cannot_write", "damaged", "absent"; NULL when not known. */
const char *reading_daemon_name(enum reading_daemon d);
/* A line that says so, when what is shown is no longer being written. */
void reading_banner(struct cli *c, enum reading_daemon d);
/* "As of TIME.", and that line. */
void reading_as_of(struct cli *c, wall_ms known, enum reading_daemon d);

/* A read of the database failed. */
int reading_failed(struct cli *c, const struct fail *f);

/* Print s, from the network or a file, harmlessly; NULL prints nothing. */
void reading_print(struct cli *c, const char *s);

/* All of s, however long: its lines begin with indent, but for the first. */
void reading_print_lines(struct cli *c, const char *s, const char *indent);

#endif

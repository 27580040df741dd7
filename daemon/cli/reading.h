/* SPDX-License-Identifier: MIT */
/* reading - what the commands that read the database have in common. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"

struct query;

/*
 * The database that the configuration names, or database if not NULL (then no
 * configuration is read).  EXIT_CODE_GOOD and *q, or what to return; it has
 * been said then.
 */
MUST_CHECK
int reading_open(struct cli *c, const char *database, struct query **q);
/* A read of the database failed. */
int reading_failed(struct cli *c, const struct fail *f);

enum { READING_TIME_BYTES = 24 };

/* "2023-02-14 09:00:53Z", or "-" for 0; returns buf. */
const char *reading_time(wall_ms t, char buf[READING_TIME_BYTES]);
/* "47s", "12m", "3h04m", "12d": at most six columns; returns buf. */
const char *reading_age(span_ms d, char buf[READING_TIME_BYTES]);

/* Print s, from the network or a file, harmlessly; NULL prints nothing. */
void reading_print(struct cli *c, const char *s);

struct json_t;
/* Left out when the text is NULL, or the time 0. */
void reading_put(struct json_t *j, const char *key, const char *s);
void reading_put_time(struct json_t *j, const char *key, wall_ms t);
void reading_put_count(struct json_t *j, const char *key, int64_t n);

#endif

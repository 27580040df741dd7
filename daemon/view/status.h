/* SPDX-License-Identifier: MIT */
/*
 * status - how everything is that is watched, as of what is stored: read once,
 * shown by the command line, the page and the API alike.
 */
#ifndef VIEW_STATUS_H
#define VIEW_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/query.h"
#include "view/reports.h"

struct status_row {
	struct query_endpoint e; /* its strings are ours */
	char *id, *service, *region, *paused_by, *paused_why;
	struct output incident; /* of an open incident */
	char *scope;            /* "region:eu", or NULL */
	char *acked_by;         /* or NULL */
	char *partial;          /* which addresses fail, or NULL */
	wall_ms acked;
	bool has_incident;
};

/* What people report of a service, beside its verdict. */
struct status_heard {
	const char *service; /* of a row */
	struct reports reports;
};

struct status_list {
	wall_ms as_of;
	struct status_row *rows; /* by id: those of a service are together */
	size_t count, size;
	struct status_heard *heard; /* those who are reported at all */
	size_t heard_count;
	bool borrowed; /* its strings are those of another list */
};

/* Only what matches the glob by id, service or region; NULL: everything. */
MUST_CHECK
enum status status_read(struct query *q, const char *filter,
    struct status_list *l, struct fail *f);
/* The same of a list of everything, which lives longer. */
void status_borrow(const struct status_list *from, const char *filter,
    struct status_list *l);
/* As if there were no services but those that it says true of. */
void status_keep(struct status_list *l,
    bool (*keep)(void *arg, const char *service), void *arg);
/* Nobody is named in a borrowed list, nor what they wrote. */
void status_unname(struct status_list *l);
void status_done(struct status_list *l); /* in any case */
/* That of an id, or NULL. */
const struct status_row *status_find(const struct status_list *l,
    const char *id);

/* Buckets, those first that need a look; the last is up. */
enum bucket status_ranked(size_t rank); /* 0..BUCKET_COUNT - 1 */
/* The first of these in use; without any row, nothing is known. */
enum bucket status_worst(const struct status_list *l);

/* Since when it is so: of a failing one, since its incident began; 0: never. */
wall_ms status_since(const struct status_row *r);

/* Why it fails: "503 the server says maintenance (nobody announced it)". */
void status_cause(struct text *t, const struct output *o);
/* What is to be said of it in a few words, harmless: "503 server error". */
void status_words(struct text *t, const struct status_row *r, wall_ms now);

struct json_t;
struct json_t *status_row_json(const struct status_row *r);
/*
 * {"as_of", "daemon", "overall", "counts", "endpoints", "reports"}; daemon is
 * who writes it at present, NULL: not known.
 */
struct json_t *status_json(const struct status_list *l, const char *daemon);

#endif

/* SPDX-License-Identifier: MIT */
/* planned - maintenance windows that commands added, until they are over. */
#ifndef STORE_PLANNED_H
#define STORE_PLANNED_H

#include <stdbool.h>

#include "store/query.h"
#include "store/store.h"

enum planned_source { PLANNED_COMMAND, PLANNED_CALENDAR };

struct planned_row { /* strings are borrowed for the call */
	int64_t id;
	enum planned_source source;
	const char *uid; /* or NULL */
	const char *author, *spec;
	wall_ms added;
	const char *service, *region, *title; /* put only; region or NULL */
};

/* Within a transaction; its id, 0 when that has failed. */
int64_t store_put_planned(struct store *s, const struct planned_row *r);
/* why may be NULL; by too: it is past. */
void store_end_planned(struct store *s, int64_t id, wall_ms at, const char *by,
    const char *why);

/* Those that are not over, in order of id; false ends the walk. */
typedef bool planned_fn(void *arg, const struct planned_row *r);
MUST_CHECK
enum status store_load_planned(struct store *s, planned_fn *fn, void *arg,
    struct fail *f);
MUST_CHECK
enum status query_planned(struct query *q, planned_fn *fn, void *arg,
    struct fail *f);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * witness - what anybody may rely on: rows that were committed, and notices
 * that a receiver took.
 */
#ifndef CRASH_WITNESS_H
#define CRASH_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stage.h"

enum acked_kind { ACKED_SAMPLE, ACKED_TRANSITION, ACKED_EVENT, ACKED_OWED };

/* A row whose transaction was committed, as the store said. */
struct acked {
	enum acked_kind kind;
	int64_t endpoint; /* its row */
	int64_t ref;      /* of a sample; seq; number of the event */
	wall_ms at;
	char id[64]; /* of a notice that is owed */
};

/* A notice that a receiver answered with 2xx; again: with the same id. */
struct taken {
	char id[64];
	const char *receiver; /* in id */
	char *event, *endpoint, *incident, *body;
	unsigned again;
	bool other_body; /* that time */
	bool forgotten;  /* what it stood in was lost, as was to be expected */
};

/* Before the daemon starts. */
void witness_watch(struct stage *s);

size_t witness_acked(const struct acked **out);
size_t witness_taken(const struct taken **out);
/* The database is damaged now: nothing in it can be relied on. */
void witness_forget(void);

#endif

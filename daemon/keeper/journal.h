/* SPDX-License-Identifier: MIT */
/* journal - what has been decided and waits for its transaction. */
#ifndef KEEPER_JOURNAL_H
#define KEEPER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "wire/event_json.h"
#include "wire/message.h"

struct keeper;

enum entry_kind {
	ENTRY_SAMPLE,
	ENTRY_INPUT,
	ENTRY_OUTPUT,
	ENTRY_EXCERPT,
	ENTRY_ATTEMPT
};

/* Something to be written; told at most once whatever happens to it. */
struct pending {
	enum entry_kind kind;
	uint32_t slot; /* ENDPOINT_NONE: none */
	bool canary;   /* slot is a canary's */
	union {
		struct {
			uint64_t ref;
			struct sample sample;
		} sample;
		struct {
			struct input input;
			char *author, *why;
		} input;
		struct {
			struct output *output;
			uint64_t told;       /* see unwritten.h; 0: not yet */
			enum act act;        /* that brought it about */
			char *author, *text; /* or NULL */
			char *receiver;      /* of receiver.*, or NULL */
			char *detail;        /* of PARTIAL, or NULL */
		} output;
		struct {
			uint64_t ref;
			struct excerpt excerpt;
		} excerpt;
		struct {
			struct attempt attempt;
			wall_ms at;
		} attempt;
	} u;
};

/* The words of the act behind an OUTPUT; borrowed. */
struct event_said journal_said(const struct pending *e);

struct journal {
	struct pending *entries;
	size_t count, size;
	size_t samples;
	uint64_t lost_samples; /* dropped while nothing could be written */
};

struct pending *journal_add(struct keeper *k, enum entry_kind kind,
    uint32_t slot);
void journal_commit(struct keeper *k);
void journal_soon(struct keeper *k);
void journal_done(struct journal *j);
bool journal_open_store(struct keeper *k, enum exit_code *code, struct fail *f);
/* The store to read from, or NULL if there is none; false: unreadable too. */
bool journal_open_kept(struct keeper *k, enum exit_code *code, struct fail *f);

#endif

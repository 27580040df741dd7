/* SPDX-License-Identifier: MIT */
/*
 * hit - the calls that fail, and when.
 *
 * The places where a call may fail are reached from outside of what is
 * tested: by the linker's --wrap, by SQLite's own doors for an allocator and
 * a file system.  Each asks hit_this() on its way.
 */
#ifndef FAULT_HIT_H
#define FAULT_HIT_H

#include <stdbool.h>

#include "base/clock.h"
#include "io/loop.h"

enum op {
	OP_MEMORY,  /* our own allocations: mem.c */
	OP_LIBRARY, /* SQLite's */
	OP_READ,    /* its file system, call by call */
	OP_WRITE,
	OP_SYNC,
	OP_TRUNCATE,
	OP_OPEN,
	OP_DELETE,
	OP_ACCESS,
	OP_SIZE,
	OP_LOCK,
	OP_SHM_MAP,
	OP_SHM_LOCK,
	OP_CALL_OPEN, /* the system's, as our own doors use it */
	OP_CALL_FSTAT,
	OP_CALL_PREAD,
	OP_CALL_FCHMOD,
	OP_CALL_LOCK,
	OP_CALL_MKDIR,
	OP_NONE
};

struct hit {
	enum op op;
	int code;          /* what the call that fails says */
	bool armed;        /* calls count */
	bool noted;        /* and where they come from is noted: site.h */
	unsigned long nth; /* the call that fails; 0: none does */
	span_ms lasts;     /* and all that follow within this time; 0: none */
	const struct loop *loop;

	unsigned long seen, failed;
	unsigned long calls[OP_NONE]; /* of each kind */
	wall_ms until;
	unsigned long changes; /* of what is on disk, by anybody */
	/* Our own allocations: true when this one must fail. */
	bool (*on_memory)(void);
};

extern struct hit hit;

/* One call more; true when it is one that fails. */
bool hit_this(enum op op);

/* SQLite takes its memory and its files from here; before it is used. */
void hit_library(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * memory - all that is remembered of one endpoint; private to this room.
 *
 * A time called _at or _from is evidence time and decides; a time called
 * _since, and onset, is the start of a sample and is what people are told.
 */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include "core/latency.h"
#include "core/ledger.h"
#include "core/names.h"
#include "core/output.h"
#include "core/rate.h"
#include "core/recovery.h"

enum memory_flag {
	MEMORY_SUSPECT = 1,     /* failing, not confirmed */
	MEMORY_FLAPPING = 2,    /* penalty above its threshold */
	MEMORY_ESCALATED = 4,   /* claimed maintenance lasted too long */
	MEMORY_TOLD = 8,        /* the incident has had a loud notice */
	MEMORY_WAITING = 16,    /* would act, once our own path is proven */
	MEMORY_REOPENS = 32,    /* ended by an operator within its quiet time */
	MEMORY_UNPROVEN = 64,   /* the last failing sample proves no path */
	MEMORY_IN_WINDOW = 128, /* a planned window is open */
	MEMORY_HELD = 256,      /* the pace of a long recovery was asked for */
	MEMORY_SILENT = 1024,   /* nothing was heard since the failing run */
	MEMORY_NEAR_END = 512,  /* the pace of a promised end was asked for */
	MEMORY_PENDING = 2048,  /* opened, and to be told */
	MEMORY_WIDER = 4096,    /* its scope is wider than was told */
	MEMORY_LINGERS = 8192,  /* recovered, for the others of its cause */
	MEMORY_PARTLY = 16384,  /* too many of its checks fail */
	MEMORY_SLOW = 32768,    /* slower than usual, or than its limit */
	MEMORY_EFFECT = 65536   /* its lead is what it depends on */
};

struct memory {
	wall_ms heard_at, fail_from, fail_at, good_from, quiet_from;
	wall_ms span_since, last_good_since, auth_since;
	wall_ms onset, back_since, promise_until, window_until;
	wall_ms look_at;         /* when its scope is looked at; 0: not */
	struct incident_id lead; /* part of it, or caused by it; n 0: of none */
	uint64_t fail_ref;
	int64_t stopped_ms;              /* the incident's clocks stood still */
	int64_t unknown_ms;              /* of the present recovery */
	int64_t bucket_ms[BUCKET_COUNT]; /* of the incident, see timeline.c */
	struct recovery_log recoveries;
	uint32_t heard_ms, good_ms; /* evidence minus start */
	int32_t fail_ms; /* the same; negative: seen only after a silence */
	struct recovery_record own;
	uint32_t penalty, penalty_s; /* at whole seconds UTC */
	uint32_t promised_s;         /* first word of an end; 0: none */
	uint32_t day, n, seq;
	struct ledger ledger;
	struct rate rate;
	struct latency latency;
	uint32_t flags;
	uint16_t run_fail, run_good, run_maint, relapses, code;
	uint16_t
	    last_maint;     /* bit per failing sample: it claimed maintenance */
	uint8_t last_count; /* bits in use, up to 10 */
	uint8_t auth_run, class, reason;
	uint8_t state, why, bucket, phase, kind, worst, origin, others;
	uint8_t scope, scope_tag; /* of what it leads */
};

static inline bool
memory_has(const struct memory *m, enum memory_flag flag)
{
	return (m->flags & flag) != 0;
}

/* Answering again, and not for long enough. */
static inline bool
memory_recovers(const struct memory *m)
{
	return m->phase == PHASE_RECOVERING && !memory_has(m, MEMORY_LINGERS);
}

/* Its incident says that it fails, not merely that it is degraded. */
static inline bool
memory_fails(const struct memory *m)
{
	return m->phase == PHASE_OPEN && m->kind != KIND_DEGRADATION;
}

/* Degraded, and its last failing run ended as a recovery of its own. */
static inline bool
memory_recovered(const struct memory *m)
{
	return m->kind == KIND_DEGRADATION &&
	    m->recoveries.at_s[0] >= m->back_since / SECOND_MS;
}

void memory_mark(struct memory *m, enum memory_flag flag, bool on);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The buckets of an incident: bucket_ms covers [onset, span_since) while it
 * is open, and [onset, back_since) while it recovers; what follows is only
 * known to belong to it after a relapse, and is folded in then.  Of that
 * time, unknown_ms was unknown and the rest recovering.
 */
#include "core/world.h"

#include <assert.h>
#include <string.h>

void
memory_mark(struct memory *m, enum memory_flag flag, bool on)
{
	m->flags = on ? m->flags | flag : m->flags & ~(uint32_t)flag;
}

void
timeline_span(struct world *w, uint32_t i, enum bucket b, wall_ms since)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms from = since > m->span_since ? since : m->span_since;

	if (b == m->bucket)
		return;
	if (m->phase == PHASE_OPEN)
		m->bucket_ms[m->bucket] += from - m->span_since;
	else if (m->phase == PHASE_RECOVERING && m->bucket == BUCKET_UNKNOWN)
		m->unknown_ms += from - m->span_since;
	m->bucket = (uint8_t)b;
	m->span_since = from;
	world_emit(w,
	    &(struct output){.kind = OUTPUT_SPAN,
		.at = w->now,
		.endpoint = i,
		.bucket = b,
		.since = from});
}

/* The state is told as of the present span, which must be set before. */
void
timeline_state(struct world *w, uint32_t i, enum state s, enum why why)
{
	struct memory *m = &w->endpoints[i].m;
	struct output o;

	if (m->state == s && m->why == why)
		return;
	incident_describe(w, i, &o);
	o.kind = OUTPUT_TRANSITION;
	o.from = m->state;
	o.to = s;
	o.why = why;
	o.seq = ++m->seq;
	o.since = m->span_since;
	m->state = (uint8_t)s;
	m->why = (uint8_t)why;
	world_emit(w, &o);
}

void
timeline_unknown(struct world *w, uint32_t i, enum why why, wall_ms since)
{
	timeline_span(w, i, BUCKET_UNKNOWN, since);
	timeline_state(w, i, STATE_UNKNOWN, why);
}

/*
 * The recovery so far turned out to be part of the incident; what lingered
 * was up meanwhile.  The present span must begin at or before `until` and not
 * be unknown, or begin there.
 */
void
timeline_fold_recovery(struct memory *m, wall_ms until)
{
	enum bucket well = memory_recovers(m) ? BUCKET_RECOVERING : BUCKET_UP;

	assert(m->phase == PHASE_RECOVERING);
	if (until < m->back_since)
		until = m->back_since;
	m->bucket_ms[BUCKET_UNKNOWN] += m->unknown_ms;
	m->bucket_ms[well] += until - m->back_since - m->unknown_ms;
	m->back_since = until;
	m->unknown_ms = 0;
}

void
timeline_buckets(const struct memory *m, wall_ms at, int64_t out[BUCKET_COUNT])
{
	struct memory sum = *m;

	if (m->phase == PHASE_OPEN && at > m->span_since) {
		sum.bucket_ms[m->bucket] += at - m->span_since;
	} else if (m->phase == PHASE_RECOVERING && at > m->back_since) {
		if (m->bucket == BUCKET_UNKNOWN && at > m->span_since)
			sum.unknown_ms += at - m->span_since;
		timeline_fold_recovery(&sum, at);
	}
	memcpy(out, sum.bucket_ms, sizeof(sum.bucket_ms));
}

/* SPDX-License-Identifier: MIT */
#include "core/core.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "core/keep.h"
#include "core/scope.h"

enum { SITES_MAX = 1 << 20, SHARED_VERSION = 1 };

struct world *
world_new(size_t canaries, wall_ms start)
{
	struct world *w = mem_zalloc(sizeof(*w));

	w->groups = mem_zalloc(sizeof(*w->groups));
	w->now = start;
	w->path_at = start;
	w->asked_at = start - DAY_MS;
	w->canary_count = canaries;
	w->canaries = mem_array(canaries, sizeof(w->canaries[0]));
	return w;
}

void
world_free(struct world *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->size; i++)
		mem_free(w->endpoints[i].needs);
	mem_free(w->endpoints);
	mem_free(w->heap);
	groups_free(w->groups);
	mem_free(w->canaries);
	mem_free(w->site_seen);
	mem_free(w);
}

void
world_emit(struct world *w, const struct output *o)
{
	if (w->out != NULL)
		w->out(w->arg, o);
}

static void
make_slot(struct world *w, uint32_t i)
{
	size_t size = w->size > 0 ? w->size : 16;

	if (i < w->size)
		return;
	while (size <= i)
		size *= 2;
	w->endpoints = mem_resize(w->endpoints, size, sizeof(w->endpoints[0]));
	w->heap = mem_resize(w->heap, size, sizeof(w->heap[0]));
	for (; w->size < size; w->size++) {
		w->endpoints[w->size] = (struct endpoint){.heap_at = HEAP_NONE};
	}
}

void
world_depend(struct world *w, uint32_t i, const struct need *needs, size_t n)
{
	struct endpoint *e;

	make_slot(w, i);
	for (size_t k = 0; k < n; k++) {
		assert(needs[k].endpoint != i);
		make_slot(w, needs[k].endpoint);
	}
	e = &w->endpoints[i];
	mem_free(e->needs);
	e->needs = n > 0 ? mem_array(n, sizeof(e->needs[0])) : NULL;
	e->need_count = (uint32_t)n;
	if (n > 0)
		memcpy(e->needs, needs, n * sizeof(needs[0]));
	w->groups->fresh = false;
}

/* Room for endpoint i and its site. */
static void
make_room(struct world *w, uint32_t i, const struct policy *p)
{
	assert(p->interval > 0 && p->timeout > 0 && p->site < SITES_MAX);
	if (p->site >= w->site_count) {
		w->site_count = (size_t)p->site + 1;
		mem_free(w->site_seen);
		w->site_seen = mem_array(w->site_count, 1);
	}
	make_slot(w, i);
}

static void
watch(struct world *w, uint32_t i, const struct policy *p)
{
	struct endpoint *e;

	make_room(w, i, p);
	e = &w->endpoints[i];
	e->policy = *p;
	w->groups->fresh = false;
	if (!e->watched) {
		e->watched = true;
		e->ref = 0;
		e->m = (struct memory){.state = STATE_UNKNOWN,
		    .why = WHY_NEW,
		    .bucket = BUCKET_UNKNOWN,
		    .span_since = w->now,
		    .seq = e->m.seq,
		    .ledger = {.level = LEDGER_REST}};
		world_emit(w,
		    &(struct output){.kind = OUTPUT_SPAN,
			.at = w->now,
			.endpoint = i,
			.bucket = BUCKET_UNKNOWN,
			.since = w->now});
	}
	deadline_renew(w, i);
}

static void
unwatch(struct world *w, uint32_t i, enum cause cause)
{
	struct endpoint *e = &w->endpoints[i];

	if (e->m.phase != PHASE_NONE)
		incident_withdraw(w, i, cause);
	evidence_drop(w, i);
	timeline_unknown(w, i, WHY_PAUSED, w->now);
	e->watched = false;
	deadline_remove(w, i);
}

static void
window(struct world *w, uint32_t i, wall_ms until)
{
	struct memory *m = &w->endpoints[i].m;
	bool open = memory_has(m, MEMORY_IN_WINDOW);

	m->window_until = until > w->now ? until : w->now;
	if (!open && until > w->now) {
		memory_mark(m, MEMORY_IN_WINDOW, true);
		incident_tell(w, i, EVENT_MAINT_STARTED, false, CAUSE_EVIDENCE);
	} else if (open && until <= w->now) {
		memory_mark(m, MEMORY_IN_WINDOW, false);
		incident_tell(w, i, EVENT_MAINT_ENDED, false, CAUSE_EVIDENCE);
	}
	deadline_renew(w, i);
}

static void
advance(struct world *w, wall_ms t)
{
	wall_ms at;

	for (;;) {
		uint32_t i = deadline_next(w, t, &at);

		if (w->ask_again_at > 0 && w->ask_again_at <= t &&
		    (i == ENDPOINT_NONE || w->ask_again_at < at)) {
			if (w->ask_again_at > w->now)
				w->now = w->ask_again_at;
			path_ask_again(w);
		} else if (i != ENDPOINT_NONE) {
			if (at > w->now)
				w->now = at;
			deadline_fire(w, i);
		} else {
			break;
		}
	}
	if (t > w->now)
		w->now = t;
}

void
core_step(struct world *w, const struct input *in, core_out_fn *out, void *arg)
{
	uint32_t i = in->endpoint;

	w->out = out;
	w->arg = arg;
	advance(w, in->at);
	if (in->kind == INPUT_WATCH) {
		watch(w, i, &in->u.policy);
	} else if (in->kind == INPUT_CANARY) {
		if (i < w->canary_count)
			path_canary(w, i, in->u.canary.good);
	} else if (world_watches(w, i)) {
		if (in->kind == INPUT_SAMPLE)
			evidence_sample(w, i, in);
		else if (in->kind == INPUT_WINDOW)
			window(w, i, in->u.window.until);
		else if (in->kind == INPUT_UNWATCH)
			unwatch(w, i,
			    in->u.unwatch.paused ? CAUSE_PAUSED
						 : CAUSE_REMOVED);
		else if (in->kind == INPUT_RESOLVE &&
		    w->endpoints[i].m.phase == PHASE_RECOVERING &&
		    w->endpoints[i].m.run_good > 0)
			incident_resolve(w, i, CAUSE_OPERATOR);
		if (w->endpoints[i].watched)
			deadline_renew(w, i);
	}
	w->out = NULL;
}

wall_ms
world_now(const struct world *w)
{
	return w->now;
}

wall_ms
world_next_deadline(const struct world *w)
{
	wall_ms d =
	    w->heap_count > 0 ? w->endpoints[w->heap[0]].deadline : INT64_MAX;

	return w->ask_again_at > 0 && w->ask_again_at < d ? w->ask_again_at : d;
}

bool
world_blind(const struct world *w)
{
	return w->blind;
}

size_t
world_size(const struct world *w)
{
	return w->size;
}

bool
world_watches(const struct world *w, uint32_t i)
{
	return i < w->size && w->endpoints[i].watched;
}

void
world_describe(const struct world *w, uint32_t i, struct output *o)
{
	assert(i < w->size);
	incident_describe(w, i, o);
	scope_describe(w, i, o);
}

void
world_group(struct world *w)
{
	groups_ready(w);
}

enum state
world_state(const struct world *w, uint32_t i)
{
	assert(i < w->size);
	return w->endpoints[i].m.state;
}

enum bucket
world_bucket(const struct world *w, uint32_t i)
{
	assert(i < w->size);
	return w->endpoints[i].m.bucket;
}

bool
world_suspect(const struct world *w, uint32_t i)
{
	assert(i < w->size);
	return memory_has(&w->endpoints[i].m, MEMORY_SUSPECT);
}

void
world_number(struct world *w, uint32_t i, uint32_t seq)
{
	make_slot(w, i);
	assert(!w->endpoints[i].watched);
	w->endpoints[i].m.seq = seq;
}

size_t
world_save(const struct world *w, uint32_t i,
    unsigned char buf[CORE_STATE_BYTES])
{
	assert(i < w->size);
	return keep_put(&w->endpoints[i].m, buf);
}

enum status
world_restore(struct world *w, uint32_t i, const struct policy *p,
    const void *bytes, size_t n, struct fail *f)
{
	struct memory m;
	struct endpoint *e;

	if (!keep_get(&m, bytes, n))
		return fail_set(f, ERR_CORRUPT,
		    "the state of endpoint %u is not readable", i);
	make_room(w, i, p);
	e = &w->endpoints[i];
	w->waiting -= memory_has(&e->m, MEMORY_WAITING);
	w->waiting += memory_has(&m, MEMORY_WAITING);
	e->policy = *p;
	e->watched = true;
	e->ref = 0;
	e->m = m;
	w->groups->fresh = false;
	deadline_renew(w, i);
	return OK;
}

struct shared {
	wall_ms now, proven_at, path_at, sighted_at;
	struct incident_id last_incident;
	uint32_t version;
	uint8_t blind, blind_by_sites, unused[2];
};

size_t
world_save_shared(const struct world *w, unsigned char buf[CORE_STATE_BYTES])
{
	struct shared s = {.now = w->now,
	    .proven_at = w->proven_at,
	    .path_at = w->path_at,
	    .sighted_at = w->sighted_at,
	    .last_incident = w->last_incident,
	    .version = SHARED_VERSION,
	    .blind = w->blind,
	    .blind_by_sites = w->blind_by_sites};

	memcpy(buf, &s, sizeof(s));
	return sizeof(s);
}

void
world_begin_shared(struct world *w, wall_ms now, struct incident_id last)
{
	w->path_at = now;
	w->last_incident = last;
}

enum status
world_restore_shared(struct world *w, const void *bytes, size_t n,
    struct fail *f)
{
	struct shared s;

	if (n != sizeof(s))
		return fail_set(f, ERR_CORRUPT,
		    "the shared state has %zu bytes instead of %zu", n,
		    sizeof(s));
	memcpy(&s, bytes, sizeof(s));
	if (s.version != SHARED_VERSION)
		return fail_set(f, ERR_CORRUPT,
		    "the shared state is not readable");
	w->now = s.now > w->now ? s.now : w->now;
	w->proven_at = s.proven_at;
	w->path_at = s.path_at;
	w->sighted_at = s.sighted_at;
	w->last_incident = s.last_incident;
	w->blind = s.blind != 0;
	w->blind_by_sites = s.blind_by_sites != 0;
	return OK;
}

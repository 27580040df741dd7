/* SPDX-License-Identifier: MIT */
/*
 * After a restart the state is what it was: the memories as they were saved,
 * then the inputs committed since, then the gap until now.  What those inputs
 * led to was written with them, so it is not told again.
 */
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "keeper/inside.h"
#include "store/pause.h"

struct restoring {
	struct keeper *k;
	uint64_t *refs; /* by slot: the memory is as of it */
	size_t size;
	uint64_t least;
	struct fail *f;
	enum status status;
};

static void
on_endpoint(void *arg, const struct store_endpoint_row *r)
{
	struct restoring *t = arg;
	struct registry *reg =
	    r->service != NULL ? &t->k->endpoints : &t->k->canaries;
	struct watched *w;

	if (r->service == NULL && r->retired != 0)
		return;
	w = registry_add(reg, r->id, r->service, r->region);
	w->row = r->endpoint;
	if (r->service == NULL)
		return;
	/* Even of one that is retired: it may come back. */
	world_number(t->k->world, w->slot, r->last_seq);
	if (r->state == NULL || r->retired != 0)
		return;
	if (w->slot >= t->size) {
		size_t size = t->size > 0 ? 2 * t->size : 64;

		while (size <= w->slot)
			size *= 2;
		t->refs = mem_resize(t->refs, size, sizeof(t->refs[0]));
		memset(t->refs + t->size, 0,
		    (size - t->size) * sizeof(t->refs[0]));
		t->size = size;
	}
	t->refs[w->slot] = r->state_ref;
	if (r->state_ref < t->least)
		t->least = r->state_ref;
	w->restored = mem_copy(r->state, r->state_size);
	w->restored_size = r->state_size;
}

static struct watched *
by_row(const struct registry *r, int64_t row)
{
	/* Rows were added in ascending order. */
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (r->all[mid]->row < row)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->count && r->all[low]->row == row ? r->all[low] : NULL;
}

static void
on_input(void *arg, int64_t row, const struct input *stored)
{
	struct restoring *t = arg;
	struct input in = *stored;
	const struct registry *r =
	    in.kind == INPUT_CANARY ? &t->k->canaries : &t->k->endpoints;
	const struct watched *w = by_row(r, row);

	if (w == NULL ||
	    (in.kind != INPUT_CANARY &&
		(w->slot >= t->size || in.ref <= t->refs[w->slot])))
		return;
	in.endpoint = w->slot;
	core_step(t->k->world, &in, NULL, NULL);
}

/* Continue what the configuration still names, or will withdraw. */
static void
restore_endpoint(struct restoring *t, struct watched *w)
{
	struct policy p = registry_policy(&t->k->endpoints, w);
	struct fail f = {.why = ""};

	if (w->restored == NULL)
		return;
	if (world_restore(t->k->world, w->slot, &p, w->restored,
		w->restored_size, &f) != OK)
		log_event(t->k->log, SEVERITY_ERR,
		    "state-lost endpoint=%s why=%s", w->id, f.why);
	mem_free(w->restored);
	w->restored = NULL;
}

/* What could not be read may be read at the next try; the rest is begun anew. */
static enum status
restore_shared(struct keeper *k, struct fail *error)
{
	wall_ms now = loop_now(k->loop);
	uint32_t day = utc_yyyymmdd(now);
	unsigned char buf[CORE_STATE_BYTES];
	struct fail f = {.why = "none is kept"};
	struct incident_id last = {.day = day};
	uint64_t ref;
	size_t n = 0;
	enum status s;

	s = store_load_shared(k->store, &ref, buf, sizeof(buf), &n, &f);
	if (s != OK && s != ERR_LIMIT) {
		*error = f;
		return s;
	}
	if (n > 0 && world_restore_shared(k->world, buf, n, &f) == OK)
		return OK;
	log_event(k->log, SEVERITY_ERR, "state-lost what=shared why=%s", f.why);
	s = store_last_incident(k->store, day, &last.n, error);
	if (s == OK)
		world_begin_shared(k->world, now, last);
	return s;
}

/*
 * An incident whose endpoint has lost its memory cannot be continued: it is
 * withdrawn, never resolved.
 */
static void
on_incident(void *arg, int64_t row, const struct output *stored)
{
	struct restoring *t = arg;
	const struct watched *w = by_row(&t->k->endpoints, row);
	struct output now, *o;

	if (w == NULL)
		return;
	if (world_watches(t->k->world, w->slot)) {
		world_describe(t->k->world, w->slot, &now);
		if (now.incident.day == stored->incident.day &&
		    now.incident.n == stored->incident.n)
			return;
	}
	o = mem_copy(stored, sizeof(*stored));
	o->at = o->ended = loop_now(t->k->loop);
	o->endpoint = w->slot;
	o->event = EVENT_WITHDRAWN;
	o->cause = CAUSE_REMOVED;
	o->phase = PHASE_CLOSED;
	o->loud = true;
	journal_add(t->k, ENTRY_OUTPUT, w->slot)->u.output.output = o;
}

static void
on_pause(void *arg, const struct pause_row *r)
{
	struct restoring *t = arg;
	struct watched *w = by_row(&t->k->endpoints, r->endpoint);

	if (w != NULL)
		registry_pause(w, r->since, r->until, r->author, r->why);
}

static void
on_expiring(void *arg, int64_t row, wall_ms at, const char *json)
{
	struct restoring *t = arg;
	struct watched *w = by_row(&t->k->endpoints, row);

	(void)json;
	if (w != NULL && w->expiring_told == 0)
		w->expiring_told = at;
}

static void
on_partial(void *arg, int64_t row, wall_ms at, const char *json)
{
	struct restoring *t = arg;
	struct watched *w = by_row(&t->k->endpoints, row);

	if (w != NULL)
		partial_restore(w, at, json);
}

static void
on_gone(void *arg, int64_t row, wall_ms at, const char *json)
{
	const struct restoring *t = arg;

	(void)row;
	complaint_restore(t->k, EVENT_RECEIVER_GONE, at, json);
}

static void
on_failing(void *arg, int64_t row, wall_ms at, const char *json)
{
	const struct restoring *t = arg;

	(void)row;
	complaint_restore(t->k, EVENT_RECEIVER_FAILING, at, json);
}

/* What is told beside the incidents, and when it last was. */
static enum status
restore_told(struct restoring *t, wall_ms now)
{
	struct store *store = t->k->store;
	enum status s = store_load_told(store, EVENT_CERT_EXPIRING,
	    now - DAY_MS, on_expiring, t, t->f);

	/* Its end is told too, even if nobody was there for days. */
	if (s == OK)
		s = store_load_told(store, EVENT_PARTIAL,
		    now - 7 * (span_ms)DAY_MS, on_partial, t, t->f);
	if (s == OK)
		s = store_load_told(store, EVENT_RECEIVER_GONE, now - DAY_MS,
		    on_gone, t, t->f);
	if (s == OK)
		s = store_load_told(store, EVENT_RECEIVER_FAILING, now - DAY_MS,
		    on_failing, t, t->f);
	return s;
}

enum status
restore_all(struct keeper *k, struct fail *f)
{
	struct restoring t = {.k = k, .least = UINT64_MAX, .f = f};
	wall_ms known = 0, now = loop_now(k->loop);
	enum status s;

	s = k->store != NULL ? store_known_until(k->store, &known, f) : OK;
	if (s != OK)
		return s;
	/* The world begins where what is restored did. */
	k->world = world_new(CANARIES_MAX, known > 0 ? 0 : now);
	if (known == 0)
		return OK;
	s = store_load_endpoints(k->store, on_endpoint, &t, f);
	for (size_t i = 0; i < k->endpoints.count; i++) {
		struct watched *w = k->endpoints.all[i];
		const struct config_endpoint *e =
		    config_find(k->config, w->id, &w->config);

		if (e != NULL)
			w->target = mem_copy(&e->target, sizeof(e->target));
		restore_endpoint(&t, w);
		mem_free(w->target);
		w->target = NULL;
		w->config = NULL;
	}
	if (s == OK && t.least != UINT64_MAX)
		s = store_load_inputs(k->store, t.least, on_input, &t, f);
	mem_free(t.refs);
	if (s == OK)
		s = store_load_pauses(k->store, on_pause, &t, f);
	if (s == OK)
		s = store_load_incidents(k->store, on_incident, &t, f);
	if (s == OK)
		s = restore_told(&t, now);
	if (s == OK)
		s = restore_shared(k, f);
	if (s != OK)
		return s;
	if (known < now) {
		struct input gap = {.kind = INPUT_GAP,
		    .at = now,
		    .endpoint = ENDPOINT_NONE,
		    .u.gap_from = known};

		intake_input(k, &gap, NULL, NULL);
	}
	return OK;
}

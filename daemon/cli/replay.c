/* SPDX-License-Identifier: MIT */
#include "cli/replay.h"

#include <assert.h>
#include <string.h>

#include "base/glob.h"
#include "base/mem.h"
#include "base/numbers.h"
#include "config/config.h"
#include "config/window.h"
#include "core/account.h"

enum {
	TIMEOUT_DEFAULT_MS = 10 * SECOND_MS,
	PROGRESS_SAMPLES = 1 << 18,
	/*
	 * One site for all: without canaries our own network counts as fine,
	 * however many endpoints fail together.
	 */
	SITE = 0
};

static const wall_ms never = INT64_MAX;

struct endpoint {
	struct account account;
	struct replay_endpoint shown;
	bool open;
};

/* A planned window of the configuration, at its present occurrence. */
struct planned {
	const struct config_window *window;
	wall_ms from, to;
	wall_ms edge; /* its next input falls here; never: no more */
	bool begun;
};

struct replay {
	const struct trace *trace;
	const struct config *config;
	const struct replay_sink *sink;
	struct replay_totals *totals;
	struct world *world;
	struct endpoint *endpoints;
	size_t endpoint_count, watched;
	struct numbers
	    ids; /* of endpoints in the trace, in its order; others */
	struct numbers services, regions, tags;
	struct planned *planned;
	size_t planned_count;
};

static void
count_event(struct replay *r, struct endpoint *e, const struct output *o)
{
	struct replay_totals *t = r->totals;

	if (o->event <= EVENT_AMENDED) {
		if (o->loud)
			t->loud++;
		else
			t->quiet++;
	}
	switch (o->event) {
	case EVENT_OPENED:
		t->incidents++;
		e->shown.incidents++;
		e->open = true;
		break;
	case EVENT_RELAPSED:
		t->relapses++;
		e->shown.relapses++;
		e->open = true;
		break;
	case EVENT_RESOLVED:
	case EVENT_WITHDRAWN:
		e->open = false;
		break;
	case EVENT_GLITCH:
		t->glitches++;
		e->shown.glitches++;
		break;
	default:
		break;
	}
}

static void
name_scope(const struct replay *r, const struct output *o,
    struct scope_names *s)
{
	size_t n = o->row_count < SCOPE_ROWS ? o->row_count : SCOPE_ROWS;
	const struct config_service *service = NULL;

	*s = (struct scope_names){0};
	if (o->endpoint == ENDPOINT_NONE)
		return;
	if (o->lead.n > 0)
		s->lead = r->endpoints[o->lead_endpoint].shown.trace->id;
	if (o->scope == SCOPE_TAG && r->config != NULL)
		(void)config_find(r->config,
		    r->endpoints[o->endpoint].shown.trace->id, &service);
	if (service != NULL && service->tags != NULL)
		s->tag = service->tags[o->scope_tag];
	for (size_t i = 0; i < n; i++) {
		const struct trace_endpoint *e =
		    r->endpoints[o->rows[i].endpoint].shown.trace;

		assert(e != NULL);
		s->services[i] = e->service;
		s->regions[i] = e->region;
	}
}

static void
on_output(void *arg, const struct output *o)
{
	struct replay *r = arg;
	struct endpoint *e = NULL;
	struct scope_names scope;

	if (o->endpoint != ENDPOINT_NONE) {
		e = &r->endpoints[o->endpoint];
		account_feed(&e->account, o);
	}
	if (o->kind != OUTPUT_EVENT)
		return;
	name_scope(r, o, &scope);
	if (e != NULL)
		count_event(r, e, o);
	r->sink->on_event(r->sink->arg, o, e != NULL ? e->shown.trace : NULL,
	    &scope);
}

static struct policy
policy_of(struct replay *r, const struct trace_endpoint *e)
{
	const struct config_service *service = NULL;
	const struct config_endpoint *known = NULL;
	struct policy p = {.interval = e->interval,
	    .timeout = TIMEOUT_DEFAULT_MS,
	    .all_clear = ALL_CLEAR_DEFAULT,
	    .site = SITE,
	    .service = numbers_of(&r->services, e->service),
	    .region = numbers_of(&r->regions, e->region)};
	char *const *tags;

	if (r->config != NULL)
		known = config_find(r->config, e->id, &service);
	if (known != NULL) {
		p.interval = known->target.interval;
		p.timeout = known->target.timeout;
		p.all_clear = service->all_clear;
		tags = service->tags;
		for (size_t i = 0;
		     tags != NULL && tags[i] != NULL && i < SCOPE_TAGS; i++)
			p.tags[i] = numbers_of(&r->tags, tags[i]);
	}
	return p;
}

/* On what it depends that is in the trace. */
static void
depend(struct replay *r, uint32_t slot)
{
	const struct config_endpoint *known = r->config == NULL
	    ? NULL
	    : config_find(r->config, r->endpoints[slot].shown.trace->id, NULL);
	struct need *needs;
	size_t n = 0;

	if (known == NULL || known->depends_count == 0)
		return;
	needs = mem_array(known->depends_count, sizeof(*needs));
	for (size_t i = 0; i < known->depends_count; i++) {
		uint32_t on =
		    numbers_of(&r->ids, known->depends[i].on->target.id) - 1;

		if (on < r->endpoint_count)
			needs[n++] = (struct need){on, known->depends[i].group};
	}
	world_depend(r->world, slot, needs, n);
	mem_free(needs);
}

static void
step(struct replay *r, const struct input *in)
{
	core_step(r->world, in, on_output, r);
}

static bool
covers(const struct config_window *w, const struct trace_endpoint *e)
{
	if (w->service != NULL && !glob_match(w->service, e->service))
		return false;
	return w->region == NULL ||
	    (e->region != NULL && glob_match(w->region, e->region));
}

/* Windows may overlap: one is over for an endpoint when all of them are. */
static void
tell_windows(struct replay *r, uint32_t slot, wall_ms at)
{
	struct input in = {.kind = INPUT_WINDOW, .at = at, .endpoint = slot};

	in.u.window.until = at;
	for (size_t i = 0; i < r->planned_count; i++) {
		const struct planned *p = &r->planned[i];

		if (p->begun && p->to > in.u.window.until &&
		    covers(p->window, r->endpoints[slot].shown.trace))
			in.u.window.until = p->to;
	}
	step(r, &in);
}

/* The endpoint is watched from its first sample on, within open windows. */
static void
watch_next(struct replay *r)
{
	uint32_t slot = (uint32_t)r->watched++;
	const struct trace_endpoint *e = r->endpoints[slot].shown.trace;
	struct input in = {.kind = INPUT_WATCH,
	    .at = e->first,
	    .endpoint = slot};

	in.u.policy = policy_of(r, e);
	depend(r, slot);
	step(r, &in);
	tell_windows(r, slot, e->first);
}

static void
next_occurrence(struct planned *p, wall_ms after)
{
	p->begun = false;
	p->edge =
	    window_next(p->window, after, &p->from, &p->to) ? p->from : never;
}

static void
pass_edge(struct replay *r, struct planned *p)
{
	wall_ms at = p->edge;

	if (p->begun) {
		next_occurrence(p, p->to);
	} else {
		p->begun = true;
		p->edge = p->to;
	}
	for (uint32_t i = 0; i < r->watched; i++) {
		if (covers(p->window, r->endpoints[i].shown.trace))
			tell_windows(r, i, at);
	}
}

static struct planned *
next_planned(const struct replay *r)
{
	struct planned *first = NULL;

	for (size_t i = 0; i < r->planned_count; i++) {
		struct planned *p = &r->planned[i];

		if (first == NULL || p->edge < first->edge)
			first = p;
	}
	return first;
}

/* All that comes before evidence of that time, or at it: in order. */
static void
come_to(struct replay *r, wall_ms t)
{
	for (;;) {
		struct planned *p = next_planned(r);
		wall_ms edge = p != NULL ? p->edge : never;
		wall_ms first = r->watched < r->endpoint_count
		    ? r->endpoints[r->watched].shown.trace->first
		    : never;

		if (edge > t && first > t)
			return;
		if (p != NULL && edge <= first)
			pass_edge(r, p);
		else
			watch_next(r);
	}
}

static void
set_up(struct replay *r)
{
	size_t windows = r->config != NULL ? r->config->window_count : 0;
	wall_ms start = trace_endpoint_at(r->trace, 0)->first;

	r->endpoint_count = trace_endpoint_count(r->trace);
	r->endpoints = mem_array(r->endpoint_count, sizeof(r->endpoints[0]));
	for (size_t i = 0; i < r->endpoint_count; i++) {
		const struct trace_endpoint *e = trace_endpoint_at(r->trace, i);

		r->endpoints[i].shown.trace = e;
		(void)numbers_of(&r->ids, e->id);
		(void)numbers_of(&r->services, e->service);
		(void)numbers_of(&r->regions, e->region);
	}
	/* The same whatever came first. */
	numbers_sort(&r->services);
	numbers_sort(&r->regions);
	r->planned = mem_array(windows, sizeof(r->planned[0]));
	for (size_t i = 0; i < windows; i++) {
		struct planned *p = &r->planned[r->planned_count++];

		p->window = &r->config->windows[i];
		next_occurrence(p, start);
		if (p->edge < start)
			p->edge = start;
	}
	r->world = world_new(0, start);
}

static void
feed(struct replay *r)
{
	size_t count = trace_count(r->trace);
	struct input in = {.kind = INPUT_SAMPLE};

	for (size_t i = 0; i < count; i++) {
		in.at =
		    trace_sample_at(r->trace, i, &in.u.sample, &in.endpoint);
		in.ref = i + 1;
		come_to(r, in.at);
		step(r, &in);
		if (r->sink->on_progress != NULL && i % PROGRESS_SAMPLES == 0)
			r->sink->on_progress(r->sink->arg, i);
	}
	in = (struct input){.kind = INPUT_ADVANCE, .at = trace_end(r->trace)};
	step(r, &in);
}

static void
sum_up(struct replay *r)
{
	struct replay_totals *t = r->totals;

	t->samples = trace_count(r->trace);
	t->endpoints = r->endpoint_count;
	for (size_t i = 0; i < r->endpoint_count; i++) {
		struct endpoint *e = &r->endpoints[i];

		account_sum(&e->account, trace_end(r->trace),
		    e->shown.bucket_ms);
		for (unsigned b = 0; b < BUCKET_COUNT; b++)
			t->bucket_ms[b] += e->shown.bucket_ms[b];
		t->open += e->open;
		r->sink->on_endpoint(r->sink->arg, &e->shown);
		account_done(&e->account);
	}
}

void
replay_run(const struct trace *t, const struct config *c,
    const struct replay_sink *sink, struct replay_totals *totals)
{
	struct replay r = {.trace = t,
	    .config = c,
	    .sink = sink,
	    .totals = totals};

	*totals = (struct replay_totals){0};
	if (trace_count(t) == 0)
		return;
	set_up(&r);
	feed(&r);
	sum_up(&r);
	world_free(r.world);
	numbers_done(&r.ids);
	numbers_done(&r.services);
	numbers_done(&r.regions);
	numbers_done(&r.tags);
	mem_free(r.planned);
	mem_free(r.endpoints);
}

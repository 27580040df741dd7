/* SPDX-License-Identifier: MIT */
/* Whatever happens in whatever order, the story that is told is coherent. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/core.h"

enum { ENDPOINTS = 4, STEP_BYTES = 5, CANARIES = 2 };

static const wall_ms begin = 1676368853000;

/* What has been told so far of one endpoint. */
struct told {
	uint32_t seq;
	enum state state;
	wall_ms span_since;
	struct incident_id open, closed; /* the last one of each */
};

struct run {
	struct world *world;
	wall_ms now, output_at;
	uint64_t ref;
	struct told told[ENDPOINTS];
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static bool
same(struct incident_id a, struct incident_id b)
{
	return a.day == b.day && a.n == b.n;
}

static void
on_event(struct told *t, const struct output *o)
{
	switch (o->event) {
	case EVENT_OPENED:
		must(t->open.n == 0 && o->incident.n > 0);
		t->open = o->incident;
		break;
	case EVENT_RESOLVED:
	case EVENT_WITHDRAWN:
		must(t->open.n > 0 && same(t->open, o->incident));
		t->closed = t->open;
		t->open = (struct incident_id){0};
		break;
	case EVENT_RELAPSED:
		/* One that an operator ended may open again. */
		if (t->open.n == 0 && same(t->closed, o->incident))
			t->open = o->incident;
		must(same(t->open, o->incident));
		break;
	case EVENT_CHANGED:
	case EVENT_RECOVERING:
		must(t->open.n > 0 && same(t->open, o->incident));
		must(o->onset <= o->at);
		break;
	default:
		break;
	}
}

static void
on_output(void *arg, const struct output *o)
{
	struct run *r = arg;
	struct told *t;

	must(o->at >= r->output_at);
	r->output_at = o->at;
	if (o->endpoint == ENDPOINT_NONE)
		return;
	must(o->endpoint < ENDPOINTS);
	t = &r->told[o->endpoint];
	switch (o->kind) {
	case OUTPUT_TRANSITION:
		must(o->seq == t->seq + 1 && o->from == t->state);
		must(o->since <= o->at);
		t->seq = o->seq;
		t->state = o->to;
		break;
	case OUTPUT_SPAN:
		must(o->since >= t->span_since && o->since <= o->at);
		t->span_since = o->since;
		break;
	case OUTPUT_EVENT:
		on_event(t, o);
		break;
	default:
		break;
	}
}

static struct sample
sample_of(const uint8_t *b, wall_ms now)
{
	enum sample_class class = (enum sample_class)(b[3] % CLASS_COUNT);
	struct sample s = {.start = now,
	    .total_us = (uint32_t)b[4] * 1000,
	    .class = (uint8_t) class,
	    .reason = (uint8_t)class_reason(class),
	    .retry_after_s = b[4] % 7 == 0 ? b[4] * 60 : RETRY_AFTER_ABSENT,
	    .cert_days = CERT_DAYS_UNKNOWN};

	if (class_proves_path(class))
		s.flags |= SAMPLE_PATH_PROVEN;
	s.latency = latency_code(s.total_us);
	return s;
}

static struct policy
policy_of(const uint8_t *b)
{
	return (struct policy){.interval =
				   (span_ms)(b[3] % 10 + 1) * 10 * SECOND_MS,
	    .timeout = (span_ms)10 * SECOND_MS,
	    .all_clear = (enum all_clear)(b[4] % 3),
	    .site = b[4] % 2U};
}

/* Who was given up begins anew; only the numbers of its transitions go on. */
static void
begin_watching(struct run *r, uint32_t endpoint)
{
	struct told *t = &r->told[endpoint];

	if (endpoint < world_size(r->world) &&
	    world_watches(r->world, endpoint))
		return;
	must(t->open.n == 0);
	*t = (struct told){.seq = t->seq, .span_since = t->span_since};
}

static void
fill(struct run *r, const uint8_t *b, struct input *in)
{
	if (in->kind != INPUT_WATCH && in->kind != INPUT_ADVANCE &&
	    in->kind != INPUT_CANARY && in->kind != INPUT_GAP &&
	    in->kind != INPUT_CLOCK_STEP &&
	    (in->endpoint >= world_size(r->world) ||
		!world_watches(r->world, in->endpoint)))
		in->kind = INPUT_WATCH;
	/* Slots are dense. */
	if (in->kind == INPUT_WATCH && in->endpoint > world_size(r->world))
		in->endpoint = (uint32_t)world_size(r->world);
	switch (in->kind) {
	case INPUT_SAMPLE:
		in->u.sample = sample_of(b, r->now);
		in->at = sample_evidence(&in->u.sample);
		break;
	case INPUT_CANARY:
		in->endpoint %= CANARIES;
		in->u.canary.good = b[3] % 2 == 0;
		break;
	case INPUT_WINDOW:
		in->u.window.until = r->now + (span_ms)(b[3] - 32) * MINUTE_MS;
		break;
	case INPUT_WATCH:
		in->u.policy = policy_of(b);
		begin_watching(r, in->endpoint);
		break;
	case INPUT_GAP:
		in->u.gap_from = r->now - (span_ms)b[3] * SECOND_MS;
		break;
	default:
		break;
	}
}

/* kind, endpoint, time passed (squared: seconds to hours), two of its own. */
static void
step(struct run *r, const uint8_t *b)
{
	struct input in = {.kind = (enum input_kind)(b[0] % 16),
	    .endpoint = b[1] % ENDPOINTS,
	    .ref = ++r->ref};

	/* Most are samples, or hardly anything would ever happen. */
	if (in.kind > INPUT_CLOCK_STEP)
		in.kind = INPUT_SAMPLE;
	r->now += (wall_ms)b[2] * b[2] * 250;
	in.at = r->now;
	fill(r, b, &in);
	core_step(r->world, &in, on_output, r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct run r = {.world = world_new(CANARIES, begin), .now = begin};
	unsigned char kept[CORE_STATE_BYTES];

	for (size_t i = 0; i + STEP_BYTES <= n; i += STEP_BYTES)
		step(&r, bytes + i);
	for (uint32_t e = 0; e < ENDPOINTS && e < world_size(r.world); e++) {
		must(world_state(r.world, e) == r.told[e].state);
		must(world_save(r.world, e, kept) <= sizeof(kept));
	}
	must(world_save_shared(r.world, kept) <= sizeof(kept));
	world_free(r.world);
	return 0;
}

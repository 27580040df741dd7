/* SPDX-License-Identifier: MIT */
/*
 * storm - what the core says and costs when many fail at once.
 *
 *	storm
 *
 * 10,000 endpoints in 50 services and 6 regions are probed once a minute, and
 * between by the ladder of the prober.  Half an hour of quiet, then three
 * hours of a storm, each in a fresh world, all in virtual time.  Prints one
 * JSON object.
 *
 * The costs are those of core_step() in the three hours.  Each storm is run
 * several times, and of each step the least counts: what a busy machine adds
 * is left out, and the clock of CPU time costs more to read than a step.
 */
#include <assert.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "core/core.h"
#include "prober/ladder.h"

enum {
	ENDPOINTS = 10000,
	SERVICES = 50,
	REGIONS = 6,
	INTERVAL_MS = MINUTE_MS,
	TIMEOUT_MS = 10 * SECOND_MS,
	ANSWER_MS = 100,
	QUIET_MS = 30 * MINUTE_MS,
	STORM_MS = 3 * HOUR_MS,
	LASTS_MS = 20 * MINUTE_MS, /* each outage */
	WHEEL_MS = 1 << 16,        /* more than an interval */
	RUNS = 3,
	STEPS_MAX = 4000000, /* of one storm */
	GROUPINGS = 20,
	CLOCK_ROUNDS = 1000
};

static const wall_ms storm_at = 1676376000000; /* 2023-02-14T12:00:00Z */

struct storm {
	const char *name;
	unsigned region, service; /* that fails; 0: whichever */
	bool calm;                /* nothing fails */
	uint32_t spread_ms;       /* each at a time of its own within it */
	bool partly_unknown;      /* a third is never probed */
};

static const struct storm storms[] = {
    {.name = "calm", .calm = true},
    {.name = "all"},
    {.name = "region", .region = 1},
    {.name = "service", .service = 1},
    {.name = "spread", .spread_ms = 15 * MINUTE_MS},
    {.name = "one_by_one", .spread_ms = STORM_MS - 2 * LASTS_MS},
    {.name = "all_third_unknown", .partly_unknown = true},
};
enum { STORMS = sizeof(storms) / sizeof(storms[0]) };

struct target {
	struct ladder ladder;
	wall_ms due;              /* by the timetable */
	wall_ms fails_from, well; /* the first time it is well again */
	uint32_t next;            /* in the same millisecond of the wheel */
	bool part;                /* told as part of another */
};

struct tally {
	unsigned opened; /* incidents */
	unsigned loud_opened, loud_changed, loud_resolved, loud_other;
	unsigned parts;
	enum scope widest; /* that was told loudly */
	wall_ms first_at;  /* the first loud notice */
	size_t steps;
	int64_t ns, worst_ns;
	wall_ms worst_at;
};

struct run {
	struct world *world;
	struct target *targets;
	uint32_t *wheel; /* by millisecond: the first target due */
	struct tally t;
	int64_t clock_ns;  /* what reading the clock costs by itself */
	uint32_t *step_ns; /* by step of the storm: least of its runs so far */
};

static int64_t
clock_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t
clock_cost(void)
{
	int64_t least = INT64_MAX;

	for (int k = 0; k < CLOCK_ROUNDS; k++) {
		int64_t begin = clock_ns(), took = clock_ns() - begin;

		least = took < least ? took : least;
	}
	return least;
}

/* splitmix64 of Steele, Lea and Flood: the n-th number of its seed 0. */
static uint64_t
random_of(uint64_t n)
{
	uint64_t z = (n + 1) * 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static struct policy
policy_of(uint32_t i)
{
	return (struct policy){.interval = INTERVAL_MS,
	    .timeout = TIMEOUT_MS,
	    .site = i,
	    .service = i % SERVICES + 1,
	    .region = i / SERVICES % REGIONS + 1};
}

static void
count_loud(struct tally *t, const struct output *o)
{
	if (t->first_at == 0)
		t->first_at = o->at;
	if (o->scope > t->widest)
		t->widest = o->scope;
	if (o->event == EVENT_OPENED)
		t->loud_opened++;
	else if (o->event == EVENT_CHANGED)
		t->loud_changed++;
	else if (o->event == EVENT_RESOLVED)
		t->loud_resolved++;
	else
		t->loud_other++;
}

static void
on_output(void *arg, const struct output *o)
{
	struct run *r = arg;

	if (o->kind == OUTPUT_PACE)
		ladder_pace(&r->targets[o->endpoint].ladder, o->every, o->until,
		    o->at);
	if (o->kind != OUTPUT_EVENT)
		return;
	r->t.opened += o->event == EVENT_OPENED;
	if (o->loud)
		count_loud(&r->t, o);
	if (o->lead.n > 0 && !r->targets[o->endpoint].part) {
		r->targets[o->endpoint].part = true;
		r->t.parts++;
	}
}

static void
step(struct run *r, const struct input *in)
{
	int64_t begin = clock_ns(), took;
	uint32_t *least = &r->step_ns[r->t.steps];

	core_step(r->world, in, on_output, r);
	took = clock_ns() - begin - r->clock_ns;
	if (in->at < storm_at)
		return;
	assert(r->t.steps < STEPS_MAX);
	if (took < *least)
		*least = took > 0 ? (uint32_t)took : 0;
	r->t.steps++;
	r->t.ns += *least;
	if (*least > r->t.worst_ns) {
		r->t.worst_ns = *least;
		r->t.worst_at = in->at;
	}
}

/* Into the wheel, for the next probe of either kind. */
static void
schedule(struct run *r, uint32_t i)
{
	struct target *t = &r->targets[i];
	wall_ms extra = ladder_due(&t->ladder);
	wall_ms due = extra > 0 && extra < t->due ? extra : t->due;
	uint32_t *slot = &r->wheel[due % WHEEL_MS];

	t->next = *slot;
	*slot = i;
}

static void
probe(struct run *r, uint32_t i, wall_ms now)
{
	struct target *t = &r->targets[i];
	bool fails = now >= t->fails_from && now < t->well;
	enum sample_class c = fails ? CLASS_ORIGIN : CLASS_OK;
	struct input in = {.kind = INPUT_SAMPLE,
	    .at = now + ANSWER_MS,
	    .endpoint = i,
	    .ref = r->t.steps};

	if (now == t->due)
		t->due += INTERVAL_MS;
	else if (!ladder_take(&t->ladder, now))
		return;
	in.u.sample = (struct sample){.start = now,
	    .total_us = ANSWER_MS * 1000,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .code = fails ? 503 : 200,
	    .cert_days = CERT_DAYS_UNKNOWN,
	    .class = (uint8_t)c,
	    .reason = (uint8_t)class_reason(c),
	    .flags = SAMPLE_PATH_PROVEN};
	ladder_feed(&t->ladder, &in.u.sample, in.at);
	step(r, &in);
}

static void
live(struct run *r, wall_ms from, wall_ms until)
{
	for (wall_ms now = from; now < until; now++) {
		uint32_t *slot = &r->wheel[now % WHEEL_MS];
		uint32_t i = *slot, next;

		*slot = ENDPOINT_NONE;
		for (; i != ENDPOINT_NONE; i = next) {
			next = r->targets[i].next;
			probe(r, i, now);
			schedule(r, i);
		}
	}
}

static void
plan(struct target *t, const struct storm *s, uint32_t i)
{
	struct policy p = policy_of(i);

	if (s->calm || (s->region > 0 && s->region != p.region) ||
	    (s->service > 0 && s->service != p.service))
		return;
	t->fails_from = storm_at;
	if (s->spread_ms > 0)
		t->fails_from += (wall_ms)(random_of(i) % s->spread_ms);
	t->well = t->fails_from + LASTS_MS;
}

static void
watch(struct run *r, uint32_t i, wall_ms at)
{
	struct input in = {.kind = INPUT_WATCH, .at = at, .endpoint = i};

	in.u.policy = policy_of(i);
	core_step(r->world, &in, on_output, r);
}

static void
begin(struct run *r, const struct storm *s)
{
	wall_ms start = storm_at - QUIET_MS;

	r->t = (struct tally){0};
	r->world = world_new(0, start);
	memset(r->targets, 0, ENDPOINTS * sizeof(r->targets[0]));
	memset(r->wheel, 0xff, WHEEL_MS * sizeof(r->wheel[0]));
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		watch(r, i, start);
		plan(&r->targets[i], s, i);
		if (s->partly_unknown && random_of(i) % 3 == 0)
			continue;
		r->targets[i].due =
		    start + (wall_ms)i * INTERVAL_MS / ENDPOINTS;
		ladder_init(&r->targets[i].ladder, INTERVAL_MS, true, start);
		schedule(r, i);
	}
	world_group(r->world);
}

static size_t
heap_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
say(const struct storm *s, const struct tally *t, bool last)
{
	printf("  \"%s\": {\"incidents\": %u, \"loud_opened\": %u, "
	       "\"loud_changed\": %u, \"loud_resolved\": %u, "
	       "\"loud_other\": %u, \"told_as_part\": %u, \"widest\": \"%s\", "
	       "\"told_after_s\": %" PRId64 ", \"steps\": %zu, "
	       "\"ns_per_step\": %" PRId64 ", \"worst_step_us\": %" PRId64
	       ", \"worst_after_s\": %" PRId64 "}%s\n",
	    s->name, t->opened, t->loud_opened, t->loud_changed,
	    t->loud_resolved, t->loud_other, t->parts, scope_name(t->widest),
	    t->first_at > 0 ? (t->first_at - storm_at) / SECOND_MS : 0,
	    t->steps, t->ns / (int64_t)t->steps, t->worst_ns / 1000,
	    (t->worst_at - storm_at) / SECOND_MS, last ? "" : ",");
	(void)fflush(stdout);
}

/* The least of what it costs to find the groups after a change. */
static int64_t
grouping_ns(struct run *r)
{
	int64_t least = INT64_MAX;

	for (int n = 0; n < GROUPINGS; n++) {
		int64_t began, took;

		watch(r, 0, world_now(r->world));
		began = clock_ns();
		world_group(r->world);
		took = clock_ns() - began - r->clock_ns;
		least = took < least ? took : least;
	}
	return least;
}

/* A world that is not run. */
static void
say_memory(struct run *r)
{
	unsigned char buf[CORE_STATE_BYTES];
	size_t before = heap_bytes(), kept = 0;

	begin(r, &storms[0]);
	for (uint32_t i = 0; i < ENDPOINTS; i++)
		kept += world_save(r->world, i, buf);
	printf("{\"endpoints\": %d, \"kept_bytes_per_endpoint\": %zu, "
	       "\"heap_bytes_per_endpoint\": %zu, \"grouping_us\": %" PRId64
	       ", \"storms\": {\n",
	    ENDPOINTS, kept / ENDPOINTS, (heap_bytes() - before) / ENDPOINTS,
	    grouping_ns(r) / 1000);
	world_free(r->world);
}

int
main(void)
{
	struct run r = {
	    .targets = mem_array(ENDPOINTS, sizeof(r.targets[0])),
	    .wheel = mem_array(WHEEL_MS, sizeof(r.wheel[0])),
	    .step_ns = mem_array(STEPS_MAX, sizeof(r.step_ns[0])),
	    .clock_ns = clock_cost(),
	};

	say_memory(&r);
	for (size_t k = 0; k < STORMS; k++) {
		memset(r.step_ns, 0xff, STEPS_MAX * sizeof(r.step_ns[0]));
		for (int n = 0; n < RUNS; n++) {
			begin(&r, &storms[k]);
			live(&r, storm_at - QUIET_MS, storm_at + STORM_MS);
			world_free(r.world);
		}
		say(&storms[k], &r.t, k + 1 == STORMS);
	}
	printf("}}\n");
	mem_free(r.targets);
	mem_free(r.wheel);
	mem_free(r.step_ns);
	return 0;
}

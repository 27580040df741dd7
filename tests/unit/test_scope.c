/* SPDX-License-Identifier: MIT */
/*
 * For whom is it down?  A service of ten endpoints in three regions, and one
 * of two beside it:
 *
 *	cars  eu 0-3  na 4-7  cn 8-9	tag 1
 *	maps  eu 10   na 11
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/core.h"

enum { ENDPOINTS = 12, CARS = 1, MAPS, EU = 1, NA, CN };

static const wall_ms noon = 1676376000000; /* 2023-02-14T12:00:00Z */

struct scene {
	struct world *world;
	wall_ms now;
	bool failing[ENDPOINTS];
	struct text said;
};

static const char *
region_of(uint32_t i)
{
	static const char *const names[ENDPOINTS] = {"eu", "eu", "eu", "eu",
	    "na", "na", "na", "na", "cn", "cn", "eu", "na"};

	return names[i];
}

static struct policy
policy(uint32_t i)
{
	const char *r = region_of(i);

	return (struct policy){.interval = MINUTE_MS,
	    .timeout = 10000,
	    .service = i < 10 ? CARS : MAPS,
	    .region = r[0] == 'e' ? EU
		: r[0] == 'n'     ? NA
				  : CN,
	    .tags = {i < 10 ? 1 : 0}};
}

/* "SECOND ENDPOINT event! scope 4/4 eu ..." of what is loud, since noon. */
static void
on_output(void *arg, const struct output *o)
{
	struct scene *s = arg;

	if (o->kind != OUTPUT_EVENT || !o->loud)
		return;
	text_printf(&s->said, "%s%s %s%s%s", text_len(&s->said) ? "; " : "",
	    strchr(event_name(o->event), '.') + 1, scope_name(o->scope),
	    o->at_least ? "+" : "",
	    o->cause == CAUSE_LEAD_ENDED ? " (lead ended)" : "");
	if (o->event != EVENT_OPENED && o->event != EVENT_CHANGED)
		return;
	for (size_t i = 0; i < o->row_count; i++)
		text_printf(&s->said, " %s %u/%u",
		    region_of(o->rows[i].endpoint), o->rows[i].failing,
		    o->rows[i].known);
}

static void
step(struct scene *s, struct input *in)
{
	in->at = s->now;
	core_step(s->world, in, on_output, s);
}

static void
watch(struct scene *s, uint32_t i)
{
	struct input in = {.kind = INPUT_WATCH, .endpoint = i};

	in.u.policy = policy(i);
	step(s, &in);
}

static void
probe(struct scene *s, uint32_t i)
{
	enum sample_class c = s->failing[i] ? CLASS_ORIGIN : CLASS_OK;
	struct input in = {.kind = INPUT_SAMPLE, .endpoint = i};

	in.u.sample = (struct sample){.start = s->now,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .class = (uint8_t)c,
	    .reason = (uint8_t)class_reason(c),
	    .flags = SAMPLE_PATH_PROVEN};
	step(s, &in);
}

/* Probe each every 12 s, one a second, for so many minutes. */
static void
live(struct scene *s, int minutes)
{
	for (int second = 0; second < 60 * minutes; second++) {
		uint32_t i = (uint32_t)second % ENDPOINTS;

		s->now += SECOND_MS;
		if (world_watches(s->world, i))
			probe(s, i);
	}
}

static void
begin(struct scene *s)
{
	*s = (struct scene){.now = noon, .world = world_new(0, noon)};
	text_init(&s->said, 10000);
	for (uint32_t i = 0; i < ENDPOINTS; i++)
		watch(s, i);
	live(s, 20);
}

static void
fails(struct scene *s, uint32_t from, uint32_t to, bool failing)
{
	for (uint32_t i = from; i <= to; i++)
		s->failing[i] = failing;
}

/* What was said loudly since the last time. */
static void
said(struct scene *s, const char *want)
{
	assert_string_equal(text_str(&s->said), want);
	text_done(&s->said);
	text_init(&s->said, 10000);
}

static void
done(struct scene *s)
{
	text_done(&s->said);
	world_free(s->world);
}

static struct output
seen(struct scene *s, uint32_t i)
{
	struct output o;

	world_describe(s->world, i, &o);
	return o;
}

static void
one_endpoint(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 2, 2, true);
	live(&s, 5);
	said(&s, "opened endpoint eu 1/4 na 0/4 cn 0/2");
	fails(&s, 2, 2, false);
	live(&s, 20);
	said(&s, "resolved endpoint");
	done(&s);
}

static void
one_region_of_a_service(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, 3, true);
	live(&s, 10);
	said(&s, "opened place eu 4/4 na 0/4 cn 0/2");
	assert_int_equal(seen(&s, 0).members, 3);
	assert_int_equal(seen(&s, 3).lead.n, seen(&s, 0).incident.n);
	fails(&s, 0, 3, false);
	live(&s, 20);
	said(&s, "resolved place");
	done(&s);
}

static void
a_region_of_all_services(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, 3, true);
	fails(&s, 10, 10, true);
	live(&s, 10);
	said(&s, "opened region eu 4/4 eu 1/1");
	done(&s);
}

static void
a_service(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, 9, true);
	live(&s, 10);
	said(&s, "opened service eu 4/4 na 4/4 cn 2/2");
	done(&s);
}

static void
the_world(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, ENDPOINTS - 1, true);
	live(&s, 10);
	said(&s, "opened global eu 10/10 eu 2/2");
	fails(&s, 0, ENDPOINTS - 1, false);
	live(&s, 20);
	said(&s, "resolved global");
	done(&s);
}

/* What was told of one region is told once more when it is two of three. */
static void
it_grows(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, 3, true);
	live(&s, 5);
	fails(&s, 4, 7, true);
	live(&s, 5);
	said(&s,
	    "opened place eu 4/4 na 0/4 cn 0/2; "
	    "changed service eu 4/4 na 4/4 cn 0/2");
	done(&s);
}

/* Ten minutes later it is another cause. */
static void
apart_in_time(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, 3, true);
	live(&s, 12);
	fails(&s, 4, 7, true);
	live(&s, 5);
	said(&s,
	    "opened place eu 4/4 na 0/4 cn 0/2; "
	    "opened place eu 4/4 na 4/4 cn 0/2");
	done(&s);
}

/* It leads on when its own endpoint is well, and may fall ill again. */
static void
the_lead_lingers(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	fails(&s, 0, 3, true);
	live(&s, 5);
	fails(&s, 0, 0, false);
	live(&s, 20);
	said(&s, "opened place eu 4/4 na 0/4 cn 0/2");
	assert_true(seen(&s, 0).lingers);
	assert_int_equal(world_bucket(s.world, 0), BUCKET_UP);
	fails(&s, 0, 0, true);
	live(&s, 5);
	assert_false(seen(&s, 0).lingers);
	assert_int_equal(seen(&s, 0).relapses, 1);
	assert_int_equal(world_bucket(s.world, 0), BUCKET_DOWN);
	fails(&s, 0, 3, false);
	live(&s, 20);
	said(&s, "");
	live(&s, 110);
	said(&s, "resolved place");
	done(&s);
}

static void
the_lead_is_removed(void **state)
{
	struct scene s;
	struct input in = {.kind = INPUT_UNWATCH, .endpoint = 0};

	(void)state;
	begin(&s);
	fails(&s, 0, 3, true);
	live(&s, 5);
	said(&s, "opened place eu 4/4 na 0/4 cn 0/2");
	step(&s, &in);
	said(&s,
	    "changed place (lead ended) eu 4/4 na 0/4 cn 0/2; "
	    "withdrawn place");
	assert_int_equal(seen(&s, 1).members, 2);
	fails(&s, 0, 3, false);
	live(&s, 20);
	said(&s, "resolved place");
	done(&s);
}

/* What is not known is left out, and said. */
static void
mostly_unknown(void **state)
{
	struct scene s = {.now = noon, .world = world_new(0, noon)};

	(void)state;
	text_init(&s.said, 10000);
	for (uint32_t i = 0; i < ENDPOINTS; i++)
		watch(&s, i);
	for (int k = 0; k < 1000; k++) {
		s.now += SECOND_MS;
		fails(&s, 0, 9, k > 500);
		if (k % 4 == 0)
			probe(&s, (uint32_t)k % 8);
	}
	said(&s, "opened service+ eu 1/1 na 1/1 cn 0/0");
	done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_endpoint),
	    cmocka_unit_test(one_region_of_a_service),
	    cmocka_unit_test(a_region_of_all_services),
	    cmocka_unit_test(a_service),
	    cmocka_unit_test(the_world),
	    cmocka_unit_test(it_grows),
	    cmocka_unit_test(apart_in_time),
	    cmocka_unit_test(the_lead_lingers),
	    cmocka_unit_test(the_lead_is_removed),
	    cmocka_unit_test(mostly_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

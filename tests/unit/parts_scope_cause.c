/* SPDX-License-Identifier: MIT */
/*
 * What caused it?  Of the scene, maps depends on cars in eu/0; where that says
 * so, cars in cn/9 on any of na/4 and na/5.
 */
#include "parts_scope.h"

#include <string.h>

enum { CAUSE = 0, MAPS_EU = 10, MAPS_NA = 11 };

static void
depend(struct world *w)
{
	const struct need cars[] = {{CAUSE, 0}};

	world_depend(w, MAPS_EU, cars, 1);
	world_depend(w, MAPS_NA, cars, 1);
}

static void
begin_maps(struct scene *s)
{
	begin(s);
	depend(s->world);
}

static void
both(struct scene *s, bool failing)
{
	fails(s, CAUSE, CAUSE, failing);
	fails(s, MAPS_EU, MAPS_NA, failing);
}

static void
expect_effects(struct scene *s)
{
	for (uint32_t i = MAPS_EU; i <= MAPS_NA; i++) {
		struct output o = seen(s, i);

		assert_true(o.effect);
		assert_int_equal(o.lead.n, seen(s, CAUSE).incident.n);
		assert_int_equal(o.lead_endpoint, CAUSE);
		assert_int_equal(o.bucket, BUCKET_DOWN);
	}
	assert_int_equal(seen(s, CAUSE).effects, 2);
	assert_int_equal(seen(s, CAUSE).members, 0);
}

/* Where the fault is, apart from whom it hits. */
static void
one_notice(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	both(&s, true);
	live(&s, 5);
	said(&s, "opened endpoint eu 1/4 na 0/4 cn 0/2");
	expect_effects(&s);
	both(&s, false);
	live(&s, 20);
	said(&s, "resolved endpoint");
	done(&s);
}

/* It is asked less often: what depends on it is down long before. */
static void
the_cause_shows_later(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	fails(&s, MAPS_EU, MAPS_NA, true);
	for (int second = 0; second < 40; second++) {
		s.now += SECOND_MS;
		if (second % 6 == 0)
			probe(&s, MAPS_EU);
		if (second % 6 == 1)
			probe(&s, MAPS_NA);
		if (second == 35)
			s.failing[CAUSE] = true;
		if (second >= 35)
			probe(&s, CAUSE);
	}
	live(&s, 5);
	said(&s, "opened endpoint eu 1/4 na 0/4 cn 0/2");
	expect_effects(&s);
	done(&s);
}

/* Of what it depends on nothing is wrong: told without a wait for it. */
static void
a_reason_of_its_own(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	fails(&s, MAPS_EU, MAPS_EU, true);
	live(&s, 1);
	said(&s, "opened endpoint eu 1/1 na 0/1");
	done(&s);
}

/* That it failed for a moment is no reason to be quiet. */
static void
no_more_than_a_suspicion(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	both(&s, true);
	live(&s, 0);
	for (int k = 0; k < 3; k++) {
		s.now += 6 * (span_ms)SECOND_MS;
		probe(&s, MAPS_EU);
		if (k == 1)
			probe(&s, CAUSE);
	}
	said(&s, "");
	fails(&s, CAUSE, CAUSE, false);
	fails(&s, MAPS_NA, MAPS_NA, false);
	live(&s, 2);
	said(&s, "opened endpoint eu 1/1 na 0/1");
	assert_false(seen(&s, MAPS_EU).effect);
	done(&s);
}

/* What it depends on has been back for two minutes, it has not. */
static void
it_goes_on_alone(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	both(&s, true);
	live(&s, 5);
	said(&s, "opened endpoint eu 1/4 na 0/4 cn 0/2");
	fails(&s, CAUSE, CAUSE, false);
	fails(&s, MAPS_NA, MAPS_NA, false);
	for (int k = 0; k < 20 && text_len(&s.said) == 0; k++)
		live(&s, 1);
	said(&s, "resolved endpoint");
	assert_int_equal(seen(&s, MAPS_EU).lead.n, 0);
	live(&s, 1);
	said(&s, "");
	live(&s, 2);
	said(&s, "changed endpoint (alone) eu 1/1 na 0/1");
	fails(&s, MAPS_EU, MAPS_EU, false);
	live(&s, 20);
	said(&s, "resolved endpoint");
	done(&s);
}

/* Muted is its opening, never its end. */
static void
told_before_its_cause(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	fails(&s, MAPS_EU, MAPS_EU, true);
	live(&s, 2);
	said(&s, "opened endpoint eu 1/1 na 0/1");
	fails(&s, CAUSE, CAUSE, true);
	live(&s, 2);
	said(&s, "opened endpoint eu 1/4 na 0/4 cn 0/2");
	assert_true(seen(&s, MAPS_EU).effect);
	both(&s, false);
	live(&s, 20);
	said(&s, "resolved endpoint; resolved endpoint");
	done(&s);
}

/* One of two that can stand in for each other is not enough. */
static void
redundant(void **state)
{
	const struct need any[] = {{4, 0}, {5, 0}};
	struct scene s;

	(void)state;
	begin(&s);
	world_depend(s.world, 9, any, 2);
	fails(&s, 4, 4, true);
	live(&s, 2);
	fails(&s, 9, 9, true);
	live(&s, 2);
	said(&s,
	    "opened endpoint na 1/4 eu 0/4 cn 0/2; "
	    "opened endpoint na 1/4 cn 1/2 eu 0/4");
	assert_int_equal(seen(&s, 9).lead.n, 0);
	fails(&s, 9, 9, false);
	live(&s, 20);
	said(&s, "resolved endpoint");
	fails(&s, 5, 5, true);
	live(&s, 2);
	said(&s, "opened endpoint na 2/4 eu 0/4 cn 0/2");
	fails(&s, 9, 9, true);
	live(&s, 2);
	said(&s, "");
	assert_true(seen(&s, 9).effect);
	assert_int_equal(seen(&s, 9).lead_endpoint, 4);
	done(&s);
}

/* Effects have effects, and all of them the same cause. */
static void
a_chain(void **state)
{
	const struct need maps[] = {{MAPS_EU, 0}};
	struct scene s;

	(void)state;
	begin_maps(&s);
	world_depend(s.world, 9, maps, 1);
	both(&s, true);
	fails(&s, 9, 9, true);
	live(&s, 5);
	said(&s, "opened endpoint eu 1/4 cn 1/2 na 0/4");
	assert_true(seen(&s, 9).effect);
	assert_int_equal(seen(&s, 9).lead_endpoint, CAUSE);
	assert_int_equal(seen(&s, CAUSE).effects, 3);
	done(&s);
}

/* What depends on it was down before: of one cause all the same. */
static void
a_chain_from_its_end(void **state)
{
	const struct need maps[] = {{MAPS_EU, 0}};
	struct scene s;

	(void)state;
	begin_maps(&s);
	world_depend(s.world, 9, maps, 1);
	fails(&s, 9, 9, true);
	live(&s, 2);
	said(&s, "opened endpoint cn 1/2 eu 0/4 na 0/4");
	both(&s, true);
	live(&s, 3);
	said(&s, "opened endpoint eu 1/4 cn 1/2 na 0/4");
	assert_true(seen(&s, 9).effect);
	assert_int_equal(seen(&s, 9).lead_endpoint, CAUSE);
	done(&s);
}

/* The cause turns out to be wider; whom it hits says nothing of that. */
static void
the_cause_gets_wider(void **state)
{
	struct scene s;

	(void)state;
	begin_maps(&s);
	both(&s, true);
	live(&s, 3);
	fails(&s, 1, 3, true);
	live(&s, 5);
	said(&s,
	    "opened endpoint eu 1/4 na 0/4 cn 0/2; "
	    "changed place eu 4/4 na 0/4 cn 0/2");
	assert_int_equal(seen(&s, CAUSE).members, 3);
	assert_int_equal(seen(&s, CAUSE).effects, 2);
	done(&s);
}

/* Who is asked because something that depends on it fails. */
static void
count_paces(void *arg, const struct output *o)
{
	int *n = arg;

	*n += o->kind == OUTPUT_PACE && o->endpoint == CAUSE;
}

static void
the_cause_is_asked(void **state)
{
	struct input in = {.kind = INPUT_SAMPLE, .endpoint = MAPS_EU};
	struct scene s;
	int n = 0;

	(void)state;
	begin_maps(&s);
	for (int k = 0; k < 3; k++) {
		in.at = s.now += SECOND_MS;
		in.u.sample = (struct sample){.start = s.now,
		    .retry_after_s = RETRY_AFTER_ABSENT,
		    .class = CLASS_ORIGIN,
		    .reason = (uint8_t)class_reason(CLASS_ORIGIN),
		    .flags = SAMPLE_PATH_PROVEN};
		core_step(s.world, &in, count_paces, &n);
	}
	assert_int_equal(n, 1);
	done(&s);
}

/* A restart: who follows whom is as it was. */
static void
remembered(void **state)
{
	unsigned char kept[CORE_STATE_BYTES];
	struct scene s;
	struct world *again;

	(void)state;
	begin_maps(&s);
	both(&s, true);
	live(&s, 5);
	said(&s, "opened endpoint eu 1/4 na 0/4 cn 0/2");
	again = world_new(0, s.now);
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		struct policy p = policy(i);

		assert_int_equal(world_restore(again, i, &p, kept,
				     world_save(s.world, i, kept), NULL),
		    OK);
	}
	depend(again);
	world_group(again);
	world_free(s.world);
	s.world = again;
	expect_effects(&s);
	both(&s, false);
	live(&s, 20);
	said(&s, "resolved endpoint");
	done(&s);
}

int
causes_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_notice),
	    cmocka_unit_test(the_cause_shows_later),
	    cmocka_unit_test(a_reason_of_its_own),
	    cmocka_unit_test(no_more_than_a_suspicion),
	    cmocka_unit_test(it_goes_on_alone),
	    cmocka_unit_test(told_before_its_cause),
	    cmocka_unit_test(redundant),
	    cmocka_unit_test(a_chain),
	    cmocka_unit_test(a_chain_from_its_end),
	    cmocka_unit_test(the_cause_gets_wider),
	    cmocka_unit_test(the_cause_is_asked),
	    cmocka_unit_test(remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

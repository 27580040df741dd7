/* SPDX-License-Identifier: MIT */
/* For whom is it down?  The scene is that of parts_scope.h. */
#include "parts_scope.h"

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
	struct scene s;

	(void)state;
	begin_empty(&s);
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

	return cmocka_run_group_tests(tests, NULL, NULL) + causes_run();
}

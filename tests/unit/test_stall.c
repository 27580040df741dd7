/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/stall.h"
#include "loop_sim.h"

static void
only_a_turn_that_broke_the_rule_is_told(void **state)
{
	struct logline *log;
	struct text t;

	(void)state;
	text_init(&t, 1000);
	log = logline_capture(&t);
	stall_say(log, "prober", STALL_MS);
	assert_int_equal(text_len(&t), 0);
	stall_say(log, "prober", STALL_MS + 1);
	assert_string_equal(text_str(&t),
	    "warning stalled role=prober longest_turn_ms=51\n");
	logline_free(log);
	text_done(&t);
}

static void
a_loop_that_keeps_the_rule_says_nothing(void **state)
{
	struct loop *l = loop_sim_new(LOOP_SIM_START);
	struct logline *log;
	struct stall *s;
	struct text t;

	(void)state;
	text_init(&t, 1000);
	log = logline_capture(&t);
	s = stall_new(l, log);
	loop_sim_run_until(l, LOOP_SIM_START + 3 * (span_ms)MINUTE_MS);
	assert_int_equal(text_len(&t), 0);
	stall_free(s);
	logline_free(log);
	text_done(&t);
	loop_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_loop_that_keeps_the_rule_says_nothing),
	    cmocka_unit_test(only_a_turn_that_broke_the_rule_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

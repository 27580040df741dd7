/* SPDX-License-Identifier: MIT */
/* Ten thousand endpoints that become known in the same instant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parts_prober.h"

enum { CROWD = 10000, SECONDS = 60, NOFILE = 1024, SLOT_US_MAX = 50000 };

static void
crowd(struct stage *s)
{
	for (uint32_t i = 0; i < CROWD; i++) {
		unsigned char buf[1024];
		struct bytes_out o;
		struct target t;
		char id[32];

		(void)snprintf(id, sizeof(id), "service/r%u", (unsigned)i);
		t = stage_target(i, id, "https://one.example/");
		t.ladder = false;
		bytes_out_init(&o, buf, sizeof(buf));
		target_put(&o, &t);
		assert_true(o.ok);
		stage_send(s, MSG_TARGET, &o);
		target_done(&t);
		if (i % 64 == 0)
			stage_run(s, 0);
	}
	stage_send(s, MSG_TARGETS_DONE, NULL);
}

static size_t
most_in_a_second(const struct stage *s, wall_ms since)
{
	size_t in[SECONDS + 1] = {0}, most = 0;

	for (size_t i = 0; i < s->heard_count; i++) {
		wall_ms second = (s->heard[i].sample.start - since) / SECOND_MS;

		assert_in_range(second, 0, SECONDS);
		in[second]++;
		most = in[second] > most ? in[second] : most;
	}
	return most;
}

static void
a_crowd_is_spread(void **state)
{
	static uint8_t seen[CROWD];
	struct stage *s = stage_new();
	size_t most;

	(void)state;
	crowd(s);
	stage_run(s, MINUTE_MS + 200);
	assert_in_range(s->heard_count, CROWD, CROWD + 100);
	most = most_in_a_second(s, LOOP_SIM_START);
	print_message("%d at once: %zu in the fullest second, %d on average\n",
	    CROWD, most, CROWD / SECONDS);
	assert_true(most < (size_t)2 * CROWD / SECONDS);
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < CROWD; i++)
		seen[s->heard[i].slot]++;
	for (size_t i = 0; i < CROWD; i++)
		assert_in_range(seen[i], 1, 2);
	assert_int_equal(s->stats.skipped, 0);
	assert_true(s->stats.late_p99_us <= SLOT_US_MAX);
	stage_free(s);
}

static void
hang(struct stage *s, const struct asked *q, struct answer *a)
{
	(void)s;
	(void)q;
	a->reason = REASON_TIMEOUT;
	a->code = 0;
}

/* Twice as many would run at once as there are descriptors for. */
static void
a_crowd_that_hangs_stays_within_its_limit(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	s->answer = hang;
	crowd(s);
	stage_run(s, 2 * (span_ms)MINUTE_MS);
	print_message("most in flight: %u; done %zu, skipped %u\n",
	    s->in_flight_most, s->heard_count, (unsigned)s->stats.skipped);
	assert_in_range(s->in_flight_most, NOFILE / 2, NOFILE * 3 / 4);
	/* What could not be asked is counted, and not made up as a result. */
	assert_true(s->stats.skipped > CROWD / 2);
	for (size_t i = 0; i < s->heard_count; i++) {
		assert_int_equal(s->heard[i].sample.class, CLASS_TIMEOUT);
		assert_true(s->heard[i].sample.late_us <= SLOT_US_MAX);
	}
	stage_free(s);
}

int
stage_crowd_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_crowd_is_spread),
	    cmocka_unit_test(a_crowd_that_hangs_stays_within_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

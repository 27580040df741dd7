/* SPDX-License-Identifier: MIT */
/* What the keeper counts for the process that shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/showing.h"

static void
comes_back_the_same(void **state)
{
	const struct counted c = {.upto = 1676365200000,
	    .events = {[EVENT_COUNT - 1] = 3},
	    .incidents = {[KIND_OUTAGE] = 2},
	    .untold = {[UNTOLD_SERVER] = 4},
	    .attempts = UINT64_MAX,
	    .probes = 5,
	    .skipped = 6,
	    .dropped = 7,
	    .lost = 8,
	    .queued = 9,
	    .in_flight = 10,
	    .late_p50_us = 11,
	    .late_p99_us = 12,
	    .longest_turn_ms = 13,
	    .ready = {[ROLE_WEB] = true}};
	unsigned char buf[COUNTED_BYTES];
	struct counted back;
	struct bytes_out o;

	(void)state;
	bytes_out_init(&o, buf, sizeof(buf));
	counted_put(&o, &c);
	assert_true(o.ok);
	for (size_t n = 0; n <= o.len; n++) {
		/* On the heap, so that a read beyond the end is found. */
		unsigned char *cut = mem_copy(buf, n > 0 ? n : 1);
		struct bytes_in in;

		bytes_in_init(&in, cut, n);
		assert_int_equal(counted_get(&in, &back), n == o.len);
		mem_free(cut);
	}
	assert_true(back.upto == c.upto);
	assert_int_equal(back.events[EVENT_COUNT - 1], 3);
	assert_int_equal(back.incidents[KIND_OUTAGE], 2);
	assert_int_equal(back.untold[UNTOLD_SERVER], 4);
	assert_true(back.attempts == UINT64_MAX);
	assert_int_equal(back.probes, 5);
	assert_int_equal(back.skipped, 6);
	assert_int_equal(back.dropped, 7);
	assert_int_equal(back.lost, 8);
	assert_int_equal(back.queued, 9);
	assert_int_equal(back.in_flight, 10);
	assert_int_equal(back.late_p50_us, 11);
	assert_int_equal(back.late_p99_us, 12);
	assert_int_equal(back.longest_turn_ms, 13);
	assert_true(back.ready[ROLE_WEB] && !back.ready[ROLE_LOG]);
}

static void
why_nobody_was_told(void **state)
{
	static const struct {
		uint16_t code;
		enum untold why;
	} rows[] = {{0, UNTOLD_NO_ANSWER}, {302, UNTOLD_REDIRECT},
	    {400, UNTOLD_CLIENT}, {401, UNTOLD_AUTH}, {403, UNTOLD_AUTH},
	    {410, UNTOLD_CLIENT}, {429, UNTOLD_LIMITED}, {500, UNTOLD_SERVER},
	    {599, UNTOLD_SERVER}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(untold_of(rows[i].code), rows[i].why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       comes_back_the_same),
	    cmocka_unit_test(why_nobody_was_told)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/backoff.h"
#include "wire/message.h"

static const wall_ms created = 1700000000000;

static struct backoff
failed(unsigned attempts)
{
	return (struct backoff){.outbox = 7,
	    .attempts = attempts,
	    .answer = BACKOFF_RETRY,
	    .retry_after_s = -1,
	    .created = created,
	    .now = created + attempts};
}

static void
pauses_double_up_to_an_hour(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 40; n++) {
		struct backoff b = failed(n);
		span_ms plain = n <= 10 ? BACKOFF_FIRST_MS << (n - 1) : HOUR_MS;
		span_ms most = plain * 12 / 10;

		plain = plain < HOUR_MS ? plain : HOUR_MS;
		most = most < HOUR_MS ? most : HOUR_MS;
		assert_in_range(backoff_pause(&b), plain * 8 / 10, most);
	}
}

static void
jitter_spreads_and_repeats(void **state)
{
	span_ms least = HOUR_MS, most = 0;

	(void)state;
	for (uint64_t row = 0; row < 1000; row++) {
		struct backoff b = failed(1);
		span_ms d;

		b.outbox = row;
		d = backoff_pause(&b);
		assert_int_equal(d, backoff_pause(&b));
		assert_in_range(d, 4000, 6000);
		least = d < least ? d : least;
		most = d > most ? d : most;
	}
	assert_in_range(least, 4000, 4050);
	assert_in_range(most, 5950, 6000);
}

static void
retry_after_wins_within_bounds(void **state)
{
	struct backoff b = failed(5);

	(void)state;
	b.retry_after_s = 17;
	assert_int_equal(backoff_pause(&b), 17000);
	b.retry_after_s = 0;
	assert_int_equal(backoff_pause(&b), 1000);
	b.retry_after_s = 1;
	assert_int_equal(backoff_pause(&b), 1000);
	b.retry_after_s = 3600;
	assert_int_equal(backoff_pause(&b), HOUR_MS);
	b.retry_after_s = INT32_MAX;
	assert_int_equal(backoff_pause(&b), HOUR_MS);
}

static void
misconfigured_waits_a_minute(void **state)
{
	struct backoff b = failed(1);

	(void)state;
	b.answer = BACKOFF_MISCONFIGURED;
	assert_int_equal(backoff_pause(&b), 60000);
	b.retry_after_s = 5;
	assert_int_equal(backoff_pause(&b), 60000);
	b.retry_after_s = 90;
	assert_int_equal(backoff_pause(&b), 90000);
	b = failed(8);
	b.answer = BACKOFF_MISCONFIGURED;
	assert_true(backoff_pause(&b) >= (span_ms)8 * MINUTE_MS);
}

static void
each_answer_has_its_verdict(void **state)
{
	struct backoff b = failed(1);
	wall_ms next = -1;

	(void)state;
	b.answer = BACKOFF_DELIVERED;
	assert_int_equal(backoff_decide(&b, &next), BACKOFF_DONE);
	b.answer = BACKOFF_GONE;
	assert_int_equal(backoff_decide(&b, &next), BACKOFF_DISABLE);
	assert_int_equal(next, -1);
	b.answer = BACKOFF_RETRY;
	assert_int_equal(backoff_decide(&b, &next), BACKOFF_AGAIN);
	assert_int_equal(next, b.now + backoff_pause(&b));
}

static void
it_ends_after_72_hours(void **state)
{
	struct backoff b = failed(30);
	wall_ms next = -1;

	(void)state;
	b.now = created + (span_ms)72 * HOUR_MS - 1;
	assert_int_equal(backoff_decide(&b, &next), BACKOFF_AGAIN);
	assert_int_equal(next, created + (span_ms)72 * HOUR_MS);
	next = -1;
	b.now++;
	assert_int_equal(backoff_decide(&b, &next), BACKOFF_EXPIRED);
	assert_int_equal(next, -1);
	b.answer = BACKOFF_DELIVERED;
	assert_int_equal(backoff_decide(&b, &next), BACKOFF_DONE);
}

/* How often a receiver that is down for good is asked, all in all. */
static void
a_dead_receiver_is_asked_about_eighty_times(void **state)
{
	struct backoff b = failed(0);
	wall_ms next = created;

	(void)state;
	do {
		b.now = next;
		b.attempts++;
	} while (backoff_decide(&b, &next) == BACKOFF_AGAIN);
	assert_in_range(b.attempts, 78, 100);
}

static void
answers_are_those_of_the_wire(void **state)
{
	(void)state;
	assert_int_equal(BACKOFF_DELIVERED, (int)ATTEMPT_DELIVERED);
	assert_int_equal(BACKOFF_RETRY, (int)ATTEMPT_RETRY);
	assert_int_equal(BACKOFF_MISCONFIGURED, (int)ATTEMPT_MISCONFIGURED);
	assert_int_equal(BACKOFF_GONE, (int)ATTEMPT_GONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pauses_double_up_to_an_hour),
	    cmocka_unit_test(jitter_spreads_and_repeats),
	    cmocka_unit_test(retry_after_wins_within_bounds),
	    cmocka_unit_test(misconfigured_waits_a_minute),
	    cmocka_unit_test(each_answer_has_its_verdict),
	    cmocka_unit_test(it_ends_after_72_hours),
	    cmocka_unit_test(a_dead_receiver_is_asked_about_eighty_times),
	    cmocka_unit_test(answers_are_those_of_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

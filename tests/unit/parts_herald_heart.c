/* SPDX-License-Identifier: MIT */
/* The heartbeats of a herald. */
#include "parts_herald.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/receiver.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

enum { EVERY = 20 * SECOND_MS };

static unsigned
count_of(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		n++;
	return n;
}

/*
 * A second passes, and the keeper is well or says nothing.  How many beats
 * began; each is answered at once.
 */
static unsigned
second(struct bench *b, bool well, uint16_t code)
{
	unsigned n = 0;

	loop_sim_run_until(b->loop, loop_now(b->loop) + SECOND_MS - 10);
	if (well)
		tell_well(b);
	else
		settle(b);
	for (; b->fetcher->count > 0; n++)
		answer(b, b->fetcher->flights[0], code);
	return n;
}

static unsigned
seconds(struct bench *b, unsigned n, bool well, uint16_t code)
{
	unsigned beats = 0;

	while (n-- > 0)
		beats += second(b, well, code);
	return beats;
}

static void
it_beats_for_as_long_as_all_is_well(void **state)
{
	struct bench b;
	struct fetch *h;

	(void)state;
	bench_open(&b);
	tell_heartbeat(&b, "beat", "one.example", EVERY);
	tell_done(&b);
	/* Nobody has said yet that all is well. */
	assert_int_equal(seconds(&b, 60, false, 200), 0);
	assert_string_equal(text_str(&b.log), "");
	tell_well(&b);
	assert_int_equal(b.fetcher->count, 1);
	h = b.fetcher->flights[0];
	assert_string_equal(h->url, "https://one.example/beat");
	assert_int_equal(h->timeout, 5000);
	answer(&b, h, 200);
	assert_int_equal(seconds(&b, 19, true, 200), 0);
	assert_int_equal(seconds(&b, 1, true, 200), 1);
	/* Words do not hurry it. */
	for (unsigned i = 0; i < 10; i++)
		tell_well(&b);
	assert_int_equal(seconds(&b, 400, true, 204), 20);
	assert_string_equal(text_str(&b.log), "");
	assert_int_equal(b.answered, 0);
	bench_close(&b);
}

static void
silence_ends_it_and_a_word_begins_it(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_heartbeat(&b, "beat", "one.example", EVERY);
	tell_heartbeat(&b, "slow", "one.example", HOUR_MS);
	tell_done(&b);
	assert_int_equal(second(&b, true, 200), 2);
	/* Two seconds of silence are none. */
	assert_int_equal(seconds(&b, 17, true, 200), 0);
	assert_int_equal(seconds(&b, 3, false, 200), 1);
	/* Six are. */
	assert_int_equal(seconds(&b, 14, true, 200), 0);
	assert_int_equal(seconds(&b, 600, false, 200), 0);
	assert_non_null(strstr(text_str(&b.log), "warning heartbeat-held "));
	/* It comes back with the first word, and one beat only. */
	tell_well(&b);
	assert_int_equal(b.fetcher->count, 1);
	answer(&b, b.fetcher->flights[0], 200);
	assert_non_null(strstr(text_str(&b.log), "notice heartbeat-resumed "));
	assert_int_equal(seconds(&b, 19, true, 200), 0);
	assert_int_equal(seconds(&b, 1, true, 200), 1);
	/* Again within the hour: no word of it. */
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(seconds(&b, 60, false, 200), 0);
		assert_int_equal(seconds(&b, 1, true, 200), 1);
	}
	assert_int_equal(count_of(text_str(&b.log), "\n"), 2);
	bench_close(&b);
}

static void
a_heartbeat_that_fails_is_told_once_an_hour(void **state)
{
	struct fetch_result hung = {.reason = REASON_TIMEOUT};
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_heartbeat(&b, "beat", "one.example", EVERY);
	tell_heartbeat(&b, "inside", "inside.example", HOUR_MS);
	tell_done(&b);
	tell_well(&b);
	assert_non_null(strstr(text_str(&b.log),
	    "err heartbeat-failed receiver=inside failures=1 why=\"address "
	    "10.1.2.3 is forbidden (see allow_private)\"\n"));
	text_reset(&b.log);
	land(&b, b.fetcher->flights[0], &hung);
	assert_non_null(strstr(text_str(&b.log),
	    "err heartbeat-failed receiver=beat failures=1 why="));
	/* 302 is not followed, 410 does not end it; none is hurried. */
	assert_int_equal(seconds(&b, 1000, true, 302), 50);
	assert_int_equal(seconds(&b, 1000, true, 410), 50);
	assert_int_equal(count_of(text_str(&b.log), "beat "), 1);
	assert_int_equal(seconds(&b, 1800, true, 500), 90);
	assert_int_equal(count_of(text_str(&b.log), "receiver=beat "), 2);
	assert_non_null(strstr(text_str(&b.log), "why=\"HTTP 500\""));
	/* Its end once, and what is short not again. */
	assert_int_equal(seconds(&b, 40, true, 200), 2);
	assert_int_equal(count_of(text_str(&b.log),
			     "notice heartbeat-restored receiver=beat"),
	    1);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(seconds(&b, 20, true, 503), 1);
		assert_int_equal(seconds(&b, 20, true, 200), 1);
	}
	assert_int_equal(count_of(text_str(&b.log), "receiver=beat "), 3);
	bench_close(&b);
}

/* Neither may take the other's places. */
static void
heartbeats_and_notices_do_not_wait_for_each_other(void **state)
{
	struct bench b;
	char id[12];

	(void)state;
	bench_open(&b);
	for (unsigned i = 0; i < HEARTBEATS_MAX + 1; i++) {
		(void)snprintf(id, sizeof id, "beat%u", i);
		tell_heartbeat(&b, id, "one.example", EVERY);
	}
	tell_done(&b);
	assert_non_null(strstr(text_str(&b.log),
	    "err receiver-fault id=beat16 why=\"too many heartbeats\""));
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(id, sizeof id, "r%u", i);
		tell_receiver(&b, id, "one.example", SECRET);
		for (unsigned k = 0; k < 4; k++)
			tell_notice(&b, 4 * i + k, id);
	}
	assert_int_equal(b.fetcher->count, HERALD_IN_FLIGHT_MAX);
	tell_well(&b);
	assert_int_equal(b.fetcher->count,
	    HERALD_IN_FLIGHT_MAX + HEARTBEATS_MAX);
	/* What hangs is one for each, however long. */
	for (unsigned i = 0; i < 100; i++) {
		loop_sim_run_until(b.loop, loop_now(b.loop) + SECOND_MS);
		tell_well(&b);
	}
	assert_int_equal(b.fetcher->count,
	    HERALD_IN_FLIGHT_MAX + HEARTBEATS_MAX);
	while (b.fetcher->count > 0)
		answer(&b, b.fetcher->flights[0], 200);
	assert_int_equal(b.answered, 80);
	bench_close(&b);
}

static void
a_reload_changes_what_it_names(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_heartbeat(&b, "a", "one.example", EVERY);
	tell_heartbeat(&b, "b", "one.example", EVERY);
	tell_heartbeat(&b, "c", "one.example", EVERY);
	tell_receiver(&b, "d", "one.example", SECRET);
	tell_notice(&b, 1, "d");
	tell_done(&b);
	assert_int_equal(b.fetcher->count, 1);
	tell_well(&b);
	assert_int_equal(b.fetcher->count, 4);
	/* The same goes on, another begins anew, what is not named ends. */
	tell_heartbeat(&b, "a", "one.example", EVERY);
	tell_heartbeat(&b, "b", "two.example", EVERY);
	tell_heartbeat(&b, "d", "one.example", EVERY);
	tell_done(&b);
	assert_int_equal(b.last.outbox, 1);
	assert_int_equal(b.last.result, ATTEMPT_RETRY);
	assert_int_equal(b.fetcher->count, 1);
	tell_well(&b);
	assert_int_equal(b.fetcher->count, 3);
	assert_string_equal(b.fetcher->flights[1]->url,
	    "https://two.example/beat");
	while (b.fetcher->count > 0)
		answer(&b, b.fetcher->flights[0], 200);
	assert_int_equal(seconds(&b, 20, true, 200), 3);
	/* It takes no notices. */
	tell_notice(&b, 2, "a");
	assert_int_equal(b.last.result, ATTEMPT_MISCONFIGURED);
	tell_done(&b);
	assert_int_equal(seconds(&b, 100, true, 200), 0);
	bench_close(&b);
}

int
hearts_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_beats_for_as_long_as_all_is_well),
	    cmocka_unit_test(silence_ends_it_and_a_word_begins_it),
	    cmocka_unit_test(a_heartbeat_that_fails_is_told_once_an_hour),
	    cmocka_unit_test(heartbeats_and_notices_do_not_wait_for_each_other),
	    cmocka_unit_test(a_reload_changes_what_it_names),
	};

	return cmocka_run_group_tests_name("hearts", tests, NULL, NULL);
}

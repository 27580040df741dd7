/* SPDX-License-Identifier: MIT */
#include "parts_herald.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/webhook.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static void
a_notice_is_posted_and_signed(void **state)
{
	struct bench b;
	struct webhook_keys k;
	struct text want;
	struct fetch *h;
	struct fail f;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET "\n");
	/* The wall clock is not our axis. */
	loop_sim_step_wall(b.loop, 30 * (span_ms)SECOND_MS);
	tell_notice(&b, 7, "hook");
	assert_int_equal(b.fetcher->count, 1);
	assert_string_equal(b.fetcher->agent, "Vigie/0 (+https://x)");
	h = b.fetcher->flights[0];
	assert_string_equal(h->url, "https://one.example/hook");
	assert_string_equal(h->body, "{\"type\":\"test\"}");
	assert_string_equal(h->headers[0], "Content-Type: application/json");
	assert_string_equal(h->id, "vg_a_7_hook");
	assert_string_equal(h->headers[2], "webhook-timestamp: 1676332830");
	assert_int_equal(h->timeout, WEBHOOK_TIMEOUT_MS);

	assert_int_equal(webhook_keys_parse(&k, SECRET, strlen(SECRET), &f),
	    OK);
	text_init(&want, 500);
	text_add(&want, "webhook-signature: ");
	webhook_sign(&k, h->id, 1676332830, h->body, &want);
	assert_string_equal(h->headers[3], text_str(&want));
	text_done(&want);

	answer(&b, h, 200);
	assert_int_equal(b.answers[7], 1);
	assert_int_equal(b.last.result, ATTEMPT_DELIVERED);
	assert_int_equal(b.last.code, 200);
	bench_close(&b);
}

static void
an_answer_says_when_to_come_back(void **state)
{
	struct fetch_header header = {"retry-after", "7"};
	struct fetch_result r = {.reason = REASON_OK,
	    .code = 503,
	    .headers = &header,
	    .header_count = 1};
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET);
	tell_notice(&b, 1, "hook");
	land(&b, b.fetcher->flights[0], &r);
	assert_int_equal(b.last.result, ATTEMPT_RETRY);
	assert_int_equal(b.last.retry_after_s, 7);
	assert_string_equal(b.last.detail, "HTTP 503");

	tell_notice(&b, 2, "hook");
	answer(&b, b.fetcher->flights[0], 410);
	assert_int_equal(b.last.result, ATTEMPT_GONE);
	assert_int_equal(b.last.retry_after_s, -1);
	tell_notice(&b, 3, "hook");
	answer(&b, b.fetcher->flights[0], 302);
	assert_int_equal(b.last.result, ATTEMPT_MISCONFIGURED);
	tell_notice(&b, 4, "hook");
	r = (struct fetch_result){.reason = REASON_TLS_EXPIRED};
	land(&b, b.fetcher->flights[0], &r);
	assert_int_equal(b.last.result, ATTEMPT_RETRY);
	assert_int_equal(b.last.code, 0);
	assert_string_equal(b.last.detail, "certificate has expired");
	bench_close(&b);
}

static void
names_and_addresses_are_judged(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "none", "none.example", SECRET);
	tell_receiver(&b, "inside", "inside.example", SECRET);
	tell_notice(&b, 1, "none");
	assert_int_equal(b.last.result, ATTEMPT_RETRY);
	assert_string_equal(b.last.detail,
	    "none.example: the name does not exist");
	tell_notice(&b, 2, "inside");
	assert_int_equal(b.last.result, ATTEMPT_MISCONFIGURED);
	assert_string_equal(b.last.detail,
	    "address 10.1.2.3 is forbidden (see allow_private)");
	tell_notice(&b, 3, "nobody");
	assert_int_equal(b.last.result, ATTEMPT_MISCONFIGURED);
	assert_string_equal(b.last.detail, "no such receiver");
	assert_int_equal(b.fetcher->count, 0);
	assert_int_equal(b.answered, 3);
	bench_close(&b);
}

static void
the_next_address_is_tried(void **state)
{
	struct fetch_result refused = {.reason = REASON_CONNECTION_REFUSED};
	struct fetch_result cut = {.reason = REASON_CONNECTION_RESET,
	    .connect_us = 900};
	struct address second = address("203.0.113.8");
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "two.example", SECRET);
	tell_notice(&b, 1, "hook");
	assert_int_equal(b.fetcher->flights[0]->connect_timeout, 5000);
	land(&b, b.fetcher->flights[0], &refused);
	assert_int_equal(b.answered, 0);
	assert_int_equal(b.fetcher->count, 1);
	assert_memory_equal(b.fetcher->flights[0]->address.bytes, second.bytes,
	    4);
	assert_int_equal(b.fetcher->flights[0]->connect_timeout, 0);
	land(&b, b.fetcher->flights[0], &refused);
	assert_int_equal(b.answers[1], 1);
	assert_int_equal(b.last.result, ATTEMPT_RETRY);

	/* The request may have arrived: the keeper decides, not we. */
	tell_notice(&b, 2, "hook");
	land(&b, b.fetcher->flights[0], &cut);
	assert_int_equal(b.answers[2], 1);
	assert_int_equal(b.fetcher->count, 0);

	/* Nothing is begun beyond the time of the delivery. */
	tell_notice(&b, 3, "hook");
	loop_sim_run_until(b.loop, loop_now(b.loop) + WEBHOOK_TIMEOUT_MS);
	land(&b, b.fetcher->flights[0], &refused);
	assert_int_equal(b.answers[3], 1);
	bench_close(&b);
}

static void
bad_secrets_come_back(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", "hunter2");
	assert_string_equal(text_str(&b.log),
	    "err receiver-fault id=hook why=\"secret_file: line 1: a secret "
	    "begins with whsec_\"\n");
	tell_notice(&b, 1, "hook");
	assert_int_equal(b.last.result, ATTEMPT_MISCONFIGURED);
	assert_null(strstr(b.last.detail, "hunter"));
	/* The operator repairs it. */
	tell_receiver(&b, "hook", "one.example", SECRET);
	tell_notice(&b, 2, "hook");
	answer(&b, b.fetcher->flights[0], 204);
	assert_int_equal(b.last.result, ATTEMPT_DELIVERED);
	/* Without any, it is sent without a signature. */
	tell_receiver(&b, "hook", "one.example", NULL);
	tell_notice(&b, 3, "hook");
	assert_string_equal(b.fetcher->flights[0]->headers[3], "");
	answer(&b, b.fetcher->flights[0], 204);
	bench_close(&b);
}

static void
four_at_a_time_in_order(void **state)
{
	struct bench b;
	char want[30];

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET);
	for (unsigned i = 0; i < 20; i++)
		tell_notice(&b, i, "hook");
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(b.fetcher->count, 20 - i < 4 ? 20 - i : 4);
		(void)snprintf(want, sizeof want, "vg_a_%u_hook", i);
		assert_string_equal(b.fetcher->flights[0]->id, want);
		answer(&b, b.fetcher->flights[0], 200);
		assert_int_equal(b.last.outbox, i);
	}
	assert_int_equal(b.answered, 20);
	bench_close(&b);
}

static void
a_failing_receiver_gets_one_place(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET);
	for (unsigned i = 0; i < 9; i++)
		tell_notice(&b, i, "hook");
	for (unsigned i = 0; i < 4; i++)
		answer(&b, b.fetcher->flights[0], 500);
	assert_int_equal(b.fetcher->count, 1);
	answer(&b, b.fetcher->flights[0], 200);
	assert_int_equal(b.fetcher->count, 4);
	while (b.fetcher->count > 0)
		answer(&b, b.fetcher->flights[0], 200);
	assert_int_equal(b.answered, 9);
	bench_close(&b);
}

static void
a_hung_receiver_delays_nobody(void **state)
{
	struct bench b;
	unsigned outbox = 0;
	char id[12];

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hung", "one.example", SECRET);
	tell_receiver(&b, "well", "one.example", SECRET);
	for (unsigned i = 0; i < 500; i++)
		tell_notice(&b, outbox++, "hung");
	assert_int_equal(b.fetcher->count, 4);
	for (unsigned i = 0; i < 100; i++) {
		tell_notice(&b, outbox, "well");
		assert_int_equal(b.fetcher->count, 5);
		answer(&b, b.fetcher->flights[4], 200);
		assert_int_equal(b.answers[outbox++], 1);
	}

	/* With every place taken it is a receiver's turn, not the queue's. */
	for (unsigned i = 0; i < 30; i++) {
		(void)snprintf(id, sizeof id, "r%u", i);
		tell_receiver(&b, id, "one.example", SECRET);
		for (unsigned k = 0; k < 4; k++)
			tell_notice(&b, outbox++, id);
	}
	assert_int_equal(b.fetcher->count, HERALD_IN_FLIGHT_MAX);
	tell_notice(&b, outbox, "well");
	for (unsigned i = 0; i < 20 && b.answers[outbox] == 0; i++) {
		struct fetch *h = b.fetcher->flights[b.fetcher->count - 1];

		answer(&b, h, 200);
	}
	assert_int_equal(b.answers[outbox], 1);
	bench_close(&b);
}

static void
the_queue_has_an_end(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET);
	for (unsigned i = 0; i < HERALD_WAITING_MAX + 4; i++)
		tell_notice(&b, i, "hook");
	assert_int_equal(b.answered, 0);
	tell_notice(&b, 2000, "hook");
	assert_int_equal(b.answers[2000], 1);
	assert_int_equal(b.last.result, ATTEMPT_RETRY);
	assert_string_equal(b.last.detail, "too many notices wait");
	bench_close(&b);
}

static void
a_removed_receiver_gives_its_notices_back(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET);
	for (unsigned i = 0; i < 9; i++)
		tell_notice(&b, i, "hook");
	tell_remove(&b, "hook");
	assert_int_equal(b.answered, 9);
	assert_int_equal(b.last.result, ATTEMPT_RETRY);
	assert_int_equal(b.fetcher->count, 0);
	tell_notice(&b, 10, "hook");
	assert_int_equal(b.last.result, ATTEMPT_MISCONFIGURED);
	tell_remove(&b, "hook");
	bench_close(&b);
}

static void
answers_wait_for_a_slow_keeper(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	channel_sim_set_queue(b.ends[1], 2);
	channel_sim_stall(b.ends[0], true);
	for (unsigned i = 0; i < 500; i++)
		tell_notice(&b, i, "nobody");
	assert_int_equal(b.answered, 0);
	channel_sim_stall(b.ends[0], false);
	settle(&b);
	assert_int_equal(b.answered, 500);
	for (unsigned i = 0; i < 500; i++)
		assert_int_equal(b.answers[i], 1);
	assert_int_equal(b.last.outbox, 499);
	bench_close(&b);
}

static void
it_ends_with_the_keeper(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	tell_receiver(&b, "hook", "one.example", SECRET);
	tell_notice(&b, 1, "hook");
	channel_free(b.ends[0]);
	b.ends[0] = NULL;
	settle(&b);
	assert_true(herald_ended(b.herald));
	bench_close(&b);

	bench_open(&b);
	assert_int_equal(channel_send(b.ends[0], MSG_NOTICE, "junk", 4), OK);
	settle(&b);
	assert_true(herald_ended(b.herald));
	assert_non_null(strstr(text_str(&b.log), "herald-stop"));
	bench_close(&b);
}

/* Whatever happens, each notice is answered exactly once. */
static void
one_attempt_for_every_notice(void **state)
{
	static const char *const hosts[] = {"one.example", "two.example",
	    "none.example", "inside.example"};
	static const uint16_t codes[] = {200, 204, 302, 404, 410, 429, 500,
	    503};
	unsigned seed = 20230214, outbox = 0;
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned step = 0; step < 6000; step++) {
		unsigned r, kind;
		char id[12];

		seed = seed * 1664525u + 1013904223u;
		r = seed >> 16;
		kind = (seed >> 8) % 16;
		(void)snprintf(id, sizeof id, "r%u", r % 40);
		if (kind < 7 && outbox < NOTICES_MAX)
			tell_notice(&b, outbox++, id);
		else if (kind < 13 && b.fetcher->count > 0)
			answer(&b, b.fetcher->flights[r % b.fetcher->count],
			    codes[r / 7 % 8]);
		else if (kind < 14 && b.fetcher->count > 0)
			land(&b, b.fetcher->flights[r % b.fetcher->count],
			    &(struct fetch_result){
				.reason = REASON_CONNECT_FAILED});
		else if (kind < 15)
			tell_receiver(&b, id, hosts[r / 3 % 4],
			    r % 9 == 0 ? "bad" : SECRET);
		else if (r % 5 == 0)
			tell_remove(&b, id);
		for (unsigned i = 0; i < outbox; i++)
			assert_true(b.answers[i] <= 1);
	}
	while (b.fetcher->count > 0)
		answer(&b, b.fetcher->flights[0], 200);
	assert_in_range(outbox, 1500, NOTICES_MAX);
	for (unsigned i = 0; i < outbox; i++)
		assert_int_equal(b.answers[i], 1);
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_notice_is_posted_and_signed),
	    cmocka_unit_test(an_answer_says_when_to_come_back),
	    cmocka_unit_test(names_and_addresses_are_judged),
	    cmocka_unit_test(the_next_address_is_tried),
	    cmocka_unit_test(bad_secrets_come_back),
	    cmocka_unit_test(four_at_a_time_in_order),
	    cmocka_unit_test(a_failing_receiver_gets_one_place),
	    cmocka_unit_test(a_hung_receiver_delays_nobody),
	    cmocka_unit_test(the_queue_has_an_end),
	    cmocka_unit_test(a_removed_receiver_gives_its_notices_back),
	    cmocka_unit_test(answers_wait_for_a_slow_keeper),
	    cmocka_unit_test(it_ends_with_the_keeper),
	    cmocka_unit_test(one_attempt_for_every_notice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) + hearts_run();
}

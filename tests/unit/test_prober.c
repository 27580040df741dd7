/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "parts_prober.h"
#include "prober/timetable.h"

static void
watch(struct stage *s, const char *url)
{
	struct target t = stage_target(0, "service/eu", url);

	stage_watch(s, &t, NULL, 0);
}

/* ---- the timetable ---- */

static void
an_hour_without_drift(void **state)
{
	struct stage *s = stage_new();
	span_ms phase = timetable_phase("service/eu", MINUTE_MS, 50);

	(void)state;
	watch(s, "https://one.example/");
	stage_run(s, HOUR_MS);
	assert_int_equal(s->heard_count, 60);
	for (size_t i = 0; i < 60; i++) {
		const struct sample *x = &s->heard[i].sample;

		assert_int_equal((x->start - phase) % MINUTE_MS, 0);
		assert_int_equal(x->class, CLASS_OK);
		assert_int_equal(x->total_us, 21000);
		assert_int_equal(x->dns_us, 1000);
		assert_int_equal(x->flags, SAMPLE_PATH_PROVEN);
		assert_int_equal(x->late_us, 0);
		assert_int_equal(x->code, 200);
		assert_int_equal(x->port, 443);
	}
	assert_true(s->longest_silence <= 100);
	assert_in_range(s->stats.probes, 58, 60);
	assert_int_equal(s->stats.skipped, 0);
	assert_int_equal(s->excerpt_count, 0);
	stage_free(s);
}

static void
many_start_evenly(void **state)
{
	struct stage *s = stage_new();
	char id[32];

	(void)state;
	for (uint32_t i = 0; i < 500; i++) {
		struct target t;

		(void)snprintf(id, sizeof(id), "service/r%u", (unsigned)i);
		t = stage_target(i, id, "https://one.example/");
		stage_watch(s, &t, NULL, 0);
		stage_run(s, 0);
	}
	stage_run(s, (span_ms)10 * MINUTE_MS + 100);
	assert_in_range(s->heard_count, 4998, 5002);
	assert_int_equal(s->stats.skipped, 0);
	stage_free(s);
}

static void
slow_hours_begin_early(void **state)
{
	struct stage *s = stage_new();
	struct target t = stage_target(0, "service/eu", "https://one.example/");

	(void)state;
	t.interval = (span_ms)10 * MINUTE_MS;
	stage_watch(s, &t, NULL, 0);
	stage_run(s, MINUTE_MS + 200);
	assert_int_equal(s->heard_count, 1);
	stage_run(s, HOUR_MS - MINUTE_MS);
	assert_in_range(s->heard_count, 6, 7);
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

static void
overload_is_skipped_and_counted(void **state)
{
	struct stage *s = stage_new();
	struct target t = stage_target(0, "service/eu", "https://one.example/");

	(void)state;
	t.interval = (span_ms)4 * SECOND_MS;
	t.ladder = false;
	s->answer = hang;
	stage_watch(s, &t, NULL, 0);
	stage_run(s, (span_ms)5 * MINUTE_MS);
	/* Of three turns one is taken: ten seconds each. */
	assert_in_range(s->heard_count, 23, 25);
	assert_in_range(s->stats.skipped, 40, 50);
	assert_int_equal(stage_last(s, 0)->class, CLASS_TIMEOUT);
	assert_int_equal(stage_last(s, 0)->flags, 0);
	assert_int_equal(stage_last(s, 0)->total_us, 10000000);
	stage_free(s);
}

static void
a_sleep_is_our_fault(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	watch(s, "https://one.example/");
	stage_run(s, (span_ms)5 * MINUTE_MS);
	s->heard_count = 0;
	loop_sim_sleep(s->loop, HOUR_MS);
	stage_run(s, 1000);
	assert_int_equal(s->heard_count, 1);
	assert_int_equal(stage_last(s, 0)->reason, REASON_LOCAL_LATE);
	assert_true(stage_last(s, 0)->late_us > 60 * 1000000);
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->heard_count, 2);
	assert_int_equal(stage_last(s, 0)->class, CLASS_OK);
	stage_free(s);
}

/* ---- the ladder ---- */

static void
fail_by_mood(struct stage *s, const struct asked *q, struct answer *a)
{
	static const char *const bodies[] = {NULL, "overload", "database"};

	(void)q;
	if (s->mood == 0)
		return;
	a->code = 500;
	a->body = bodies[s->mood];
}

static void
a_failure_is_looked_into(void **state)
{
	static const span_ms gaps[] = {3000, 5000, 10000, 15000, 20000};
	struct stage *s = stage_new();
	const struct sample *x;

	(void)state;
	s->answer = fail_by_mood;
	watch(s, "https://one.example/");
	stage_run(s, (span_ms)2 * MINUTE_MS);
	s->heard_count = 0;
	s->mood = 1;
	stage_run(s, MINUTE_MS + (span_ms)57 * SECOND_MS);
	assert_in_range(s->heard_count, 6, 10);
	for (size_t i = 0; i < 5; i++) {
		x = &s->heard[i + 1].sample;
		assert_in_range(x->start - s->heard[i].sample.start, gaps[i],
		    gaps[i] + 50);
		assert_int_equal(x->flags, SAMPLE_PATH_PROVEN | SAMPLE_EXTRA);
		assert_int_equal(x->class, CLASS_ORIGIN);
	}
	assert_int_equal(s->heard[0].sample.flags, SAMPLE_PATH_PROVEN);
	/* One excerpt for one text, another for another. */
	assert_int_equal(s->excerpt_count, 1);
	assert_string_equal(s->excerpts[0].body, "overload");
	assert_int_equal(s->excerpts[0].start, s->heard[0].sample.start);
	s->mood = 2;
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->excerpt_count, 2);
	assert_string_equal(s->excerpts[1].body, "database");
	s->mood = 0;
	s->heard_count = 0;
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->heard[0].sample.class, CLASS_OK);
	assert_in_range(s->heard[1].sample.start - s->heard[0].sample.start,
	    5000, 5050);
	stage_free(s);
}

static void
limited(struct stage *s, const struct asked *q, struct answer *a)
{
	(void)q;
	if (s->mood == 0)
		return;
	a->code = 429;
	a->header = "Retry-After";
	a->value = "600";
}

static void
who_is_limited_stays_away(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	s->answer = limited;
	s->mood = 1;
	watch(s, "https://one.example/");
	stage_run(s, (span_ms)11 * MINUTE_MS);
	assert_int_equal(s->heard_count, 1);
	assert_int_equal(stage_last(s, 0)->retry_after_s, 600);
	stage_run(s, (span_ms)2 * MINUTE_MS);
	assert_int_equal(s->heard_count, 2);
	stage_free(s);
}

static void
pace_is_followed(void **state)
{
	struct stage *s = stage_new();
	struct pace p = {.slot = 0,
	    .generation = 1,
	    .every = (span_ms)15 * SECOND_MS};
	unsigned char buf[64];
	struct bytes_out o;

	(void)state;
	watch(s, "https://one.example/");
	stage_run(s, (span_ms)2 * MINUTE_MS);
	s->heard_count = 0;
	p.until = loop_now(s->loop) + (span_ms)2 * MINUTE_MS;
	bytes_out_init(&o, buf, sizeof(buf));
	pace_put(&o, &p);
	stage_send(s, MSG_PACE, &o);
	stage_run(s, (span_ms)2 * MINUTE_MS);
	assert_in_range(s->heard_count, 8, 10);
	s->heard_count = 0;
	stage_run(s, (span_ms)2 * MINUTE_MS);
	assert_int_equal(s->heard_count, 2);
	stage_free(s);
}

/* ---- canaries ---- */

static void
canaries_answer_by_refusing(void **state)
{
	struct stage *s = stage_new();
	struct target t = stage_target(0, "canary/0", "tcp://203.0.113.1:53");

	(void)state;
	t.canary = true;
	s->dialled = REASON_CONNECTION_REFUSED;
	stage_watch(s, &t, NULL, 0);
	stage_run(s, MINUTE_MS + 200);
	assert_int_equal(s->heard_count, 1);
	assert_true(s->heard[0].canary);
	assert_int_equal(s->heard[0].sample.class, CLASS_OK);
	stage_send(s, MSG_ASK_CANARIES, NULL);
	stage_run(s, 200);
	assert_int_equal(s->heard_count, 2);
	s->dialled = REASON_TIMEOUT_CONNECT;
	stage_send(s, MSG_ASK_CANARIES, NULL);
	stage_run(s, 200);
	assert_int_equal(stage_last(s, 0)->class, CLASS_TIMEOUT);
	stage_free(s);
}

static void
others_do_not(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	s->dialled = REASON_CONNECTION_REFUSED;
	watch(s, "tcp://203.0.113.1:5432");
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->heard[0].sample.class, CLASS_CONNECT);
	assert_int_equal(s->heard[0].sample.flags & SAMPLE_PATH_PROVEN, 0);
	assert_int_equal(s->heard[0].sample.port, 5432);
	stage_free(s);
}

/* ---- tls ---- */

static void
a_certificate_is_watched(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	watch(s, "tls://one.example:993");
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->heard_count, 1);
	assert_string_equal(s->asked[0].url, "https://one.example:993/");
	assert_int_equal(s->heard[0].sample.class, CLASS_OK);
	assert_int_equal(s->heard[0].sample.code, 0);
	assert_int_equal(s->heard[0].sample.port, 993);
	assert_true(s->heard[0].sample.flags & SAMPLE_PATH_PROVEN);
	stage_free(s);
}

/* ---- life ---- */

static void
a_full_channel_loses_nothing(void **state)
{
	struct stage *s = stage_new();
	wall_ms before = 0;

	(void)state;
	channel_sim_set_queue(s->ends[1], 4);
	s->longest_silence = 0;
	{
		struct target t =
		    stage_target(0, "service/eu", "https://one.example/");

		t.interval = SECOND_MS;
		stage_watch(s, &t, NULL, 0);
	}
	stage_run(s, SECOND_MS);
	channel_sim_stall(s->ends[0], true);
	stage_run(s, HOUR_MS);
	channel_sim_stall(s->ends[0], false);
	stage_run(s, SECOND_MS);
	assert_in_range(s->heard_count, 3600, 3603);
	for (size_t i = 0; i < s->heard_count; i++) {
		assert_true(s->heard[i].sample.start > before);
		before = s->heard[i].sample.start;
	}
	stage_free(s);
}

static void
secrets_come_by_descriptor(void **state)
{
	char basic[] = "/tmp/vigie-basic-XXXXXX";
	char bearer[] = "/tmp/vigie-bearer-XXXXXX";
	int fds[2] = {mkstemp(basic), mkstemp(bearer)};
	struct stage *s = stage_new();
	struct target t = stage_target(0, "service/eu", "https://one.example/");

	(void)state;
	assert_true(fds[0] >= 0 && fds[1] >= 0);
	assert_int_equal(write(fds[0], "  me:pass word \r\nmore", 21), 21);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	t.basic_file = mem_dup(basic);
	t.bearer_file = mem_dup(bearer);
	stage_watch(s, &t, fds, 2);
	stage_run(s, MINUTE_MS);
	assert_string_equal(s->asked[0].userinfo, "me:pass word");
	assert_string_equal(s->asked[0].bearer, "abc");
	stage_free(s);
	(void)close(fds[0]);
	(void)close(fds[1]);
	(void)unlink(basic);
	(void)unlink(bearer);
}

/* One that could not be opened is not made up for by the next. */
static void
a_secret_that_is_lacking_stays_lacking(void **state)
{
	char bearer[] = "/tmp/vigie-bearer-XXXXXX";
	int fds[2] = {open("/dev/null", O_RDONLY), mkstemp(bearer)};
	struct stage *s = stage_new();
	struct target t = stage_target(0, "service/eu", "https://one.example/");

	(void)state;
	assert_true(fds[0] >= 0 && fds[1] >= 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	t.basic_file = mem_dup("/dev/null");
	t.bearer_file = mem_dup(bearer);
	stage_watch(s, &t, fds, 2);
	stage_run(s, MINUTE_MS);
	assert_string_equal(s->asked[0].userinfo, "");
	assert_string_equal(s->asked[0].bearer, "abc");
	stage_free(s);
	(void)close(fds[0]);
	(void)close(fds[1]);
	(void)unlink(bearer);
}

static void
removed_in_flight(void **state)
{
	struct stage *s = stage_new();
	unsigned char buf[8];
	struct bytes_out o;
	struct target t = stage_target(0, "service/eu", "https://one.example/");

	(void)state;
	s->answer = hang;
	t.ladder = false;
	stage_watch(s, &t, NULL, 0);
	while (s->asked_count == 0)
		stage_run(s, 1000);
	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_u32(&o, 0);
	bytes_put_u32(&o, 2);
	stage_send(s, MSG_TARGET_REMOVE, &o); /* another generation: nobody */
	stage_run(s, (span_ms)11 * SECOND_MS);
	assert_int_equal(s->heard_count, 1);
	s->asked_count = 0;
	while (s->asked_count == 0)
		stage_run(s, 1000);
	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_u32(&o, 0);
	bytes_put_u32(&o, 1);
	stage_send(s, MSG_TARGET_REMOVE, &o);
	stage_run(s, (span_ms)10 * MINUTE_MS);
	assert_int_equal(s->heard_count, 1);
	stage_free(s);
}

static void
a_renewed_target_keeps_its_place(void **state)
{
	struct stage *s = stage_new();
	struct target t;

	(void)state;
	watch(s, "https://one.example/");
	stage_run(s, (span_ms)10 * MINUTE_MS);
	t = stage_target(0, "service/eu", "https://one.example/");
	t.generation = 2;
	stage_watch(s, &t, NULL, 0);
	stage_run(s, (span_ms)10 * MINUTE_MS);
	assert_int_equal(s->heard_count, 20);
	assert_int_equal(s->heard[19].generation, 2);
	t = stage_target(0, "service/eu", "https://other.example/");
	t.generation = 3;
	stage_watch(s, &t, NULL, 0);
	stage_run(s, (span_ms)10 * MINUTE_MS);
	assert_int_equal(s->heard_count, 30);
	assert_string_equal(s->asked[29].url, "https://other.example/");
	stage_free(s);
}

static void
ends_with_its_keeper(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	watch(s, "https://one.example/");
	stage_run(s, MINUTE_MS);
	assert_null(prober_ended(s->prober));
	stage_send(s, MSG_SAMPLES, NULL);
	stage_run(s, 1000);
	assert_non_null(prober_ended(s->prober));
	stage_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_hour_without_drift),
	    cmocka_unit_test(many_start_evenly),
	    cmocka_unit_test(slow_hours_begin_early),
	    cmocka_unit_test(overload_is_skipped_and_counted),
	    cmocka_unit_test(a_sleep_is_our_fault),
	    cmocka_unit_test(a_failure_is_looked_into),
	    cmocka_unit_test(who_is_limited_stays_away),
	    cmocka_unit_test(pace_is_followed),
	    cmocka_unit_test(canaries_answer_by_refusing),
	    cmocka_unit_test(others_do_not),
	    cmocka_unit_test(a_certificate_is_watched),
	    cmocka_unit_test(a_full_channel_loses_nothing),
	    cmocka_unit_test(secrets_come_by_descriptor),
	    cmocka_unit_test(a_secret_that_is_lacking_stays_lacking),
	    cmocka_unit_test(removed_in_flight),
	    cmocka_unit_test(a_renewed_target_keeps_its_place),
	    cmocka_unit_test(ends_with_its_keeper),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return failed + stage_hops_run() + stage_token_run() +
	    stage_each_run() + stage_crowd_run();
}

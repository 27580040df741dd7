/* SPDX-License-Identifier: MIT */
/* One probe: every address of the name is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "parts_prober.h"

static void
watch_all(struct stage *s, const char *url,
    void (*answer)(struct stage *, const struct asked *, struct answer *))
{
	struct target t = stage_target(0, "service/eu", url);

	t.ladder = false;
	t.addresses = TARGET_ADDRESSES_ALL;
	s->answer = answer;
	stage_watch(s, &t, NULL, 0);
}

/* What .31, .32 and .33 do; of each row one letter each. */
static const struct row {
	const char *act;  /* o 200, r refused, t never connects, h hangs, */
	enum reason want; /* 5 500, 4 404, l our network lacks it */
	bool partial, proven;
	uint8_t address; /* whose sample it is */
	const char *detail;
} rows[] = {
    {"ooo", REASON_OK, false, true, 31, ""},
    {"oro", REASON_OK, true, true, 31,
	"1 of 3 addresses failing: 203.0.113.32 connection_refused"},
    {"oht", REASON_OK, true, true, 31,
	"2 of 3 addresses failing: 203.0.113.32 timeout, 203.0.113.33 "
	"connect_timeout"},
    {"too", REASON_OK, true, true, 32,
	"1 of 3 addresses failing: 203.0.113.31 connect_timeout"},
    {"oo4", REASON_OK, true, true, 31,
	"1 of 3 addresses failing: 203.0.113.33 status 404"},
    {"ool", REASON_OK, false, true, 31, ""},
    {"rr5", REASON_CONNECTION_REFUSED, false, true, 31,
	"3 of 3 addresses failing: 203.0.113.31 connection_refused, "
	"203.0.113.32 connection_refused, 203.0.113.33 server_error"},
    {"lrl", REASON_CONNECTION_REFUSED, false, false, 32,
	"1 of 3 addresses failing: 203.0.113.32 connection_refused"},
    {"hhh", REASON_TIMEOUT, false, false, 31,
	"3 of 3 addresses failing: 203.0.113.31 timeout, 203.0.113.32 "
	"timeout, 203.0.113.33 timeout"},
    {"lll", REASON_LOCAL_NETWORK, false, false, 31, NULL},
};

static void
act(struct stage *s, const struct asked *q, struct answer *a)
{
	char which =
	    rows[s->mood].act[q->address[strlen(q->address) - 1] - '1'];

	a->code = which == 'o' ? 200 : 0;
	switch (which) {
	case 'r':
		a->reason = REASON_CONNECTION_REFUSED;
		break;
	case 't':
		a->reason = REASON_TIMEOUT_CONNECT;
		break;
	case 'h':
		a->reason = REASON_TIMEOUT;
		break;
	case 'l':
		a->reason = REASON_LOCAL_NETWORK;
		break;
	case '5':
		a->code = 500;
		break;
	case '4':
		a->code = 404;
		break;
	}
}

static void
one_good_address_is_enough(void **state)
{
	(void)state;
	for (int i = 0; i < (int)(sizeof(rows) / sizeof(rows[0])); i++) {
		const struct row *r = &rows[i];
		struct stage *s = stage_new();
		const struct sample *x;

		s->mood = i;
		watch_all(s, "https://three.example/", act);
		stage_run(s, (span_ms)3 * MINUTE_MS + (span_ms)12 * SECOND_MS);
		assert_true(s->heard_count >= 3);
		/* Whatever the order of the answer: the same, told once. */
		for (size_t k = 0; k < 3; k++) {
			x = &s->heard[k].sample;
			assert_int_equal(x->reason, r->want);
			assert_int_equal((x->flags & SAMPLE_PARTIAL) != 0,
			    r->partial);
			assert_int_equal((x->flags & SAMPLE_PATH_PROVEN) != 0,
			    r->proven);
			assert_int_equal(x->address[3], r->address);
		}
		assert_int_equal(s->excerpt_count,
		    r->detail != NULL && r->detail[0] != '\0' ? 1 : 0);
		if (s->excerpt_count > 0) {
			assert_string_equal(s->excerpts[0].detail, r->detail);
			assert_int_equal(s->excerpts[0].start,
			    s->heard[0].sample.start);
		}
		stage_free(s);
	}
}

/* The dead take their own share: 3.3 s, then 3.3 s, then the rest. */
static void
the_timeout_is_shared(void **state)
{
	struct stage *s = stage_new();
	span_ms spent = 0;

	(void)state;
	s->mood = 8;
	watch_all(s, "https://three.example/", act);
	while (s->heard_count == 0)
		stage_run(s, 100);
	assert_int_equal(s->asked_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_in_range(s->asked[i].timeout, 3300, 3340);
		assert_int_equal(s->asked[i].connect_timeout,
		    s->asked[i].timeout);
		assert_int_equal(s->asked[i].address[11], '1' + (char)i);
		spent += s->asked[i].timeout;
	}
	assert_in_range(spent, 9900, 10000);
	stage_free(s);
}

static void
forbidden_addresses_fail_unasked(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	watch_all(s, "https://mixed.example/", NULL);
	while (s->heard_count == 0)
		stage_run(s, SECOND_MS);
	assert_int_equal(s->asked_count, 1);
	assert_int_equal(stage_last(s, 0)->reason, REASON_OK);
	assert_true((stage_last(s, 0)->flags & SAMPLE_PARTIAL) != 0);
	assert_string_equal(s->excerpts[0].detail,
	    "1 of 2 addresses failing: 169.254.1.1 blocked_by_policy");
	stage_free(s);
	s = stage_new();
	watch_all(s, "https://inside.example/", NULL);
	while (s->heard_count == 0)
		stage_run(s, SECOND_MS);
	assert_int_equal(s->asked_count, 0);
	assert_int_equal(stage_last(s, 0)->reason, REASON_BLOCKED_BY_POLICY);
	stage_free(s);
}

static void
to_b(struct stage *s, const struct asked *q, struct answer *a)
{
	(void)s;
	if (strcmp(q->url + strlen(q->url) - 2, "/b") == 0)
		return;
	a->code = 302;
	a->header = "Location";
	a->value = "/b";
}

static void
a_redirect_stays_at_its_address(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	watch_all(s, "https://three.example/a", to_b);
	while (s->heard_count == 0)
		stage_run(s, SECOND_MS);
	assert_int_equal(s->asked_count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(s->asked[i].address[11], '1' + (char)(i / 2));
	assert_int_equal(stage_last(s, 0)->reason, REASON_OK);
	stage_free(s);
}

static void
other_kinds_and_an_end_in_the_middle(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	watch_all(s, "tcp://three.example:25", NULL);
	while (s->heard_count == 0)
		stage_run(s, SECOND_MS);
	assert_int_equal(s->dialled_count, 3);
	assert_int_equal(stage_last(s, 0)->reason, REASON_OK);
	assert_int_equal(stage_last(s, 0)->total_us, 6000);
	stage_free(s);
	s = stage_new();
	s->mood = 8;
	watch_all(s, "https://three.example/", act);
	while (s->asked_count < 2)
		stage_run(s, 100);
	stage_free(s); /* and nothing is left: the sanitizer looks */
}

int
stage_each_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_good_address_is_enough),
	    cmocka_unit_test(the_timeout_is_shared),
	    cmocka_unit_test(forbidden_addresses_fail_unasked),
	    cmocka_unit_test(a_redirect_stays_at_its_address),
	    cmocka_unit_test(other_kinds_and_an_end_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

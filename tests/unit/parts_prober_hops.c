/* SPDX-License-Identifier: MIT */
/* One probe: the addresses and redirects on its way. */
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

/* The first sample of this URL under this script. */
static const struct sample *
first_of(struct stage *s, const char *url,
    void (*answer)(struct stage *, const struct asked *, struct answer *))
{
	static char basic[] = "/tmp/vigie-basic-XXXXXX";
	int fd;
	struct target t = stage_target(0, "service/eu", url);

	(void)snprintf(basic, sizeof(basic), "/tmp/vigie-basic-XXXXXX");
	fd = mkstemp(basic);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "me:pw", 5), 5);
	t.ladder = false;
	t.basic_file = mem_dup(basic);
	t.header_count = 1;
	t.headers = mem_array(1, sizeof(t.headers[0]));
	t.headers[0].name = mem_dup("X-Own");
	t.headers[0].value = mem_dup("1");
	s->answer = answer;
	stage_watch(s, &t, &fd, 1);
	(void)close(fd);
	(void)unlink(basic);
	while (s->heard_count == 0)
		stage_run(s, SECOND_MS);
	return &s->heard[0].sample;
}

static void
dead_first(struct stage *s, const struct asked *q, struct answer *a)
{
	static const enum reason reasons[] = {REASON_CONNECTION_REFUSED,
	    REASON_TIMEOUT_CONNECT, REASON_LOCAL_NETWORK};
	bool last = strcmp(q->address, "203.0.113.8") == 0 ||
	    strcmp(q->address, "203.0.113.6") == 0;

	if (last && s->mood < 10)
		return;
	a->code = 0;
	a->reason = reasons[s->mood % 10];
	if (last) /* and the other one lacks our own network */
		a->reason = REASON_LOCAL_NETWORK;
}

static void
another_address_is_tried(void **state)
{
	(void)state;
	for (int mood = 0; mood < 3; mood++) {
		struct stage *s = stage_new();
		const struct sample *x;

		s->mood = mood;
		x = first_of(s,
		    mood == 2 ? "https://six.example/" : "https://two.example/",
		    dead_first);
		assert_int_equal(x->class, CLASS_OK);
		assert_int_equal(s->asked_count, 2);
		assert_int_equal(s->asked[0].connect_timeout, 5000);
		assert_int_equal(s->asked[1].connect_timeout,
		    s->asked[1].timeout);
		assert_int_equal(x->address[3], mood == 2 ? 6 : 8);
		assert_int_equal(x->flags & SAMPLE_IPV6, 0);
		stage_free(s);
	}
}

static void
one_family_excuses_no_other(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	s->mood = 10;
	assert_int_equal(first_of(s, "https://two.example/", dead_first)
			     ->reason,
	    REASON_CONNECTION_REFUSED);
	stage_free(s);
}

static void
redirects(struct stage *s, const struct asked *q, struct answer *a)
{
	static const char *const places[] = {"https://other.example/b", "/b",
	    "http://one.example/b", "https://inside.example/",
	    "https://169.254.169.254/", "javascript:alert(1)", "/maintenance",
	    "https://status.example/", "/a"};

	if (strcmp(q->url + strlen(q->url) - 2, "/b") == 0)
		return;
	a->code = 302;
	a->header = "Location";
	a->value = places[s->mood];
}

static const struct redirect_row {
	const char *from;
	int place;
	size_t asked;
	enum reason want;
	bool proven, credentials; /* the last request carried them */
} redirect_rows[] = {
    {"https://one.example/a", 0, 2, REASON_OK, true, false},
    {"https://one.example/a", 1, 2, REASON_OK, true, true},
    {"https://one.example/a", 2, 1, REASON_BAD_REDIRECT, true, true},
    {"https://one.example/a", 3, 1, REASON_BLOCKED_BY_POLICY, true, true},
    {"https://one.example/a", 4, 1, REASON_BLOCKED_BY_POLICY, true, true},
    {"https://one.example/a", 5, 1, REASON_BAD_REDIRECT, true, true},
    {"https://one.example/a", 6, 1, REASON_MAINT_REDIRECT, true, true},
    {"https://one.example/a", 7, 1, REASON_MAINT_REDIRECT, true, true},
    {"https://one.example/a", 8, 4, REASON_TOO_MANY_REDIRECTS, true, true},
    {"http://one.example/a", 1, 2, REASON_OK, true, true},
    {"http://one.example/a", 2, 2, REASON_OK, true, true},
    {"http://10.1.1.1/a", 0, 2, REASON_OK, false, false},
    {"http://10.1.1.1/a", 7, 1, REASON_MAINT_REDIRECT, false, true},
};

static void
redirects_are_followed_with_care(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(redirect_rows) / sizeof(redirect_rows[0]);
	     i++) {
		const struct redirect_row *r = &redirect_rows[i];
		struct stage *s = stage_new();
		const struct sample *x;
		const struct asked *last;

		s->mood = r->place;
		x = first_of(s, r->from, redirects);
		last = &s->asked[s->asked_count - 1];
		if (x->reason != r->want)
			print_error("row %zu: %s\n", i,
			    reason_name((enum reason)x->reason));
		assert_int_equal(x->reason, r->want);
		assert_int_equal(s->asked_count, r->asked);
		assert_int_equal((x->flags & SAMPLE_PATH_PROVEN) != 0,
		    r->proven);
		assert_string_equal(last->userinfo,
		    r->credentials ? "me:pw" : "");
		assert_string_equal(last->header,
		    r->credentials ? "X-Own: 1" : "");
		stage_free(s);
	}
}

static void
certificate(struct stage *s, const struct asked *q, struct answer *a)
{
	(void)s;
	if (q->want_certificate)
		a->cert_not_after = LOOP_SIM_START + 30 * (wall_ms)DAY_MS;
}

static void
certificates_are_asked_for_hourly(void **state)
{
	struct stage *s = stage_new();
	size_t wanted = 0;

	(void)state;
	assert_int_equal(first_of(s, "https://one.example/", certificate)
			     ->cert_days,
	    29);
	stage_run(s, (span_ms)59 * MINUTE_MS);
	for (size_t i = 0; i < s->asked_count; i++)
		wanted += s->asked[i].want_certificate ? 1 : 0;
	assert_int_equal(wanted, 1);
	assert_int_equal(stage_last(s, 0)->cert_days, 29);
	stage_free(s);
}

static void
tls_trouble(struct stage *s, const struct asked *q, struct answer *a)
{
	(void)q;
	if (s->mood == 1)
		a->reason = REASON_TLS_HANDSHAKE;
}

/* Not even where it usually is: who stands between us and it may answer. */
static void
tls_that_fails_proves_no_path(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	s->mood = 0;
	assert_int_equal(first_of(s, "https://one.example/", tls_trouble)
			     ->flags,
	    SAMPLE_PATH_PROVEN);
	s->mood = 1;
	stage_run(s, MINUTE_MS);
	assert_int_equal(stage_last(s, 0)->class, CLASS_TLS);
	assert_int_equal(stage_last(s, 0)->flags, 0);
	stage_free(s);
}

static void
names_that_do_not_resolve(void **state)
{
	struct stage *s = stage_new();

	(void)state;
	assert_int_equal(first_of(s, "https://none.example/", NULL)->reason,
	    REASON_DNS_NXDOMAIN);
	assert_int_equal(s->asked_count, 0);
	stage_free(s);
	s = stage_new();
	assert_int_equal(first_of(s, "https://inside.example/", NULL)->reason,
	    REASON_BLOCKED_BY_POLICY);
	assert_int_equal(s->asked_count, 0);
	stage_free(s);
}

int
stage_hops_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(another_address_is_tried),
	    cmocka_unit_test(one_family_excuses_no_other),
	    cmocka_unit_test(redirects_are_followed_with_care),
	    cmocka_unit_test(certificates_are_asked_for_hourly),
	    cmocka_unit_test(tls_that_fails_proves_no_path),
	    cmocka_unit_test(names_that_do_not_resolve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

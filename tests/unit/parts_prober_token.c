/* SPDX-License-Identifier: MIT */
/* Tokens: asked for once for everybody, renewed in time, refused, broken. */
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

enum { CROWD = 200, REQUESTS_MAX = 512 };

/* The token server at other.example, and the API at one.example. */
static struct server {
	struct answer next;    /* what it answers; no body: a token */
	int life_s;            /* of its tokens */
	unsigned given;        /* tokens so far: "t1", "t2"... */
	unsigned refused_upto; /* the API accepts later ones only */
	span_ms api_after;     /* how long the API takes; 0: 20 ms */
	size_t requests;
	wall_ms at[REQUESTS_MAX];
	wall_ms busy_until;
	struct asked last; /* request for a token */
	char body[160];
	size_t naked, foreign; /* to the API without a token; elsewhere with */
} server;

static void
answer_token(struct stage *s, const struct asked *q, struct answer *a)
{
	wall_ms now = loop_now(s->loop);
	bool plain = server.next.body == NULL && server.next.code == 0 &&
	    server.next.reason == REASON_OK;

	/* One at a time, whoever wants one. */
	assert_true(now >= server.busy_until);
	server.last = *q;
	assert_true(server.requests < REQUESTS_MAX);
	server.at[server.requests++] = now;
	*a = server.next;
	a->after = server.next.after > 0 ? server.next.after : 20;
	server.busy_until =
	    now + (a->reason == REASON_TIMEOUT ? q->timeout : a->after);
	if (a->code == 0 && a->reason == REASON_OK)
		a->code = 200;
	if (!plain)
		return;
	(void)snprintf(server.body, sizeof(server.body),
	    "{\"access_token\":\"t%u\",\"token_type\":\"bearer\","
	    "\"expires_in\":%d}",
	    ++server.given, server.life_s);
	a->body = server.body;
}

static void
answer(struct stage *s, const struct asked *q, struct answer *a)
{
	if (strncmp(q->url, "https://other.example/token", 27) == 0) {
		answer_token(s, q, a);
		return;
	}
	if (strncmp(q->url, "https://one.example/", 20) != 0) {
		server.foreign += q->bearer[0] != '\0' ? 1 : 0;
		return;
	}
	server.naked += q->bearer[0] != 't' ? 1 : 0;
	a->after = server.api_after > 0 ? server.api_after : a->after;
	if (q->bearer[0] == 't' &&
	    strtoul(q->bearer + 1, NULL, 10) <= server.refused_upto)
		a->code = 401;
	if (strcmp(q->url, "https://one.example/away") == 0) {
		a->code = 302;
		a->header = "Location";
		a->value = "https://two.example/";
	}
}

static struct stage *
begin(void)
{
	struct stage *s = stage_new();

	server = (struct server){.life_s = 3600};
	s->answer = answer;
	return s;
}

static void
watch(struct stage *s, uint32_t slot, span_ms interval, const char *url,
    const char *secret)
{
	char path[] = "/tmp/vigie-client-XXXXXX", id[32];
	int fd = mkstemp(path);
	struct target t;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, secret, strlen(secret)), strlen(secret));
	(void)snprintf(id, sizeof(id), "service/r%u", (unsigned)slot);
	t = stage_target(slot, id, url);
	t.interval = interval;
	t.ladder = false;
	t.oauth = (struct target_oauth){.token_url = mem_dup(
					    "https://other.example/token"),
	    .client_id = mem_dup("vigie:1"),
	    .secret_file = mem_dup("/etc/vigie/client"),
	    .scope = mem_dup("read all")};
	stage_watch(s, &t, &fd, 1);
	(void)close(fd);
	(void)unlink(path);
	stage_run(s, 0);
}

static void
watch_crowd(struct stage *s, span_ms interval)
{
	for (uint32_t i = 0; i < CROWD; i++)
		watch(s, i, interval, "https://one.example/", "s+cret %\n");
}

static size_t
heard_of(const struct stage *s, enum reason reason)
{
	size_t n = 0;

	assert_true(s->heard_count <= HEARD_MAX);
	for (size_t i = 0; i < s->heard_count; i++)
		n += s->heard[i].sample.reason == reason ? 1 : 0;
	return n;
}

static void
one_token_for_all_is_renewed_in_time(void **state)
{
	struct stage *s = begin();

	(void)state;
	server.next.after = 400;
	watch_crowd(s, MINUTE_MS);
	stage_run(s, HOUR_MS + 5 * (span_ms)MINUTE_MS);
	assert_string_equal(server.last.method, "POST");
	assert_string_equal(server.last.userinfo, "vigie%3A1:s%2Bcret+%25");
	assert_string_equal(server.last.body,
	    "grant_type=client_credentials&scope=read+all");
	assert_string_equal(server.last.header,
	    "Content-Type: application/x-www-form-urlencoded");
	assert_string_equal(server.last.bearer, "");
	assert_int_equal(server.requests, 2);
	assert_int_equal(server.at[1] - server.at[0], 401 + 2880 * SECOND_MS);
	assert_int_equal(heard_of(s, REASON_OK), s->heard_count);
	assert_true(s->heard_count >= (size_t)64 * CROWD);
	assert_int_equal(server.naked, 0);
	for (size_t i = 0; i < s->heard_count; i++)
		assert_in_range(s->heard[i].sample.total_us, 1, 21000);
	stage_free(s);
}

/* Lives, and the pause from one request to the next. */
static void
short_and_senseless_lives(void **state)
{
	static const struct {
		int life_s;
		span_ms next;
	} rows[] = {{100, 70 * (span_ms)SECOND_MS},
	    {1000, 800 * (span_ms)SECOND_MS}, {60, 30 * (span_ms)SECOND_MS},
	    {1, 5 * (span_ms)SECOND_MS}, {2000000000, DAY_MS * (span_ms)4 / 5}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage *s = begin();

		server.life_s = rows[i].life_s;
		watch(s, 0, HOUR_MS, "https://one.example/", "secret");
		while (server.requests < 2)
			stage_run(s, SECOND_MS);
		assert_int_equal(server.at[1] - server.at[0],
		    21 + rows[i].next);
		stage_free(s);
	}
}

static void
who_gives_none_is_not_hammered(void **state)
{
	struct stage *s = begin();
	static const span_ms want[] = {5, 10, 20, 40, 80, 160, 300, 300};

	(void)state;
	server.next = (struct answer){.code = 503, .body = "busy"};
	watch_crowd(s, MINUTE_MS);
	stage_run(s, HOUR_MS / 2);
	assert_int_equal(heard_of(s, REASON_TOKEN_UNREACHABLE), s->heard_count);
	assert_int_equal(stage_last(s, 0)->class, CLASS_LOCAL);
	assert_int_equal(stage_last(s, 0)->flags, 0);
	assert_in_range(server.requests, 8, 13);
	for (size_t i = 0; i < 8; i++)
		assert_in_range(server.at[i + 1] - server.at[i],
		    want[i] * SECOND_MS, (want[i] + 1) * SECOND_MS);
	assert_int_equal(server.naked, 0);
	assert_int_equal(s->excerpt_count, 0);
	server.next = (struct answer){0};
	stage_run(s, 5 * (span_ms)MINUTE_MS + SECOND_MS);
	s->heard_count = 0;
	stage_run(s, MINUTE_MS);
	assert_int_equal(heard_of(s, REASON_OK), s->heard_count);
	stage_free(s);
}

static void
retry_after_is_kept(void **state)
{
	struct stage *s = begin();

	(void)state;
	server.next = (struct answer){.code = 429,
	    .header = "Retry-After",
	    .value = "600"};
	watch(s, 0, SECOND_MS, "https://one.example/", "secret");
	stage_run(s, 5 * (span_ms)MINUTE_MS);
	assert_int_equal(server.requests, 1);
	server.next.value = "86400";
	stage_run(s, 10 * (span_ms)MINUTE_MS);
	assert_int_equal(server.requests, 2);
	stage_run(s, HOUR_MS);
	assert_int_equal(server.requests, 3);
	stage_free(s);
}

/* The old one is shown to its end, and not a moment longer. */
static void
a_renewal_that_fails_harms_nobody(void **state)
{
	struct stage *s = begin();
	wall_ms from;

	(void)state;
	watch(s, 0, SECOND_MS, "https://one.example/", "secret");
	while (server.requests == 0)
		stage_run(s, 100);
	from = loop_now(s->loop);
	stage_run(s, 100);
	server.next = (struct answer){.reason = REASON_CONNECTION_REFUSED};
	stage_run(s, from + HOUR_MS - SECOND_MS - loop_now(s->loop));
	assert_int_equal(heard_of(s, REASON_OK), s->heard_count);
	assert_true(server.requests > 3);
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_int_equal(stage_last(s, 0)->reason, REASON_TOKEN_UNREACHABLE);
	assert_in_range(heard_of(s, REASON_TOKEN_UNREACHABLE), 7, 11);
	stage_free(s);
}

static void
a_token_that_is_not_accepted_is_renewed_once(void **state)
{
	struct stage *s = begin();

	(void)state;
	watch_crowd(s, MINUTE_MS);
	stage_run(s, 2 * (span_ms)MINUTE_MS);
	assert_int_equal(server.given, 1);
	server.refused_upto = 1; /* taken back */
	stage_run(s, 2 * (span_ms)MINUTE_MS);
	assert_int_equal(server.given, 2);
	assert_int_equal(heard_of(s, REASON_OK), s->heard_count);
	server.refused_upto = 1000; /* it is we who are not let in */
	s->heard_count = 0;
	stage_run(s, 10 * (span_ms)MINUTE_MS);
	assert_int_equal(heard_of(s, REASON_AUTH), s->heard_count);
	assert_int_equal(stage_last(s, 0)->code, 401);
	assert_int_equal(stage_last(s, 0)->flags, SAMPLE_PATH_PROVEN);
	assert_in_range(server.given, 10, 13);
	server.next = (struct answer){.code = 400};
	s->heard_count = 0;
	stage_run(s, 10 * (span_ms)MINUTE_MS);
	assert_int_equal(heard_of(s, REASON_AUTH), s->heard_count);
	stage_free(s);
}

static void
it_does_not_travel(void **state)
{
	struct stage *s = begin();

	(void)state;
	watch(s, 0, SECOND_MS, "https://one.example/away", "secret");
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_true(heard_of(s, REASON_OK) >= 8);
	assert_int_equal(server.naked, 0);
	assert_int_equal(server.foreign, 0);
	server.next = (struct answer){.code = 307,
	    .header = "Location",
	    .value = "https://two.example/token"};
	server.refused_upto = 1;
	watch(s, 0, SECOND_MS, "https://one.example/", "other");
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_int_equal(stage_last(s, 0)->reason, REASON_TOKEN_INVALID);
	for (size_t i = 0; i < s->asked_count; i++)
		assert_true(s->asked[i].userinfo[0] == '\0' ||
		    strcmp(s->asked[i].address, "203.0.113.2") == 0);
	stage_free(s);
}

static void
it_goes_with_its_secret(void **state)
{
	struct stage *s = begin();

	(void)state;
	watch(s, 0, SECOND_MS, "https://one.example/", "secret");
	stage_run(s, (span_ms)10 * SECOND_MS);
	watch(s, 0, SECOND_MS, "https://one.example/", "secret");
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_int_equal(server.given, 1);
	watch(s, 0, SECOND_MS, "https://one.example/", "renewed");
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_int_equal(server.given, 2);
	assert_string_equal(server.last.userinfo, "vigie%3A1:renewed");
	server.refused_upto = 1;
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_int_equal(server.given, 2);
	watch(s, 0, SECOND_MS, "https://one.example/", "\n");
	stage_run(s, (span_ms)10 * SECOND_MS);
	assert_int_equal(server.given, 2);
	assert_int_equal(stage_last(s, 0)->reason, REASON_NOT_PERMITTED);
	stage_free(s);
}

static void
hang(struct stage *s, const struct asked *q, struct answer *a)
{
	answer(s, q, a);
	if (strncmp(q->url, "https://one.example/", 20) == 0)
		*a = (struct answer){.reason = REASON_TIMEOUT};
}

/* Nine of its ten seconds pass before the token comes, and then it hangs. */
static void
waiting_is_not_held_against_the_service(void **state)
{
	struct stage *s = begin();

	(void)state;
	s->answer = hang;
	server.next.after = 9000;
	watch(s, 0, MINUTE_MS, "https://one.example/", "secret");
	while (s->heard_count == 0)
		stage_run(s, SECOND_MS);
	assert_int_equal(stage_last(s, 0)->reason, REASON_TOKEN_UNREACHABLE);
	assert_in_range(s->asked[1].timeout, 900, 1000);
	stage_run(s, MINUTE_MS);
	assert_int_equal(stage_last(s, 0)->reason, REASON_TIMEOUT);
	stage_free(s);
}

/* Replaced while they wait for it, and the prober ended likewise. */
static void
who_waits_may_go(void **state)
{
	struct stage *s = begin();

	(void)state;
	server.next.after = 9000;
	watch(s, 0, SECOND_MS, "https://one.example/", "secret");
	watch(s, 1, SECOND_MS, "https://one.example/", "secret");
	while (server.requests == 0)
		stage_run(s, 100);
	stage_run(s, 2 * (span_ms)SECOND_MS);
	watch(s, 0, SECOND_MS, "https://one.example/b", "secret");
	watch(s, 1, SECOND_MS, "https://one.example/b", "secret");
	server.busy_until = 0; /* nobody held the first one any more */
	while (server.requests == 1)
		stage_run(s, 100);
	stage_run(s, 2 * (span_ms)SECOND_MS);
	assert_int_equal(s->heard_count, 0);
	assert_int_equal(server.requests, 2);
	stage_free(s);
}

static const struct hostile_row {
	struct answer answer;
	enum reason want;
} hostile_rows[] = {
    {{.code = 400, .body = "{\"error\":\"invalid_client\"}"},
	REASON_TOKEN_REFUSED},
    {{.code = 401, .body = "<html>"}, REASON_TOKEN_REFUSED},
    {{.code = 403}, REASON_TOKEN_REFUSED},
    {{.code = 404, .body = "{}"}, REASON_TOKEN_INVALID},
    {{.code = 302, .header = "Location", .value = "https://two.example/"},
	REASON_TOKEN_INVALID},
    {{.code = 204}, REASON_TOKEN_INVALID},
    {{.code = 500, .body = "{\"access_token\":\"x\"}"},
	REASON_TOKEN_UNREACHABLE},
    {{.reason = REASON_CONNECTION_REFUSED}, REASON_TOKEN_UNREACHABLE},
    {{.reason = REASON_TLS_UNKNOWN_CA}, REASON_TOKEN_UNREACHABLE},
    {{.reason = REASON_TIMEOUT}, REASON_TOKEN_UNREACHABLE},
    {{.reason = REASON_TRUNCATED, .code = 200}, REASON_TOKEN_UNREACHABLE},
    {{.reason = REASON_BODY_TOO_LARGE, .code = 200, .body = "{"},
	REASON_TOKEN_INVALID},
    {{.body = "<html>Log in</html>"}, REASON_TOKEN_INVALID},
    {{.body = "{"}, REASON_TOKEN_INVALID},
    {{.body = "[]"}, REASON_TOKEN_INVALID},
    {{.body = "null"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":7}"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"\"}"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"a b\"}"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"a\\r\\nX-Evil: 1\"}"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"a\\u0000b\"}"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"\\u00e9\"}"}, REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"a\",\"access_token\":\"b\"}"},
	REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"t1\",\"token_type\":\"mac\"}"},
	REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":-1}"},
	REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":0}"},
	REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":\"soon\"}"},
	REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":1e300}"}, REASON_OK},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":-1e300}"},
	REASON_TOKEN_INVALID},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":9223372036854775807}"},
	REASON_OK},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":\"3599\"}"}, REASON_OK},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":"
	      "\"99999999999999999999999\"}"},
	REASON_OK},
    {{.body = "{\"access_token\":\"t1\",\"expires_in\":null}"}, REASON_OK},
    {{.body = "{\"access_token\":\"t1\"}"}, REASON_OK},
};

static void
answers_that_are_no_tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_rows) / sizeof(hostile_rows[0]);
	     i++) {
		const struct hostile_row *r = &hostile_rows[i];
		struct stage *s = begin();
		const struct sample *x;

		server.next = r->answer;
		watch(s, 0, MINUTE_MS, "https://one.example/", "secret");
		while (s->heard_count == 0)
			stage_run(s, SECOND_MS);
		x = stage_last(s, 0);
		if (x->reason != r->want)
			print_error("row %zu: %s\n", i,
			    reason_name((enum reason)x->reason));
		assert_int_equal(x->reason, r->want);
		assert_int_equal(server.naked, 0);
		if (r->want != REASON_OK)
			assert_int_equal(x->flags, 0);
		stage_free(s);
	}
}

int
stage_token_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_token_for_all_is_renewed_in_time),
	    cmocka_unit_test(short_and_senseless_lives),
	    cmocka_unit_test(who_gives_none_is_not_hammered),
	    cmocka_unit_test(retry_after_is_kept),
	    cmocka_unit_test(a_renewal_that_fails_harms_nobody),
	    cmocka_unit_test(a_token_that_is_not_accepted_is_renewed_once),
	    cmocka_unit_test(it_does_not_travel),
	    cmocka_unit_test(it_goes_with_its_secret),
	    cmocka_unit_test(waiting_is_not_held_against_the_service),
	    cmocka_unit_test(who_waits_may_go),
	    cmocka_unit_test(answers_that_are_no_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

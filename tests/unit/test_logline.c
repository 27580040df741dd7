/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/channel.h"
#include "io/logline.h"
#include "loop_sim.h"
#include "wire/line.h"
#include "wire/message.h"

struct bench {
	struct loop *loop;
	struct logline *log;
	int fds[2]; /* ours, theirs */
};

static void
bench_open(struct bench *b)
{
	b->loop = loop_sim_new(LOOP_SIM_START);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     b->fds),
	    0);
	b->log = logline_new(b->loop, ROLE_PROBER, b->fds[1]);
}

static void
bench_close(struct bench *b)
{
	logline_free(b->log);
	loop_free(b->loop);
	(void)close(b->fds[0]);
	(void)close(b->fds[1]);
}

/* The next line that arrived into buf, "" for none. */
static const char *
arrived(struct bench *b, char *buf, size_t size)
{
	unsigned char packet[20000];
	ssize_t n = recv(b->fds[0], packet, sizeof packet, MSG_DONTWAIT);
	struct bytes_in in;
	struct line line;

	buf[0] = '\0';
	if (n < 0)
		return buf;
	bytes_in_init(&in, packet, (size_t)n);
	assert_int_equal(bytes_get_u16(&in), CHANNEL_VERSION);
	assert_int_equal(bytes_get_u16(&in), MSG_LINE);
	assert_int_equal(bytes_get_u32(&in), n - 16);
	(void)bytes_get_u64(&in);
	assert_true(line_get(&in, &line));
	assert_int_equal(line.role, ROLE_PROBER);
	(void)snprintf(buf, size, "%u %s", (unsigned)line.severity, line.text);
	line_done(&line);
	return buf;
}

static void
pairs_are_quoted_and_escaped(void **state)
{
	const char *volatile absent = NULL;
	struct text t;
	struct logline *g;

	(void)state;
	text_init(&t, 10000);
	g = logline_capture(&t);
	log_event(g, SEVERITY_NOTICE, "start");
	log_event(g, SEVERITY_ERR,
	    "odd a=%s b=%s c=%s d=%s e=%s word=plain f=%s", "x", "two words",
	    "", "line\nfake", "say \"hi\"", absent);
	log_event(g, SEVERITY_INFO,
	    "numbers d=%d u=%u ld=%ld lu=%lu lld=%lld llu=%llu zu=%zu i=%" PRId64
	    " j=%" PRIu64,
	    -1, 2u, -3L, 4uL, -5LL, 6uLL, (size_t)7, INT64_MIN, UINT64_MAX);
	log_event(g, SEVERITY_DEBUG, "hidden");
	logline_set_debug(g, true);
	log_event(g, SEVERITY_DEBUG, "seen");
	assert_string_equal(text_str(&t),
	    "notice start\n"
	    "err odd a=x b=\"two words\" c=\"\" d=line\\x0afake"
	    " e=\"say \\x22hi\\x22\" word=plain\n"
	    "info numbers d=-1 u=2 ld=-3 lu=4 lld=-5 llu=6 zu=7"
	    " i=-9223372036854775808 j=18446744073709551615\n"
	    "debug seen\n");
	logline_free(g);
	text_done(&t);
	log_event(NULL, SEVERITY_ERR, "nobody-listens");
}

static void
lines_travel_as_frames(void **state)
{
	struct bench b;
	char buf[200];

	(void)state;
	bench_open(&b);
	log_event(b.log, SEVERITY_NOTICE, "ready endpoints=%u", 3u);
	log_event(b.log, SEVERITY_ERR, "gone why=%s", "no reason");
	assert_string_equal(arrived(&b, buf, sizeof buf),
	    "5 ready endpoints=3");
	assert_string_equal(arrived(&b, buf, sizeof buf),
	    "3 gone why=\"no reason\"");
	assert_string_equal(arrived(&b, buf, sizeof buf), "");
	bench_close(&b);
}

static void
long_lines_are_cut(void **state)
{
	struct bench b;
	char buf[20000], big[600];

	(void)state;
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	bench_open(&b);
	log_event(b.log, SEVERITY_INFO,
	    "big a=%s b=%s c=%s d=%s e=%s f=%s g=%s h=%s i=%s j=%s k=%s l=%s "
	    "m=%s n=%s o=%s p=%s q=%s",
	    big, big, big, big, big, big, big, big, big, big, big, big, big,
	    big, big, big, big);
	assert_in_range(strlen(arrived(&b, buf, sizeof buf)),
	    LOGLINE_BYTES - 1100, LOGLINE_BYTES + 2);
	assert_int_equal(logline_dropped(b.log), 0);
	bench_close(&b);
}

static void
warnings_come_once_a_minute(void **state)
{
	struct bench b;
	char buf[200];

	(void)state;
	bench_open(&b);
	for (int i = 0; i < 5; i++) {
		log_event(b.log, SEVERITY_WARNING, "slow n=%d", i);
		log_event(b.log, SEVERITY_WARNING, "late n=%d", i);
	}
	assert_string_equal(arrived(&b, buf, sizeof buf), "4 slow n=0");
	assert_string_equal(arrived(&b, buf, sizeof buf), "4 late n=0");
	assert_string_equal(arrived(&b, buf, sizeof buf), "");

	/* Told by themselves when nothing of the kind follows. */
	loop_sim_run_until(b.loop, LOOP_SIM_START + MINUTE_MS);
	assert_string_equal(arrived(&b, buf, sizeof buf), "4 slow repeated=4");
	assert_string_equal(arrived(&b, buf, sizeof buf), "4 late repeated=4");

	/* With the next of their kind otherwise. */
	log_event(b.log, SEVERITY_WARNING, "slow n=%d", 7);
	assert_string_equal(arrived(&b, buf, sizeof buf), "");
	log_event(b.log, SEVERITY_ERR, "slow n=%d", 8);
	assert_string_equal(arrived(&b, buf, sizeof buf), "3 slow n=8");
	loop_sim_run_until(b.loop, LOOP_SIM_START + (span_ms)2 * MINUTE_MS);
	assert_string_equal(arrived(&b, buf, sizeof buf), "4 slow repeated=1");
	loop_sim_run_until(b.loop, LOOP_SIM_START + HOUR_MS);
	assert_string_equal(arrived(&b, buf, sizeof buf), "");
	log_event(b.log, SEVERITY_WARNING, "slow n=%d", 9);
	assert_string_equal(arrived(&b, buf, sizeof buf), "4 slow n=9");
	bench_close(&b);
}

/* More kinds than are remembered: said too often rather than not at all. */
static void
many_kinds_are_not_lost(void **state)
{
	struct bench b;
	char buf[200], want[40];

	(void)state;
	bench_open(&b);
	for (int c = 'A'; c <= 'z'; c++) {
		char fmt[] = {(char)c, ' ', 'n', '=', '1', '\0'};
		const char *f = fmt;

		if (c > 'Z' && c < 'a')
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		log_event(b.log, SEVERITY_WARNING, f);
#pragma GCC diagnostic pop
		(void)snprintf(want, sizeof want, "4 %c n=1", c);
		assert_string_equal(arrived(&b, buf, sizeof buf), want);
	}
	bench_close(&b);
}

static void
what_does_not_fit_is_counted_and_told(void **state)
{
	struct bench b;
	char buf[200], want[60];
	uint64_t dropped;

	(void)state;
	bench_open(&b);
	for (int i = 0; i < 5000; i++)
		log_event(b.log, SEVERITY_INFO, "flood n=%d", i);
	dropped = logline_dropped(b.log);
	assert_in_range(dropped, 1000, 4999);
	for (uint64_t i = dropped; i < 5000; i++)
		assert_string_not_equal(arrived(&b, buf, sizeof buf), "");
	assert_string_equal(arrived(&b, buf, sizeof buf), "");

	loop_sim_run_until(b.loop, LOOP_SIM_START + MINUTE_MS);
	(void)snprintf(want, sizeof want, "4 log-dropped lines=%" PRIu64,
	    dropped);
	assert_string_equal(arrived(&b, buf, sizeof buf), want);
	loop_sim_run_until(b.loop, LOOP_SIM_START + HOUR_MS);
	assert_string_equal(arrived(&b, buf, sizeof buf), "");
	bench_close(&b);
}

static void
a_reader_that_went_costs_nothing(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	(void)close(b.fds[0]);
	log_event(b.log, SEVERITY_ERR, "into-the-void");
	assert_int_equal(logline_dropped(b.log), 1);
	b.fds[0] = -1;
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pairs_are_quoted_and_escaped),
	    cmocka_unit_test(lines_travel_as_frames),
	    cmocka_unit_test(long_lines_are_cut),
	    cmocka_unit_test(warnings_come_once_a_minute),
	    cmocka_unit_test(many_kinds_are_not_lost),
	    cmocka_unit_test(what_does_not_fit_is_counted_and_told),
	    cmocka_unit_test(a_reader_that_went_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

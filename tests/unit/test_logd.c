/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "channel_sim.h"
#include "io/logline.h"
#include "log/logd.h"
#include "loop_sim.h"
#include "wire/line.h"
#include "wire/message.h"
#include "wire/receiver.h"

/* Strings of a message are its own, hence writable. */
#define OWN(s) ((char[]){s})

enum { FACILITY_LOCAL7 = 23 };

struct bench {
	struct loop *loop;
	struct logd *logd;
	struct channel *ends[2]; /* the keeper's, logd's */
	int fds[2];              /* writers, logd */
	bool listening;
	struct text handed;   /* "facility severity text\n" */
	struct text answered; /* "outbox result\n", or "ready\n" */
};

static bool
hand_over(void *arg, int facility, int severity, const char *text)
{
	struct bench *b = arg;

	if (b->listening)
		text_printf(&b->handed, "%d %d %s\n", facility, severity, text);
	return b->listening;
}

static void
on_answer(void *arg, const struct frame *f)
{
	struct bench *b = arg;
	struct bytes_in in;
	struct attempt a;

	if (f->type == MSG_READY) {
		text_add(&b->answered, "ready\n");
		return;
	}
	assert_int_equal(f->type, MSG_ATTEMPT);
	bytes_in_init(&in, f->body, f->size);
	assert_true(attempt_get(&in, &a));
	text_printf(&b->answered, "%u %d\n", (unsigned)a.outbox, a.result);
	attempt_done(&a);
}

static void
on_end(void *arg, const char *why)
{
	(void)arg;
	(void)why;
}

static void
bench_open(struct bench *b)
{
	struct logd_setup s = {.facility = LOGD_FACILITY_DAEMON,
	    .hand_over = hand_over,
	    .arg = b};
	struct channel_events keeper = {.on_frame = on_answer,
	    .on_end = on_end,
	    .arg = b};
	struct channel_events logd;
	struct fail f;

	*b = (struct bench){.listening = true};
	text_init(&b->handed, 1 << 20);
	text_init(&b->answered, 1 << 20);
	b->loop = loop_sim_new(LOOP_SIM_START);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     b->fds),
	    0);
	s.lines_fd = b->fds[1];
	b->logd = logd_new(b->loop, &s, &f);
	assert_non_null(b->logd);
	logd = logd_events(b->logd);
	channel_sim_pair(b->loop, &keeper, &logd, b->ends);
	logd_attach(b->logd, b->ends[1]);
}

static void
bench_close(struct bench *b)
{
	logd_free(b->logd);
	channel_free(b->ends[0]);
	channel_free(b->ends[1]);
	loop_free(b->loop);
	(void)close(b->fds[0]);
	(void)close(b->fds[1]);
	text_done(&b->handed);
	text_done(&b->answered);
}

static void
tell(struct bench *b, uint16_t type, const struct bytes_out *o)
{
	assert_true(o->ok);
	assert_int_equal(channel_send(b->ends[0], type, o->buf, o->len), OK);
	loop_sim_run_until(b->loop, loop_now(b->loop) + 1);
}

static void
tell_receiver(struct bench *b, const char *id, int facility)
{
	unsigned char buf[500];
	struct receiver r = {.id = mem_dup(id),
	    .type = RECEIVER_SYSLOG,
	    .facility = facility};
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof buf);
	receiver_put(&o, &r);
	tell(b, MSG_RECEIVER, &o);
	receiver_done(&r);
}

static void
tell_notice(struct bench *b, uint64_t outbox, const char *to, const char *line)
{
	unsigned char buf[2000];
	struct notice n = {.outbox = outbox,
	    .receiver = mem_dup(to),
	    .severity = SEVERITY_ERR,
	    .line = mem_dup(line)};
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof buf);
	notice_put(&o, &n);
	tell(b, MSG_NOTICE, &o);
	notice_done(&n);
}

static void
notices_go_to_their_facility(void **state)
{
	struct bench b;
	unsigned char buf[100];
	struct hello h = {.now = LOOP_SIM_START,
	    .user_agent = OWN("Vigie/0"),
	    .instance = OWN("a")};
	struct bytes_out o;

	(void)state;
	bench_open(&b);
	bytes_out_init(&o, buf, sizeof buf);
	hello_put(&o, &h);
	tell(&b, MSG_HELLO, &o);
	tell_notice(&b, 1, "log", "before it is known");
	tell_receiver(&b, "log", LOGD_FACILITY_DAEMON);
	tell_notice(&b, 2, "log", "first");
	tell_receiver(&b, "log", FACILITY_LOCAL7);
	tell_notice(&b, 3, "log", "%s%n");
	tell_notice(&b, 4, "log", NULL);

	bytes_out_init(&o, buf, sizeof buf);
	bytes_put_text(&o, "log");
	tell(&b, MSG_RECEIVER_REMOVE, &o);
	tell_notice(&b, 5, "log", "after");
	assert_string_equal(text_str(&b.handed),
	    "16 3 before it is known\n3 3 first\n23 3 %s%n\n16 3 after\n");
	assert_string_equal(text_str(&b.answered),
	    "ready\n1 0\n2 0\n3 0\n4 2\n5 0\n");
	assert_int_equal(logd_counts(b.logd).notices, 5);
	bench_close(&b);
}

static void
lines_of_everybody_are_written(void **state)
{
	struct bench b;
	struct logline *prober, *herald;

	(void)state;
	bench_open(&b);
	prober = logline_new(b.loop, ROLE_PROBER, b.fds[0]);
	herald = logline_new(b.loop, ROLE_HERALD, b.fds[0]);
	log_event(prober, SEVERITY_NOTICE, "start endpoints=%d", 3);
	log_event(herald, SEVERITY_ERR, "oops why=%s", "a b");
	logd_read(b.logd);
	assert_string_equal(text_str(&b.handed),
	    "3 5 start endpoints=3 role=prober\n"
	    "3 3 oops why=\"a b\" role=herald\n");
	assert_int_equal(logd_counts(b.logd).lines, 2);
	logline_free(prober);
	logline_free(herald);
	bench_close(&b);
}

static void
what_came_before_the_end_is_written(void **state)
{
	struct bench b;
	struct logline *g;

	(void)state;
	bench_open(&b);
	g = logline_new(b.loop, ROLE_KEEPER, b.fds[0]);
	log_event(g, SEVERITY_NOTICE, "stop");
	logd_free(b.logd);
	b.logd = NULL;
	assert_string_equal(text_str(&b.handed), "3 5 stop role=keeper\n");
	logline_free(g);
	bench_close(&b);
}

static void
send_raw(struct bench *b, const void *p, size_t n)
{
	assert_int_equal(send(b->fds[0], p, n, 0), (ssize_t)n);
	logd_read(b->logd);
}

/* From a writer that was taken over. */
static void
bad_packets_are_counted(void **state)
{
	static unsigned char big[20000];
	unsigned char buf[200];
	struct line line = {.severity = 5, .role = ROLE_PROBER};
	struct bytes_out o;
	struct bench b;

	(void)state;
	bench_open(&b);
	send_raw(&b, "", 0);
	send_raw(&b, "x", 1);
	send_raw(&b, big, 16);
	send_raw(&b, big, sizeof big);

	bytes_out_init(&o, buf, sizeof buf);
	bytes_put_u16(&o, CHANNEL_VERSION);
	bytes_put_u16(&o, MSG_LINE);
	bytes_put_u32(&o, 3);
	bytes_put_u64(&o, 1);
	bytes_put_u8(&o, 5);
	bytes_put_u8(&o, 77);
	bytes_put_u8(&o, 0);
	send_raw(&b, buf, o.len);
	assert_int_equal(logd_counts(b.logd).broken, 5);
	assert_string_equal(text_str(&b.handed), "");

	/* A line within a line stays one line. */
	line.text = OWN("a\nNov 22 sshd[1]: Accepted\x7f");
	bytes_out_init(&o, buf, sizeof buf);
	bytes_put_u16(&o, CHANNEL_VERSION);
	bytes_put_u16(&o, MSG_LINE);
	bytes_put_u32(&o, (uint32_t)(6 + strlen(line.text)));
	bytes_put_u64(&o, 2);
	line_put(&o, &line);
	send_raw(&b, buf, o.len);
	assert_int_equal(logd_counts(b.logd).broken, 5);
	assert_string_equal(text_str(&b.handed),
	    "3 5 a?Nov 22 sshd[1]: Accepted? role=prober\n");
	bench_close(&b);
}

static void
without_a_log_daemon_notices_come_back(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	b.listening = false;
	tell_notice(&b, 1, "log", "lost");
	tell_notice(&b, 2, "log", "lost too");
	assert_int_equal(logd_counts(b.logd).unheard, 2);
	b.listening = true;
	tell_notice(&b, 1, "log", "found");
	assert_string_equal(text_str(&b.answered), "1 1\n2 1\n1 0\n");
	assert_string_equal(text_str(&b.handed), "16 3 found\n");
	bench_close(&b);
}

static void
answers_wait_for_a_slow_keeper(void **state)
{
	struct bench b;
	char want[12];

	(void)state;
	bench_open(&b);
	channel_sim_set_queue(b.ends[1], 4);
	channel_sim_stall(b.ends[0], true);
	for (unsigned i = 0; i < 300; i++)
		tell_notice(&b, i, "log", "x");
	channel_sim_stall(b.ends[0], false);
	loop_sim_run_until(b.loop, loop_now(b.loop) + SECOND_MS);
	for (unsigned i = 0; i < 300; i++) {
		(void)snprintf(want, sizeof want, "%u 0\n", i);
		assert_non_null(strstr(text_str(&b.answered), want));
	}
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(notices_go_to_their_facility),
	    cmocka_unit_test(lines_of_everybody_are_written),
	    cmocka_unit_test(what_came_before_the_end_is_written),
	    cmocka_unit_test(bad_packets_are_counted),
	    cmocka_unit_test(without_a_log_daemon_notices_come_back),
	    cmocka_unit_test(answers_wait_for_a_slow_keeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

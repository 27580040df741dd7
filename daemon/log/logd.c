/* SPDX-License-Identifier: MIT */
#include "log/logd.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/names.h"
#include "io/attempts.h"
#include "io/syslog.h"
#include "wire/line.h"
#include "wire/message.h"
#include "wire/receiver.h"

enum {
	HEADER_BYTES = 16,
	PACKET_BYTES = 16384,
	PACKETS_PER_TURN = 64, /* then notices have their turn */
	TEXT_BYTES = 16384
};

struct listener { /* a receiver of type syslog */
	TAILQ_ENTRY(listener) link;
	char *id;
	int facility;
};

struct logd {
	struct loop *loop;
	struct logd_setup setup;
	struct syslog *syslog; /* NULL when somebody else is handed it */
	struct watch *watch;
	struct channel *channel;
	struct attempts attempts;
	TAILQ_HEAD(listeners, listener) listeners;
	struct logd_counts counts;
	bool greeted, warned;
};

static void
on_readable(void *arg, int events)
{
	(void)events;
	logd_read(arg);
}

struct logd *
logd_new(struct loop *l, const struct logd_setup *s, struct fail *f)
{
	struct logd *d = mem_zalloc(sizeof *d);
	const char *ident = s->ident != NULL ? s->ident : "vigie";

	d->loop = l;
	d->setup = *s;
	TAILQ_INIT(&d->listeners);
	attempts_init(&d->attempts);
	if (s->hand_over == NULL) {
		d->syslog = syslog_open(ident, f);
		if (d->syslog == NULL) {
			mem_free(d);
			return NULL;
		}
	}
	if (s->lines_fd >= 0) {
		d->watch = watch_new(l, s->lines_fd, on_readable, d);
		watch_arm(d->watch, WATCH_READ);
	}
	return d;
}

static void
listener_free(struct logd *d, struct listener *r)
{
	TAILQ_REMOVE(&d->listeners, r, link);
	mem_free(r->id);
	mem_free(r);
}

void
logd_free(struct logd *d)
{
	if (d == NULL)
		return;
	/* What was sent to us before we were asked to go. */
	if (d->watch != NULL)
		logd_read(d);
	watch_free(d->watch);
	while (!TAILQ_EMPTY(&d->listeners))
		listener_free(d, TAILQ_FIRST(&d->listeners));
	attempts_done(&d->attempts);
	syslog_close(d->syslog);
	mem_free(d);
}

void
logd_attach(struct logd *d, struct channel *c)
{
	d->channel = c;
	attempts_attach(&d->attempts, c);
}

struct logd_counts
logd_counts(const struct logd *d)
{
	return d->counts;
}

static void
say(int severity, const char *text)
{
	(void)dprintf(STDERR_FILENO, "%s: %s\n",
	    severity_name((enum severity)severity), text);
}

/* To the log daemon; without one to standard error, and false. */
static bool
hand_over(struct logd *d, int facility, int severity, const char *text)
{
	bool taken = d->setup.hand_over != NULL
	    ? d->setup.hand_over(d->setup.arg, facility, severity, text)
	    : syslog_emit(d->syslog, facility, severity, text);

	if (taken)
		return true;
	d->counts.unheard++;
	if (!d->warned)
		say(SEVERITY_WARNING,
		    "syslog-absent action=stderr: no log daemon listens");
	d->warned = true;
	if (!d->setup.to_stderr)
		say(severity, text);
	return false;
}

/* The writer may have been taken over: it cannot begin a line of its own. */
static void
blunt(char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
	}
}

static void
take_line(struct logd *d, struct line *line)
{
	struct text t;

	blunt(line->text);
	text_init(&t, TEXT_BYTES);
	text_printf(&t, "%s role=%s", line->text,
	    role_name((enum role)line->role));
	d->counts.lines++;
	if (d->setup.to_stderr)
		say(line->severity, text_str(&t));
	(void)hand_over(d, d->setup.facility, line->severity, text_str(&t));
	text_done(&t);
}

void
logd_take(struct logd *d, const void *packet, size_t bytes)
{
	const unsigned char *p = packet;
	struct bytes_in head, body;
	struct line line;
	uint16_t version, type;
	uint32_t size;

	bytes_in_init(&head, p, bytes < HEADER_BYTES ? bytes : HEADER_BYTES);
	version = bytes_get_u16(&head);
	type = bytes_get_u16(&head);
	size = bytes_get_u32(&head);
	(void)bytes_get_u64(&head);
	if (!head.ok || version != CHANNEL_VERSION || type != MSG_LINE ||
	    size != bytes - HEADER_BYTES) {
		d->counts.broken++;
		return;
	}
	bytes_in_init(&body, p + HEADER_BYTES, size);
	if (!line_get(&body, &line)) {
		d->counts.broken++;
		return;
	}
	take_line(d, &line);
	line_done(&line);
}

/* Every writer is gone; an empty packet of one that is not looks the same. */
static bool
deserted(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0 && (p.revents & POLLHUP) != 0;
}

void
logd_read(struct logd *d)
{
	unsigned char packet[PACKET_BYTES];

	for (int i = 0; i < PACKETS_PER_TURN; i++) {
		struct iovec v = {packet, sizeof packet};
		struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
		ssize_t n = recvmsg(d->setup.lines_fd, &m, MSG_DONTWAIT);

		if (n < 0)
			return;
		if (n == 0 && deserted(d->setup.lines_fd)) {
			watch_disarm(d->watch);
			return;
		}
		if ((m.msg_flags & MSG_TRUNC) != 0)
			d->counts.broken++;
		else
			logd_take(d, packet, (size_t)n);
	}
}

static struct listener *
find_listener(struct logd *d, const char *id)
{
	struct listener *r;

	TAILQ_FOREACH (r, &d->listeners, link) {
		if (strcmp(r->id, id) == 0)
			return r;
	}
	return NULL;
}

static bool
take_receiver(struct logd *d, struct bytes_in *in)
{
	struct receiver got;
	struct listener *r;

	if (!receiver_get(in, &got))
		return false;
	if (got.type == RECEIVER_SYSLOG) {
		r = find_listener(d, got.id);
		if (r == NULL) {
			r = mem_zalloc(sizeof *r);
			r->id = mem_dup(got.id);
			TAILQ_INSERT_TAIL(&d->listeners, r, link);
		}
		r->facility = got.facility;
	}
	receiver_done(&got);
	return true;
}

static bool
take_remove(struct logd *d, struct bytes_in *in)
{
	char *id = bytes_get_text(in);
	struct listener *r = id != NULL ? find_listener(d, id) : NULL;
	bool understood = id != NULL;

	if (r != NULL)
		listener_free(d, r);
	mem_free(id);
	return understood;
}

/* In the foreground standard error is a log as good as the other. */
static void
tell(struct logd *d, int facility, const struct notice *n, struct attempt *a)
{
	bool seen = d->setup.to_stderr;

	if (seen)
		say(n->severity, n->line);
	if (hand_over(d, facility, n->severity, n->line)) {
		a->result = ATTEMPT_DELIVERED;
		a->detail = mem_dup("handed to the local log daemon");
	} else if (seen) {
		a->result = ATTEMPT_DELIVERED;
		a->detail = mem_dup("written to standard error");
	} else {
		a->detail = mem_dup("no log daemon listens");
	}
}

static bool
take_notice(struct logd *d, struct bytes_in *in)
{
	int64_t start = loop_micros(d->loop);
	struct attempt a = {.result = ATTEMPT_RETRY, .retry_after_s = -1};
	struct listener *r;
	struct notice n;
	int facility = LOGD_FACILITY_ALERTS;

	if (!notice_get(in, &n))
		return false;
	a.outbox = n.outbox;
	r = find_listener(d, n.receiver);
	if (r != NULL)
		facility = r->facility;
	d->counts.notices++;
	if (n.line == NULL) {
		a.result = ATTEMPT_MISCONFIGURED;
		a.detail = mem_dup("a notice without a line");
	} else {
		tell(d, facility, &n, &a);
	}
	a.took_ms = (uint32_t)((loop_micros(d->loop) - start) / 1000);
	attempts_send(&d->attempts, &a);
	attempt_done(&a);
	notice_done(&n);
	return true;
}

static bool
take_hello(struct logd *d, struct bytes_in *in)
{
	struct hello h;

	if (!hello_get(in, &h))
		return false;
	if (!d->greeted)
		loop_set_axis(d->loop, h.now);
	d->greeted = true;
	hello_done(&h);
	return channel_send(d->channel, MSG_READY, NULL, 0) == OK;
}

static bool
take(struct logd *d, const struct frame *f)
{
	struct bytes_in in;

	bytes_in_init(&in, f->body, f->size);
	switch (f->type) {
	case MSG_HELLO:
		return take_hello(d, &in);
	case MSG_RECEIVER:
		return take_receiver(d, &in);
	case MSG_RECEIVER_REMOVE:
		return take_remove(d, &in);
	case MSG_NOTICE:
		return take_notice(d, &in);
	default:
		return true;
	}
}

static void
on_frame(void *arg, const struct frame *f)
{
	struct logd *d = arg;
	bool understood = take(d, f);

	for (size_t i = 0; i < f->fd_count; i++)
		(void)close(f->fds[i]);
	if (!understood) {
		say(SEVERITY_ERR,
		    "log-stop why=\"the keeper is not understood\"");
		loop_stop(d->loop);
	}
}

static void
on_end(void *arg, const char *why)
{
	struct logd *d = arg;

	(void)why;
	loop_stop(d->loop);
}

static void
on_drained(void *arg)
{
	struct logd *d = arg;

	attempts_resume(&d->attempts);
}

struct channel_events
logd_events(struct logd *d)
{
	return (struct channel_events){.on_frame = on_frame,
	    .on_end = on_end,
	    .on_drained = on_drained,
	    .arg = d};
}

/* SPDX-License-Identifier: MIT */
#include "io/resolve_record.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "io/dnssocket.h"
#include "io/socketmap.h"

enum { TRY_MS = 1500, TRIES = 3, SERVER_TEXT_BYTES = 64 };

LIST_HEAD(askings, record_asking);

struct recorder {
	struct loop *loop;
	struct askings live;
};

struct record_asking {
	LIST_ENTRY(record_asking) node;
	struct loop *loop;
	ares_channel channel; /* of its own, so that nothing is shared */
	struct dnssocket dns;
	struct socketmap *sockets;
	struct timer *retry, *patience;
	struct dns_question question;
	bool decided, closing;
	enum reason reason;
	bool answered;
	struct text records;
	size_t count;
	int64_t since;
	uint32_t took_us;
	recorded_fn *fn;
	void *arg;
};

static void
rearm(struct record_asking *h)
{
	struct timeval tv, *next = ares_timeout(h->channel, NULL, &tv);

	if (next == NULL || h->decided)
		timer_disarm(h->retry);
	else
		timer_arm(h->retry,
		    (span_ms)next->tv_sec * 1000 + next->tv_usec / 1000 + 1);
}

static void
on_retry(void *arg)
{
	struct record_asking *h = arg;

	ares_process_fd(h->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	rearm(h);
}

static void
on_socket(void *arg, int fd, int events)
{
	struct record_asking *h = arg;

	ares_process_fd(h->channel, events & WATCH_READ ? fd : ARES_SOCKET_BAD,
	    events & WATCH_WRITE ? fd : ARES_SOCKET_BAD);
	rearm(h);
}

static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct record_asking *h = arg;

	if (readable == 0 && writable == 0)
		socketmap_disarm(h->sockets, fd);
	else
		socketmap_arm(h->sockets, fd,
		    (readable ? WATCH_READ : 0) | (writable ? WATCH_WRITE : 0));
}

void
record_cancel(struct record_asking *h)
{
	h->closing = true;
	LIST_REMOVE(h, node);
	if (h->channel != NULL)
		ares_destroy(h->channel);
	socketmap_free(h->sockets);
	timer_free(h->retry);
	timer_free(h->patience);
	text_done(&h->records);
	mem_free(h);
}

/* From the next turn of the loop: we may be inside the library. */
static void
decide(struct record_asking *h, enum reason reason, bool answered)
{
	int64_t us = loop_micros(h->loop) - h->since;

	if (h->decided || h->closing)
		return;
	h->decided = true;
	h->reason = reason;
	h->answered = answered;
	h->took_us = us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
	timer_arm(h->patience, 0);
}

/* No answer at all: is nobody there, or just silence? */
static enum reason
silence(const struct record_asking *h)
{
	if (!dnssocket_alone(&h->dns, h->since))
		return REASON_TIMEOUT_DNS;
	return h->question.forced ? REASON_CONNECTION_REFUSED
				  : REASON_LOCAL_RESOLVER;
}

static void
on_patience(void *arg)
{
	struct record_asking *h = arg;
	struct record_answer a;
	struct text records;

	if (!h->decided)
		decide(h, silence(h), false);
	records = h->records;
	h->records = (struct text){0};
	a = (struct record_answer){.reason = h->reason,
	    .text = text_str(&records),
	    .count = h->count,
	    .answered = h->answered,
	    .took_us = h->took_us};
	{
		recorded_fn *fn = h->fn;
		void *fn_arg = h->arg;

		record_cancel(h);
		fn(fn_arg, &a);
	}
	text_done(&records);
}

static void
take_records(struct record_asking *h, const unsigned char *message, int size)
{
	if (size < 0 ||
	    !dnsrecord_read(message, (size_t)size, h->question.type,
		&h->records, &h->count))
		decide(h, REASON_PROTOCOL_ERROR, true);
	else
		decide(h, h->count > 0 ? REASON_OK : REASON_DNS_EMPTY, true);
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *message, int size)
{
	struct record_asking *h = arg;

	(void)timeouts;
	switch (status) {
	case ARES_SUCCESS:
		take_records(h, message, size);
		break;
	case ARES_ENODATA:
		decide(h, REASON_DNS_EMPTY, true);
		break;
	case ARES_ENOTFOUND:
		decide(h, REASON_DNS_NXDOMAIN, true);
		break;
	case ARES_EREFUSED:
		decide(h, REASON_DNS_REFUSED, true);
		break;
	case ARES_ESERVFAIL:
	case ARES_ENOTIMP:
	case ARES_EFORMERR:
		decide(h, REASON_DNS_SERVFAIL, true);
		break;
	case ARES_EBADNAME:
		decide(h, REASON_DNS_NXDOMAIN, false);
		break;
	case ARES_EBADRESP:
		decide(h, REASON_PROTOCOL_ERROR, true);
		break;
	case ARES_ENOMEM:
		decide(h, REASON_LOCAL_RESOURCE, false);
		break;
	default:
		decide(h, silence(h), false);
		break;
	}
}

static const struct ares_socket_functions socket_functions =
    {.asocket = dnssocket_open,
	.aclose = dnssocket_close,
	.aconnect = dnssocket_connect,
	.arecvfrom = dnssocket_receive,
	.asendv = dnssocket_send};

static bool
force_server(struct record_asking *h)
{
	const struct dns_question *q = &h->question;
	char address[ADDRESS_TEXT_BYTES], text[SERVER_TEXT_BYTES];

	if (!q->forced)
		return true;
	(void)snprintf(text, sizeof(text),
	    q->server.family == FAMILY_IPV6 ? "[%s]:%u" : "%s:%u",
	    address_format(&q->server, address), (unsigned)q->port);
	return ares_set_servers_ports_csv(h->channel, text) == ARES_SUCCESS;
}

static bool
open_channel(struct record_asking *h)
{
	struct ares_options options =
	    {/* Else SERVFAIL and REFUSED cannot be told from a dead server. */
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH |
		    ARES_FLAG_NOALIASES,
		.timeout = TRY_MS,
		.tries = TRIES,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = h};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE;

	if (ares_init_options(&h->channel, &options, mask) != ARES_SUCCESS) {
		h->channel = NULL;
		return false;
	}
	h->dns.loop = h->loop;
	ares_set_socket_functions(h->channel, &socket_functions, &h->dns);
	return force_server(h);
}

struct recorder *
recorder_new(struct loop *l)
{
	struct recorder *r = mem_zalloc(sizeof(*r));

	r->loop = l;
	LIST_INIT(&r->live);
	/* It counts, and does nothing else on this system. */
	(void)ares_library_init_mem(ARES_LIB_INIT_ALL, mem_alloc, mem_free,
	    mem_realloc);
	return r;
}

void
recorder_free(struct recorder *r)
{
	if (r == NULL)
		return;
	while (!LIST_EMPTY(&r->live))
		record_cancel(LIST_FIRST(&r->live));
	ares_library_cleanup();
	mem_free(r);
}

struct record_asking *
record_ask(struct recorder *r, const char *name, const struct dns_question *q,
    span_ms timeout, recorded_fn *fn, void *arg)
{
	struct record_asking *h = mem_zalloc(sizeof(*h));
	struct loop *l = r->loop;

	LIST_INSERT_HEAD(&r->live, h, node);
	h->loop = l;
	h->question = *q;
	h->fn = fn;
	h->arg = arg;
	h->since = loop_micros(l);
	text_init(&h->records, DNSRECORD_TEXT_BYTES);
	h->sockets = socketmap_new(l, on_socket, h);
	h->retry = timer_new(l, on_retry, h);
	h->patience = timer_new(l, on_patience, h);
	timer_arm(h->patience, timeout);
	if (!open_channel(h)) {
		decide(h, REASON_LOCAL_RESOURCE, false);
		return h;
	}
	ares_query(h->channel, name, ns_c_in, q->type, on_answer, h);
	rearm(h);
	return h;
}

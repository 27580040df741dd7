/* SPDX-License-Identifier: MIT */
/*
 * evhttp has no cap, no absolute deadline and no end for what does not read.
 * So every connection gets a bufferevent of ours (evhttp_set_bevcb), of which
 * one reference stays here, and callbacks on both its buffers, which run
 * before those of evhttp: they see each byte come and go.
 *
 * evhttp_connection_free() ends a connection at any time, but never from a
 * callback of evhttp for that connection: then the timer does it.
 */
#include "io/httpd_inside.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/loop_base.h"

enum {
	PAUSE_MS = 200, /* of accepting, when descriptors are short */
	/* A socket closed with bytes unread resets, and the answer is lost. */
	LINGER_MS = 1000,
	LINGER_BYTES = 1 << 20,
	SLACK_BYTES = 65536, /* what evhttp may hold beyond a whole request */
	/* It says this by itself; any more in READ is a refusal of its. */
	GO_ON_BYTES = sizeof("HTTP/1.1 100 Continue\r\n\r\n") - 1
};

static const struct timeval never = {.tv_sec = INT32_MAX};

static void
accept_again(struct httpd *h)
{
	if (h->listener != NULL && !timer_armed(h->pause) &&
	    h->stats.connections < h->limits.connections_max)
		(void)evconnlistener_enable(h->listener);
}

static void
on_pause_over(void *arg)
{
	accept_again(arg);
}

/* Never comes: it is there to be found. */
static void
on_marker(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

struct search {
	struct evconnlistener *listener;
	struct httpd *found;
};

static int
is_marker(const struct event_base *base, const struct event *e, void *arg)
{
	struct search *search = arg;
	struct httpd *h;

	(void)base;
	if (event_get_callback(e) != on_marker)
		return 0;
	h = event_get_callback_arg(e);
	if (h->listener == search->listener)
		search->found = h;
	return search->found != NULL;
}

/*
 * Without descriptors accept() would fail again at once, for ever.  The
 * argument here is the library's own server, so ours is looked for.
 */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct search search = {.listener = listener};

	(void)arg;
	(void)event_base_foreach_event(evconnlistener_get_base(listener),
	    is_marker, &search);
	if (search.found == NULL)
		return;
	loop_enter(search.found->loop);
	(void)evconnlistener_disable(listener);
	timer_arm_real(search.found->pause, PAUSE_MS);
}

void
govern_phase(struct conn *c, enum conn_phase p)
{
	const struct httpd_limits *m = &c->httpd->limits;

	c->phase = p;
	c->by_library = 0;
	if (c->doomed)
		return;
	switch (p) {
	case PHASE_FIRST:
	case PHASE_READ:
		timer_arm_real(c->timer, m->request_ms);
		break;
	case PHASE_HANDLE:
	case PHASE_STREAM:
		timer_disarm(c->timer);
		break;
	case PHASE_WRITE:
		c->answer = ++c->httpd->answers;
		timer_arm_real(c->timer, m->write_ms);
		break;
	case PHASE_IDLE:
		timer_arm_real(c->timer, m->idle_ms);
		break;
	case PHASE_LINGER:
		timer_arm_real(c->timer, 0);
		break;
	}
}

void
govern_wait_for_reader(struct conn *c)
{
	timer_arm_real(c->timer, c->httpd->limits.write_ms);
}

static void
doom(struct conn *c)
{
	c->doomed = true;
	timer_arm_real(c->timer, 0);
}

void
govern_doom(struct conn *c)
{
	if (c->doomed)
		return;
	c->httpd->stats.cut++;
	doom(c);
}

static void
count_waiting(struct conn *c, size_t bytes)
{
	c->httpd->waiting += bytes - c->waiting;
	c->waiting = bytes;
}

static void
conn_end(struct conn *c)
{
	struct httpd *h = c->httpd;
	void *arg = NULL;
	http_gone_fn *gone =
	    c->stream != NULL ? stream_end(c->stream, &arg) : NULL;

	(void)evbuffer_remove_cb_entry(bufferevent_get_input(c->bev), c->in);
	(void)evbuffer_remove_cb_entry(bufferevent_get_output(c->bev), c->out);
	count_waiting(c, 0);
	(void)bufferevent_disable(c->bev, EV_READ | EV_WRITE);
	(void)bufferevent_decref(c->bev);
	timer_free(c->timer);
	TAILQ_REMOVE(&h->conns, c, entry);
	h->stats.connections--;
	mem_free(c);
	accept_again(h);
	if (gone != NULL)
		gone(arg);
}

/* The library is done with it, in a callback of its, or freed by us. */
static void
on_let_go(struct evhttp_connection *evcon, void *arg)
{
	struct conn *c = arg;

	(void)evcon;
	loop_enter(c->httpd->loop);
	c->evcon = NULL;
	if (c->exchange != NULL)
		exchange_orphan(c->exchange);
	c->exchange = NULL;
	if (c->stream != NULL)
		stream_orphan(c->stream);
	if (c->phase == PHASE_READ && c->by_library > GO_ON_BYTES)
		c->httpd->stats.refused++;
	govern_phase(c, PHASE_LINGER);
}

static void
on_drain(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	c->drained += evbuffer_get_length(in);
	(void)evbuffer_drain(in, evbuffer_get_length(in));
	if (c->drained > LINGER_BYTES)
		conn_end(c);
}

static void
on_drained(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	conn_end(arg);
}

/*
 * The library has said that nothing more comes; wait until it is heard, unless
 * others wait for the place.
 */
static void
linger(struct conn *c)
{
	const struct httpd *h = c->httpd;
	struct evbuffer *in = bufferevent_get_input(c->bev);

	if (h->stats.connections >= h->limits.connections_max) {
		conn_end(c);
		return;
	}
	c->draining = true;
	(void)evbuffer_drain(in, evbuffer_get_length(in));
	bufferevent_setcb(c->bev, on_drain, NULL, on_drained, c);
	if (bufferevent_disable(c->bev, EV_WRITE) != 0 ||
	    bufferevent_enable(c->bev, EV_READ) != 0)
		conn_end(c);
	else
		timer_arm_real(c->timer, LINGER_MS);
}

/* What it does not read is thrown away with it. */
static void
cut(struct conn *c)
{
	struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	(void)setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER,
	    &at_once, sizeof(at_once));
	evhttp_connection_free(c->evcon);
	conn_end(c);
}

/* Of IPv4 four bytes, of IPv6 its /64. */
static void
key_of(const struct address *a, unsigned char key[HTTP_CLIENT_BYTES])
{
	memset(key, 0, HTTP_CLIENT_BYTES);
	memcpy(key, a->bytes, a->family == FAMILY_IPV4 ? 4 : HTTP_CLIENT_BYTES);
}

static bool
address_of(const struct sockaddr *sa, struct address *a)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa != NULL && sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		*a = (struct address){.family = FAMILY_IPV4};
		memcpy(a->bytes, &in.sin_addr, sizeof(in.sin_addr));
		return true;
	}
	if (sa == NULL || sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	*a = (struct address){.family = FAMILY_IPV6};
	memcpy(a->bytes, &in6.sin6_addr, sizeof(a->bytes));
	address_unmap(a);
	return true;
}

static bool
is_loopback(const struct address *a)
{
	struct in6_addr in6;

	if (a->family == FAMILY_IPV4)
		return a->bytes[0] == IN_LOOPBACKNET;
	memcpy(&in6, a->bytes, sizeof(in6));
	return IN6_IS_ADDR_LOOPBACK(&in6);
}

/* Who asks; false for a Unix socket. */
static bool
origin_of(struct conn *c)
{
	struct address a;
	bool known = address_of(evhttp_connection_get_addr(c->evcon), &a);

	c->proxy = proxies_trusts(c->httpd->proxies, known ? &a : NULL);
	if (!known)
		return false;
	key_of(&a, c->origin);
	c->counted = !is_loopback(&a) || c->httpd->limits.rate_loopback;
	return true;
}

void
govern_client(const struct conn *c, const struct evhttp_request *req,
    unsigned char client[HTTP_CLIENT_BYTES])
{
	const struct evkeyval *field;
	struct text said;
	struct address a;

	memcpy(client, c->origin, HTTP_CLIENT_BYTES);
	if (!c->proxy)
		return;
	/* One list (RFC 9110, 5.3), whose first lines a client may write. */
	text_init(&said, c->httpd->limits.headers_max);
	TAILQ_FOREACH (field, req->input_headers, next)
		if (strcasecmp(field->key, "X-Forwarded-For") == 0)
			text_printf(&said, ",%s", field->value);
	if (text_ok(&said) &&
	    proxies_client(c->httpd->proxies, text_str(&said), &a))
		key_of(&a, client);
	text_done(&said);
}

bool
govern_may_ask(struct conn *c, const unsigned char client[HTTP_CLIENT_BYTES])
{
	struct httpd *h = c->httpd;
	bool named = memcmp(client, c->origin, HTTP_CLIENT_BYTES) != 0;

	return h->throttle == NULL || (!named && (c->proxy || !c->counted)) ||
	    throttle_take(h->throttle, client, loop_micros(h->loop) / 1000);
}

static unsigned
count_of(const struct httpd *h, const struct conn *like)
{
	const struct conn *c;
	unsigned n = 0;

	TAILQ_FOREACH (c, &h->conns, entry)
		n += c->met &&
		    memcmp(c->origin, like->origin, sizeof(c->origin)) == 0;
	return n;
}

/* evhttp makes its connection after the bufferevent: now it is there. */
static bool
meet(struct conn *c)
{
	struct httpd *h = c->httpd;
	void *evcon = NULL;

	bufferevent_getcb(c->bev, NULL, NULL, NULL, &evcon);
	if (evcon == NULL)
		return false;
	c->met = true;
	c->evcon = evcon;
	evhttp_connection_set_closecb(c->evcon, on_let_go, c);
	govern_phase(c, PHASE_FIRST);
	if (origin_of(c) && !c->proxy && h->limits.per_address_max > 0 &&
	    count_of(h, c) > h->limits.per_address_max) {
		h->stats.refused++;
		doom(c);
	}
	return true;
}

static void
on_time(void *arg)
{
	struct conn *c = arg;

	if (!c->met) {
		if (!meet(c))
			conn_end(c);
		return;
	}
	if (c->evcon != NULL) {
		if (!c->doomed)
			c->httpd->stats.cut++;
		cut(c);
	} else if (c->doomed || c->draining || c->stream != NULL) {
		conn_end(c);
	} else {
		linger(c);
	}
}

static void
on_input(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;
	const struct httpd_limits *m = &c->httpd->limits;

	loop_enter(c->httpd->loop);
	if (info->n_added == 0 || c->phase == PHASE_LINGER)
		return;
	if (!c->met && !meet(c))
		return;
	if (c->phase == PHASE_FIRST || c->phase == PHASE_IDLE)
		govern_phase(c, PHASE_READ);
	/* Lines of chunks have no limit there, nor has what nobody reads. */
	if (evbuffer_get_length(in) >
	    m->headers_max + m->body_max + SLACK_BYTES)
		govern_doom(c);
}

/* It ends with a whole line, and more are to follow. */
static bool
is_first_line(struct evbuffer *out, size_t added)
{
	char end[4];
	size_t n = evbuffer_get_length(out);
	struct evbuffer_ptr at;

	return added > sizeof(end) &&
	    evbuffer_ptr_set(out, &at, n - sizeof(end), EVBUFFER_PTR_SET) ==
	    0 &&
	    evbuffer_copyout_from(out, &at, end, sizeof(end)) ==
	    (ev_ssize_t)sizeof(end) &&
	    memcmp(end + 2, "\r\n", 2) == 0 && memcmp(end, "\r\n", 2) != 0;
}

/*
 * An answer of the library, which has no place for headers of ours and throws
 * away what is put there.  It writes the first line in one piece: ours follow
 * that.  "100 Continue" is whole with its first piece, and stays as it is.
 */
static void
dress(struct conn *c, struct evbuffer *out, size_t added)
{
	if (c->dressed || !is_first_line(out, added))
		return;
	c->dressed = true;
	for (const struct http_field *f = http_always; f->name != NULL; f++)
		(void)evbuffer_add_printf(out, "%s: %s\r\n", f->name, f->value);
	(void)evbuffer_add_printf(out,
	    "Cross-Origin-Resource-Policy: same-origin\r\n"
	    "Cache-Control: no-store\r\n");
}

/* Of one that is doomed: more may come in before its end. */
static void
drop_answer(struct conn *c)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	(void)evbuffer_unfreeze(out, 1);
	(void)evbuffer_drain(out, evbuffer_get_length(out));
	(void)evbuffer_freeze(out, 1);
	count_waiting(c, 0);
}

/* What nobody takes is not to fill the memory. */
static void
make_room(struct conn *but)
{
	struct httpd *h = but->httpd;
	struct conn *c, *longest = but;

	while (h->limits.waiting_max > 0 &&
	    h->waiting > h->limits.waiting_max && longest != NULL) {
		longest = NULL;
		TAILQ_FOREACH (c, &h->conns, entry)
			if (c != but && c->phase == PHASE_WRITE && !c->doomed &&
			    c->waiting > 0 &&
			    (longest == NULL || c->answer < longest->answer))
				longest = c;
		if (longest != NULL) {
			govern_doom(longest);
			drop_answer(longest);
		}
	}
}

static void
on_output(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;
	size_t left = evbuffer_get_length(out);

	loop_enter(c->httpd->loop);
	if (c->phase == PHASE_READ && info->n_added > 0) {
		c->by_library += info->n_added;
		dress(c, out, info->n_added);
	}
	if (c->doomed)
		return;
	count_waiting(c, left);
	if (info->n_added > info->n_deleted)
		make_room(c);
	if (info->n_deleted == 0)
		return;
	if (c->phase == PHASE_STREAM && left == 0)
		timer_disarm(c->timer);
	else if (c->phase == PHASE_STREAM || (c->phase == PHASE_WRITE && left))
		timer_arm_real(c->timer, c->httpd->limits.write_ms);
	else if (c->phase == PHASE_WRITE)
		/* What was pipelined is looked at without a byte coming in. */
		govern_phase(c,
		    evbuffer_get_length(bufferevent_get_input(c->bev)) > 0
			? PHASE_READ
			: PHASE_IDLE);
}

static struct bufferevent *
on_accept(struct event_base *base, void *arg)
{
	struct httpd *h = arg;
	struct bufferevent *bev =
	    bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	struct conn *c;

	loop_enter(h->loop);
	if (bev == NULL)
		return NULL;
	c = mem_zalloc(sizeof(*c));
	c->httpd = h;
	c->bev = bev;
	bufferevent_incref(bev);
	c->in = evbuffer_add_cb(bufferevent_get_input(bev), on_input, c);
	c->out = evbuffer_add_cb(bufferevent_get_output(bev), on_output, c);
	c->timer = timer_new(h->loop, on_time, c);
	timer_arm_real(c->timer, 0);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	if (++h->stats.connections >= h->limits.connections_max)
		(void)evconnlistener_disable(h->listener);
	return bev;
}

bool
govern_open(struct httpd *h, int fd)
{
	struct event_base *base = loop_base(h->loop);
	struct evhttp_bound_socket *bound;
	int on = 1;

	h->pause = timer_new(h->loop, on_pause_over, h);
	h->marker = event_new(base, -1, EV_PERSIST, on_marker, h);
	if (h->marker == NULL || event_add(h->marker, &never) != 0)
		return false;
	/* Inherited: the end of an answer waits for no acknowledgement. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	bound = evhttp_accept_socket_with_handle(h->http, fd);
	if (bound == NULL)
		return false;
	h->listener = evhttp_bound_socket_get_listener(bound);
	evconnlistener_set_error_cb(h->listener, on_accept_error);
	evhttp_set_bevcb(h->http, on_accept, h);
	return true;
}

void
govern_close(struct httpd *h)
{
	h->listener = NULL;
}

void
govern_end(struct httpd *h)
{
	while (!TAILQ_EMPTY(&h->conns))
		conn_end(TAILQ_FIRST(&h->conns));
	timer_free(h->pause);
	if (h->marker != NULL)
		event_free(h->marker);
}

struct conn *
govern_conn(struct httpd *h, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	struct conn *c;

	TAILQ_FOREACH (c, &h->conns, entry) {
		if (c->evcon == evcon)
			break;
	}
	return c;
}

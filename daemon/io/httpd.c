/* SPDX-License-Identifier: MIT */
/*
 * What evhttp accepts and does not show: lines that end in a bare LF, folded
 * header lines, bytes after a NUL in a line, a version such as 1.257.  Those
 * reach the handler.  A proxy in front of us has to refuse or rewrite them, or
 * the two of us might differ in where a request ends.
 *
 * What evhttp answers by itself, with a page of its own that repeats nothing
 * of the request: 400 (no request at all, headers too long), 413, and 417.  The
 * headers of security are put into that as it is written (httpd_govern.c).
 */
#include "io/httpd_inside.h"

#include <arpa/inet.h>
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/httpd_check.h"
#include "io/loop_base.h"

struct params {
	struct params *next;
	char value[];
};

struct http_stream {
	struct conn *conn;          /* outlives it */
	struct evhttp_request *req; /* NULL: gone with the connection */
	http_gone_fn *gone;
	void *arg;
	bool orphan; /* the connection is gone, which is to be told */
};

const struct http_field http_always[] =
    {{"Content-Security-Policy",
	 "default-src 'none'; style-src 'self'; script-src 'self'; "
	 "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
	 "base-uri 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"}, {NULL, NULL}};

enum { RETRY_AFTER_S = 5, TAG_BYTES = 128 };

/* Values with control bytes are ours, and a mistake: nothing gets through. */
static void
put(struct evhttp_request *req, const char *name, const char *value)
{
	if (value == NULL)
		return;
	for (const char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return;
	}
	(void)evhttp_add_header(evhttp_request_get_output_headers(req), name,
	    value);
}

static const char *
get(const struct evhttp_request *req, const char *name)
{
	return evhttp_find_header(req->input_headers, name);
}

static const char *
phrase(int code)
{
	switch (code) {
	case 400:
		return "Bad Request";
	case 405:
		return "Method Not Allowed";
	case 411:
		return "Length Required";
	case 421:
		return "Misdirected Request";
	case 422:
		return "Unprocessable Content";
	case 429:
		return "Too Many Requests";
	case 503:
		return "Service Unavailable";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return NULL; /* the library has one */
	}
}

static void
put_number(struct evhttp_request *req, const char *name, size_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", n);
	put(req, name, text);
}

static void
put_common(struct evhttp_request *req, const struct http_answer *a)
{
	char tag[TAG_BYTES];

	for (const struct http_field *f = http_always; f->name != NULL; f++)
		put(req, f->name, f->value);
	put(req, "Cross-Origin-Resource-Policy",
	    a->shared ? "cross-origin" : "same-origin");
	if (a->shared)
		put(req, "Access-Control-Allow-Origin", "*");
	put(req, "Cache-Control", a->cache != NULL ? a->cache : "no-store");
	if (a->etag != NULL &&
	    (size_t)snprintf(tag, sizeof(tag), "\"%s\"", a->etag) < sizeof(tag))
		put(req, "ETag", tag);
	if (a->packed)
		put(req, "Content-Encoding", "gzip");
	if (a->varies)
		put(req, "Vary", "Accept-Encoding");
	put(req, "Location", a->location);
	put(req, "Link", a->link);
	put(req, "Allow", a->allow);
	put(req, "WWW-Authenticate", a->authenticate);
	if (a->retry_after_s > 0)
		put_number(req, "Retry-After", a->retry_after_s);
}

/* The version of the answer is what the client said, so make it one of two. */
static void
settle_protocol(struct evhttp_request *req)
{
	if (req->major != 1 || req->minor > 1) {
		req->major = 1;
		req->minor = 1;
	}
	/* With a proxy's requests evhttp neither says nor does our "close". */
	req->flags &= ~EVHTTP_PROXY_REQUEST;
	if (req->type == EVHTTP_REQ_CONNECT)
		req->type = EVHTTP_REQ_GET;
	/* "keep-alive" would be repeated beside our "close". */
	if (req->minor == 0)
		while (
		    evhttp_remove_header(req->input_headers, "Connection") == 0)
			continue;
}

static bool
is_unchanged(const struct evhttp_request *req, const struct http_answer *a)
{
	const char *list = get(req, "If-None-Match");

	return a->code == 200 && a->etag != NULL && list != NULL &&
	    req->type != EVHTTP_REQ_POST && httpd_etag_matches(list, a->etag);
}

/* Without a connection the request is only freed. */
static void
answer(struct conn *c, struct evhttp_request *req, const struct http_answer *a,
    bool retry)
{
	int code = is_unchanged(req, a) ? 304 : a->code;
	bool bare = code == 304 || code == 204 || code < 200;
	struct evbuffer *body = NULL;

	settle_protocol(req);
	put_common(req, a);
	if (retry)
		put_number(req, "Retry-After", RETRY_AFTER_S);
	if (!bare) {
		put(req, "Content-Type", a->type);
		if (a->type == NULL || a->body != NULL) /* a stream has none */
			put_number(req, "Content-Length",
			    a->type ? a->size : 0);
	}
	if ((code >= 400 && code < 500) || code == 505 || retry ||
	    req->minor == 0)
		put(req, "Connection", "close");
	if (!bare && a->type != NULL && req->type != EVHTTP_REQ_HEAD &&
	    (body = evbuffer_new()) != NULL)
		(void)evbuffer_add(body, a->body, a->size);
	if (c != NULL)
		govern_phase(c, PHASE_WRITE);
	evhttp_send_reply(req, code, phrase(code), body);
	if (body != NULL)
		evbuffer_free(body);
	/*
	 * Not even to see the client close: one that has only closed its half
	 * would not get the answer, and nobody bounds what is read meanwhile.
	 */
	if (c != NULL)
		(void)bufferevent_disable(c->bev, EV_READ);
}

static void
refuse(struct conn *c, struct evhttp_request *req, int code, bool retry)
{
	char text[64];
	const struct http_answer a = {.code = code,
	    .type = "text/plain; charset=utf-8",
	    .allow = code == 405 ? HTTPD_METHODS : NULL,
	    .body = text,
	    .size = (size_t)snprintf(text, sizeof(text), "%d %s\n", code,
		phrase(code))};

	c->httpd->stats.refused++;
	answer(c, req, &a, retry);
}

static enum httpd_verb
verb_of(const struct evhttp_request *req)
{
	switch (evhttp_request_get_command(req)) {
	case EVHTTP_REQ_GET:
		return VERB_GET;
	case EVHTTP_REQ_HEAD:
		return VERB_HEAD;
	case EVHTTP_REQ_POST:
		return VERB_POST;
	case EVHTTP_REQ_OPTIONS:
		return VERB_OPTIONS;
	case EVHTTP_REQ_PUT:
	case EVHTTP_REQ_DELETE:
	case EVHTTP_REQ_TRACE:
	case EVHTTP_REQ_CONNECT:
	case EVHTTP_REQ_PATCH:
		break;
	}
	return VERB_OTHER;
}

/* The address that was asked, as it stands in a Host; false for a file. */
static bool
local_address(struct conn *c, char buf[INET6_ADDRSTRLEN])
{
	struct sockaddr_storage ss = {0};
	socklen_t n = sizeof(ss);
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	const void *bytes = &in.sin_addr;
	int family = AF_INET;

	if (getsockname(bufferevent_getfd(c->bev), (struct sockaddr *)&ss,
		&n) != 0 ||
	    (ss.ss_family != AF_INET && ss.ss_family != AF_INET6))
		return false;
	memcpy(&in, &ss, sizeof(in));
	memcpy(&in6, &ss, sizeof(in6));
	if (ss.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		bytes = &in6.sin6_addr.s6_addr[12];
	} else if (ss.ss_family == AF_INET6) {
		bytes = &in6.sin6_addr;
		family = AF_INET6;
	}
	return inet_ntop(family, bytes, buf, INET6_ADDRSTRLEN) != NULL;
}

static int
refusal(struct conn *c, const struct evhttp_request *req)
{
	const struct httpd *h = c->httpd;
	char local[INET6_ADDRSTRLEN];
	struct httpd_head head = {.verb = verb_of(req),
	    .major = req->major,
	    .minor = req->minor};
	struct httpd_names names = {.hosts = h->hosts,
	    .any = h->unix_socket && h->hosts[0] == NULL};
	const struct evkeyval *field;

	if (local_address(c, local))
		names.local = local;
	TAILQ_FOREACH (field, req->input_headers, next)
		httpd_head_field(&head, field->key, field->value);
	return httpd_head_refusal(&head, &names);
}

static void
exchange_free(struct http_exchange *x)
{
	TAILQ_REMOVE(&x->httpd->exchanges, x, entry);
	if (x->conn != NULL)
		x->conn->exchange = NULL;
	while (x->params != NULL) {
		struct params *p = x->params;

		x->params = p->next;
		mem_free(p);
	}
	mem_free(x->path);
	mem_free(x->query);
	mem_free(x);
}

/* Last of all: the handler may free the server. */
static void
hear(struct conn *c, struct evhttp_request *req,
    const unsigned char client[HTTP_CLIENT_BYTES], char *path, char *query)
{
	struct httpd *h = c->httpd;
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	struct http_exchange *x = mem_zalloc(sizeof(*x));

	*x = (struct http_exchange){.httpd = h,
	    .conn = c,
	    .req = req,
	    .head = verb_of(req) == VERB_HEAD,
	    .request = {.method =
			    verb_of(req) == VERB_POST ? HTTP_POST : HTTP_GET,
		.path = path,
		.query = query,
		.body = evbuffer_pullup(body, -1),
		.body_size = evbuffer_get_length(body),
		.exchange = x}};
	x->path = path;
	x->query = query;
	memcpy(x->request.client, client, HTTP_CLIENT_BYTES);
	TAILQ_INSERT_TAIL(&h->exchanges, x, entry);
	c->exchange = x;
	govern_phase(c, PHASE_HANDLE);
	h->stats.requests++;
	h->fn(h->arg, &x->request);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	const struct http_answer options = {.code = 204,
	    .allow = HTTPD_METHODS};
	struct httpd *h = arg;
	struct conn *c = govern_conn(h, req);
	unsigned char client[HTTP_CLIENT_BYTES];
	char *path, *query;
	int code;

	assert(c != NULL);
	loop_enter(h->loop);
	code = refusal(c, req);
	govern_client(c, req, client);
	if (c->doomed)
		refuse(c, req, 503, true);
	else if (code != 0)
		refuse(c, req, code, false);
	else if (!govern_may_ask(c, client))
		refuse(c, req, 429, true);
	else if (verb_of(req) == VERB_OPTIONS)
		answer(c, req, &options, false);
	else if (!httpd_target_take(evhttp_request_get_uri(req), &path, &query))
		refuse(c, req, 400, false);
	else
		hear(c, req, client, path, query);
}

const char *
http_header(const struct http_request *r, const char *name)
{
	return get(r->exchange->req, name);
}

const char *
http_param(const struct http_request *r, const char *name)
{
	struct http_exchange *x = r->exchange;
	char *value = httpd_query_param(x->query, name);
	size_t n = value != NULL ? strlen(value) + 1 : 0;
	struct params *p;

	if (value == NULL)
		return NULL;
	p = mem_zalloc(sizeof(*p) + n);
	memcpy(p->value, value, n);
	mem_free(value);
	p->next = x->params;
	x->params = p;
	return p->value;
}

void
http_reply(struct http_exchange *x, const struct http_answer *a)
{
	if (x->req != NULL)
		answer(x->conn, x->req, a, false);
	exchange_free(x);
}

/* Either the library has given the request up, or it frees it in a moment. */
static struct evhttp_request *
left_of(struct evhttp_request *req)
{
	return evhttp_request_get_connection(req) == NULL ? req : NULL;
}

void
exchange_orphan(struct http_exchange *x)
{
	x->req = left_of(x->req);
	x->conn = NULL;
}

void
stream_orphan(struct http_stream *s)
{
	s->req = left_of(s->req);
	s->orphan = true;
}

static void
stream_free(struct http_stream *s)
{
	s->conn->httpd->stats.streams--;
	s->conn->stream = NULL;
	if (s->orphan && s->req != NULL)
		evhttp_request_free(s->req);
	mem_free(s);
}

http_gone_fn *
stream_end(struct http_stream *s, void **arg)
{
	http_gone_fn *gone = s->gone;

	*arg = s->arg;
	stream_free(s);
	return gone;
}

struct http_stream *
http_stream_open(struct http_exchange *x, const char *type, http_gone_fn *gone,
    void *arg)
{
	const struct http_answer head = {.code = 200, .type = type};
	struct httpd *h = x->httpd;
	struct conn *c = x->conn;
	struct evhttp_request *req = x->req;
	struct http_stream *s = NULL;

	if (c == NULL || x->head) {
		http_reply(x, &head);
		return NULL;
	}
	if (h->stats.streams >= h->limits.streams_max) {
		refuse(c, req, 503, true);
	} else {
		s = mem_zalloc(sizeof(*s));
		*s = (struct http_stream){.conn = c,
		    .req = req,
		    .gone = gone,
		    .arg = arg};
		c->stream = s;
		h->stats.streams++;
		settle_protocol(req);
		put_common(req, &head);
		put(req, "Content-Type", type);
		put(req, "X-Accel-Buffering", "no");
		put(req, "Connection", "close");
		govern_phase(c, PHASE_STREAM);
		evhttp_send_reply_start(req, head.code, NULL);
	}
	exchange_free(x);
	return s;
}

void
http_stream_send(struct http_stream *s, const void *data, size_t size)
{
	struct conn *c = s->conn;
	struct evbuffer *out, *chunk;
	bool behind;

	if (s->orphan || c->doomed)
		return;
	out = bufferevent_get_output(c->bev);
	behind = evbuffer_get_length(out) > 0;
	chunk = evbuffer_new();
	if (chunk == NULL || evbuffer_add(chunk, data, size) != 0) {
		govern_doom(c);
	} else {
		evhttp_send_reply_chunk(s->req, chunk);
		if (evbuffer_get_length(out) > c->httpd->limits.backlog_max)
			govern_doom(c);
		else if (!behind)
			govern_wait_for_reader(c);
	}
	if (chunk != NULL)
		evbuffer_free(chunk);
}

void
http_stream_close(struct http_stream *s)
{
	struct conn *c = s->conn;
	struct evhttp_request *req = s->orphan ? NULL : s->req;

	stream_free(s);
	if (req == NULL)
		return;
	govern_phase(c, PHASE_WRITE);
	evhttp_send_reply_end(req);
}

static void
copy_hosts(struct httpd *h, const char *const *hosts)
{
	size_t n = 0;

	while (hosts != NULL && hosts[n] != NULL)
		n++;
	h->hosts = mem_array(n + 1, sizeof(*h->hosts));
	for (size_t i = 0; i < n; i++)
		h->hosts[i] = mem_dup(hosts[i]);
	h->limits.hosts = NULL;
}

static bool
is_unix_socket(int fd)
{
	struct sockaddr_storage ss = {0};
	socklen_t n = sizeof(ss);

	return getsockname(fd, (struct sockaddr *)&ss, &n) == 0 &&
	    ss.ss_family == AF_UNIX;
}

struct httpd *
httpd_new(struct loop *l, int fd, const struct httpd_limits *m, httpd_fn *fn,
    void *arg, struct fail *f)
{
	/* The library writes in a way that would raise it. */
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct httpd *h = mem_zalloc(sizeof(*h));

	(void)sigaction(SIGPIPE, &ignore, NULL);
	*h = (struct httpd){.loop = l,
	    .http = evhttp_new(loop_base(l)),
	    .unix_socket = is_unix_socket(fd),
	    .limits = *m,
	    .fn = fn,
	    .arg = arg};
	TAILQ_INIT(&h->conns);
	TAILQ_INIT(&h->exchanges);
	copy_hosts(h, m->hosts);
	h->proxies = proxies_new(m->proxies);
	h->limits.proxies = NULL;
	if (m->rate > 0)
		h->throttle = throttle_new(60 * m->rate, m->burst);
	loop_hold(l);
	if (h->http == NULL || !govern_open(h, fd)) {
		(void)fail_set(f, ERR_IO, "cannot serve HTTP");
		httpd_free(h);
		return NULL;
	}
	evhttp_set_gencb(h->http, on_request, h);
	evhttp_set_allowed_methods(h->http, UINT16_MAX);
	evhttp_set_max_headers_size(h->http, (ev_ssize_t)m->headers_max);
	evhttp_set_max_body_size(h->http, (ev_ssize_t)m->body_max);
	evhttp_set_default_content_type(h->http, NULL);
	return h;
}

void
httpd_free(struct httpd *h)
{
	struct conn *c;

	if (h == NULL)
		return;
	while (!TAILQ_EMPTY(&h->exchanges)) {
		struct http_exchange *x = TAILQ_FIRST(&h->exchanges);

		if (x->conn == NULL && x->req != NULL)
			evhttp_request_free(x->req);
		exchange_free(x);
	}
	TAILQ_FOREACH (c, &h->conns, entry) {
		if (c->stream != NULL)
			stream_free(c->stream);
	}
	govern_close(h);
	if (h->http != NULL)
		evhttp_free(h->http);
	govern_end(h);
	loop_let_go(h->loop);
	for (size_t i = 0; h->hosts[i] != NULL; i++)
		mem_free(h->hosts[i]);
	mem_free(h->hosts);
	throttle_free(h->throttle);
	proxies_free(h->proxies);
	mem_free(h);
}

struct httpd_stats
httpd_stats(const struct httpd *h)
{
	return h->stats;
}

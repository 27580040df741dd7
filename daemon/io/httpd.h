/* SPDX-License-Identifier: MIT */
/*
 * httpd - a server of HTTP/1.1 that hostile clients cannot wear out; the only
 * door to evhttp.
 *
 * What is malformed, too long, too slow or for another host is answered here
 * and never reaches the handler.  Here too: HEAD, If-None-Match, the headers
 * of security, and what a client that is gone or does not read costs.  A
 * connection ends with a 4xx, or 5xx of ours.
 *
 * Implemented twice: httpd.c on evhttp, and tests/support/httpd_sim.c, which
 * takes a request from a test and keeps the answer for it.
 */
#ifndef IO_HTTPD_H
#define IO_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "io/loop.h"

enum http_method { HTTP_GET, HTTP_POST };

struct http_exchange;

enum { HTTP_CLIENT_BYTES = 8 };

struct http_request {
	enum http_method method; /* HEAD is a GET */
	const char *path;        /* decoded UTF-8, begins with '/' */
	const char *query;       /* as sent, without '?'; "" when absent */
	const void *body;
	size_t body_size;
	/* Whom to count it for: IPv4, or a /64; zeros: it cannot be said. */
	unsigned char client[HTTP_CLIENT_BYTES];
	struct http_exchange *exchange;
};

/* The value of a header, or NULL. */
const char *http_header(const struct http_request *r, const char *name);
/* The first such parameter of the query, decoded, or NULL. */
const char *http_param(const struct http_request *r, const char *name);

struct http_answer {
	int code;
	const char *type;         /* Content-Type; NULL: none, and no body */
	const char *etag;         /* without quotes, or NULL */
	const char *cache;        /* Cache-Control; NULL: no-store */
	const char *location;     /* or NULL */
	const char *link;         /* to what comes next (RFC 8288), or NULL */
	const char *allow;        /* of a 405, or NULL */
	const char *authenticate; /* WWW-Authenticate of a 401, or NULL */
	unsigned retry_after_s;   /* 0: not said */
	bool shared;              /* any origin may read it */
	bool packed;              /* body is gzipped */
	bool varies;              /* by httpd_takes_gzip() of its client */
	const void *body;         /* copied */
	size_t size;
};

/*
 * A request; to be answered once, now or later.  It and its strings live until
 * then; a client that goes meanwhile changes nothing of that.  Nobody but the
 * handler ends the wait for an answer.
 */
typedef void httpd_fn(void *arg, const struct http_request *r);
void http_reply(struct http_exchange *x, const struct http_answer *a);

/* An answer without an end. */
struct http_stream;
typedef void http_gone_fn(void *arg);
/*
 * Instead of http_reply(); NULL when there is nothing to send, which has been
 * answered then: there are too many (503, Retry-After), or it was a HEAD.  gone
 * is called once, from the loop, when the client has gone or did not read; the
 * stream is freed with that.
 */
MUST_CHECK
struct http_stream *http_stream_open(struct http_exchange *x, const char *type,
    http_gone_fn *gone, void *arg);
void http_stream_send(struct http_stream *s, const void *data, size_t size);
void http_stream_close(struct http_stream *s); /* gone is not called */

struct httpd_limits {
	unsigned connections_max, streams_max;
	unsigned per_address_max; /* IPv6: per /64; 0: as many as any */
	/*
	 * Of requests from one address (429): per second, 0: any number, and
	 * at once.  Loopback may speak for many, so it is not counted, unless
	 * that is said.  Nor is a Unix socket.
	 */
	unsigned rate, burst;
	bool rate_loopback;
	/*
	 * See io/proxies.h; NULL last, NULL: none.  No limit of an address
	 * holds for them, but that of requests for those whom they name.
	 */
	const char *const *proxies;
	size_t headers_max, body_max; /* bytes */
	size_t backlog_max;           /* bytes that a stream may be behind */
	size_t waiting_max; /* bytes of all that is not taken yet, beyond which
			       the answer that goes out the longest is cut; 0:
			       as many as there are */
	span_ms request_ms; /* from the first byte of a request to its last, and
			       for a new connection to the first */
	span_ms write_ms;   /* without taking a byte of an answer */
	span_ms idle_ms;    /* between two requests */
	const char *const *hosts; /* allowed beside the address that was
				     asked and localhost, without port; NULL
				     last.  None for a Unix socket: any */
};
struct httpd_stats {
	unsigned connections, streams;
	/* Since the start: heard by the handler, answered here, ended here. */
	uint64_t requests, refused, cut;
};

struct httpd;
/*
 * Serve what listens on fd (TCP or Unix; listen_open()).  The limits are
 * copied.  NULL with the reason in *f; fd is the server's but for that.  The
 * loop runs as long as it serves.
 */
MUST_CHECK
struct httpd *httpd_new(struct loop *l, int fd, const struct httpd_limits *m,
    httpd_fn *fn, void *arg, struct fail *f);
/* All exchanges and streams end; gone is not called.  NULL is ignored. */
void httpd_free(struct httpd *h);
struct httpd_stats httpd_stats(const struct httpd *h);

#endif

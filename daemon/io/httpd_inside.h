/* SPDX-License-Identifier: MIT */
/*
 * httpd_inside - what httpd.c (requests and answers) and httpd_govern.c
 * (connections and how long they may take) know of each other.
 *
 *	accept - FIRST -> READ -> HANDLE -> WRITE -> IDLE -> READ ...
 *	                    |        |         |
 *	                    |        +- STREAM |      each has its deadline,
 *	                    +----------+-------+      HANDLE has none
 *	                             LINGER - end
 */
#ifndef IO_HTTPD_INSIDE_H
#define IO_HTTPD_INSIDE_H

#include <event2/http.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "io/httpd.h"
#include "io/proxies.h"
#include "io/throttle.h"

enum conn_phase {
	PHASE_FIRST,  /* nobody has said a word */
	PHASE_READ,   /* part of a request is here */
	PHASE_HANDLE, /* the handler has it */
	PHASE_WRITE,  /* an answer goes out */
	PHASE_STREAM,
	PHASE_IDLE,  /* between two requests */
	PHASE_LINGER /* the library let go; what still comes in is dropped */
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	struct httpd *httpd;
	struct bufferevent *bev; /* one reference is ours: it keeps the fd */
	struct evhttp_connection *evcon; /* NULL: not met yet, or let go */
	struct evbuffer_cb_entry *in, *out;
	struct timer *timer;
	enum conn_phase phase;
	bool met, doomed, draining;
	size_t by_library; /* bytes of an answer that we did not make */
	size_t drained;
	size_t waiting;  /* bytes, counted in those of the server */
	uint64_t answer; /* number of the answer that goes out */
	/* Of IPv4 four bytes, of IPv6 its /64. */
	unsigned char origin[THROTTLE_KEY_BYTES];
	bool counted; /* its requests are, by its origin */
	bool proxy;   /* it speaks for those whom it names */
	bool dressed; /* the library refuses it, with our headers */
	struct http_exchange *exchange;
	struct http_stream *stream;
};

struct http_exchange {
	TAILQ_ENTRY(http_exchange) entry;
	struct httpd *httpd;
	struct conn *conn;          /* NULL: gone */
	struct evhttp_request *req; /* NULL: gone with the server */
	bool head;
	struct http_request request;
	char *path, *query;
	struct params *params;
};

TAILQ_HEAD(conns, conn);
TAILQ_HEAD(exchanges, http_exchange);

struct httpd {
	struct loop *loop;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct event *marker;
	struct timer *pause; /* of accepting, when descriptors are short */
	struct throttle *throttle; /* NULL: without a limit */
	struct proxies *proxies;
	bool unix_socket;
	struct httpd_limits limits; /* but for its hosts */
	char **hosts;               /* NULL last */
	httpd_fn *fn;
	void *arg;
	struct httpd_stats stats;
	size_t waiting;
	uint64_t answers;
	struct conns conns;
	struct exchanges exchanges;
};

/* Of security, in every answer; name NULL last. */
struct http_field {
	const char *name, *value;
};
extern const struct http_field http_always[];

/* Accept on fd, owned on success; in any case followed by both below. */
MUST_CHECK
bool govern_open(struct httpd *h, int fd);
void govern_close(struct httpd *h); /* before the library is freed */
void govern_end(struct httpd *h);   /* after that */

/* The connection of a request. */
struct conn *govern_conn(struct httpd *h, struct evhttp_request *req);
/* Whether its client may ask now, or has asked too often lately. */
bool govern_may_ask(struct conn *c,
    const unsigned char client[HTTP_CLIENT_BYTES]);
/* Whom it is from, as a proxy of ours says, or as the connection tells. */
void govern_client(const struct conn *c, const struct evhttp_request *req,
    unsigned char client[HTTP_CLIENT_BYTES]);
void govern_phase(struct conn *c, enum conn_phase p);
/* A stream has something to read from now on. */
void govern_wait_for_reader(struct conn *c);
/* End it soon, from the loop, whatever is to be said on it yet. */
void govern_doom(struct conn *c);

/* The connection of this exchange or stream is gone, perhaps its request. */
void exchange_orphan(struct http_exchange *x);
void stream_orphan(struct http_stream *s);
/* Frees it; whom to tell, last of all: that may free the server. */
http_gone_fn *stream_end(struct http_stream *s, void **arg);

#endif

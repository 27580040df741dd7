/* SPDX-License-Identifier: MIT */
/*
 * fetch - one HTTP request, over a fresh connection where nothing else is
 * said; the only door to curl.
 *
 * The caller has resolved the name and checked the address: fetch connects to
 * exactly that address.  It follows no redirect, obeys no environment, shares
 * no state between requests, and reads no more than the budgets given.  A
 * target that fails is data (fetch_result), not an error of ours.
 *
 * Implemented twice: fetch.c and tests/support/fetch_sim.c (scripted).
 */
#ifndef IO_FETCH_H
#define IO_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/names.h"
#include "io/loop.h"
#include "io/resolve.h"

struct fetcher;
struct fetch;

struct fetch_header {
	const char *name, *value; /* valid UTF-8 not promised; no CR or LF */
};

/* All borrowed for the call of fetch_start(). */
struct fetch_request {
	const char *url;    /* http: or https:, absolute */
	const char *method; /* NULL: GET; HEAD sends no body back */
	const char *const
	    *headers;     /* "Name: value", NULL-terminated, or NULL */
	const void *body; /* NULL: none */
	size_t body_size;
	const struct address
	    *address;     /* connect here; NULL only with a proxy */
	const char *host; /* as in the URL; with address */
	uint16_t port;
	const char *userinfo;  /* "user:password" for basic, or NULL */
	const char *bearer;    /* token, or NULL */
	const char *ca_file;   /* NULL: the system's bundle */
	const char *cert;      /* our own, with its chain, in PEM; or NULL */
	const char *key;       /* and its private key; with cert */
	bool insecure;         /* do not verify certificates */
	bool want_certificate; /* fill cert_not_after */
	/* https: only: REASON_OK, without a code, once TLS stands. */
	bool handshake_only;
	bool fresh; /* not over a connection that was kept */
	bool http2; /* by TLS, or else from the first byte on; 1.1 if not */
	const char *proxy;       /* NULL: none, whatever the environment says */
	span_ms timeout;         /* for everything */
	span_ms connect_timeout; /* TCP and TLS, within it; 0: timeout */
	size_t body_max;         /* bytes read at most */
};

struct fetch_result {
	/*
	 * REASON_OK when a complete, well-formed answer came, whatever its
	 * status; REASON_BODY_TOO_LARGE when it was cut at body_max (status,
	 * headers and the body so far are there).  Else why not.
	 */
	enum reason reason;
	char detail[120]; /* for people: what the library said */
	uint16_t code;    /* HTTP status; 0 when none came */
	uint32_t connect_us, tls_us, wait_us, receive_us, total_us;
	const struct fetch_header
	    *headers; /* in order; borrowed for the call */
	size_t header_count;
	const unsigned char *body; /* borrowed for the call */
	size_t body_size;
	bool was_kept;          /* asked over a connection that was kept */
	bool other_version;     /* http2 was asked for, and is not spoken */
	bool verified_tls;      /* over TLS, and the certificate held */
	wall_ms cert_not_after; /* 0: unknown */
	struct address peer;
};

typedef void fetched_fn(void *arg, const struct fetch_result *r);

struct fetch_limits {
	size_t in_flight_max; /* handles in the pool, 1.. */
	/*
	 * Connections kept for later requests to the same address, the one
	 * unused for longest goes first; none is used for longer than an hour
	 * or past fetcher_renew().  One that turns out to be closed is replaced
	 * within the timeout of the request, but for HTTP/2, where was_kept
	 * says that asking again is worth it.  None is kept of HTTP/2 without
	 * TLS.  0: each request has its own.
	 */
	size_t kept_max;
	const char *user_agent;
	const char *ca_file; /* NULL: Debian's bundle */
};

MUST_CHECK
struct fetcher *fetcher_new(struct loop *l, const struct fetch_limits *limits,
    struct fail *f);
/* Fetches in flight are dropped without a callback.  NULL is ignored. */
void fetcher_free(struct fetcher *x);

/* Files of certificates may have changed: read them again when needed. */
void fetcher_renew(struct fetcher *x);

/*
 * Start a request; fn is called once, from the loop, and the handle is dead
 * then.  NULL when the pool is empty: the caller skips and counts.
 */
MUST_CHECK
struct fetch *fetch_start(struct fetcher *x, const struct fetch_request *q,
    fetched_fn *fn, void *arg);
void fetch_cancel(struct fetch *h); /* fn is not called */
size_t fetcher_in_flight(const struct fetcher *x);

/* Value of the first header of that name (any case), or NULL. */
const char *fetch_header_find(const struct fetch_result *r, const char *name);

#endif

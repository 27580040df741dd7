/* SPDX-License-Identifier: MIT */
/*
 * fetch_result - what a finished transfer says: the reason, the phases, the
 * certificate.  The reading half of fetch.c; nobody else's.
 */
#ifndef IO_FETCH_RESULT_H
#define IO_FETCH_RESULT_H

#include <stdbool.h>

#include "io/fetch.h"
#include "io/response.h"
#include "io/staple.h"

/* What the library does not know of the transfer. */
struct fetch_facts {
	bool tls, insecure, want_certificate, http2;
	bool direct; /* to peer, without a proxy */
	struct address peer;
	bool cert_asked;      /* who shows one: the server wants to see it */
	int socket_error;     /* errno of socket(), or 0 */
	int64_t connected_us; /* from the start; 0: not, or not known */
	wall_ms wall;         /* when it ended, by our clock */
	const char *message;  /* the library's first, "" when it has none */
	char alert[120];      /* one of TLS that it told of, or "" */
	struct staple staple; /* written in the handshake */
};

/* easy and code are the library's (CURL *, CURLcode). */
enum reason fetch_result_reason(void *easy, int code,
    const struct fetch_facts *facts, enum response_fault fault);

/* Fills all but the headers; the body is borrowed from the response. */
void fetch_result_take(struct fetch_result *r, void *easy, int code,
    const struct fetch_facts *facts, const struct response *response);

/* Fits any text, from anywhere, into r->detail. */
void fetch_result_explain(struct fetch_result *r, const char *text);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * fetch_inside - the inside of fetch, shared by fetch.c (transfers) and
 * fetch_set.c (what is asked for) only.
 */
#ifndef IO_FETCH_INSIDE_H
#define IO_FETCH_INSIDE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "io/fetch.h"
#include "io/fetch_result.h"
#include "io/request.h"
#include "io/response.h"
#include "io/socketmap.h"

TAILQ_HEAD(fetches, fetch);

/* One slot of the pool, with a curl handle that is used again and again. */
struct fetch {
	TAILQ_ENTRY(fetch) node;
	struct fetcher *fetcher;
	CURL *easy;
	CURLcode setup; /* first failure while setting options */
	bool transferring;
	enum reason refusal; /* not transferring: why not */
	struct fetch_facts facts;
	int64_t since;                   /* loop_micros() at its start */
	struct sockaddr_storage allowed; /* direct: the only one */
	socklen_t allowed_size;
	struct request_headers headers;
	struct curl_slist header_list[REQUEST_HEADERS_MAX];
	struct curl_slist connect_to;
	char connect_to_text[REQUEST_CONNECT_TO_BYTES];
	char *cert, *key; /* in PEM, or NULL; the library borrows them */
	char error[CURL_ERROR_SIZE];
	struct response response;
	fetched_fn *fn;
	void *arg;
};

struct fetcher {
	struct loop *loop;
	CURLM *multi;
	struct timer *timer; /* curl's */
	struct timer *soon;  /* tells of those that never started */
	struct socketmap *sockets;
	struct fetches live, refused, idle;
	size_t in_flight, in_flight_max;
	size_t kept_max;
	int64_t renewed; /* loop_micros() */
	char *user_agent, *ca_file;
	bool *gone; /* set when freed within a callback */
};

/* Only while none failed before. */
#define SET(h, option, value)                \
	((h)->setup = (h)->setup != CURLE_OK \
		? (h)->setup                 \
		: curl_easy_setopt((h)->easy, (option), (value)))

/* All options of a request, onto a handle that has none. */
void fetch_set(struct fetch *h, const struct fetch_request *q);
/* The transfer is over: zero and free our copies of what it sent. */
void fetch_unset(struct fetch *h);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * httpd_check - what of a request is judged before anybody sees it.
 *
 * Pure: text in, a code of HTTP or a decoded copy out.  What is malformed is
 * refused, never repaired: two readers of one request must not differ.
 */
#ifndef IO_HTTPD_CHECK_H
#define IO_HTTPD_CHECK_H

#include <stdbool.h>

#include "base/attr.h"

/* In an Allow: all that is heard at all. */
#define HTTPD_METHODS "GET, HEAD, POST, OPTIONS"

enum httpd_verb { VERB_OTHER, VERB_GET, VERB_HEAD, VERB_POST, VERB_OPTIONS };

/* The first line and what of the headers matters; zero, then feed fields. */
struct httpd_head {
	enum httpd_verb verb;
	int major, minor;
	const char *host;   /* borrowed, as is length */
	const char *length; /* of the body */
	unsigned hosts, lengths, encodings;
	bool malformed;
};

/* Under which names the server may be asked. */
struct httpd_names {
	const char *local;  /* its address of this connection, or NULL */
	char *const *hosts; /* NULL last, or NULL */
	bool any;           /* no browser asks here by a wrong name */
};

void httpd_head_field(struct httpd_head *h, const char *name,
    const char *value);

/* The code with which it is refused, or 0. */
MUST_CHECK
int httpd_head_refusal(const struct httpd_head *h,
    const struct httpd_names *names);

/*
 * Take "/path?query" apart: the path decoded, UTF-8 without control bytes and
 * without "." and ".." between its slashes, and the query as sent, which
 * decodes to UTF-8 without control bytes, too.  Both owned by caller, and
 * untouched when false.
 */
MUST_CHECK
bool httpd_target_take(const char *target, char **path, char **query);

/* The first such parameter, decoded; owned by caller, NULL when absent. */
char *httpd_query_param(const char *query, const char *name);

/* Does If-None-Match name this etag (without quotes)?  W/ is ignored. */
bool httpd_etag_matches(const char *list, const char *etag);

/* Does Accept-Encoding (NULL: none) let an answer be gzipped? */
bool httpd_takes_gzip(const char *accept);

/* The same host, without its port, "[]" and final dot? */
bool httpd_host_is(const char *host, const char *name);

#endif

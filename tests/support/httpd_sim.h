/* SPDX-License-Identifier: MIT */
/*
 * httpd_sim - io/httpd.h without sockets, in virtual time.
 *
 * A test visits, lets the loop run, and reads what it was answered.  The
 * judgement of requests is the real one, so are HEAD and If-None-Match; of the
 * limits there are streams_max, body_max, backlog_max and, of loopback, rate
 * and burst.  The descriptor is not looked at.
 */
#ifndef SUPPORT_HTTPD_SIM_H
#define SUPPORT_HTTPD_SIM_H

#include "io/httpd.h"

/* All copied at once; what is left 0 or NULL is absent. */
struct httpd_sim_request {
	const char *method;         /* NULL: GET */
	const char *target;         /* "/path?query" */
	const char *const *headers; /* "Name: value", NULL last */
	const void *body;           /* its length is said by itself */
	size_t body_size;
};

struct httpd_sim_answer {
	int code; /* 0: none yet */
	const char *type, *etag, *cache, *location, *link, *allow,
	    *authenticate;
	unsigned retry_after_s;
	bool shared, packed, varies;
	const char *body; /* NUL-terminated; of a stream, all so far */
	size_t size;
	bool stream, ended;
};

struct visit;
/* Heard in the next turn.  Without a Host among its headers, localhost. */
struct visit *httpd_sim_visit(struct httpd *h,
    const struct httpd_sim_request *q);
/* GET with no headers. */
struct visit *httpd_sim_get(struct httpd *h, const char *target);
/* Borrowed until something happens to the visit. */
struct httpd_sim_answer httpd_sim_answer(const struct visit *v);
/* The client goes; it stays readable, and is told of in the next turn. */
void httpd_sim_leave(struct visit *v);
/* The client reads no more: what it is sent piles up. */
void httpd_sim_turn_deaf(struct visit *v);
/* Leaves, too.  Each visit has to be forgotten before its loop is freed. */
void httpd_sim_forget(struct visit *v);

/* Made last in this loop, or NULL. */
struct httpd *httpd_sim_of(struct loop *l);

#endif

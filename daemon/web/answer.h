/* SPDX-License-Identifier: MIT */
/* answer - what a visitor is sent; private to this room. */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include <jansson.h>

#include "base/text.h"
#include "io/httpd.h"

struct site;

/* What was rendered, and of which change; see kept.c. */
struct kept {
	uint64_t change; /* 0: nothing yet */
	char *body;
	size_t size;
	void *packed; /* NULL: nobody asked for it yet */
	size_t packed_size;
};

extern const char *const type_page, *const type_json;
/* Gzipped where its client takes that; k: where it is kept, or NULL. */
void answer_packed(const struct http_request *r,
    const struct http_answer *whole, struct kept *k);
/* A page, or a problem where it is too large. */
void answer_page(const struct site *s, const struct http_request *r,
    const struct text *body);
/* The same of any type; change: of what it shows, 0: of no particular one. */
void answer_text(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, uint64_t change);
/* A badge: pages of others show it, whoever may read the rest. */
void answer_shared(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, const char *cache);
void answer_json(const struct site *s, const struct http_request *r,
    json_t *taken);
/* To who asks alone: no page of others may read it, nor is it kept. */
void answer_own(const struct http_request *r, json_t *taken);
/*
 * {"items", "next"}, and a Link to the rest where there is some: the same query
 * with after=next.  items and next become its own; next NULL: that is all.
 */
void answer_list(const struct site *s, const struct http_request *r,
    json_t *items, json_t *next);
/* The same bytes until the next change. */
void answer_kept(const struct site *s, const struct http_request *r,
    struct kept *k, const char *type);
/* A problem (RFC 9457), or a page that says it, as the client prefers. */
void answer_problem(const struct http_request *r, int code, const char *title,
    const char *detail);
/* The same with what else `as` says: its code, its headers. */
void answer_problem_as(const struct http_request *r,
    const struct http_answer *as, const char *title, const char *detail);
void answer_unread(struct site *s, const struct http_request *r,
    const struct fail *f);

#endif

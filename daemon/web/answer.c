/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "web/frame.h"
#include "web/site.h"
#include "wire/event_json.h"

const char *const type_page = "text/html; charset=utf-8";
const char *const type_json = "application/json";
static const char *const fresh = "public, max-age=1";

static void
set_etag(const struct site *s, uint64_t change, char buf[ETAG_BYTES])
{
	(void)snprintf(buf, ETAG_BYTES, "%s-%" PRIu64, s->boot, change);
}

/* change 0: it may change at any time. */
static void
reply(const struct site *s, const struct http_request *r, const char *type,
    uint64_t change, const void *body, size_t size)
{
	char etag[ETAG_BYTES];

	set_etag(s, change, etag);
	http_reply(r->exchange,
	    &(struct http_answer){.code = 200,
		.type = type,
		.etag = change != 0 ? etag : NULL,
		.cache = change != 0 ? fresh : NULL,
		.shared = strcmp(type, type_json) == 0,
		.body = body,
		.size = size});
}

void
answer_kept(const struct site *s, const struct http_request *r,
    const struct kept *k, const char *type)
{
	reply(s, r, type, k->change, k->body, k->size);
}

void
answer_text(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, uint64_t change)
{
	if (text_ok(body))
		reply(s, r, type, change, text_str(body), text_len(body));
	else
		answer_problem(r, 500, "Too large", "It is too large to show.");
}

void
answer_shared(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, const char *cache)
{
	char etag[ETAG_BYTES];

	set_etag(s, s->now.change, etag);
	if (text_ok(body))
		http_reply(r->exchange,
		    &(struct http_answer){.code = 200,
			.type = type,
			.etag = etag,
			.cache = cache,
			.shared = true,
			.body = text_str(body),
			.size = text_len(body)});
	else
		answer_problem(r, 500, "Too large", "It is too large to show.");
}

void
answer_page(const struct site *s, const struct http_request *r,
    const struct text *body)
{
	answer_text(s, r, body, type_page, s->now.change);
}

void
answer_json(const struct site *s, const struct http_request *r, json_t *taken)
{
	char *text = event_json_text(taken);

	json_decref(taken);
	reply(s, r, type_json, s->now.change, text, strlen(text));
	mem_free(text);
}

static bool
wants_page(const struct http_request *r)
{
	const char *accept = http_header(r, "Accept");

	return strncmp(r->path, "/api/", 5) != 0 && accept != NULL &&
	    strstr(accept, "text/html") != NULL;
}

void
answer_problem(const struct http_request *r, int code, const char *title,
    const char *detail)
{
	struct http_answer a = {.code = code};
	char *json = NULL;
	struct text page;

	text_init(&page, PAGE_BYTES);
	if (wants_page(r)) {
		frame_begin(&page, title, NULL);
		text_add(&page, "<p>");
		html_safe(&page, detail);
		text_add(&page, "</p>\n");
		frame_end(&page);
		a.type = type_page;
		a.body = text_str(&page);
		a.size = text_len(&page);
	} else {
		json_t *j =
		    json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank",
			"title", title, "status", code, "detail", detail);

		json = json_dumps(j, JSON_COMPACT);
		json_decref(j);
		a.type = "application/problem+json";
		a.body = json;
		a.size = json != NULL ? strlen(json) : 0;
	}
	http_reply(r->exchange, &a);
	mem_free(json);
	text_done(&page);
}

void
answer_unread(struct site *s, const struct http_request *r,
    const struct fail *f)
{
	if (f->code == ERR_NOTFOUND) {
		answer_problem(r, 404, "Not found", "There is no such thing.");
	} else if (f->code == ERR_LIMIT) {
		answer_problem(r, 503, "Too slow",
		    "Reading that takes too long.");
	} else {
		site_failed(s, f);
		answer_problem(r, 503, "Not readable",
		    "The database cannot be read at present.");
	}
}

/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "web/frame.h"
#include "web/site.h"

static const char *const fresh = "public, max-age=1";

static void
set_etag(const struct site *s, uint64_t change, char buf[ETAG_BYTES])
{
	(void)snprintf(buf, ETAG_BYTES, "%s-%" PRIu64, s->boot, change);
}

void
answer_kept(struct site *s, const struct http_request *r, const struct kept *k,
    const char *type)
{
	char etag[ETAG_BYTES];

	set_etag(s, k->change, etag);
	http_reply(r->exchange,
	    &(struct http_answer){.code = 200,
		.type = type,
		.etag = etag,
		.cache = fresh,
		.shared = strcmp(type, "application/json") == 0,
		.body = k->body,
		.size = k->size});
}

void
answer_page(struct site *s, const struct http_request *r, struct text *body,
    uint64_t change)
{
	char etag[ETAG_BYTES];

	set_etag(s, change, etag);
	if (text_ok(body))
		http_reply(r->exchange,
		    &(struct http_answer){.code = 200,
			.type = "text/html; charset=utf-8",
			.etag = change != 0 ? etag : NULL,
			.cache = fresh,
			.body = text_str(body),
			.size = text_len(body)});
	else
		answer_problem(r, 500, "Too large", "The page is too large.");
	text_done(body);
}

void
answer_text(const struct http_request *r, const struct text *body,
    const char *type)
{
	if (text_ok(body))
		http_reply(r->exchange,
		    &(struct http_answer){.code = 200,
			.type = type,
			.body = text_str(body),
			.size = text_len(body)});
	else
		answer_problem(r, 500, "Too large", "The page is too large.");
}

void
answer_json(struct site *s, const struct http_request *r, json_t *taken)
{
	char *text = json_dumps(taken, JSON_COMPACT);
	char etag[ETAG_BYTES];

	json_decref(taken);
	set_etag(s, s->now.change, etag);
	if (text == NULL) {
		answer_problem(r, 500, "No answer", "It could not be written.");
		return;
	}
	http_reply(r->exchange,
	    &(struct http_answer){.code = 200,
		.type = "application/json",
		.etag = etag,
		.cache = fresh,
		.shared = true,
		.body = text,
		.size = strlen(text)});
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
		a.type = "text/html; charset=utf-8";
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

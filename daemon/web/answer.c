/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "io/gzip.h"
#include "io/httpd_check.h"
#include "web/frame.h"
#include "web/site.h"
#include "wire/event_json.h"

const char *const type_page = "text/html; charset=utf-8";
const char *const type_json = "application/json";
static const char *const fresh = "public, max-age=1";

enum {
	WORTH_BYTES = 1024, /* less is not made smaller */
	LINK_BYTES = 16384
};

struct text_bytes {
	const char *at;
	size_t size;
};

static void
set_etag(const struct site *s, uint64_t change, char buf[ETAG_BYTES])
{
	(void)snprintf(buf, ETAG_BYTES, "%s-%" PRIu64 "%s", s->boot, change,
	    s->stale ? "-stale" : "");
}

void
answer_packed(const struct http_request *r, const struct http_answer *whole,
    struct kept *k)
{
	struct http_answer a = *whole;
	char etag[ETAG_BYTES];
	const void *packed = NULL;
	void *ours = NULL;
	size_t size = 0;

	a.varies = a.size >= WORTH_BYTES;
	if (a.varies && httpd_takes_gzip(http_header(r, "Accept-Encoding"))) {
		if (k == NULL)
			packed = ours = gzip_pack(a.body, a.size, &size);
		else
			packed = kept_packed(k, &size);
	}
	if (packed != NULL) {
		a.packed = true;
		a.body = packed;
		a.size = size;
		if (a.etag != NULL) { /* it names these bytes */
			(void)snprintf(etag, sizeof(etag), "%s-gz", a.etag);
			a.etag = etag;
		}
	}
	http_reply(r->exchange, &a);
	mem_free(ours);
}

/* For who showed a token alone: nobody else is to be shown it. */
static bool
is_personal(const struct site *s, const struct http_request *r)
{
	return s->access != NULL && http_header(r, "Authorization") != NULL;
}

/* Told to everybody, and less than to readers: any site may read it. */
static bool
is_public(const struct site *s, const struct http_request *r)
{
	return s->access != NULL && !is_personal(s, r);
}

/* change 0: it may change at any time.  k: where it is kept, or NULL. */
static void
reply(const struct site *s, const struct http_request *r, const char *type,
    uint64_t change, const struct text_bytes *body, struct kept *k)
{
	char etag[ETAG_BYTES];

	set_etag(s, change, etag);
	if (is_personal(s, r))
		change = 0;
	answer_packed(r,
	    &(struct http_answer){.code = 200,
		.type = type,
		.etag = change != 0 ? etag : NULL,
		.cache = change != 0 ? fresh : NULL,
		.shared = type != type_page && is_public(s, r),
		.body = body->at,
		.size = body->size},
	    k);
}

void
answer_kept(const struct site *s, const struct http_request *r, struct kept *k,
    const char *type)
{
	reply(s, r, type, k->change, &(struct text_bytes){k->body, k->size}, k);
}

void
answer_text(const struct site *s, const struct http_request *r,
    const struct text *body, const char *type, uint64_t change)
{
	if (text_ok(body))
		reply(s, r, type, change,
		    &(struct text_bytes){text_str(body), text_len(body)}, NULL);
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
		answer_packed(r,
		    &(struct http_answer){.code = 200,
			.type = type,
			.etag = is_personal(s, r) ? NULL : etag,
			.cache = is_personal(s, r) ? NULL : cache,
			.shared = !is_personal(s, r),
			.body = text_str(body),
			.size = text_len(body)},
		    NULL);
	else
		answer_problem(r, 500, "Too large", "It is too large to show.");
}

void
answer_page(const struct site *s, const struct http_request *r,
    const struct text *body)
{
	answer_text(s, r, body, type_page, s->now.change);
}

static void
answer_json_with(const struct site *s, const struct http_request *r,
    json_t *taken, const char *link)
{
	char *text = event_json_text(taken), etag[ETAG_BYTES];
	bool personal = is_personal(s, r);

	json_decref(taken);
	set_etag(s, s->now.change, etag);
	answer_packed(r,
	    &(struct http_answer){.code = 200,
		.type = type_json,
		.etag = personal ? NULL : etag,
		.cache = personal ? NULL : fresh,
		.link = link,
		.shared = is_public(s, r),
		.body = text,
		.size = strlen(text)},
	    NULL);
	mem_free(text);
}

void
answer_json(const struct site *s, const struct http_request *r, json_t *taken)
{
	answer_json_with(s, r, taken, NULL);
}

void
answer_own(const struct http_request *r, json_t *taken)
{
	char *text = event_json_text(taken);

	json_decref(taken);
	answer_packed(r,
	    &(struct http_answer){.code = 200,
		.type = type_json,
		.body = text,
		.size = strlen(text)},
	    NULL);
	mem_free(text);
}

/* As it was sent, but for what would end a link, or stands in none. */
static void
add_piece(struct text *t, const char *piece)
{
	for (; *piece != '\0'; piece++) {
		if (strchr("\"<>[\\]^`{|}", *piece) != NULL)
			text_printf(t, "%%%02X", (unsigned char)*piece);
		else
			text_char(t, *piece);
	}
	text_char(t, '&');
}

/* What the query says but where it goes on, however that is written. */
static void
add_query(struct text *t, const char *query)
{
	for (const char *at = query; *at != '\0';) {
		size_t n = strcspn(at, "&");
		char *piece = mem_dup_n(at, n);
		char *after = httpd_query_param(piece, "after");

		if (n > 0 && after == NULL)
			add_piece(t, piece);
		mem_free(after);
		mem_free(piece);
		at += n + (at[n] != '\0');
	}
}

void
answer_list(const struct site *s, const struct http_request *r, json_t *items,
    json_t *next)
{
	json_t *j = json_pack("{s:o}", "items", items);
	struct text link;

	text_init(&link, LINK_BYTES);
	if (next != NULL) {
		text_add(&link, "<?");
		add_query(&link, r->query);
		text_add(&link, "after=");
		if (json_is_integer(next))
			text_printf(&link, "%" JSON_INTEGER_FORMAT,
			    json_integer_value(next));
		else
			frame_segment(&link, json_string_value(next));
		text_add(&link, ">; rel=\"next\"");
		(void)json_object_set_new(j, "next", next);
	}
	answer_json_with(s, r, j,
	    next != NULL && text_ok(&link) ? text_str(&link) : NULL);
	text_done(&link);
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
	answer_problem_as(r, &(struct http_answer){.code = code}, title,
	    detail);
}

void
answer_problem_as(const struct http_request *r, const struct http_answer *as,
    const char *title, const char *detail)
{
	struct http_answer a = *as;
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
			"title", title, "status", a.code, "detail", detail);

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
		answer_problem_as(r,
		    &(struct http_answer){.code = 503, .retry_after_s = 10},
		    "Too slow",
		    "Reading that takes too long: ask for a shorter time.");
	} else {
		site_failed(s, f);
		answer_problem(r, 503, "Not readable",
		    "The database cannot be read at present.");
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * badge - the state of an endpoint or a service as a small picture, and as
 * JSON for shields.io, to be shown on pages of others.
 */
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/html.h"
#include "base/mem.h"
#include "view/status.h"
#include "view/when.h"
#include "web/frame.h"
#include "web/site.h"

enum { MESSAGE_BYTES = 64, GLYPH = 7, MARGIN = 12, CACHE_S = 300 };

/* White text is readable on each of them. */
static const char *const colours[BUCKET_COUNT] = {[BUCKET_UP] = "#1a7f5a",
    [BUCKET_DEGRADED] = "#8a6100",
    [BUCKET_RECOVERING] = "#2563b0",
    [BUCKET_MAINTENANCE] = "#6b4fa0",
    [BUCKET_DOWN] = "#b3261e",
    [BUCKET_UNKNOWN] = "#5d6470"};

static const char *const words[BUCKET_COUNT] = {[BUCKET_UP] = "up",
    [BUCKET_DEGRADED] = "degraded",
    [BUCKET_RECOVERING] = "recovering",
    [BUCKET_MAINTENANCE] = "maintenance",
    [BUCKET_DOWN] = "down",
    [BUCKET_UNKNOWN] = "no data"};

struct badge {
	struct text label; /* harmless */
	char message[MESSAGE_BYTES];
	enum bucket bucket;
};

/* "down 47 min", "1 of 6 down" */
static void
say(struct badge *b, const struct status_list *l)
{
	size_t such = 0;
	char length[WHEN_BYTES];
	wall_ms since = l->count > 0 ? status_since(&l->rows[0]) : 0;

	b->bucket = status_worst(l);
	for (size_t i = 0; i < l->count; i++)
		such += l->rows[i].e.bucket == b->bucket;
	if (l->count > 1 && such < l->count)
		(void)snprintf(b->message, sizeof(b->message), "%zu of %zu %s",
		    such, l->count, words[b->bucket]);
	else if (l->count == 1 && b->bucket != BUCKET_UP && since != 0)
		(void)snprintf(b->message, sizeof(b->message), "%s %s",
		    words[b->bucket], when_length(l->as_of - since, length));
	else
		(void)snprintf(b->message, sizeof(b->message), "%s",
		    words[b->bucket]);
}

/* As wide as most fonts have it; the browser makes it fit. */
static int
width_of(const char *s)
{
	return (int)strlen(s) * GLYPH;
}

static void
add_text(struct text *t, int x, const char *s)
{
	text_printf(t, "<text x=\"%d\" y=\"14\" textLength=\"%d\">", x,
	    width_of(s));
	html_add(t, s);
	text_add(t, "</text>");
}

static void
draw(struct text *t, const struct badge *b)
{
	int left = width_of(text_str(&b->label)) + MARGIN;
	int right = width_of(b->message) + MARGIN;

	text_printf(t,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"20\" role=\"img\"><title>",
	    left + right);
	html_add(t, text_str(&b->label));
	text_add(t, ": ");
	html_add(t, b->message);
	text_printf(t,
	    "</title><rect width=\"%d\" height=\"20\" rx=\"3\" "
	    "fill=\"#444b54\"/><path d=\"M%d 0h%da3 3 0 0 1 3 3v14a3 3 0 0 "
	    "1-3 3h-%dz\" fill=\"%s\"/><g fill=\"#fff\" font-size=\"11\" "
	    "font-family=\"Verdana,DejaVu Sans,sans-serif\">",
	    left + right, left, right - 3, right - 3, colours[b->bucket]);
	add_text(t, MARGIN / 2, text_str(&b->label));
	add_text(t, left + MARGIN / 2, b->message);
	text_add(t, "</g></svg>\n");
}

static bool
is_service(void *arg, const char *service)
{
	return strcmp(service, arg) == 0;
}

static enum status
read_badge(struct site *s, const struct visitor *v, char *id, struct badge *b,
    struct fail *f)
{
	bool endpoint = strchr(id, '/') != NULL;
	const char *name =
	    json_string_value(json_object_get(site_service(s, id), "name"));
	struct status_list l = {0};
	struct query *q = site_query(s, f);
	enum status status =
	    q != NULL ? site_status(s, v, q, id, &l, f) : f->code;

	/* What was asked for is a pattern to who reads. */
	if (!endpoint)
		status_keep(&l, is_service, id);
	if (status == OK &&
	    (l.count == 0 || (endpoint && strcmp(l.rows[0].id, id) != 0)))
		status = fail_set(f, ERR_NOTFOUND, "no such thing");
	if (status == OK) {
		name = endpoint || name == NULL ? id : name;
		escape_log(&b->label, name, strlen(name));
		say(b, &l);
	}
	status_done(&l);
	return status;
}

static void
answer_badge(const struct site *s, const struct visitor *v,
    const struct badge *b, bool as_json)
{
	struct text page;

	text_init(&page, PAGE_BYTES);
	if (as_json) {
		json_t *j = json_pack("{s:i, s:s, s:s, s:s, s:b, s:i}",
		    "schemaVersion", 1, "label", text_str(&b->label), "message",
		    b->message, "color", colours[b->bucket], "isError",
		    b->bucket == BUCKET_DOWN, "cacheSeconds", CACHE_S);
		char *text = json_dumps(j, JSON_COMPACT);

		text_add(&page, text);
		mem_free(text);
		json_decref(j);
	} else {
		draw(&page, b);
	}
	answer_shared(s, v->r, &page, as_json ? type_json : "image/svg+xml",
	    "no-cache");
	text_done(&page);
}

/* ID.svg or ID.json */
void
badge_serve(struct site *s, const struct visitor *v)
{
	const char *dot = strrchr(v->rest, '.');
	bool as_json = dot != NULL && strcmp(dot, ".json") == 0;
	struct badge b = {.bucket = BUCKET_UNKNOWN};
	struct fail f = {.why = ""};
	enum status status;
	char *id;

	if (dot == NULL || (!as_json && strcmp(dot, ".svg") != 0)) {
		answer_problem(v->r, 404, "Not found",
		    "A badge is an endpoint or a service with .svg or .json.");
		return;
	}
	text_init(&b.label, (size_t)4 * ESCAPE_LOG_BYTES);
	id = mem_dup_n(v->rest, (size_t)(dot - v->rest));
	for (char *p = id; *p != '\0'; p++)
		if (*p == '~')
			*p = '/';
	status = read_badge(s, v, id, &b, &f);
	if (status == OK)
		answer_badge(s, v, &b, as_json);
	else
		answer_unread(s, v->r, &f);
	text_done(&b.label);
	mem_free(id);
}

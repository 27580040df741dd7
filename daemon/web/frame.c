/* SPDX-License-Identifier: MIT */
#include "web/frame.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/utc.h"
#include "schema/assets.h"
#include "view/when.h"
#include "web/asset.h"

/* Of this process: it serves one site. */
static char base[FRAME_BASE_BYTES];

static const struct look {
	const char *class, *word;
} looks[BUCKET_COUNT] = {[BUCKET_UP] = {"up", "Up"},
    [BUCKET_DEGRADED] = {"degraded", "Degraded"},
    [BUCKET_RECOVERING] = {"recovering", "Recovering"},
    [BUCKET_MAINTENANCE] = {"maintenance", "Maintenance"},
    [BUCKET_DOWN] = {"down", "Down"},
    [BUCKET_UNKNOWN] = {"unknown", "No data"}};

#define PATTERN(name, inside)                                             \
	"<pattern id=\"p-" name "\" width=\"6\" height=\"6\" "            \
	"patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" " \
	"class=\"fill " name "\"/>" inside "</pattern>"

/* A tick, a triangle, a turning arrow, a spanner, a cross, a broken circle. */
static const char *const marks =
    "<svg class=\"marks\" aria-hidden=\"true\">"
    "<symbol id=\"m-up\" viewBox=\"0 0 20 20\"><circle cx=\"10\" cy=\"10\" "
    "r=\"9\" fill=\"currentColor\"/><path d=\"M5.5 10.5l3 3 6-7\" "
    "class=\"in\"/></symbol>"
    "<symbol id=\"m-degraded\" viewBox=\"0 0 20 20\"><path d=\"M10 1.5l9 "
    "17H1z\" fill=\"currentColor\"/><path d=\"M10 7.5v5M10 15v1\" "
    "class=\"in\"/></symbol>"
    "<symbol id=\"m-recovering\" viewBox=\"0 0 20 20\"><path d=\"M16.5 "
    "10a6.5 6.5 0 1 1-2-4.7\" class=\"out\"/><path d=\"M17.5 1.5v5.5H12z\" "
    "fill=\"currentColor\"/></symbol>"
    "<symbol id=\"m-maintenance\" viewBox=\"0 0 20 20\"><path d=\"M18 5.2a5 "
    "5 0 0 1-6.6 6L5 17.6A1.9 1.9 0 0 1 2.4 15l6.4-6.4a5 5 0 0 1 "
    "6-6.6L11.7 5l.6 2.7 2.7.6z\" fill=\"currentColor\"/></symbol>"
    "<symbol id=\"m-down\" viewBox=\"0 0 20 20\"><rect x=\"1\" y=\"1\" "
    "width=\"18\" height=\"18\" rx=\"3\" fill=\"currentColor\"/><path "
    "d=\"M6 6l8 8M14 6l-8 8\" class=\"in\"/></symbol>"
    "<symbol id=\"m-unknown\" viewBox=\"0 0 20 20\"><circle cx=\"10\" "
    "cy=\"10\" r=\"8\" class=\"out broken\"/></symbol>";

/* Colours next to each other differ little in lightness: so do patterns. */
static const char *const patterns = PATTERN("up", "") PATTERN("degraded",
    "<circle cx=\"3\" cy=\"3\" r=\"1\" class=\"dot\"/>")
    PATTERN("recovering", "<path d=\"M0 6l6-6\" class=\"line\"/>")
	PATTERN("maintenance", "<path d=\"M0 3h6\" class=\"line\"/>")
	    PATTERN("down", "<path d=\"M0 0l6 6M6 0l-6 6\" class=\"line\"/>")
		PATTERN("unknown",
		    "<path d=\"M0 0h6v6H0z\" class=\"hole\"/>") "</svg>\n";

void
frame_set_base(const char *path)
{
	assert(strlen(path) < sizeof(base));
	(void)snprintf(base, sizeof(base), "%s", path);
}

const char *
frame_base(void)
{
	return base;
}

static void
add_asset(struct text *t, const char *before, const char *name,
    const char *after)
{
	const struct asset *a = asset_find(name);

	assert(a != NULL);
	text_printf(t, "%s%s/assets/%.16s/%s%s", before, base, a->etag + 1,
	    a->path, after);
}

static void
add_head(struct text *t, const char *title, const char *version)
{
	text_printf(t, "<!doctype html>\n<html lang=\"en\" data-base=\"%s\"",
	    base);
	if (version != NULL)
		text_printf(t, " data-version=\"%s\"", version);
	text_add(t, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	html_safe(t, title);
	text_add(t,
	    "</title>\n<meta name=\"viewport\" content=\""
	    "width=device-width, initial-scale=1\">\n");
	add_asset(t, "<link rel=\"stylesheet\" href=\"", "style.css", "\">\n");
	add_asset(t, "<link rel=\"icon\" href=\"", "icon.svg", "\">\n");
	if (version != NULL) {
		add_asset(t, "<script src=\"", "live.js",
		    "\" defer></script>\n");
		text_add(t,
		    "<noscript><meta http-equiv=\"refresh\" "
		    "content=\"15\"></noscript>\n");
	}
	text_add(t, "</head>\n");
}

static const struct {
	const char *path, *word;
} pages[] = {{"/", "Status"}, {"/matrix", "Regions"},
    {"/incidents", "Incidents"}};

void
frame_begin(struct text *t, const char *title, const char *version)
{
	add_head(t, title, version);
	text_add(t,
	    "<body>\n"
	    "<a class=\"skip\" href=\"#main\">To the content</a>\n");
	text_add(t, marks);
	text_add(t, patterns);
	text_printf(t,
	    "<header><a class=\"name\" href=\"%s/\">Vigie</a>\n"
	    "<nav aria-label=\"Pages\">",
	    base);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		text_printf(t, "<a href=\"%s%s\">%s</a> ", base, pages[i].path,
		    pages[i].word);
	text_add(t,
	    "</nav></header>\n"
	    "<p id=\"link\" class=\"warning\" hidden>The link to Vigie is "
	    "lost: what is shown may be old.</p>\n"
	    "<p id=\"news\" class=\"unseen\" role=\"status\"></p>\n"
	    "<main id=\"main\">\n<h1>");
	html_safe(t, title);
	text_add(t, "</h1>\n");
}

void
frame_end(struct text *t)
{
	text_add(t,
	    "</main>\n<footer>Vigie " VIGIE_VERSION
	    " &middot; all times are UTC</footer>\n</body>\n</html>\n");
}

const char *
frame_word(enum bucket b)
{
	return looks[b].word;
}

void
frame_state(struct text *t, enum bucket b)
{
	text_printf(t,
	    "<span class=\"state %s\"><svg class=\"mark\" aria-hidden="
	    "\"true\"><use href=\"#m-%s\"/></svg>%s</span>",
	    looks[b].class, looks[b].class, looks[b].word);
}

void
frame_table(struct text *t, const char *const *names)
{
	text_add(t, "<table>\n<thead><tr>");
	for (; *names != NULL; names++)
		text_printf(t, "<th scope=\"col\">%s</th>", *names);
	text_add(t, "</tr></thead>\n<tbody>\n");
}

void
frame_cell(struct text *t, const char *name)
{
	text_printf(t, "<td data-name=\"%s\">", name);
}

void
frame_table_end(struct text *t)
{
	text_add(t, "</tbody>\n</table>\n");
}

void
frame_endpoint(struct text *t, const char *id)
{
	text_printf(t, "<a href=\"%s/e/", base);
	for (const char *p = id; *p != '\0'; p++) {
		if (*p == '/')
			text_char(t, '~');
		else if (isalnum((unsigned char)*p) || *p == '-')
			text_char(t, *p);
		else
			text_printf(t, "%%%02X", (unsigned char)*p);
	}
	text_add(t, "\">");
	html_safe(t, id);
	text_add(t, "</a>");
}

void
frame_time(struct text *t, wall_ms at)
{
	char machine[UTC_TEXT_BYTES], people[WHEN_BYTES];

	if (at == 0)
		return;
	text_printf(t, "<time datetime=\"%s\">%s</time>",
	    utc_format(at, machine), when_text(at, people));
}

void
frame_length(struct text *t, span_ms d)
{
	char people[WHEN_BYTES];

	text_printf(t, "<time datetime=\"PT%" PRId64 "S\">%s</time>",
	    d > 0 ? d / SECOND_MS : 0, when_length(d, people));
}

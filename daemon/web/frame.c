/* SPDX-License-Identifier: MIT */
#include "web/frame.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "base/utc.h"
#include "schema/assets.h"
#include "view/when.h"
#include "web/asset.h"

/* Of this process: it serves one site. */
static char base[FRAME_BASE_BYTES];
static struct {
	bool stale;
	wall_ms since; /* 0: ever */
} age;
static bool guarded, known;

static const struct look {
	const char *class, *word;
} looks[BUCKET_COUNT] = {[BUCKET_UP] = {"up", "Up"},
    [BUCKET_DEGRADED] = {"degraded", "Degraded"},
    [BUCKET_RECOVERING] = {"recovering", "Recovering"},
    [BUCKET_MAINTENANCE] = {"maintenance", "Maintenance"},
    [BUCKET_DOWN] = {"down", "Down"},
    [BUCKET_UNKNOWN] = {"unknown", "No data"}};

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

void
frame_set_stale(bool stale, wall_ms since)
{
	age.stale = stale;
	age.since = since;
}

void
frame_set_guarded(bool yes)
{
	guarded = yes;
}

void
frame_set_known(bool yes)
{
	known = yes;
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

struct head {
	const char *title, *version;
	bool form; /* what is typed into it is not to be lost */
	bool wall;
	size_t rotate_s;
};

static void
add_head(struct text *t, const struct head *h)
{
	text_printf(t, "<!doctype html>\n<html lang=\"en\" data-base=\"%s\"",
	    base);
	if (h->version != NULL)
		text_printf(t, " data-version=\"%s\"", h->version);
	if (h->wall)
		text_printf(t, " class=\"wall\" data-rotate=\"%zu\"",
		    h->rotate_s);
	text_add(t, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	html_safe(t, h->title);
	text_add(t,
	    "</title>\n<meta name=\"viewport\" content=\""
	    "width=device-width, initial-scale=1\">\n");
	add_asset(t, "<link rel=\"stylesheet\" href=\"", "style.css", "\">\n");
	add_asset(t, "<script src=\"", "theme.js", "\"></script>\n");
	add_asset(t, "<link rel=\"icon\" href=\"", "icon.svg", "\">\n");
	text_printf(t,
	    "<link rel=\"alternate\" type=\"application/atom+xml\" "
	    "title=\"Incidents\" href=\"%s/history.atom\">\n",
	    base);
	if (h->version != NULL)
		add_asset(t, "<script src=\"", "live.js",
		    "\" defer></script>\n");
	if (h->wall) {
		add_asset(t, "<link rel=\"stylesheet\" href=\"", "wall.css",
		    "\">\n");
		add_asset(t, "<script src=\"", "wall.js",
		    "\" defer></script>\n");
	}
	if (h->version != NULL && !h->form)
		text_add(t,
		    "<noscript><meta http-equiv=\"refresh\" "
		    "content=\"15\"></noscript>\n");
	text_add(t, "</head>\n");
}

static const struct {
	const char *path, *word;
} pages[] = {{"/", "Status"}, {"/matrix", "Regions"}, {"/timeline", "Timeline"},
    {"/incidents", "Incidents"}, {"/maintenance", "Maintenance"}};

static void
add_age(struct text *t)
{
	if (!age.stale)
		return;
	text_add(t,
	    "<p id=\"stale\" class=\"warning stale\">Nothing new is known");
	if (age.since != 0) {
		text_add(t, " since ");
		frame_time(t, age.since);
	}
	text_add(t, ": what is shown may be old.</p>\n");
}

static void
add_header(struct text *t)
{
	text_printf(t,
	    "<header><a class=\"name\" href=\"%s/\">Vigie</a>\n"
	    "<nav aria-label=\"Pages\">",
	    base);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		text_printf(t, "<a href=\"%s%s\">%s</a> ", base, pages[i].path,
		    pages[i].word);
	text_printf(t,
	    "</nav>\n<form class=\"find\" role=\"search\" "
	    "action=\"%s/search\"><input type=\"search\" name=\"q\" "
	    "aria-label=\"Incidents, endpoints, notes\" "
	    "maxlength=\"200\"> <button>Search</button></form></header>\n",
	    base);
}

static void
add_begin(struct text *t, const struct head *h)
{
	add_head(t, h);
	text_add(t,
	    "<body>\n"
	    "<a class=\"skip\" href=\"#main\">To the content</a>\n");
	asset_add(t, "marks.html");
	if (!h->wall)
		add_header(t);
	text_add(t,
	    "<p id=\"link\" class=\"warning\" hidden>The link to Vigie is "
	    "lost: what is shown may be old.</p>\n"
	    "<p id=\"news\" class=\"unseen\" role=\"status\"></p>\n"
	    "<main id=\"main\">\n");
	if (h->version != NULL)
		add_age(t);
	text_add(t, "<h1>");
	html_safe(t, h->title);
	text_add(t, "</h1>\n");
}

void
frame_begin(struct text *t, const char *title, const char *version)
{
	add_begin(t, &(struct head){.title = title, .version = version});
}

void
frame_begin_form(struct text *t, const char *title, const char *version)
{
	add_begin(t,
	    &(struct head){.title = title, .version = version, .form = true});
}

void
frame_begin_wall(struct text *t, const char *title, const char *version,
    size_t rotate_s, wall_ms now)
{
	char machine[UTC_TEXT_BYTES], people[WHEN_BYTES];

	add_begin(t,
	    &(struct head){.title = title,
		.version = version,
		.wall = true,
		.rotate_s = rotate_s});
	text_printf(t,
	    "<p class=\"clock\"><time id=\"clock\" datetime=\"%s\">%.8s"
	    "</time> UTC</p>\n",
	    utc_format(now, machine), when_text(now, people) + 11);
}

void
frame_end(struct text *t)
{
	text_printf(t,
	    "</main>\n<footer><a href=\"%s/about\">Vigie " VIGIE_VERSION
	    "</a> &middot; all times are UTC &middot; "
	    "<a href=\"%s/accounting\">how time is counted</a> &middot; "
	    "<a href=\"%s/history.atom\">incidents as a feed</a>",
	    base, base, base);
	if (guarded && !known)
		text_printf(t, " &middot; <a href=\"%s/login\">sign in</a>",
		    base);
	text_add(t,
	    "<span id=\"themes\" hidden> &middot; "
	    "colours: <button type=\"button\" data-theme=\"light\">light"
	    "</button> <button type=\"button\" data-theme=\"dark\">dark"
	    "</button> <button type=\"button\" data-theme=\"auto\">of the "
	    "system</button></span></footer>\n</body>\n</html>\n");
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
frame_cell_wide(struct text *t, const char *name)
{
	text_printf(t, "<td class=\"wide\" data-name=\"%s\">", name);
}

void
frame_table_end(struct text *t)
{
	text_add(t, "</tbody>\n</table>\n");
}

void
frame_chart(struct text *t)
{
	add_asset(t, "<script src=\"", "chart.js", "\"");
	add_asset(t, " data-engine=\"", "dygraph.min.js", "\"");
	add_asset(t, " data-style=\"", "dygraph.min.css",
	    "\" defer></script>\n");
}

void
frame_script(struct text *t, const char *name)
{
	add_asset(t, "<script src=\"", name, "\" defer></script>\n");
}

void
frame_segment(struct text *t, const char *s)
{
	for (; *s != '\0'; s++) {
		if (isalnum((unsigned char)*s) || *s == '-' || *s == '~')
			text_char(t, *s);
		else
			text_printf(t, "%%%02X", (unsigned char)*s);
	}
}

void
frame_link(struct text *t, const char *url)
{
	bool follow =
	    strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;

	if (follow) {
		text_add(t, "<a rel=\"noreferrer\" href=\"");
		html_safe(t, url);
		text_add(t, "\">");
	}
	html_safe(t, url);
	text_add(t, follow ? "</a>" : "");
}

void
frame_slug(struct text *t, const char *id)
{
	char *segment = mem_dup(id);

	for (char *p = segment; *p != '\0'; p++)
		if (*p == '/')
			*p = '~';
	frame_segment(t, segment);
	mem_free(segment);
}

void
frame_path(struct text *t, const char *id)
{
	text_add(t, "/e/");
	frame_slug(t, id);
}

void
frame_endpoint(struct text *t, const char *id)
{
	text_printf(t, "<a href=\"%s", base);
	frame_path(t, id);
	text_add(t, "\">");
	html_safe(t, id);
	text_add(t, "</a>");
}

void
frame_group(struct text *t, char kind, const char *id, const char *name)
{
	text_printf(t, "<a href=\"%s/%c/", base, kind);
	frame_segment(t, id);
	text_add(t, "\">");
	html_safe(t, name);
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
	char machine[WHEN_BYTES], people[WHEN_BYTES];

	text_printf(t, "<time datetime=\"%s\">%s</time>",
	    when_duration(d, machine), when_length(d, people));
}

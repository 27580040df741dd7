/* SPDX-License-Identifier: MIT */
/* About Vigie itself: what it could not see, and how its figures are made. */
#include <inttypes.h>

#include "base/html.h"
#include "store/own.h"
#include "web/asset.h"
#include "web/frame.h"
#include "web/site.h"

enum { GAPS_DAYS = 7, GAPS_SHOWN = 20 };

struct about {
	struct text facts, gaps, canaries;
	size_t gap_count;
};

static void
on_start(void *arg, wall_ms at, const char *version)
{
	struct about *a = arg;

	text_add(&a->facts, "<dt>Running since</dt><dd>");
	frame_time(&a->facts, at);
	text_add(&a->facts, ", version ");
	html_safe(&a->facts, version);
	text_add(&a->facts, "</dd>\n");
}

static void
on_gap(void *arg, wall_ms from, wall_ms until)
{
	struct about *a = arg;

	a->gap_count++;
	text_add(&a->gaps, "<li>");
	frame_time(&a->gaps, from);
	text_add(&a->gaps, ", for ");
	frame_length(&a->gaps, until - from);
	text_add(&a->gaps, "</li>\n");
}

static void
on_canary(void *arg, const char *name, bool good, wall_ms at)
{
	struct about *a = arg;

	text_add(&a->canaries, "<li>");
	html_safe(&a->canaries, name);
	text_add(&a->canaries, good ? " answers, " : " does not answer, ");
	frame_time(&a->canaries, at);
	text_add(&a->canaries, "</li>\n");
}

static void
add_list(struct text *t, const char *title, const char *none,
    const struct text *list)
{
	text_printf(t, "<section>\n<h2>%s</h2>\n", title);
	if (text_len(list) == 0)
		text_printf(t, "<p>%s</p>\n", none);
	else
		text_printf(t, "<ul class=\"log\">\n%s</ul>\n", text_str(list));
	text_add(t, "</section>\n");
}

static void
add_facts(struct text *t, const struct site *s, const struct store_tally *tally,
    const struct about *a)
{
	text_printf(t, "<dl class=\"facts\">\n%s", text_str(&a->facts));
	text_add(t, "<dt>Written up to</dt><dd>");
	frame_time(t, s->now.committed);
	text_printf(t,
	    "</dd>\n<dt>Database</dt><dd>%s</dd>\n"
	    "<dt>Notices</dt><dd>%" PRId64 " sent, %" PRId64 " owed, %" PRId64
	    " failed</dd>\n</dl>\n",
	    s->now.damaged        ? "damaged: nothing is kept"
		: s->now.degraded ? "cannot be written"
				  : "writable",
	    tally->sent, tally->owed, tally->failed);
}

void
page_about(struct site *s, const struct visitor *v)
{
	struct about a = {.gap_count = 0};
	const struct own_events on = {on_start, on_gap, on_canary, &a};
	struct store_tally tally = {0};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	char version[VERSION_BYTES];
	struct text page;

	text_init(&page, PAGE_BYTES);
	text_init(&a.facts, PAGE_BYTES);
	text_init(&a.gaps, PAGE_BYTES);
	text_init(&a.canaries, PAGE_BYTES);
	if (q == NULL ||
	    own_read(q, query_known_until(q) - GAPS_DAYS * (span_ms)DAY_MS,
		GAPS_SHOWN, &on, &f) != OK ||
	    query_tally(q, NULL, &tally, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		frame_begin(&page, "About", site_version(s, version));
		asset_add(&page, "about.html");
		add_facts(&page, s, &tally, &a);
		add_list(&page, "When nobody looked, within seven days",
		    "Never.", &a.gaps);
		add_list(&page, "What proves our own network",
		    "No canary was asked within the hour.", &a.canaries);
		frame_end(&page);
		answer_page(s, v->r, &page);
	}
	text_done(&a.facts);
	text_done(&a.gaps);
	text_done(&a.canaries);
	text_done(&page);
}

void
page_accounting(struct site *s, const struct visitor *v)
{
	struct text page;

	text_init(&page, PAGE_BYTES);
	frame_begin(&page, "How time is counted", NULL);
	asset_add(&page, "accounting.html");
	frame_end(&page);
	answer_text(s, v->r, &page, type_page, 0);
	text_done(&page);
}

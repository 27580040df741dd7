/* SPDX-License-Identifier: MIT */
#include "web/range.h"

#include <string.h>

#include "base/html.h"
#include "base/utc.h"
#include "web/frame.h"
#include "web/param.h"

enum { RANGES = 5, DAYS_MOST = 3660 };

static const char *const words[] = {"24h", "7d", "30d", "90d", "365d", NULL};
static const struct {
	const char *name;
	int64_t days;
} ranges[RANGES] = {{"24 h", 1}, {"7 days", 7}, {"30 days", 30},
    {"90 days", 90}, {"365 days", 365}};

static size_t
place_of(const char *word)
{
	size_t i = 0;

	while (i + 1 < RANGES && strcmp(words[i], word) != 0)
		i++;
	return i;
}

bool
range_take(const struct visitor *v, wall_ms known, const char *usual,
    struct range *r)
{
	size_t at = place_of(usual);
	wall_ms from = 0, to = 0;

	if (!param_word(v, "range", words, &at) || !param_span(v, &from, &to))
		return false;
	if (to == 0 || to > known)
		to = known;
	*r = (struct range){.to = to, .known = known};
	if (from == 0) {
		r->from = to - ranges[at].days * DAY_MS;
		r->word = to == known ? words[at] : NULL;
	} else {
		r->from = from;
	}
	if (r->from < r->to && r->to - r->from <= (wall_ms)DAYS_MOST * DAY_MS)
		return true;
	answer_problem(v->r, 400, "Bad parameter",
	    "from is before to and in the past, and at most ten years.");
	return false;
}

static void
add_link(struct text *t, const char *path, const char *keep, wall_ms from,
    wall_ms to, const char *name)
{
	char a[UTC_TEXT_BYTES], b[UTC_TEXT_BYTES];

	text_printf(t, "<a rel=\"nofollow\" href=\"%s%s?", frame_base(), path);
	html_add(t, keep);
	text_printf(t, "from=%s&amp;to=%s\">%s</a> ", utc_format(from, a),
	    utc_format(to, b), name);
}

void
range_links(struct text *t, const struct range *r, const char *path,
    const char *keep)
{
	span_ms length = r->to - r->from;

	text_add(t, "<nav class=\"steps\" aria-label=\"Time\">");
	for (size_t i = 0; i < RANGES; i++) {
		text_printf(t, "<a rel=\"nofollow\" href=\"%s%s?", frame_base(),
		    path);
		html_add(t, keep);
		text_printf(t, "range=%s\"%s>%s</a> ", words[i],
		    r->word == words[i] ? " aria-current=\"true\"" : "",
		    ranges[i].name);
	}
	add_link(t, path, keep, r->from - length, r->from, "earlier");
	if (r->to < r->known)
		add_link(t, path, keep, r->to, r->to + length, "later");
	if (length > HOUR_MS)
		add_link(t, path, keep, r->from + length / 4,
		    r->to - length / 4, "closer");
	if (length < (wall_ms)DAYS_MOST / 2 * DAY_MS)
		add_link(t, path, keep, r->from - length / 2,
		    r->to + length / 2, "wider");
	text_add(t, "</nav>\n");
}

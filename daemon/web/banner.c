/* SPDX-License-Identifier: MIT */
#include "web/banner.h"

#include "base/html.h"
#include "view/incident.h"
#include "web/frame.h"

enum { WORDS_BYTES = 8192 };

size_t
banner_count(const struct status_row *rows, size_t n, enum bucket b)
{
	size_t in = 0;

	for (size_t i = 0; i < n; i++)
		in += rows[i].e.bucket == b;
	return in;
}

void
banner_who(struct text *t, const struct status_row *r)
{
	struct text words;

	text_init(&words, WORDS_BYTES);
	incident_who(&words, &r->incident, r->scope, r->id);
	html_safe(t, text_str(&words));
	text_done(&words);
}

void
banner_words(struct text *t, const struct status_row *r, wall_ms now)
{
	struct text words;

	text_init(&words, WORDS_BYTES);
	status_words(&words, r, now);
	html_add(t, text_str(&words));
	text_done(&words);
}

/* The one that is not up, or NULL when there are several. */
static const struct status_row *
only_one(const struct status_list *l)
{
	const struct status_row *one = NULL;

	for (size_t i = 0; i < l->count; i++) {
		if (l->rows[i].e.bucket == BUCKET_UP)
			continue;
		if (one != NULL)
			return NULL;
		one = &l->rows[i];
	}
	return one;
}

static const char *const verbs[BUCKET_COUNT] = {[BUCKET_UP] = "up",
    [BUCKET_DEGRADED] = "degraded",
    [BUCKET_RECOVERING] = "recovering",
    [BUCKET_MAINTENANCE] = "in maintenance",
    [BUCKET_DOWN] = "down",
    [BUCKET_UNKNOWN] = "without data"};

/* "2 of 6 endpoints are down, 1 is recovering" */
static void
add_counts(struct text *t, const struct status_list *l, bool filtered)
{
	bool first = true;

	for (size_t k = 0; k < BUCKET_COUNT; k++) {
		enum bucket b = status_ranked(k);
		size_t n = banner_count(l->rows, l->count, b);

		if (n == 0 || (b == BUCKET_UP && !first))
			continue;
		if (!first)
			text_printf(t, ", %zu ", n);
		else if (l->count == 1)
			text_add(t, "The endpoint ");
		else if (n == l->count)
			text_printf(t, "All %zu endpoints ", l->count);
		else
			text_printf(t, "%zu of %zu endpoints ", n, l->count);
		text_printf(t, "%s %s", n == 1 ? "is" : "are", verbs[b]);
		first = false;
	}
	if (first)
		text_add(t,
		    filtered ? "Nothing matches the filter"
			     : "Nothing is watched yet");
}

static void
add_sentence(struct text *t, const struct status_list *l, bool filtered)
{
	const struct status_row *one = only_one(l);

	if (one == NULL) {
		add_counts(t, l, filtered);
		return;
	}
	text_add(t, "<strong>");
	html_safe(t, one->id);
	text_add(t, "</strong>: ");
	banner_words(t, one, l->as_of);
	if (status_since(one) != 0) {
		text_add(t, ", for ");
		frame_length(t, l->as_of - status_since(one));
	}
}

void
banner_add(struct text *t, const struct site *s, const struct status_list *l,
    bool filtered)
{
	text_printf(t, "<p class=\"banner %s\">", bucket_name(status_worst(l)));
	frame_state(t, status_worst(l));
	text_add(t, " <span>");
	add_sentence(t, l, filtered);
	text_add(t, "</span></p>\n<p class=\"asof\">Data as of ");
	frame_time(t, l->as_of);
	text_add(t, "</p>\n");
	if (s->now.damaged)
		text_add(t,
		    "<p class=\"warning\">The database is damaged: what is "
		    "decided now is not kept.  Restart the daemon to set it "
		    "aside.</p>\n");
	else if (s->now.degraded)
		text_add(t,
		    "<p class=\"warning\">The database cannot be written: "
		    "this is how it was then.</p>\n");
}

/* SPDX-License-Identifier: MIT */
#include "web/why.h"

#include "base/html.h"
#include "store/recall.h"
#include "view/prospect.h"
#include "web/frame.h"

enum { WORDS_BYTES = 4096 };

/* "Good for 6 min: 61 % to hold for the next hour." */
static void
add_back(struct text *t, const struct explanation *x)
{
	if (!output_recovers(&x->now))
		return;
	text_add(t, "<p><strong>Is it back?</strong> Not sure yet: good for ");
	frame_length(t, x->now.at - x->quiet_from);
	text_printf(t, ", %u %% to hold for the next hour.</p>\n",
	    x->now.chance);
}

static void
add_recoveries(struct text *t, const struct explanation *x)
{
	struct text words;

	if (x->recovery_count == 0)
		return;
	text_init(&words, WORDS_BYTES);
	recoveries_words(&words, x);
	text_add(t, "<p>");
	html_add(t, text_str(&words));
	text_add(t, "</p>\n");
	text_done(&words);
}

static void
add_all(struct text *t, const struct explanation *x)
{
	struct prospect p[PROSPECTS_MAX];
	size_t n = prospects(x, p);

	text_add(t, "<section id=\"why\">\n<h2>What would change this</h2>\n");
	add_back(t, x);
	add_recoveries(t, x);
	text_add(t, "<ul class=\"log\">\n");
	for (size_t i = 0; i < n; i++) {
		text_add(t, "<li>");
		html_add(t, p[i].text);
		text_add(t, "</li>\n");
	}
	text_add(t, "</ul>\n</section>\n");
}

enum status
why_add(struct text *t, const struct site *s, struct query *q, int64_t endpoint,
    struct fail *f)
{
	const struct recall *recall = site_recall(s, q, f);
	struct explanation x;
	uint32_t slot;

	if (recall == NULL)
		return f->code;
	if (recall_slot(recall, endpoint, &slot)) {
		world_explain(recall_world(recall), slot, &x);
		add_all(t, &x);
	}
	return OK;
}

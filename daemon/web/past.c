/* SPDX-License-Identifier: MIT */
#include "web/past.h"

#include "view/share.h"
#include "web/frame.h"

static const struct window {
	const char *name;
	int64_t days;
} windows[PAST_WINDOWS] = {{"24 h", 1}, {"7 days", 7}, {"30 days", 30},
    {"90 days", 90}, {"365 days", 365}};

static bool
on_span(void *arg, const struct history_span *s)
{
	struct past *a = arg;
	wall_ms until = s->until < a->now ? s->until : a->now;

	bins_add(&a->days, s->since, s->until, s->bucket);
	life_add(&a->life, s->since, s->until, s->bucket);
	for (size_t i = 0; i < PAST_WINDOWS; i++) {
		wall_ms from = a->now - windows[i].days * DAY_MS;

		a->planned[i] += agreed_ms(&a->agreed, s, from, a->now);
		from = s->since > from ? s->since : from;
		a->ms[i][s->bucket] += until > from ? until - from : 0;
	}
	return true;
}

enum status
past_read(struct past *p, struct query *q, int64_t endpoint, wall_ms now,
    struct fail *f)
{
	const struct history_part year = {endpoint,
	    now - windows[PAST_WINDOWS - 1].days * DAY_MS, now};
	enum status s;

	*p = (struct past){.now = now};
	bins_init(&p->days, GRAIN_DAY, now, BINS_MAX);
	s = agreed_read(&p->agreed, q, &year, f);
	if (s == OK)
		s = history_of(q, &year, on_span, p, f);
	agreed_done(&p->agreed);
	for (size_t i = 0; i < PAST_WINDOWS; i++)
		p->ms[i][BUCKET_UNKNOWN] +=
		    windows[i].days * DAY_MS - share_whole(p->ms[i]);
	return s;
}

void
past_add_availability(struct text *t, const struct past *p)
{
	static const enum bucket lost[] = {BUCKET_DOWN, BUCKET_MAINTENANCE,
	    BUCKET_RECOVERING};
	static const char *const columns[] = {"The last", "Available",
	    "By contract", "Down", "Maintenance", "Recovering", "Known of it",
	    NULL};

	text_add(t, "<section id=\"availability\">\n<h2>Availability</h2>\n");
	frame_table(t, columns);
	for (size_t i = 0; i < PAST_WINDOWS; i++) {
		const int64_t *ms = p->ms[i];
		char share[SHARE_BYTES];

		text_add(t, "<tr>");
		frame_cell(t, columns[0]);
		text_printf(t, "%s</td>", windows[i].name);
		frame_cell(t, columns[1]);
		text_printf(t, "%s</td>",
		    share_text(share_available(ms), share_known(ms), share));
		frame_cell(t, columns[2]);
		text_printf(t, "%s</td>",
		    share_text(share_available(ms),
			share_known(ms) - p->planned[i], share));
		for (size_t k = 0; k < 3; k++) {
			frame_cell(t, columns[3 + k]);
			frame_length(t, ms[lost[k]]);
			text_add(t, "</td>");
		}
		frame_cell(t, columns[6]);
		text_printf(t, "%s</td></tr>\n",
		    share_text(share_known(ms), share_whole(ms), share));
	}
	frame_table_end(t);
	text_printf(t,
	    "<p class=\"small\">Of the time that is known: up, or degraded; "
	    "by contract, planned maintenance left out.  Cut, not rounded.  "
	    "What was before anybody looked is not known: "
	    "<a href=\"%s/accounting\">the rules</a>.</p>\n</section>\n",
	    frame_base());
}

/* A life table; of so few, no shares. */
void
past_add_recoveries(struct text *t, const struct past *p)
{
	static const char *const columns[] = {"Good for", "So many came so far",
	    "Failed again later", NULL};
	const struct life *l = &p->life;

	if (l->held + l->relapsed == 0)
		return;
	text_printf(t,
	    "<section id=\"recoveries\">\n<h2>Its recoveries</h2>\n"
	    "<p>Of those after it was down, %u are over within 365 days: "
	    "%u with an all-clear, %u failed again.  One that goes on is not "
	    "counted.</p>\n",
	    l->held + l->relapsed, l->held, l->relapsed);
	frame_table(t, columns);
	for (size_t i = 0; i < LIFE_STEPS && life_reached(l, i) > 0; i++) {
		text_add(t, "<tr>");
		frame_cell(t, columns[0]);
		if (i > 0)
			frame_length(t, life_step(i));
		else
			text_add(t, "any time");
		text_add(t, "</td>");
		frame_cell(t, columns[1]);
		text_printf(t, "%u</td>", life_reached(l, i));
		frame_cell(t, columns[2]);
		text_printf(t, "%u</td></tr>\n", l->later[i]);
		if (l->later[i] == 0)
			break;
	}
	frame_table_end(t);
	text_add(t, "</section>\n");
}

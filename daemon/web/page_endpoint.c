/* SPDX-License-Identifier: MIT */
/* One endpoint: how it is, how it was, and its last checks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/utc.h"
#include "view/agreed.h"
#include "view/share.h"
#include "view/status.h"
#include "web/bars.h"
#include "web/chart.h"
#include "web/endpoint.h"
#include "web/facts.h"
#include "web/frame.h"
#include "web/lane.h"
#include "web/range.h"
#include "web/rows.h"
#include "web/site.h"
#include "web/why.h"

enum {
	WORDS_BYTES = 8192,
	CHECKS = 50,
	INCIDENTS_SHOWN = 20,
	ID_BYTES = 512,
	DATE_BYTES = 10
};

static void
add_state(struct text *t, const struct status_row *r, wall_ms now)
{
	char id[INCIDENT_TEXT_BYTES];
	struct text words;

	text_printf(t, "<p class=\"banner %s\">", bucket_name(r->e.bucket));
	frame_state(t, r->e.bucket);
	text_add(t, " <span>");
	text_init(&words, WORDS_BYTES);
	status_words(&words, r, now);
	html_add(t, text_str(&words));
	text_done(&words);
	if (status_since(r) != 0) {
		text_add(t, ", for ");
		frame_length(t, now - status_since(r));
	}
	text_add(t, "</span></p>\n<p class=\"asof\">Data as of ");
	frame_time(t, now);
	if (r->e.sampled) {
		text_add(t, " &middot; last checked ");
		frame_time(t, r->e.last.start);
	}
	if (r->e.sampled && r->e.last.cert_days != CERT_DAYS_UNKNOWN)
		text_printf(t, " &middot; its certificate is valid for %d days",
		    r->e.last.cert_days);
	if (r->has_incident && r->incident.last_good_at != 0) {
		text_add(t, " &middot; last good ");
		frame_time(t, r->incident.last_good_at);
	}
	if (r->has_incident) {
		incident_format(r->incident.incident, id);
		text_printf(t, " &middot; incident <a href=\"%s/i/%s\">%s</a>",
		    frame_base(), id, id);
	}
	text_add(t, "</p>\n");
}

static const struct window {
	const char *name;
	int64_t days;
} windows[] = {{"24 h", 1}, {"7 days", 7}, {"30 days", 30}, {"90 days", 90},
    {"365 days", 365}};

enum { WINDOWS = sizeof(windows) / sizeof(windows[0]) };

/* From one walk over a year. */
struct past {
	wall_ms now;
	struct days days;
	int64_t ms[WINDOWS][BUCKET_COUNT];
	struct agreed agreed;
	int64_t planned[WINDOWS]; /* of maintenance */
};

static bool
on_span(void *arg, const struct history_span *s)
{
	struct past *a = arg;
	wall_ms until = s->until < a->now ? s->until : a->now;

	days_add(&a->days, s->since, s->until, s->bucket);
	for (size_t i = 0; i < WINDOWS; i++) {
		wall_ms from = a->now - windows[i].days * DAY_MS;

		a->planned[i] += agreed_ms(&a->agreed, s, from, a->now);
		from = s->since > from ? s->since : from;
		a->ms[i][s->bucket] += until > from ? until - from : 0;
	}
	return true;
}

static enum status
past_read(struct past *p, struct query *q, const struct status_row *r,
    wall_ms now, struct fail *f)
{
	const struct history_part year = {r->e.endpoint,
	    now - windows[WINDOWS - 1].days * DAY_MS, now};
	enum status s;

	*p = (struct past){.now = now};
	days_init(&p->days, now, DAYS_MAX);
	s = agreed_read(&p->agreed, q, &year, f);
	if (s == OK)
		s = history_of(q, &year, on_span, p, f);
	agreed_done(&p->agreed);
	return s;
}

static void
add_availability(struct text *t, const struct past *p)
{
	static const enum bucket lost[] = {BUCKET_DOWN, BUCKET_MAINTENANCE,
	    BUCKET_RECOVERING};
	static const char *const columns[] = {"The last", "Available",
	    "By contract", "Down", "Maintenance", "Recovering", "Known of it",
	    NULL};

	text_add(t, "<section id=\"availability\">\n<h2>Availability</h2>\n");
	frame_table(t, columns);
	for (size_t i = 0; i < WINDOWS; i++) {
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
	    "by contract, planned maintenance left out.  Cut, not rounded: "
	    "<a href=\"%s/accounting\">the rules</a>.</p>\n</section>\n",
	    frame_base());
}

static const char *const check_columns[] = {"Began", "Result", "Code",
    "ms in all", "Name", "Connect", "Handshake", "Wait", "Receive", NULL};

enum { PHASES = 5 };

struct checks {
	struct sample all[CHECKS]; /* newest first */
	size_t count;
};

static bool
on_check(void *arg, uint64_t ref, const struct sample *s)
{
	struct checks *c = arg;

	(void)ref;
	c->all[c->count++] = *s;
	return c->count < CHECKS;
}

static void
add_check(struct text *t, const struct sample *s)
{
	const uint32_t times[] = {s->total_us, s->dns_us, s->connect_us,
	    s->tls_us, s->wait_us, s->receive_us};

	text_add(t, "<tr>");
	frame_cell(t, check_columns[0]);
	frame_time(t, s->start);
	text_add(t, "</td>");
	frame_cell(t, check_columns[1]);
	text_printf(t, "%s</td>", reason_text((enum reason)s->reason));
	frame_cell(t, check_columns[2]);
	if (s->code != 0)
		text_printf(t, "%d", s->code);
	text_add(t, "</td>");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		frame_cell(t, check_columns[3 + i]);
		text_printf(t, "%" PRIu32 ".%" PRIu32 "</td>", times[i] / 1000,
		    times[i] / 100 % 10);
	}
	text_add(t, "</tr>\n");
}

/* Where the time goes, on the average of the good ones among them. */
static void
add_phases(struct text *t, const struct checks *c)
{
	uint64_t sum[PHASES] = {0}, whole = 0, n = 0;
	int x = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct sample *s = &c->all[i];
		const uint32_t us[PHASES] = {s->dns_us, s->connect_us,
		    s->tls_us, s->wait_us, s->receive_us};

		if (class_effect((enum sample_class)s->class) != EFFECT_GOOD)
			continue;
		n++;
		for (size_t k = 0; k < PHASES; k++) {
			sum[k] += us[k];
			whole += us[k];
		}
	}
	if (whole == 0)
		return;
	text_printf(t,
	    "<svg class=\"lane\" role=\"img\" viewBox=\"0 0 %d %d\" "
	    "preserveAspectRatio=\"none\"><title>Where the time goes</title>",
	    LANE_WIDTH, LANE_HEIGHT);
	for (size_t k = 0; k < PHASES; k++) {
		int width = (int)(sum[k] * LANE_WIDTH / whole);

		text_printf(t,
		    "<rect class=\"phase%zu\" x=\"%d\" width=\"%d\" "
		    "height=\"%d\"/>",
		    k, x, width, LANE_HEIGHT);
		x += width;
	}
	text_printf(t,
	    "</svg>\n<p class=\"small\">Of %" PRIu64 " good ones:", n);
	for (size_t k = 0; k < PHASES; k++)
		text_printf(t,
		    "%s <span class=\"key phase%zu\"></span>%s %" PRIu64
		    ".%" PRIu64 " ms",
		    k > 0 ? "," : "", k, check_columns[4 + k],
		    sum[k] / n / 1000, sum[k] / n / 100 % 10);
	text_add(t, "</p>\n");
}

static enum status
add_checks(struct text *t, struct query *q, const struct status_row *r,
    struct fail *f)
{
	struct checks checks = {.count = 0};
	enum status s =
	    query_samples(q, r->e.endpoint, CHECKS, on_check, &checks, f);

	text_add(t, "<section id=\"checks\">\n<h2>The last checks</h2>\n");
	add_phases(t, &checks);
	frame_table(t, check_columns);
	for (size_t i = 0; i < checks.count; i++)
		add_check(t, &checks.all[i]);
	frame_table_end(t);
	text_add(t, "</section>\n");
	return s;
}

/* What its answers were. */
static void
add_classes(struct text *t, const struct rollup *sum)
{
	bool any = false;

	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		if (sum->classes[c] == 0)
			continue;
		text_printf(t, "%s%s: %" PRIu32, any ? ", " : "<p>Answers: ",
		    class_text((enum sample_class)c), sum->classes[c]);
		any = true;
	}
	text_add(t, any ? "</p>\n" : "");
}

static void
add_day(struct text *t, const char *path, wall_ms day, const char *word)
{
	char at[UTC_TEXT_BYTES];

	text_printf(t, "<a rel=\"nofollow\" href=\"%s%s/day/%.*s\">%s</a> ",
	    frame_base(), path, DATE_BYTES, utc_format(day, at), word);
}

/* To the days beside one: before what is known there is nothing more. */
static void
add_days(struct text *t, const char *path, const struct range *day,
    const struct course *course)
{
	text_add(t, "<nav class=\"steps\" aria-label=\"Days\">");
	if (course->count > 0)
		add_day(t, path, day->from - DAY_MS, "the day before");
	if (day->to <= day->known)
		add_day(t, path, day->to, "the day after");
	text_add(t, "</nav>\n");
}

/*
 * How it went in the time that is looked at, and how long answers took; day is
 * the name of one, or NULL.
 */
static enum status
add_course(struct text *t, struct query *q, const struct status_row *r,
    const struct range *range, const char *day, struct fail *f)
{
	struct course course;
	struct chart chart;
	struct text path;
	enum status s;

	course_init(&course, range->from, range->to);
	s = course_read(&course, q, r->e.endpoint, f);
	if (s == OK)
		s = chart_read(&chart, q,
		    &(struct latency_part){r->e.endpoint, range->from,
			range->to, 0},
		    f);
	if (s == OK) {
		text_init(&path, ID_BYTES);
		frame_path(&path, r->id);
		text_printf(t,
		    "<section id=\"course\">\n<h2>How it went%s%s</h2>\n",
		    day != NULL ? " on " : "", day != NULL ? day : "");
		if (day != NULL)
			add_days(t, text_str(&path), range, &course);
		range_links(t, range, text_str(&path), "");
		lane_add(t, &course, r->id);
		lane_axis(t, range->from, range->to);
		lane_table(t, &course);
		text_add(t, "<h3>Latency</h3>\n");
		chart_add(t, &chart, &course, r->id);
		add_classes(t, &chart.sum);
		text_add(t, "</section>\n");
		text_done(&path);
	}
	course_done(&course);
	return s;
}

static enum status
render(struct site *s, const struct visitor *v, struct endpoint *e,
    const struct range *range, const char *day, struct text *t)
{
	const struct status_row *r = e->row;
	struct query *q = e->q;
	struct fail *f = &e->fail;
	wall_ms now = e->list.as_of;
	struct rows incidents = {.site = s,
	    .visitor = v,
	    .title = "Incidents",
	    .max = INCIDENTS_SHOWN};
	char version[VERSION_BYTES];
	struct past past;
	enum status status = past_read(&past, q, r, now, f);

	incidents.endpoint = r->id;
	if (status == OK) {
		frame_begin(t, r->id, site_version(s, version));
		add_state(t, r, now);
		facts_add(t, s, v, r->service);
		bars_add(t, &past.days, r->id);
		bars_list(t, &past.days, r->id);
		status = why_add(t, s, q, r->e.endpoint, f);
	}
	if (status == OK)
		status = add_course(t, q, r, range, day, f);
	if (status == OK) {
		add_availability(t, &past);
		status = rows_add(t, q, &incidents, f);
	}
	if (status == OK)
		status = add_checks(t, q, r, f);
	frame_end(t);
	return status;
}

static void
answer_endpoint(struct site *s, const struct visitor *v, struct endpoint *e,
    const struct range *range, const char *day)
{
	struct text page;

	text_init(&page, PAGE_BYTES);
	if (render(s, v, e, range, day, &page) == OK)
		answer_page(s, v->r, &page);
	else
		answer_unread(s, v->r, &e->fail);
	text_done(&page);
}

void
page_endpoint(struct site *s, const struct visitor *v)
{
	struct endpoint e;
	struct range range;

	if (!endpoint_find(&e, s, v))
		return;
	if (range_take(v, e.list.as_of, "24h", &range))
		answer_endpoint(s, v, &e, &range, NULL);
	endpoint_done(&e);
}

/* The same, of one day. */
void
page_day(struct site *s, const struct visitor *v)
{
	char first[UTC_TEXT_BYTES];
	struct endpoint e;
	struct range range = {.word = NULL};

	(void)snprintf(first, sizeof(first), "%.10sT00:00:00Z", v->more);
	if (strlen(v->more) != DATE_BYTES || !utc_parse(first, &range.from)) {
		answer_problem(v->r, 404, "Not found",
		    "There is no such day: one is like 2023-02-14.");
		return;
	}
	if (!endpoint_find(&e, s, v))
		return;
	range.to = range.from + DAY_MS;
	range.known = e.list.as_of;
	answer_endpoint(s, v, &e, &range, v->more);
	endpoint_done(&e);
}

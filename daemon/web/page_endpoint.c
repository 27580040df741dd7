/* SPDX-License-Identifier: MIT */
/* One endpoint: how it is, how it was, and its last checks. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "view/share.h"
#include "view/status.h"
#include "web/bars.h"
#include "web/frame.h"
#include "web/rows.h"
#include "web/site.h"

enum { WORDS_BYTES = 8192, CHECKS = 50, INCIDENTS_SHOWN = 20 };

/* In addresses '/' is written '~'.  Owned by caller. */
static char *
id_of(const char *rest)
{
	char *id = mem_dup(rest);

	for (char *p = id; *p != '\0'; p++)
		if (*p == '~')
			*p = '/';
	return id;
}

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
	if (r->has_incident) {
		incident_format(r->incident.incident, id);
		text_printf(t, " &middot; incident <a href=\"%s/i/%s\">%s</a>",
		    frame_base(), id, id);
	}
	text_add(t, "</p>\n");
}

static enum status
add_availability(struct text *t, struct query *q, const struct status_row *r,
    wall_ms now, struct fail *f)
{
	static const struct {
		const char *name;
		int64_t days;
	} windows[] = {{"24 h", 1}, {"7 days", 7}, {"30 days", 30},
	    {"90 days", 90}, {"365 days", 365}};
	static const enum bucket lost[] = {BUCKET_DOWN, BUCKET_MAINTENANCE,
	    BUCKET_RECOVERING};
	static const char *const columns[] = {"The last", "Available", "Down",
	    "Maintenance", "Recovering", "Known of it", NULL};
	enum status s = OK;

	text_add(t, "<section id=\"availability\">\n<h2>Availability</h2>\n");
	frame_table(t, columns);
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]) && s == OK;
	     i++) {
		struct query_sum sum = {.provisional = false};
		char share[SHARE_BYTES];

		s = query_buckets(q, r->e.endpoint,
		    now - windows[i].days * DAY_MS, now, &sum, f);
		text_add(t, "<tr>");
		frame_cell(t, columns[0]);
		text_printf(t, "%s</td>", windows[i].name);
		frame_cell(t, columns[1]);
		text_printf(t, "%s</td>",
		    share_text(share_available(sum.ms), share_known(sum.ms),
			share));
		for (size_t k = 0; k < 3; k++) {
			frame_cell(t, columns[2 + k]);
			frame_length(t, sum.ms[lost[k]]);
			text_add(t, "</td>");
		}
		frame_cell(t, columns[5]);
		text_printf(t, "%s</td></tr>\n",
		    share_text(share_known(sum.ms), share_whole(sum.ms),
			share));
	}
	frame_table_end(t);
	text_add(t,
	    "<p class=\"small\">Of the time that is known: "
	    "up, or degraded.  Cut, not rounded.</p>\n</section>\n");
	return s;
}

static const char *const check_columns[] = {"Began", "Result", "Code",
    "ms in all", "Name", "Connect", "Handshake", "Wait", "Receive", NULL};

static bool
on_check(void *arg, uint64_t ref, const struct sample *s)
{
	const uint32_t times[] = {s->total_us, s->dns_us, s->connect_us,
	    s->tls_us, s->wait_us, s->receive_us};
	struct text *t = arg;

	(void)ref;
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
	return true;
}

static enum status
add_checks(struct text *t, struct query *q, const struct status_row *r,
    struct fail *f)
{
	enum status s;

	text_add(t, "<section id=\"checks\">\n<h2>The last checks</h2>\n");
	frame_table(t, check_columns);
	s = query_samples(q, r->e.endpoint, CHECKS, on_check, t, f);
	frame_table_end(t);
	text_add(t, "</section>\n");
	return s;
}

static enum status
render(struct site *s, struct query *q, struct text *t,
    const struct status_list *l, struct fail *f)
{
	const struct status_row *r = l->rows;
	struct rows incidents = {.title = "Incidents", .max = INCIDENTS_SHOWN};
	char version[VERSION_BYTES];
	struct bars bars = {0};
	enum status status = bars_read(q, l, &bars, f);

	assert(r != NULL && l->count == 1);
	incidents.endpoint = r->id;
	if (status == OK) {
		frame_begin(t, r->id, site_version(s, version));
		add_state(t, r, l->as_of);
		bars_add(t, &bars.services[0], r->id);
		status = add_availability(t, q, r, l->as_of, f);
	}
	if (status == OK)
		status = rows_add(t, q, &incidents, f);
	if (status == OK)
		status = add_checks(t, q, r, f);
	frame_end(t);
	bars_done(&bars);
	return status;
}

void
page_endpoint(struct site *s, const struct visitor *v)
{
	struct status_list l = {0};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	char *id = id_of(v->rest);
	enum status status = f.code;
	struct text page;

	text_init(&page, PAGE_BYTES);
	if (q != NULL)
		status = site_status(s, v, q, id, &l, &f);
	/* What was asked for is a pattern to who reads. */
	if (status == OK && (l.count != 1 || strcmp(l.rows[0].id, id) != 0))
		status = fail_set(&f, ERR_NOTFOUND, "no such endpoint");
	if (status == OK)
		status = render(s, q, &page, &l, &f);
	if (status == OK)
		answer_page(s, v->r, &page);
	else
		answer_unread(s, v->r, &f);
	status_done(&l);
	text_done(&page);
	mem_free(id);
}

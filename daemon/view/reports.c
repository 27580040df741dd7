/* SPDX-License-Identifier: MIT */
#include "view/reports.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/utc.h"
#include "view/put.h"

enum { ONE = 1 << 16 };

static bool
on_region(void *arg, const char *region, int64_t n)
{
	struct reports *r = arg;
	size_t i = 0;

	if (region[0] == '\0')
		return true;
	while (i < r->region_count && strcmp(r->regions[i].region, region) != 0)
		i++;
	if (i == REPORTS_REGIONS_MAX)
		return true;
	if (i == r->region_count) {
		(void)snprintf(r->regions[i].region, REPORTS_REGION_BYTES, "%s",
		    region);
		r->region_count++;
	}
	r->regions[i].n += n;
	return true;
}

enum status
reports_read(struct query *q, const char *service, wall_ms now,
    struct reports *r, struct fail *f)
{
	enum status s;

	*r = (struct reports){.region_count = 0};
	s = query_reports(q, service, now, &r->view, f);
	if (s == OK && r->view.any)
		s = query_reports_of(q, service,
		    r->view.since - CROWD_QUARTER_MS, on_region, r, f);
	if (s == OK && r->view.any)
		s = query_reports_of(q, service, r->view.since, on_region, r,
		    f);
	return s;
}

bool
reports_any_now(const struct reports *r)
{
	return r->view.last.count > 0 || r->view.now.count > 0 ||
	    r->view.elevated;
}

void
reports_words(struct text *t, const struct reports *r)
{
	const struct report_view *v = &r->view;
	uint64_t usual = (v->last.usual_q16 + ONE / 2) >> 16;
	char at[UTC_TEXT_BYTES];

	utc_format(v->since, at);
	text_printf(t, "%" PRIu64 " in the last 15 min (to %.5sZ)",
	    v->last.count, at + 11);
	if (v->now.count > 0)
		text_printf(t, ", %" PRIu64 " since", v->now.count);
	if (!v->last.known)
		text_add(t, ", what is usual is not known yet");
	else if (usual > 0)
		text_printf(t, ", usually %" PRIu64, usual);
	else
		text_add(t, ", usually less than 1");
	if (v->elevated)
		text_add(t, ": elevated");
	for (size_t i = 0; i < r->region_count; i++) {
		text_add(t, i == 0 ? " (" : ", ");
		escape_log(t, r->regions[i].region,
		    strlen(r->regions[i].region));
		text_printf(t, " %" PRId64 "%s", r->regions[i].n,
		    i + 1 == r->region_count ? ")" : "");
	}
}

/* Rounded to a tenth. */
static json_t *
tenths(int64_t q16)
{
	int64_t n = (q16 * 10 + (q16 < 0 ? -ONE / 2 : ONE / 2)) / ONE;

	return json_real((double)n / 10.0);
}

json_t *
reports_json(const struct reports *r)
{
	const struct report_view *v = &r->view;
	json_t *j = json_object(), *regions = json_object();

	put_time(j, "from", v->since - CROWD_QUARTER_MS);
	put_time(j, "to", v->since);
	put_count(j, "count", (int64_t)v->last.count);
	put_count(j, "since", (int64_t)v->now.count);
	if (v->last.known) {
		(void)json_object_set_new(j, "usual",
		    tenths((int64_t)v->last.usual_q16));
		(void)json_object_set_new(j, "score", tenths(v->last.z_q16));
	}
	(void)json_object_set_new(j, "elevated", json_boolean(v->elevated));
	for (size_t i = 0; i < r->region_count; i++)
		put_count(regions, r->regions[i].region, r->regions[i].n);
	(void)json_object_set_new(j, "regions", regions);
	return j;
}

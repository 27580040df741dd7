/* SPDX-License-Identifier: MIT */
/*
 * reports - what people report of a service, beside what was decided of it.
 */
#ifndef VIEW_REPORTS_H
#define VIEW_REPORTS_H

#include "base/text.h"
#include "store/query.h"
#include "store/reports.h"

enum { REPORTS_REGIONS_MAX = 32, REPORTS_REGION_BYTES = 64 };

struct reports {
	struct report_view view;
	/* Those that named a region, in the last quarter and since. */
	struct reports_region {
		char region[REPORTS_REGION_BYTES];
		int64_t n;
	} regions[REPORTS_REGIONS_MAX];
	size_t region_count;
};

MUST_CHECK
enum status reports_read(struct query *q, const char *service, wall_ms now,
    struct reports *r, struct fail *f);
/* Worth a line where space is dear. */
bool reports_any_now(const struct reports *r);
/*
 * "42 in the last 15 min (to 10:15Z), 7 since, usually 3: elevated (eu 30)"
 */
void reports_words(struct text *t, const struct reports *r);
/* {"from", "to", "count", "since", "usual", "score", "elevated", "regions"} */
struct json_t;
struct json_t *reports_json(const struct reports *r);

#endif

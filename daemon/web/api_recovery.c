/* SPDX-License-Identifier: MIT */
/* Is it really back: how its recoveries went, and what that makes likely. */
#include "base/utc.h"
#include "core/explain.h"
#include "core/recovery.h"
#include "store/recall.h"
#include "view/put.h"
#include "web/endpoint.h"

static json_t *
times_json(const struct explanation *x)
{
	json_t *times = json_array();
	char buf[UTC_TEXT_BYTES];

	for (size_t i = 0; i < x->recovery_count; i++)
		(void)json_array_append_new(times,
		    json_string(utc_format(x->recoveries[i], buf)));
	return times;
}

/* What good time makes of the chance, after so many others. */
static json_t *
table_json(unsigned others, const struct recovery_record *own)
{
	static const span_ms minutes[] = {0, 1, 2, 5, 10, 20, 30, 60, 120, 240,
	    360};
	json_t *table = json_array();

	for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
		const span_ms good = minutes[i] * MINUTE_MS;
		json_t *j = json_object();

		put_count(j, "good_ms", good);
		put_count(j, "chance", recovery_chance(others, own, good));
		(void)json_array_append_new(table, j);
	}
	return table;
}

static json_t *
recovery_json(const struct explanation *x)
{
	bool recovers = output_recovers(&x->now);
	size_t most = RECOVERY_OTHERS_MAX;
	unsigned others =
	    (unsigned)(x->recovery_count < most ? x->recovery_count : most);
	json_t *j = json_object();

	if (recovers) {
		others = x->now.others;
		put_time(j, "good_since", x->quiet_from);
		put_count(j, "quiet_ms", x->quiet);
		put_count(j, "chance", x->now.chance);
	} else if (x->now.phase == PHASE_OPEN) {
		put_count(j, "quiet_ms", x->next_quiet);
	}
	(void)json_object_set_new(j, "recoveries", times_json(x));
	put_count(j, "others", others);
	(void)json_object_set_new(j, "again",
	    json_real(x->own.again / (double)RECOVERY_UNIT));
	(void)json_object_set_new(j, "expected",
	    json_real(x->own.expected / (double)RECOVERY_UNIT));
	(void)json_object_set_new(j, "table", table_json(others, &x->own));
	return j;
}

void
api_recovery(struct site *s, const struct visitor *v)
{
	const struct recall *recall;
	struct explanation x;
	struct endpoint e;
	uint32_t slot;

	if (!endpoint_find(&e, s, v))
		return;
	recall = site_recall(s, e.q, &e.fail);
	if (recall != NULL && recall_slot(recall, e.row->e.endpoint, &slot)) {
		world_explain(recall_world(recall), slot, &x);
		answer_json(s, v->r, recovery_json(&x));
	} else {
		if (recall != NULL)
			(void)fail_set(&e.fail, ERR_NOTFOUND,
			    "nothing is remembered of it");
		answer_unread(s, v->r, &e.fail);
	}
	endpoint_done(&e);
}

/* SPDX-License-Identifier: MIT */
/* What is watched, for programs: all, some, or one of it. */
#include <string.h>
#include <strings.h>

#include "core/explain.h"
#include "store/recall.h"
#include "view/prospect.h"
#include "view/put.h"
#include "view/status.h"
#include "web/endpoint.h"
#include "web/param.h"
#include "web/site.h"

enum { BUCKET_ANY = 0 }; /* as there is a word before them */

/* Which endpoints; NULL: whatever it is. */
struct wanted {
	const char *service, *region, *tag, *part;
	size_t bucket; /* its place among the words */
	const char *after;
	size_t limit;
};

static bool
take_wanted(const struct visitor *v, struct wanted *w)
{
	const char *buckets[BUCKET_COUNT + 2] = {""};

	*w = (struct wanted){.service = NULL};
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		buckets[b + 1] = bucket_name((enum bucket)b);
	return param_text(v, "service", &w->service) &&
	    param_text(v, "region", &w->region) &&
	    param_text(v, "tag", &w->tag) && param_text(v, "q", &w->part) &&
	    param_word(v, "state", buckets, &w->bucket) &&
	    param_text(v, "after", &w->after) && param_limit(v, &w->limit);
}

static bool
is_of(const char *name, const char *wanted)
{
	return wanted == NULL || (name != NULL && strcmp(name, wanted) == 0);
}

static bool
is_wanted(const struct site *s, const struct wanted *w,
    const struct status_row *r)
{
	return (w->after == NULL || strcmp(r->id, w->after) > 0) &&
	    is_of(r->service, w->service) && is_of(r->region, w->region) &&
	    (w->bucket == BUCKET_ANY || w->bucket == r->e.bucket + 1U) &&
	    (w->part == NULL || strcasestr(r->id, w->part) != NULL) &&
	    (w->tag == NULL || site_tagged(s, r->service, w->tag));
}

void
api_endpoints(struct site *s, const struct visitor *v)
{
	struct status_list l = {0};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct wanted w;
	size_t left;
	json_t *items, *next = NULL;

	if (!take_wanted(v, &w))
		return;
	if (q == NULL || site_status(s, v, q, NULL, &l, &f) != OK) {
		answer_unread(s, v->r, &f);
		status_done(&l);
		return;
	}
	items = json_array();
	left = w.limit;
	for (size_t i = 0; i < l.count && next == NULL; i++) {
		const struct status_row *r = &l.rows[i];

		if (!is_wanted(s, &w, r))
			continue;
		if (left-- > 0)
			(void)json_array_append_new(items, status_row_json(r));
		else
			next = json_incref(
			    json_object_get(json_array_get(items, w.limit - 1),
				"id"));
	}
	answer_list(s, v->r, items, next);
	status_done(&l);
}

/* What would change its state, as the core remembers it. */
static enum status
put_prospects(json_t *j, const struct site *s, struct query *q,
    int64_t endpoint, struct fail *f)
{
	const struct recall *recall = site_recall(s, q, f);
	struct prospect p[PROSPECTS_MAX];
	struct explanation x;
	json_t *list = json_array();
	uint32_t slot;
	size_t n = 0;

	if (recall != NULL && recall_slot(recall, endpoint, &slot)) {
		world_explain(recall_world(recall), slot, &x);
		n = prospects(&x, p);
		(void)json_object_set_new(j, "suspect",
		    json_boolean(x.suspect));
		put_time(j, "promise_until", x.now.promise_until);
		put_time(j, "stale_at", x.stale_at);
	}
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();

		put_time(one, "at", p[i].at);
		put_text(one, "then", bucket_name(p[i].then));
		put_text(one, "text", p[i].text);
		(void)json_array_append_new(list, one);
	}
	(void)json_object_set_new(j, "prospects", list);
	return recall != NULL ? OK : f->code;
}

void
api_endpoint(struct site *s, const struct visitor *v)
{
	struct endpoint e;
	json_t *j;

	if (!endpoint_find(&e, s, v))
		return;
	j = status_row_json(e.row);
	if (e.row->has_incident)
		put_time(j, "last_good_at", e.row->incident.last_good_at);
	else if (e.row->e.sampled && e.row->e.bucket == BUCKET_UP)
		put_time(j, "last_good_at", e.row->e.last.start);
	if (put_prospects(j, s, e.q, e.row->e.endpoint, &e.fail) == OK) {
		answer_json(s, v->r, j);
	} else {
		json_decref(j);
		answer_unread(s, v->r, &e.fail);
	}
	endpoint_done(&e);
}

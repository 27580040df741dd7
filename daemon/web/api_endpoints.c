/* SPDX-License-Identifier: MIT */
/* What is watched, for programs: all, some, or one of it. */
#include <string.h>
#include <strings.h>

#include "core/explain.h"
#include "store/history.h"
#include "store/recall.h"
#include "view/course.h"
#include "view/prospect.h"
#include "view/put.h"
#include "view/share.h"
#include "view/status.h"
#include "web/chart.h"
#include "web/endpoint.h"
#include "web/param.h"
#include "web/range.h"
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

void
api_timeline(struct site *s, const struct visitor *v)
{
	struct endpoint e;
	struct range r;
	struct course c;
	json_t *items;

	if (!endpoint_find(&e, s, v))
		return;
	if (!range_take(v, e.list.as_of, "24h", &r)) {
		endpoint_done(&e);
		return;
	}
	course_init(&c, r.from, r.to);
	if (course_read(&c, e.q, e.row->e.endpoint, &e.fail) == OK) {
		items = json_array();
		for (size_t i = 0; i < c.count; i++) {
			json_t *one = json_object();

			put_time(one, "since", c.pieces[i].since);
			put_time(one, "until", c.pieces[i].until);
			put_text(one, "bucket",
			    bucket_name(c.pieces[i].bucket));
			(void)json_array_append_new(items, one);
		}
		answer_list(s, v->r, items, NULL);
	} else {
		answer_unread(s, v->r, &e.fail);
	}
	course_done(&c);
	endpoint_done(&e);
}

static json_t *
point_json(const struct chart_point *p)
{
	json_t *j = json_object();

	put_time(j, "since", p->since);
	put_time(j, "until", p->until);
	put_count(j, "n", p->n);
	put_count(j, "good", p->good);
	put_count(j, "failing", p->failing);
	if (p->good > 0) {
		put_count(j, "p50_us", p->p50_us);
		put_count(j, "p95_us", p->p95_us);
		put_count(j, "p99_us", p->p99_us);
	}
	return j;
}

void
api_latency(struct site *s, const struct visitor *v)
{
	struct endpoint e;
	struct range r;
	struct chart c;
	json_t *items;

	if (!endpoint_find(&e, s, v))
		return;
	if (!range_take(v, e.list.as_of, "24h", &r)) {
		endpoint_done(&e);
		return;
	}
	if (chart_read(&c, e.q, e.row->e.endpoint, r.from, r.to, &e.fail) ==
	    OK) {
		items = json_array();
		for (size_t i = 0; i < c.count; i++)
			(void)json_array_append_new(items,
			    point_json(&c.points[i]));
		answer_list(s, v->r, items, NULL);
	} else {
		answer_unread(s, v->r, &e.fail);
	}
	endpoint_done(&e);
}

/* "28.571 %", or left out of nothing. */
static void
put_share(json_t *j, const char *key, int64_t part, int64_t whole)
{
	char share[SHARE_BYTES];
	const char *text = share_text(part, whole, share);

	if (whole > 0)
		(void)json_object_set_new(j, key,
		    json_stringn(text, strcspn(text, " ")));
}

void
api_availability(struct site *s, const struct visitor *v)
{
	struct query_sum sum = {.provisional = false};
	int64_t good, known, whole;
	struct endpoint e;
	struct range r;
	json_t *j;

	if (!endpoint_find(&e, s, v))
		return;
	if (!range_take(v, e.list.as_of, "24h", &r)) {
		endpoint_done(&e);
		return;
	}
	if (query_buckets(e.q, e.row->e.endpoint, r.from, r.to, &sum,
		&e.fail) == OK) {
		good = share_available(sum.ms);
		known = share_known(sum.ms);
		whole = share_whole(sum.ms);
		j = json_object();
		put_time(j, "from", r.from);
		put_time(j, "to", r.to);
		(void)json_object_set_new(j, "buckets_ms",
		    buckets_json(sum.ms));
		(void)json_object_set_new(j, "provisional",
		    json_boolean(sum.provisional));
		put_share(j, "available", good, known);
		put_share(j, "at_least", good, whole);
		put_share(j, "at_most", good + whole - known, whole);
		put_share(j, "coverage", known, whole);
		answer_json(s, v->r, j);
	} else {
		answer_unread(s, v->r, &e.fail);
	}
	endpoint_done(&e);
}

struct sampling {
	json_t *items;
	size_t left;
	uint64_t next, skip; /* refs; 0: none */
};

static bool
on_sample(void *arg, uint64_t ref, const struct sample *p)
{
	struct sampling *a = arg;
	json_t *j;

	if (ref == a->skip)
		return true;
	if (a->left == 0)
		return false;
	j = json_object();
	put_count(j, "ref", (int64_t)ref);
	put_time(j, "start", p->start);
	put_text(j, "class", class_name((enum sample_class)p->class));
	put_text(j, "reason", reason_name((enum reason)p->reason));
	if (p->code != 0)
		put_count(j, "code", p->code);
	put_count(j, "total_us", p->total_us);
	put_count(j, "dns_us", p->dns_us);
	put_count(j, "connect_us", p->connect_us);
	put_count(j, "tls_us", p->tls_us);
	put_count(j, "wait_us", p->wait_us);
	put_count(j, "receive_us", p->receive_us);
	(void)json_array_append_new(a->items, j);
	a->next = --a->left == 0 ? ref : 0;
	return true;
}

void
api_samples(struct site *s, const struct visitor *v)
{
	struct sampling a = {.items = NULL};
	int64_t after = 0;
	struct endpoint e;
	enum status status;

	if (!param_limit(v, &a.left) ||
	    !param_number(v, "after", 1, NUMBER_MOST, &after) ||
	    !endpoint_find(&e, s, v))
		return;
	a.items = json_array();
	a.skip = (uint64_t)after;
	status = after != 0
	    ? history_samples(e.q,
		  &(struct history_page){e.row->e.endpoint, a.skip, a.left + 1},
		  on_sample, &a, &e.fail)
	    : query_samples(e.q, e.row->e.endpoint, a.left, on_sample, &a,
		  &e.fail);
	if (status == OK) {
		answer_list(s, v->r, a.items,
		    a.next != 0 ? json_integer((json_int_t)a.next) : NULL);
	} else {
		json_decref(a.items);
		answer_unread(s, v->r, &e.fail);
	}
	endpoint_done(&e);
}

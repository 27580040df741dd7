/* SPDX-License-Identifier: MIT */
/* How one endpoint was, for programs: what followed what, and each check. */
#include <string.h>

#include "view/agreed.h"
#include "view/course.h"
#include "view/put.h"
#include "view/share.h"
#include "web/chart.h"
#include "web/endpoint.h"
#include "web/param.h"
#include "web/range.h"
#include "web/site.h"

/* An endpoint, and the time of it that is asked for. */
struct part {
	struct endpoint e;
	struct range r;
};

/* As endpoint_find(). */
static bool
part_find(struct part *p, struct site *s, const struct visitor *v)
{
	if (!endpoint_find(&p->e, s, v))
		return false;
	if (range_take(v, p->e.list.as_of, "24h", &p->r))
		return true;
	endpoint_done(&p->e);
	return false;
}

void
api_timeline(struct site *s, const struct visitor *v)
{
	struct part p;
	struct course c;
	json_t *items;

	if (!part_find(&p, s, v))
		return;
	course_init(&c, p.r.from, p.r.to);
	if (course_read(&c, p.e.q, p.e.row->e.endpoint, &p.e.fail) == OK) {
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
		answer_unread(s, v->r, &p.e.fail);
	}
	course_done(&c);
	endpoint_done(&p.e);
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

/* Of those whose sums are kept; 0: as suits the time.  False as for params. */
static bool
take_step(const struct visitor *v, span_ms *step)
{
	static const char *const words[] = {"5m", "1h", "1d", NULL};
	static const span_ms steps[] = {5 * (span_ms)MINUTE_MS, HOUR_MS, DAY_MS,
	    0};
	size_t at = 3;

	if (!param_word(v, "step", words, &at))
		return false;
	*step = steps[at];
	return true;
}

void
api_latency(struct site *s, const struct visitor *v)
{
	struct part p;
	struct chart c;
	json_t *items;
	span_ms step;

	if (!take_step(v, &step) || !part_find(&p, s, v))
		return;
	if (step > 0 && (p.r.to - p.r.from - 1) / step >= LATENCY_STEPS_MAX) {
		answer_problem(v->r, 400, "Bad parameter",
		    "step is too short for that time: it makes more than 400 "
		    "of it.");
	} else if (chart_read(&c, p.e.q,
		       &(struct latency_part){p.e.row->e.endpoint, p.r.from,
			   p.r.to, step},
		       &p.e.fail) == OK) {
		items = json_array();
		for (size_t i = 0; i < c.count; i++)
			(void)json_array_append_new(items,
			    point_json(&c.points[i]));
		answer_list(s, v->r, items, NULL);
	} else {
		answer_unread(s, v->r, &p.e.fail);
	}
	endpoint_done(&p.e);
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

struct planned {
	const struct range *range;
	struct agreed agreed;
	int64_t ms; /* of maintenance */
};

static bool
on_span(void *arg, const struct history_span *span)
{
	struct planned *p = arg;

	p->ms += agreed_ms(&p->agreed, span, p->range->from, p->range->to);
	return true;
}

static enum status
read_planned(struct planned *planned, struct part *p)
{
	const struct history_part part = {p->e.row->e.endpoint, p->r.from,
	    p->r.to};
	enum status status;

	*planned = (struct planned){.range = &p->r};
	status = agreed_read(&planned->agreed, p->e.q, &part, &p->e.fail);
	if (status == OK)
		status =
		    history_of(p->e.q, &part, on_span, planned, &p->e.fail);
	agreed_done(&planned->agreed);
	return status;
}

static json_t *
availability_json(const struct range *r, const struct query_sum *sum,
    int64_t planned)
{
	int64_t good = share_available(sum->ms);
	int64_t known = share_known(sum->ms), whole = share_whole(sum->ms);
	json_t *j = json_object();

	put_time(j, "from", r->from);
	put_time(j, "to", r->to);
	(void)json_object_set_new(j, "buckets_ms", buckets_json(sum->ms));
	put_count(j, "planned_ms", planned);
	(void)json_object_set_new(j, "provisional",
	    json_boolean(sum->provisional));
	put_share(j, "available", good, known);
	put_share(j, "contractual", good, known - planned);
	put_share(j, "at_least", good, whole);
	put_share(j, "at_most", good + whole - known, whole);
	put_share(j, "coverage", known, whole);
	return j;
}

void
api_availability(struct site *s, const struct visitor *v)
{
	struct query_sum sum = {.provisional = false};
	struct planned planned;
	struct part p;

	if (!part_find(&p, s, v))
		return;
	if (query_buckets(p.e.q, p.e.row->e.endpoint, p.r.from, p.r.to, &sum,
		&p.e.fail) == OK &&
	    read_planned(&planned, &p) == OK) {
		/* What was before anybody looked is not known either. */
		sum.ms[BUCKET_UNKNOWN] +=
		    p.r.to - p.r.from - share_whole(sum.ms);
		answer_json(s, v->r, availability_json(&p.r, &sum, planned.ms));
	} else {
		answer_unread(s, v->r, &p.e.fail);
	}
	endpoint_done(&p.e);
}

static json_t *
sample_json(uint64_t ref, const struct sample *p)
{
	json_t *j = json_object();

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
	return j;
}

static bool
on_sample(void *arg, uint64_t ref, const struct sample *p)
{
	(void)json_array_append_new(arg, sample_json(ref, p));
	return true;
}

static bool
take_walk(const struct visitor *v, struct history_walk *w)
{
	int64_t after = 0;

	*w = (struct history_walk){.endpoint = 0};
	if (!param_limit(v, &w->max) ||
	    !param_number(v, "after", 1, NUMBER_MOST, &after) ||
	    !param_span(v, &w->from, &w->to))
		return false;
	w->after = (uint64_t)after;
	return true;
}

void
api_samples(struct site *s, const struct visitor *v)
{
	struct history_walk w;
	struct endpoint e;
	json_t *items;

	if (!take_walk(v, &w) || !endpoint_find(&e, s, v))
		return;
	items = json_array();
	w.endpoint = e.row->e.endpoint;
	if (history_walk(e.q, &w, on_sample, items, &e.fail) == OK) {
		answer_list(s, v->r, items,
		    w.more ? json_integer((json_int_t)w.last) : NULL);
	} else {
		json_decref(items);
		answer_unread(s, v->r, &e.fail);
	}
	endpoint_done(&e);
}

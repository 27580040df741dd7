/* SPDX-License-Identifier: MIT */
#include "view/status.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/glob.h"
#include "base/mem.h"
#include "store/evidence.h"
#include "store/recall.h"
#include "view/paused.h"
#include "view/put.h"
#include "view/when.h"
#include "wire/event_json.h"

static const enum bucket ranks[BUCKET_COUNT] = {BUCKET_DOWN, BUCKET_MAINTENANCE,
    BUCKET_DEGRADED, BUCKET_RECOVERING, BUCKET_UNKNOWN, BUCKET_UP};

enum bucket
status_ranked(size_t rank)
{
	assert(rank < BUCKET_COUNT);
	return ranks[rank];
}

struct reading {
	struct status_list *list;
	const char *filter;
};

static bool
wanted(const char *filter, const struct query_endpoint *e)
{
	return filter == NULL || glob_match(filter, e->id) ||
	    glob_match(filter, e->service) ||
	    (e->region != NULL && glob_match(filter, e->region));
}

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	const struct reading *reading = arg;
	struct status_list *l = reading->list;
	struct status_row *r;

	if (!wanted(reading->filter, e))
		return true;
	if (l->count == l->size) {
		l->size = 2 * l->size + 16;
		l->rows = mem_resize(l->rows, l->size, sizeof(l->rows[0]));
	}
	r = &l->rows[l->count++];
	*r = (struct status_row){.e = *e,
	    .id = mem_dup(e->id),
	    .service = mem_dup(e->service),
	    .region = mem_dup(e->region),
	    .paused_by = mem_dup(e->paused_by),
	    .paused_why = mem_dup(e->paused_why)};
	r->e.id = r->id;
	r->e.service = r->service;
	r->e.region = r->region;
	r->e.paused_by = r->paused_by;
	r->e.paused_why = r->paused_why;
	return true;
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	const struct reading *reading = arg;
	struct status_list *l = reading->list;
	size_t lo = 0, hi = l->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		struct status_row *r = &l->rows[mid];
		int order = strcmp(r->id, i->endpoint);

		if (order == 0) {
			r->incident = i->now;
			r->has_incident = true;
			r->scope = mem_dup(i->scope);
			r->acked_by = mem_dup(i->acked_by);
			r->acked = i->acked;
			return true;
		}
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return true;
}

static bool
on_partial(void *arg, const struct query_evidence *e)
{
	struct status_row *r = arg;

	mem_free(r->partial);
	r->partial = mem_dup(e->detail);
	return true;
}

static enum status
find_partial(struct query *q, struct status_list *l, struct fail *f)
{
	enum status s = OK;

	for (size_t i = 0; i < l->count && s == OK; i++) {
		struct status_row *r = &l->rows[i];

		if (!r->e.sampled || r->e.paused != 0 ||
		    (r->e.last.flags & SAMPLE_PARTIAL) == 0)
			continue;
		r->partial = mem_dup("some addresses failing");
		s = evidence_partial(q, r->e.last_ref, r->e.endpoint,
		    on_partial, r, f);
	}
	return s;
}

static enum status
find_reports(struct query *q, struct status_list *l, struct fail *f)
{
	enum status s = OK;
	struct status_heard h;

	for (size_t i = 0; i < l->count && s == OK; i++) {
		h.service = l->rows[i].service;
		if (!l->rows[i].e.reported ||
		    (i > 0 && strcmp(l->rows[i - 1].service, h.service) == 0))
			continue;
		s = reports_read(q, h.service, l->as_of, &h.reports, f);
		if (s != OK || !h.reports.view.any)
			continue;
		l->heard = mem_resize(l->heard, l->heard_count + 1,
		    sizeof(l->heard[0]));
		l->heard[l->heard_count++] = h;
	}
	return s;
}

/* What is stored of an incident is as of its last event; chances move on. */
static enum status
refresh(struct query *q, struct status_list *l, struct fail *f)
{
	struct recall *recall = NULL;
	enum status s = OK;

	for (size_t i = 0; i < l->count && s == OK; i++) {
		struct status_row *r = &l->rows[i];

		if (!r->has_incident || r->e.bucket != BUCKET_RECOVERING)
			continue;
		if (recall == NULL)
			s = recall_open(q, &recall, f);
		if (s == OK)
			recall_refresh(recall, r->e.endpoint, &r->incident);
	}
	recall_close(recall);
	return s;
}

enum status
status_read(struct query *q, const char *filter, struct status_list *l,
    struct fail *f)
{
	const struct query_incidents open = {.open_only = true};
	struct reading reading = {.list = l, .filter = filter};
	enum status s;

	*l = (struct status_list){.as_of = query_known_until(q)};
	s = query_endpoints(q, NULL, on_endpoint, &reading, f);
	if (s == OK)
		s = query_incidents(q, &open, on_incident, &reading, f);
	if (s == OK)
		s = refresh(q, l, f);
	if (s == OK)
		s = find_partial(q, l, f);
	return s == OK ? find_reports(q, l, f) : s;
}

void
status_borrow(const struct status_list *from, const char *filter,
    struct status_list *l)
{
	*l = (struct status_list){.as_of = from->as_of,
	    .rows = mem_array(from->count + 1, sizeof(l->rows[0])),
	    .size = from->count + 1,
	    .heard = mem_array(from->heard_count + 1, sizeof(l->heard[0])),
	    .heard_count = from->heard_count,
	    .borrowed = true};
	for (size_t i = 0; i < from->count; i++)
		if (wanted(filter, &from->rows[i].e))
			l->rows[l->count++] = from->rows[i];
	for (size_t i = 0; i < from->heard_count; i++)
		l->heard[i] = from->heard[i];
}

static void
row_done(struct status_row *r)
{
	mem_free(r->id);
	mem_free(r->service);
	mem_free(r->region);
	mem_free(r->paused_by);
	mem_free(r->paused_why);
	mem_free(r->scope);
	mem_free(r->acked_by);
	mem_free(r->partial);
}

void
status_unname(struct status_list *l)
{
	assert(l->borrowed);
	for (size_t i = 0; i < l->count; i++) {
		struct status_row *r = &l->rows[i];

		r->acked_by = NULL;
		r->e.paused_by = r->e.paused_why = NULL;
	}
}

void
status_keep(struct status_list *l, bool (*keep)(void *arg, const char *service),
    void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < l->heard_count; i++)
		if (keep(arg, l->heard[i].service))
			l->heard[n++] = l->heard[i];
	l->heard_count = n;
	n = 0;
	for (size_t i = 0; i < l->count; i++) {
		if (keep(arg, l->rows[i].service))
			l->rows[n++] = l->rows[i];
		else if (!l->borrowed)
			row_done(&l->rows[i]);
	}
	l->count = n;
}

static int
compare_id(const void *id, const void *row)
{
	const struct status_row *r = row;

	return strcmp(id, r->id);
}

const struct status_row *
status_find(const struct status_list *l, const char *id)
{
	return l->count == 0
	    ? NULL
	    : bsearch(id, l->rows, l->count, sizeof(l->rows[0]), compare_id);
}

void
status_done(struct status_list *l)
{
	for (size_t i = 0; i < l->count && !l->borrowed; i++)
		row_done(&l->rows[i]);
	mem_free(l->rows);
	mem_free(l->heard);
	*l = (struct status_list){0};
}

enum bucket
status_worst(const struct status_list *l)
{
	for (size_t k = 0; k < BUCKET_COUNT; k++) {
		for (size_t i = 0; i < l->count; i++) {
			if (l->rows[i].e.bucket == ranks[k])
				return ranks[k];
		}
	}
	return BUCKET_UNKNOWN;
}

wall_ms
status_since(const struct status_row *r)
{
	bool fails =
	    r->e.bucket == BUCKET_DOWN || r->e.bucket == BUCKET_MAINTENANCE;

	/* What was only degraded at first has not been down since then. */
	if (!r->has_incident || r->e.bucket == BUCKET_RECOVERING ||
	    (fails && r->incident.bucket_ms[BUCKET_DEGRADED] > 0))
		return r->e.since;
	return r->incident.onset;
}

void
status_cause(struct text *t, const struct output *o)
{
	if (o->kind_now == KIND_DEGRADATION &&
	    class_effect(o->class) == EFFECT_FAILING)
		text_add(t, "some checks fail: ");
	if (o->code != 0)
		text_printf(t, "%d ", o->code);
	text_add(t,
	    o->class == CLASS_MAINT ? class_text(o->class)
				    : reason_text(o->reason));
	if (o->kind_now == KIND_MAINTENANCE)
		text_add(t,
		    o->origin == ORIGIN_PLANNED ? " (planned)"
						: " (nobody announced it)");
}

/* Without an incident: it is good, or nobody is sure yet. */
static void
sample_words(struct text *t, const struct sample *s)
{
	enum sample_class class = (enum sample_class)s->class;

	if (class_effect(class) != EFFECT_GOOD)
		text_printf(t, "%s%s", reason_text((enum reason)s->reason),
		    class_effect(class) == EFFECT_FAILING ? ", being confirmed"
							  : "");
	else if (s->total_us < 1000)
		text_add(t, "under 1 ms");
	else
		text_printf(t, "%" PRIu32 " ms", s->total_us / 1000);
}

static void
main_words(struct text *t, const struct status_row *r, wall_ms now)
{
	char when[WHEN_BYTES];

	if (r->e.paused != 0) {
		paused_words(t, &r->e, now);
	} else if (r->e.bucket == BUCKET_UNKNOWN) {
		text_add(t, why_text(r->e.why));
	} else if (!r->has_incident) {
		if (r->e.sampled)
			sample_words(t, &r->e.last);
	} else if (r->e.bucket == BUCKET_RECOVERING) {
		text_printf(t, "%u %% to hold for an hour", r->incident.chance);
		if (r->incident.all_clear_at != 0)
			text_printf(t, ", all-clear %.5sZ",
			    when_text(r->incident.all_clear_at, when) + 11);
	} else {
		status_cause(t, &r->incident);
	}
}

void
status_words(struct text *t, const struct status_row *r, wall_ms now)
{
	main_words(t, r, now);
	if (r->partial != NULL) {
		text_add(t, "; ");
		escape_log(t, r->partial, strlen(r->partial));
	}
	if (r->acked_by != NULL) {
		text_add(t, "; acknowledged by ");
		escape_log(t, r->acked_by, strlen(r->acked_by));
	}
}

json_t *
status_row_json(const struct status_row *r)
{
	json_t *j = json_object();
	char id[INCIDENT_TEXT_BYTES];

	put_text(j, "id", r->id);
	put_text(j, "service", r->service);
	put_text(j, "region", r->region);
	put_text(j, "state", state_name(r->e.state));
	if (r->e.state == STATE_UNKNOWN)
		put_text(j, "why", why_name(r->e.why));
	put_text(j, "bucket", bucket_name(r->e.bucket));
	put_time(j, "since", r->e.since);
	paused_put(j, &r->e);
	if (r->e.sampled) {
		enum sample_class class = (enum sample_class)r->e.last.class;

		put_time(j, "last_at", r->e.last.start);
		put_text(j, "last_class", class_name(class));
		put_count(j, "last_ms", r->e.last.total_us / 1000);
	}
	put_safe(j, "partial", r->partial);
	if (!r->has_incident)
		return j;
	put_text(j, "incident", incident_format(r->incident.incident, id));
	put_text(j, "phase", phase_name(r->incident.phase));
	put_text(j, "kind", kind_name(r->incident.kind_worst));
	put_time(j, "onset", r->incident.onset);
	if (r->incident.phase == PHASE_RECOVERING) {
		put_count(j, "chance", r->incident.chance);
		put_time(j, "all_clear_at", r->incident.all_clear_at);
	}
	put_text(j, "acknowledged_by", r->acked_by);
	put_time(j, "acknowledged", r->acked);
	return j;
}

json_t *
status_json(const struct status_list *l, const char *daemon)
{
	json_t *whole = json_object(), *counts = json_object();
	json_t *list = json_array(), *reported = json_object();
	int64_t n[BUCKET_COUNT] = {0};

	for (size_t i = 0; i < l->count; i++) {
		n[l->rows[i].e.bucket]++;
		(void)json_array_append_new(list, status_row_json(&l->rows[i]));
	}
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		put_count(counts, bucket_name((enum bucket)b), n[b]);
	put_time(whole, "as_of", l->as_of);
	put_text(whole, "daemon", daemon);
	put_text(whole, "overall", bucket_name(status_worst(l)));
	(void)json_object_set_new(whole, "counts", counts);
	(void)json_object_set_new(whole, "endpoints", list);
	(void)json_object_set_new(whole, "reports", reported);
	for (size_t i = 0; i < l->heard_count; i++)
		(void)json_object_set_new(reported, l->heard[i].service,
		    reports_json(&l->heard[i].reports));
	return whole;
}

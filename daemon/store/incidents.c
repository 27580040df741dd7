/* SPDX-License-Identifier: MIT */
/* incidents - what the core put out, as rows that people will read. */
#include <assert.h>

#include "store/incidentrow.h"
#include "store/put.h"
#include "store/spans.h"
#include "store/writer.h"

/* Incident rows are numbered day * this + n. */
static const int64_t per_day = 1000000;

int64_t
incident_row(struct incident_id id)
{
	return id.n == 0 ? 0 : (int64_t)id.day * per_day + id.n;
}

struct incident_id
incident_of_row(int64_t row)
{
	if (row <= 0)
		return (struct incident_id){0};
	return (struct incident_id){(uint32_t)(row / per_day),
	    (uint32_t)(row % per_day)};
}

static void
put_transition(struct store *s, int64_t endpoint, const struct output *o)
{
	struct use u = db_use(&s->db, SQL_PUT_TRANSITION);

	use_int(&u, endpoint);
	use_int(&u, o->seq);
	use_int(&u, o->at);
	use_int(&u, o->since);
	use_int(&u, o->from);
	use_int(&u, o->to);
	use_int(&u, o->why);
	use_int(&u, o->bucket);
	use_opt(&u, incident_row(o->incident));
	use_opt(&u, (int64_t)o->first_ref);
	use_opt(&u, (int64_t)o->ref);
	(void)use_run(&u);
}

/* Columns that opening and changing have in common, from last_good_ms on. */
static void
use_rest(struct use *u, const struct output *o)
{
	use_opt(u, o->last_good_at);
	use_opt(u, o->promise_until);
	use_opt(u, o->all_clear_at);
	use_int(u, o->chance);
	use_int(u, o->others);
	use_int(u, o->relapses);
	use_int(u, o->class);
	use_int(u, o->reason);
	use_int(u, o->code);
	for (size_t i = 0; i < BUCKET_COUNT; i++)
		use_int(u, o->bucket_ms[i]);
	use_opt(u, o->effect ? 0 : incident_row(o->lead));
}

/*
 * What caused it stays so when that is over, unless it goes on alone or turns
 * out to be a part of something: 0 then.
 */
static void
use_cause(struct use *u, const struct output *o)
{
	bool alone = o->event == EVENT_CHANGED && o->cause == CAUSE_ALONE;

	if (alone || (o->lead.n > 0 && !o->effect))
		use_int(u, 0);
	else
		use_opt(u, incident_row(o->lead));
}

static bool
open_incident(struct store *s, int64_t endpoint, const struct output *o,
    const char *json)
{
	struct use u = db_use(&s->db, SQL_PUT_INCIDENT);

	use_int(&u, incident_row(o->incident));
	use_int(&u, endpoint);
	use_int(&u, o->phase);
	use_int(&u, o->kind_now);
	use_int(&u, o->kind_worst);
	use_int(&u, o->origin);
	use_int(&u, o->cause);
	use_int(&u, o->onset);
	use_int(&u, o->at);
	use_rest(&u, o);
	use_text(&u, json);
	use_cause(&u, o);
	use_opt(&u, o->promised);
	return !use_run(&u) || sqlite3_changes(s->db.handle) == 1;
}

static bool
change_incident(struct store *s, const struct output *o, const char *json)
{
	bool closes = o->event == EVENT_RESOLVED || o->event == EVENT_WITHDRAWN;
	/* An operator's end may turn out wrong, and history be amended. */
	bool closed_too =
	    o->event == EVENT_RELAPSED || o->event == EVENT_AMENDED;
	struct use u = db_use(&s->db, SQL_SET_INCIDENT);

	use_int(&u, incident_row(o->incident));
	use_int(&u, o->phase);
	use_int(&u, o->kind_now);
	use_int(&u, o->kind_worst);
	use_int(&u, o->origin);
	use_int(&u, o->cause);
	use_int(&u, o->onset);
	use_opt(&u, o->ended);
	use_opt(&u, closes || o->phase == PHASE_CLOSED ? o->at : 0);
	use_int(&u, o->event == EVENT_WITHDRAWN);
	use_rest(&u, o);
	/* The rest was told of a scope that stands there already. */
	use_text(&u, o->event == EVENT_CHANGED ? json : NULL);
	use_cause(&u, o);
	use_int(&u, closed_too);
	use_opt(&u, o->promised);
	if (use_run(&u) && sqlite3_changes(s->db.handle) != 1)
		return false;
	if (closes)
		acts_over(s, o);
	return true;
}

static int64_t
open_of(struct store *s, int64_t endpoint)
{
	struct use u = db_use(&s->db, SQL_OPEN_OF);

	use_int(&u, endpoint);
	return use_ask(&u, 0);
}

/* The incident as this event leaves it; false when it does not fit. */
static bool
follow(struct store *s, int64_t endpoint, const struct output *o,
    const char *json)
{
	int64_t row = incident_row(o->incident), open;

	switch (o->event) {
	case EVENT_OPENED:
		return open_incident(s, endpoint, o, json);
	case EVENT_RELAPSED:
	case EVENT_AMENDED:
		open = open_of(s, endpoint);
		if (open != 0 && open != row)
			return false;
		return change_incident(s, o, json);
	case EVENT_CHANGED:
	case EVENT_RECOVERING:
	case EVENT_RESOLVED:
	case EVENT_WITHDRAWN:
		return change_incident(s, o, json);
	default:
		return true;
	}
}

static void
put_evidence(struct store *s, int64_t event, bool first, uint64_t ref,
    const struct output *o)
{
	struct use u;

	if (ref == 0)
		return;
	u = db_use(&s->db, SQL_PUT_EVIDENCE);
	use_int(&u, event);
	use_int(&u, first);
	use_int(&u, (int64_t)ref);
	use_int(&u, o->ledger);
	use_int(&u, o->class);
	use_int(&u, o->reason);
	use_int(&u, o->code);
	(void)use_run(&u);
}

static enum status
put_event(struct store *s, int64_t endpoint, const struct output *o,
    const char *json, struct fail *f)
{
	struct use u;
	int64_t event;

	if (o->incident.n >= per_day)
		return fail_set(f, ERR_CORRUPT, "incident number %lu of a day",
		    (unsigned long)o->incident.n);
	if (o->incident.n > 0 && !follow(s, endpoint, o, json))
		return fail_set(f, ERR_CORRUPT,
		    "%s does not fit what is stored of incident %lu-%lu",
		    event_name(o->event), (unsigned long)o->incident.day,
		    (unsigned long)o->incident.n);
	u = db_use(&s->db, SQL_PUT_EVENT);
	use_int(&u, o->at);
	use_int(&u, o->event);
	use_opt(&u, endpoint);
	use_opt(&u, incident_row(o->incident));
	use_int(&u, o->loud);
	use_text(&u, json);
	if (!use_run(&u))
		return OK;
	event = sqlite3_last_insert_rowid(s->db.handle);
	put_evidence(s, event, true, o->first_ref == o->ref ? 0 : o->first_ref,
	    o);
	put_evidence(s, event, false, o->ref, o);
	return OK;
}

enum status
store_put_output(struct store *s, int64_t endpoint, const struct output *o,
    const char *json, struct fail *f)
{
	assert(s->open);
	switch (o->kind) {
	case OUTPUT_TRANSITION:
		put_transition(s, endpoint, o);
		if (!s->db.failed && sqlite3_changes(s->db.handle) != 1)
			return fail_set(f, ERR_CORRUPT,
			    "transition %lu of endpoint row %lld is stored "
			    "already",
			    (unsigned long)o->seq, (long long)endpoint);
		return OK;
	case OUTPUT_SPAN:
		spans_put(s, endpoint, o->since, o->bucket);
		return OK;
	case OUTPUT_RELABEL:
		spans_relabel(s, endpoint, o->since, o->until);
		return OK;
	case OUTPUT_EVENT:
		return put_event(s, endpoint, o, json, f);
	case OUTPUT_PACE:
	case OUTPUT_CANARIES:
		break;
	}
	return OK;
}

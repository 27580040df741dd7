/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "store/db.h"
#include "stores.h"

static const struct incident_id first = {20230214, 1};

static struct output
event(enum event_kind kind, wall_ms at, enum phase phase)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = kind,
	    .at = at,
	    .incident = first,
	    .phase = phase,
	    .kind_now = KIND_OUTAGE,
	    .kind_worst = KIND_OUTAGE,
	    .onset = 1000,
	    .last_good_at = 900,
	    .class = CLASS_ORIGIN,
	    .reason = REASON_SERVER_ERROR,
	    .code = 503,
	    .ledger = 77,
	    .bucket_ms = {[BUCKET_DOWN] = at - 1000}};
}

struct fixture {
	struct scratch d;
	struct store *s;
	int64_t e;
};

static void
begin(struct fixture *x)
{
	scratch_make(&x->d);
	x->s = stores_open(scratch_path(&x->d, "v.db"), STORES_T0);
	stores_begin(x->s, STORES_T0);
	x->e = store_endpoint(x->s, "a/b", "a", "b", STORES_T0);
}

static void
end(struct fixture *x)
{
	store_rollback(x->s);
	store_close(x->s);
	scratch_remove(&x->d);
}

static void
expect_last(struct fixture *x, uint32_t day, uint32_t want)
{
	struct fail f = {.why = ""};
	uint32_t n;

	assert_int_equal(store_last_incident(x->s, day, &n, &f), OK);
	assert_int_equal(n, want);
}

static void
refused(struct fixture *x, const struct output *o)
{
	struct fail f = {OK, ""};

	assert_int_equal(store_put_output(x->s, x->e, o, "{}", &f),
	    ERR_CORRUPT);
	assert_string_not_equal(f.why, "");
	assert_false(store_failed(x->s));
}

static void
opens_and_closes_once(void **state)
{
	struct output o;
	struct fixture x;

	(void)state;
	begin(&x);
	o = event(EVENT_RECOVERING, 2000, PHASE_RECOVERING);
	refused(&x, &o); /* never opened */
	o = event(EVENT_OPENED, 2000, PHASE_OPEN);
	stores_put(x.s, x.e, &o);
	refused(&x, &o); /* twice */
	o.incident.n = 2;
	refused(&x, &o); /* a second one at the same time */
	o = event(EVENT_RECOVERING, 3000, PHASE_RECOVERING);
	stores_put(x.s, x.e, &o);
	o = event(EVENT_RESOLVED, 4000, PHASE_CLOSED);
	o.ended = 3000;
	stores_put(x.s, x.e, &o);
	refused(&x, &o); /* twice */
	o = event(EVENT_CHANGED, 4500, PHASE_OPEN);
	refused(&x, &o); /* it is closed */
	o = event(EVENT_OPENED, 5000, PHASE_OPEN);
	o.incident.n = 2;
	stores_put(x.s, x.e, &o);
	expect_last(&x, 20230214, 2);
	expect_last(&x, 20230215, 0);
	o = event(EVENT_RELAPSED, 6000, PHASE_OPEN);
	refused(&x, &o); /* the other one is open */
	stores_commit(x.s);
	end(&x);
}

static void
expect_lead(struct fixture *x, const char *holds)
{
	char sql[200];
	struct db db;

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM v_scope WHERE %s", holds);
	stores_commit(x->s);
	assert_true(db_open(&db, x->d.path, x->d.path, SQLITE_OPEN_READONLY));
	assert_int_equal(db_ask(&db, sql, -1), 1);
	db_close(&db);
	stores_begin(x->s, STORES_T0);
}

/* An effect, which its cause outlives; then alone, or a part of something. */
static void
one_lead_at_a_time(void **state)
{
	struct output o;
	struct fixture x;

	(void)state;
	begin(&x);
	o = event(EVENT_OPENED, 2000, PHASE_OPEN);
	o.lead = (struct incident_id){20230214, 7};
	o.effect = true;
	stores_put(x.s, x.e, &o);
	expect_lead(&x, "caused_by = '20230214-7' AND part_of IS NULL");
	o = event(EVENT_RECOVERING, 3000, PHASE_RECOVERING);
	stores_put(x.s, x.e, &o);
	expect_lead(&x, "caused_by = '20230214-7'");
	o = event(EVENT_CHANGED, 4000, PHASE_OPEN);
	o.lead = (struct incident_id){20230214, 8};
	stores_put(x.s, x.e, &o);
	expect_lead(&x, "caused_by IS NULL AND part_of = '20230214-8'");
	o.effect = true;
	stores_put(x.s, x.e, &o);
	o = event(EVENT_CHANGED, 5000, PHASE_OPEN);
	o.cause = CAUSE_ALONE;
	stores_put(x.s, x.e, &o);
	expect_lead(&x, "caused_by IS NULL AND part_of IS NULL");
	end(&x);
	begin(&x);
	o = event(EVENT_OPENED, 2000, PHASE_OPEN);
	o.lead = (struct incident_id){20230214, 8};
	stores_put(x.s, x.e, &o);
	expect_lead(&x, "caused_by IS NULL AND part_of = '20230214-8'");
	end(&x);
}

/* What an operator ended and was not over is open again. */
static void
reopens(void **state)
{
	struct output o;
	struct fixture x;

	(void)state;
	begin(&x);
	o = event(EVENT_OPENED, 2000, PHASE_OPEN);
	stores_put(x.s, x.e, &o);
	o = event(EVENT_RESOLVED, 4000, PHASE_CLOSED);
	stores_put(x.s, x.e, &o);
	o = event(EVENT_RELAPSED, 5000, PHASE_OPEN);
	o.relapses = 1;
	stores_put(x.s, x.e, &o);
	o = event(EVENT_RESOLVED, 6000, PHASE_CLOSED);
	o.relapses = 1;
	stores_put(x.s, x.e, &o);
	refused(&x, &o);
	end(&x);
}

static void
on_open(void *arg, int64_t endpoint, const struct output *o)
{
	struct output *copy = arg;

	assert_int_equal(endpoint, 1);
	*copy = *o;
}

struct seen {
	int incidents, events, evidence, deliveries;
	char body[32], json[32];
};

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct seen *n = arg;

	n->incidents++;
	assert_string_equal(i->endpoint, "a/b");
	assert_string_equal(i->service, "a");
	assert_int_equal(i->now.phase, PHASE_RECOVERING);
	assert_int_equal(i->now.onset, 1000);
	assert_int_equal(i->opened, 2000);
	assert_int_equal(i->closed, 0);
	assert_int_equal(i->now.bucket_ms[BUCKET_DOWN], 2000);
	assert_int_equal(i->now.chance, 62);
	return true;
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct seen *n = arg;

	n->events++;
	assert_true(e->event == EVENT_OPENED || e->event == EVENT_RECOVERING);
	(void)snprintf(n->json, sizeof(n->json), "%s", e->json);
	return true;
}

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct seen *n = arg;

	n->evidence++;
	assert_int_equal(e->sample.class, CLASS_ORIGIN);
	assert_int_equal(e->ledger, 77);
	assert_int_equal(e->first, e->ref == 1);
	if (e->ref == 1) {
		assert_true(e->sampled);
		assert_int_equal(e->sample.start, STORES_T0);
		assert_int_equal(e->sample.address[3], 7);
		(void)snprintf(n->body, sizeof(n->body), "%.*s",
		    (int)e->body_size, (const char *)e->body);
	} else {
		assert_false(e->sampled); /* its row was never stored */
		assert_int_equal(e->sample.code, 503);
	}
	return true;
}

static void
is_found_again_with_its_evidence(void **state)
{
	unsigned char hash[32] = {1, 2, 3};
	struct excerpt ex = {.body = (char[]){"sorry"},
	    .body_size = 5,
	    .headers = (char[]){"Server: x"}};
	struct query_incident_events on = {.on_incident = on_incident,
	    .on_event = on_event,
	    .on_evidence = on_evidence};
	struct seen n = {0};
	struct output o, loaded = {0};
	struct sample p;
	struct query *q;
	struct fixture x;
	struct fail f;

	(void)state;
	begin(&x);
	p = stores_sample(STORES_T0, 70000, REASON_SERVER_ERROR);
	store_put_sample(x.s, 1, x.e, &p);
	ex.start = p.start;
	store_put_excerpt(x.s, 1, hash, &ex);
	store_put_excerpt(x.s, 9, hash, &ex);
	o = event(EVENT_OPENED, 2000, PHASE_OPEN);
	o.first_ref = 1;
	o.ref = 4;
	stores_put(x.s, x.e, &o);
	o = event(EVENT_RECOVERING, 3000, PHASE_RECOVERING);
	o.chance = 62;
	stores_put(x.s, x.e, &o);
	stores_commit(x.s);

	assert_int_equal(store_load_incidents(x.s, on_open, &loaded, &f), OK);
	assert_int_equal(loaded.incident.day, first.day);
	assert_int_equal(loaded.incident.n, 1);
	assert_int_equal(loaded.phase, PHASE_RECOVERING);
	assert_int_equal(loaded.last_good_at, 900);

	assert_int_equal(query_open(x.d.path, 0, &q, &f), STORE_OK);
	on.arg = &n;
	assert_int_equal(query_incident(q, first, &on, &f), OK);
	assert_int_equal(n.incidents, 1);
	assert_int_equal(n.events, 2);
	assert_int_equal(n.evidence, 2);
	assert_string_equal(n.body, "sorry");
	assert_string_equal(n.json, "{}");
	assert_int_equal(query_incident(q, (struct incident_id){20230214, 7},
			     &on, &f),
	    ERR_NOTFOUND);
	query_close(q);
	end(&x);
}

static bool
count_incident(void *arg, const struct query_incident *i)
{
	int *sum = arg;

	*sum = *sum * 10 + (int)i->now.incident.n;
	return true;
}

static int
list(struct query *q, struct query_incidents w)
{
	int sum = 0;

	assert_int_equal(query_incidents(q, &w, count_incident, &sum, NULL),
	    OK);
	return sum;
}

/* Three of one endpoint, of which the last is open. */
static struct query *
three(struct fixture *x)
{
	struct query *q;
	struct fail f;

	begin(x);
	for (uint32_t n = 1; n <= 3; n++) {
		wall_ms at = (wall_ms)n * 10000;
		struct output o = event(EVENT_OPENED, at, PHASE_OPEN);

		o.incident.n = n;
		o.onset = at;
		stores_put(x->s, x->e, &o);
		o = event(EVENT_RESOLVED, at + 5000, PHASE_CLOSED);
		o.incident.n = n;
		o.onset = at;
		if (n < 3)
			stores_put(x->s, x->e, &o);
	}
	stores_commit(x->s);
	assert_int_equal(query_open(x->d.path, 0, &q, &f), STORE_OK);
	return q;
}

static void
lists_by_what_is_asked(void **state)
{
	static const enum kind outage = KIND_OUTAGE, slow = KIND_DEGRADATION;
	static const struct {
		struct query_incidents w;
		int listed;
	} rows[] = {
	    {{0}, 321},
	    {{.limit = 2}, 32},
	    {{.open_only = true}, 3},
	    {{.closed_only = true}, 21},
	    {{.since = 20000}, 32},
	    {{.endpoint = "no/ne"}, 0},
	    {{.after = {20230214, 3}}, 21},
	    {{.from = 15000, .to = 20001}, 2},
	    {{.from = 900000}, 3},
	    {{.kind = &outage}, 321},
	    {{.kind = &slow}, 0},
	    {{.service = "a", .region = "b", .closed_only = true, .limit = 1},
		2},
	    {{.service = "b"}, 0},
	    {{.region = "a"}, 0},
	    {{.text = "/b"}, 321},
	    {{.text = "A/"}, 321},
	    {{.text = "a/b"}, 321},
	    {{.text = "%"}, 0},
	    {{.text = "_"}, 0},
	    {{.text = "\\"}, 0},
	    {{.text = "a%b"}, 0},
	    {{.text = "b/"}, 0},
	};
	struct fixture x;
	struct query *q = three(&x);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(list(q, rows[i].w), rows[i].listed);
	query_close(q);
	end(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens_and_closes_once),
	    cmocka_unit_test(reopens),
	    cmocka_unit_test(one_lead_at_a_time),
	    cmocka_unit_test(is_found_again_with_its_evidence),
	    cmocka_unit_test(lists_by_what_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/route.h"

/* Strings of a configuration are its own, hence writable. */
#define OWN(s) ((char[]){s})

static const wall_ms onset = 1700000000000;

static char *tags[] = {OWN("paying"), OWN("europe"), NULL};
static char *no_tags[] = {NULL};
static struct receiver receivers[] = {{.id = OWN("log")}, {.id = OWN("hook")},
    {.id = OWN("phone")}};
static struct config_service tesla = {.id = OWN("tesla-fleet"), .tags = tags};
static struct config_service app = {.id = OWN("our-app"), .tags = no_tags};

static struct output
event(enum event_kind e, bool loud)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = e,
	    .loud = loud,
	    .at = onset + 33000,
	    .onset = onset,
	    .incident = {20231114, 1},
	    .kind_now = KIND_OUTAGE,
	    .kind_worst = KIND_OUTAGE};
}

static size_t
routed(struct config_route *routes, size_t n, const struct config_service *s,
    const struct output *o, struct route_hit *hits)
{
	struct config c = {.receivers = receivers,
	    .receiver_count = 3,
	    .routes = routes,
	    .route_count = n};

	return route_event(&c, s, s != NULL ? "eu" : NULL, o, hits);
}

/* Does one route to "hook" take it? */
static bool
takes(struct config_route r, const struct config_service *s,
    const struct output *o)
{
	char *to[] = {OWN("hook"), NULL};
	struct route_hit hits[3];
	size_t n;

	r.to = to;
	n = routed(&r, 1, s, o, hits);
	if (n > 0)
		assert_int_equal(hits[0].receiver, 1);
	return n > 0;
}

static void
severities(void **state)
{
	static const enum severity not_info[EVENT_COUNT] = {[EVENT_OPENED] =
								SEVERITY_ERR,
	    [EVENT_CHANGED] = SEVERITY_CRIT,
	    [EVENT_RECOVERING] = SEVERITY_NOTICE,
	    [EVENT_RESOLVED] = SEVERITY_NOTICE,
	    [EVENT_PARTIAL] = SEVERITY_NOTICE,
	    [EVENT_RECEIVER_GONE] = SEVERITY_CRIT,
	    [EVENT_RECEIVER_FAILING] = SEVERITY_CRIT,
	    [EVENT_CERT_EXPIRING] = SEVERITY_WARNING};
	struct output o;

	(void)state;
	for (enum event_kind e = 0; e < EVENT_COUNT; e++) {
		enum severity want = not_info[e];

		o = event(e, true);
		assert_int_equal(route_severity(&o),
		    want != 0 ? want : SEVERITY_INFO);
	}
	o = event(EVENT_CHANGED, false);
	assert_int_equal(route_severity(&o), SEVERITY_INFO);
	assert_string_equal(severity_name(SEVERITY_CRIT), "crit");
	assert_string_equal(severity_name((enum severity)99), "debug");
}

static void
every_glob_must_match(void **state)
{
	struct output o = event(EVENT_OPENED, true);

	(void)state;
	assert_true(takes((struct config_route){0}, &tesla, &o));
	assert_true(takes((struct config_route){.service = OWN("tesla-*")},
	    &tesla, &o));
	assert_false(
	    takes((struct config_route){.service = OWN("tesla-*")}, &app, &o));
	assert_true(
	    takes((struct config_route){.region = OWN("e?")}, &tesla, &o));
	assert_false(
	    takes((struct config_route){.region = OWN("na")}, &tesla, &o));
	assert_true(
	    takes((struct config_route){.tag = OWN("eur*")}, &tesla, &o));
	assert_true(
	    takes((struct config_route){.tag = OWN("paying")}, &tesla, &o));
	assert_false(
	    takes((struct config_route){.tag = OWN("free")}, &tesla, &o));
	assert_false(takes((struct config_route){.tag = OWN("*")}, &app, &o));
	assert_true(
	    takes((struct config_route){.kind = OWN("outage")}, &tesla, &o));
	assert_false(
	    takes((struct config_route){.kind = OWN("maint*")}, &tesla, &o));
	assert_true(
	    takes((struct config_route){.severity = OWN("err")}, &tesla, &o));
	assert_false(
	    takes((struct config_route){.severity = OWN("crit")}, &tesla, &o));
	assert_false(takes((struct config_route){.service = OWN("tesla-*"),
			       .region = OWN("na")},
	    &tesla, &o));
}

static void
either_kind_matches(void **state)
{
	struct output o = event(EVENT_CHANGED, true);

	(void)state;
	o.kind_now = KIND_MAINTENANCE;
	o.kind_worst = KIND_OUTAGE;
	assert_true(takes((struct config_route){.kind = OWN("maintenance")},
	    &tesla, &o));
	assert_true(
	    takes((struct config_route){.kind = OWN("outage")}, &tesla, &o));
	assert_false(takes((struct config_route){.kind = OWN("degradation")},
	    &tesla, &o));
}

static void
what_is_only_degraded_is_a_warning(void **state)
{
	struct output o = event(EVENT_OPENED, true);

	(void)state;
	o.kind_now = o.kind_worst = KIND_DEGRADATION;
	assert_int_equal(route_severity(&o), SEVERITY_WARNING);
	o.event = EVENT_CHANGED;
	o.kind_now = o.kind_worst = KIND_OUTAGE;
	assert_int_equal(route_severity(&o), SEVERITY_CRIT);
}

static void
quiet_ones_only_for_all(void **state)
{
	struct output o = event(EVENT_RECOVERING, false);

	(void)state;
	assert_false(takes((struct config_route){0}, &tesla, &o));
	assert_true(takes((struct config_route){.all = true}, &tesla, &o));
	o.loud = true;
	assert_true(takes((struct config_route){0}, &tesla, &o));
}

static void
the_monitor_has_no_service(void **state)
{
	struct output o = event(EVENT_BLIND, true);

	(void)state;
	o.incident.n = 0;
	assert_true(takes((struct config_route){0}, NULL, &o));
	assert_true(
	    takes((struct config_route){.service = OWN("*")}, NULL, &o));
	assert_false(
	    takes((struct config_route){.service = OWN("t*")}, NULL, &o));
	assert_false(
	    takes((struct config_route){.region = OWN("eu")}, NULL, &o));
	assert_false(takes((struct config_route){.tag = OWN("*")}, NULL, &o));
}

/* Those to whom everything goes, else anybody, but nobody who is gone. */
static void
others_hear_of_a_receiver(void **state)
{
	char *hook[] = {OWN("hook"), NULL}, *phone[] = {OWN("phone"), NULL};
	struct config_route routes[] = {{.to = hook, .all = true},
	    {.to = phone}, {.to = phone, .all = true, .service = OWN("our-*")}};
	struct config c = {.receivers = receivers,
	    .receiver_count = 3,
	    .routes = routes,
	    .route_count = 3};
	bool gone[3] = {false};
	struct route_hit hits[3];

	(void)state;
	assert_int_equal(route_receiver(&c, "phone", gone, 7, hits), 1);
	assert_int_equal(hits[0].receiver, 1);
	assert_int_equal(hits[0].not_before, 7);
	/* It does not hear of itself. */
	assert_int_equal(route_receiver(&c, "hook", gone, 7, hits), 2);
	assert_int_equal(hits[0].receiver, 0);
	assert_int_equal(hits[1].receiver, 2);
	gone[1] = true;
	assert_int_equal(route_receiver(&c, "phone", gone, 7, hits), 1);
	assert_int_equal(hits[0].receiver, 0);
	gone[0] = gone[2] = true;
	assert_int_equal(route_receiver(&c, "hook", gone, 7, hits), 0);
	/* A heartbeat hears of nothing. */
	gone[0] = false;
	receivers[0].type = RECEIVER_HEARTBEAT;
	assert_int_equal(route_receiver(&c, "hook", gone, 7, hits), 0);
	receivers[0].type = RECEIVER_SYSLOG;
}

static void
earliest_route_wins(void **state)
{
	char *first[] = {OWN("phone"), OWN("hook"), OWN("nobody"), NULL};
	char *second[] = {OWN("hook"), NULL};
	struct config_route routes[] = {{.to = first,
					    .notify_after =
						(span_ms)5 * MINUTE_MS},
	    {.to = second, .notify_after = MINUTE_MS}};
	struct output o = event(EVENT_OPENED, true);
	struct route_hit hits[3];

	(void)state;
	assert_int_equal(routed(routes, 2, &tesla, &o, hits), 2);
	assert_int_equal(hits[0].receiver, 1);
	assert_int_equal(hits[0].not_before, onset + MINUTE_MS);
	assert_int_equal(hits[1].receiver, 2);
	assert_int_equal(hits[1].not_before, onset + (span_ms)5 * MINUTE_MS);

	/* Old enough already, or nothing to be old: at once. */
	o.at = onset + HOUR_MS;
	assert_int_equal(routed(routes, 2, &tesla, &o, hits), 2);
	assert_int_equal(hits[0].not_before, o.at);
	o.at = onset;
	o.incident.n = 0;
	assert_int_equal(routed(routes, 2, NULL, &o, hits), 2);
	assert_int_equal(hits[0].not_before, onset);
}

enum past { NONE, HELD, WAITING, DELIVERED, FAILED, UNHEARD, PASTS };

static const wall_ms now = 1700000100000;

static struct route_past
past_of(enum past p)
{
	static const struct route_row rows[PASTS] = {
	    [NONE] = {.dropped = true, .attempts = 0},
	    [HELD] = {.not_before = 1700000100001},
	    [WAITING] = {.not_before = 1700000100000},
	    [DELIVERED] = {.delivered = true, .attempts = 3},
	    [FAILED] = {.ended = true, .attempts = 9},
	    [UNHEARD] = {.ended = true},
	};
	struct route_past past = {.any = false};

	route_past_add(&past, &rows[p]);
	return past;
}

/* The table of route.h, row by row. */
static void
decision_table(void **state)
{
	static const struct {
		enum route_verdict word, end;
	} table[PASTS] = {
	    [NONE] = {ROUTE_SEND, ROUTE_DROP},
	    [HELD] = {ROUTE_HOLD, ROUTE_DROP_PAIR},
	    [WAITING] = {ROUTE_HOLD, ROUTE_HOLD},
	    [DELIVERED] = {ROUTE_SEND, ROUTE_SEND},
	    [FAILED] = {ROUTE_SEND, ROUTE_SEND},
	    [UNHEARD] = {ROUTE_SEND, ROUTE_DROP},
	};

	(void)state;
	for (enum past p = 0; p < PASTS; p++) {
		struct route_past past = past_of(p);

		assert_int_equal(route_decide(EVENT_OPENED, true, &past, now),
		    table[p].word);
		assert_int_equal(route_decide(EVENT_RELAPSED, true, &past, now),
		    table[p].word);
		assert_int_equal(route_decide(EVENT_OPENED, false, &past, now),
		    ROUTE_DROP);
		for (int matched = 0; matched <= 1; matched++) {
			assert_int_equal(route_decide(EVENT_RESOLVED,
					     matched > 0, &past, now),
			    table[p].end);
			assert_int_equal(route_decide(EVENT_WITHDRAWN,
					     matched > 0, &past, now),
			    table[p].end);
		}
	}
}

/* Tried once and not yet through: the end waits, however far the retry. */
static void
a_tried_opening_keeps_its_end(void **state)
{
	struct route_row row = {.attempts = 1, .not_before = now + HOUR_MS};
	struct route_past past = {.any = false};

	(void)state;
	route_past_add(&past, &row);
	assert_int_equal(route_decide(EVENT_RESOLVED, true, &past, now),
	    ROUTE_HOLD);
}

static void
the_earliest_open_row_counts(void **state)
{
	struct route_row rows[] = {{.not_before = now + 5},
	    {.not_before = now - 5}, {.not_before = now + 9}};
	struct route_past past = {.any = false};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		route_past_add(&past, &rows[i]);
	assert_int_equal(past.due, now - 5);
	assert_int_equal(route_decide(EVENT_RESOLVED, true, &past, now),
	    ROUTE_HOLD);
}

/* Of two services that fail together, each has its own people. */
static void
a_member_is_loud_for_who_hears_not_of_its_lead(void **state)
{
	char *hook[] = {OWN("hook"), NULL}, *other[] = {receivers[2].id, NULL};
	struct config_route routes[] = {{.service = OWN("tesla-fleet"),
					    .to = hook},
	    {.service = OWN("our-app"), .to = hook},
	    {.service = OWN("our-app"), .to = other}};
	struct config c = {.receivers = receivers,
	    .receiver_count = 3,
	    .routes = routes,
	    .route_count = 3};
	struct output o = event(EVENT_OPENED, false);
	const struct route_place own = {&app, "eu"}, lead = {&tesla, "eu"};
	const struct route_place nobody = {NULL, NULL};
	struct route_hit hits[3];

	(void)state;
	assert_int_equal(route_member(&c, &own, &lead, &o, hits), 1);
	assert_int_equal(hits[0].receiver, 2);
	/* Who wants to hear everything hears it, as what it is. */
	routes[1].all = true;
	assert_int_equal(route_member(&c, &own, &lead, &o, hits), 2);
	/* A lead that nobody is told of mutes nobody. */
	routes[1].all = false;
	assert_int_equal(route_member(&c, &own, &nobody, &o, hits), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(severities),
	    cmocka_unit_test(every_glob_must_match),
	    cmocka_unit_test(either_kind_matches),
	    cmocka_unit_test(what_is_only_degraded_is_a_warning),
	    cmocka_unit_test(quiet_ones_only_for_all),
	    cmocka_unit_test(the_monitor_has_no_service),
	    cmocka_unit_test(others_hear_of_a_receiver),
	    cmocka_unit_test(earliest_route_wins),
	    cmocka_unit_test(decision_table),
	    cmocka_unit_test(a_tried_opening_keeps_its_end),
	    cmocka_unit_test(the_earliest_open_row_counts),
	    cmocka_unit_test(a_member_is_loud_for_who_hears_not_of_its_lead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

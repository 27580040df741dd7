/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/compare.h"

static const struct trace_endpoint shop = {.id = "shop/eu"};
static const struct trace_endpoint bank = {.id = "bank/eu"};

static wall_ms
minute(int64_t n)
{
	return n * MINUTE_MS;
}

/* In minutes; of the run whose first failing sample is that. */
struct telling {
	unsigned side;
	const struct trace_endpoint *endpoint;
	enum event_kind event;
	int64_t at, began; /* resolved: when it ended */
	uint64_t run;
};

static void
hear(struct compare *c, struct telling t)
{
	struct output o = {.kind = OUTPUT_EVENT,
	    .at = minute(t.at),
	    .endpoint = t.endpoint == &bank,
	    .event = t.event,
	    .loud = t.event == EVENT_OPENED || t.event == EVENT_RESOLVED,
	    .onset = minute(t.began),
	    .ended = t.event == EVENT_RESOLVED ? minute(t.began) : 0,
	    .first_ref = t.run};

	compare_hear(c, t.side, &o, t.endpoint);
}

static wall_ms
said_at(const struct compare_said *s)
{
	return s != NULL ? s->at : -1;
}

/* Minutes; -1: that side says nothing. */
static void
expect(const struct compare *c, size_t i, int64_t a, int64_t b, bool same)
{
	const struct compare_line *l = compare_line_at(c, i);

	assert_int_equal(said_at(l->said[0]), a < 0 ? a : minute(a));
	assert_int_equal(said_at(l->said[1]), b < 0 ? b : minute(b));
	assert_int_equal(l->same, same);
}

/* One clears too early, and opens again what is a relapse for the other. */
static void
test_an_early_all_clear(void **state)
{
	struct compare *c = compare_new();
	const struct compare_figures *a, *b;

	(void)state;
	hear(c, (struct telling){0, &shop, EVENT_OPENED, 10, 9, 1});
	hear(c, (struct telling){0, &shop, EVENT_RESOLVED, 30, 20, 1});
	hear(c, (struct telling){0, &shop, EVENT_OPENED, 61, 60, 7});
	hear(c, (struct telling){0, &shop, EVENT_RESOLVED, 95, 80, 7});
	hear(c, (struct telling){1, &shop, EVENT_OPENED, 10, 9, 1});
	hear(c, (struct telling){1, &shop, EVENT_RELAPSED, 61, 9, 7});
	hear(c, (struct telling){1, &shop, EVENT_RESOLVED, 120, 80, 7});
	compare_pair(c, minute(200));
	assert_int_equal(compare_count(c), 4);
	expect(c, 0, 10, 10, true);
	expect(c, 1, 30, -1, false);
	expect(c, 2, 61, 61, false);
	expect(c, 3, 95, 120, true);
	a = compare_sum(c, 0);
	b = compare_sum(c, 1);
	assert_int_equal(a->loud, 4);
	assert_int_equal(a->all_clears, 2);
	assert_int_equal(a->false_30, 1);
	assert_int_equal(a->false_60, 1);
	assert_int_equal(a->told_down_ms, minute(20 + 34));
	assert_int_equal(a->delay_p50_ms, minute(10));
	assert_int_equal(a->delay_p90_ms, minute(15));
	assert_int_equal(b->loud, 2);
	assert_int_equal(b->quiet, 1);
	assert_int_equal(b->false_60, 0);
	assert_int_equal(b->told_down_ms, minute(110));
	assert_int_equal(b->delay_p90_ms, minute(40));
	compare_free(c);
}

static void
test_false_within_an_hour_only(void **state)
{
	static const struct {
		int64_t again;
		uint64_t in_30, in_60;
	} rows[] = {{60, 1, 1}, {61, 0, 1}, {90, 0, 1}, {91, 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct compare *c = compare_new();

		hear(c, (struct telling){1, &shop, EVENT_OPENED, 10, 9, 1});
		hear(c, (struct telling){1, &shop, EVENT_RESOLVED, 30, 20, 1});
		hear(c,
		    (struct telling){1, &shop, EVENT_OPENED, 100, rows[i].again,
			2});
		compare_pair(c, minute(110));
		assert_int_equal(compare_sum(c, 1)->false_30, rows[i].in_30);
		assert_int_equal(compare_sum(c, 1)->false_60, rows[i].in_60);
		/* What is open counts until the end. */
		assert_int_equal(compare_sum(c, 1)->told_down_ms, minute(30));
		compare_free(c);
	}
}

/* Endpoints neither share a line nor an all-clear. */
static void
test_endpoints_are_apart(void **state)
{
	struct compare *c = compare_new();

	(void)state;
	hear(c, (struct telling){0, &shop, EVENT_OPENED, 10, 9, 1});
	hear(c, (struct telling){0, &shop, EVENT_RESOLVED, 30, 20, 1});
	hear(c, (struct telling){0, &bank, EVENT_OPENED, 40, 39, 5});
	hear(c, (struct telling){1, &bank, EVENT_OPENED, 40, 39, 5});
	hear(c, (struct telling){1, &shop, EVENT_OPENED, 40, 39, 6});
	hear(c, (struct telling){0, &shop, EVENT_OPENED, 50, 49, 8});
	hear(c, (struct telling){1, &bank, EVENT_CHANGED, 50, 49, 9});
	compare_pair(c, minute(60));
	assert_int_equal(compare_count(c), 6);
	expect(c, 2, -1, 40, false);
	expect(c, 3, 40, 40, true);
	expect(c, 4, 50, -1, false);
	expect(c, 5, -1, 50, false);
	/* That of its own second incident, and no other. */
	assert_int_equal(compare_sum(c, 0)->false_60, 1);
	assert_int_equal(compare_sum(c, 0)->false_30, 1);
	compare_free(c);
}

static void
test_nothing_said(void **state)
{
	struct compare *c = compare_new();

	(void)state;
	compare_pair(c, 0);
	assert_int_equal(compare_count(c), 0);
	assert_int_equal(compare_sum(c, 0)->delay_p50_ms, -1);
	assert_int_equal(compare_sum(c, 1)->loud, 0);
	compare_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_early_all_clear),
	    cmocka_unit_test(test_false_within_an_hour_only),
	    cmocka_unit_test(test_endpoints_are_apart),
	    cmocka_unit_test(test_nothing_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

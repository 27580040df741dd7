/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/impacts.h"

enum { NOW = 100 * MINUTE_MS };

#define U BUCKET_UP
#define D BUCKET_DOWN
#define R BUCKET_RECOVERING
#define G BUCKET_DEGRADED
#define M BUCKET_MAINTENANCE
#define N BUCKET_UNKNOWN

/* An endpoint, heard `age` ago, stale after three minutes. */
struct seen {
	enum bucket bucket;
	span_ms age;
	unsigned fails, goods;
	bool blind;
};

static struct explanation
explained(const struct seen *s)
{
	return (struct explanation){.now = {.bucket = s->bucket},
	    .fails = s->fails,
	    .goods = s->goods,
	    .blind = s->blind,
	    .heard_at = NOW - s->age,
	    .stale_at = NOW - s->age + 3 * (span_ms)MINUTE_MS};
}

static const struct one {
	struct seen seen;
	enum impact is;
} ones[] = {
    {{U, 0, 0, 5, false}, IMPACT_WORKS},
    {{U, 3 * (span_ms)MINUTE_MS - 1, 0, 5, false}, IMPACT_WORKS},
    {{U, 3 * (span_ms)MINUTE_MS, 0, 5, false}, IMPACT_UNKNOWN}, /* stale */
    {{U, 0, 1, 0, false}, IMPACT_UNKNOWN}, /* a failure is being confirmed */
    {{U, 0, 0, 5, true}, IMPACT_UNKNOWN},  /* our own network is lost */
    {{D, 0, 3, 0, false}, IMPACT_STOPS},
    {{D, 3 * (span_ms)MINUTE_MS, 3, 0, false}, IMPACT_UNKNOWN},
    {{M, 0, 3, 0, false}, IMPACT_STOPS},
    {{D, 0, 0, 1, false}, IMPACT_RECOVERING},
    {{R, 0, 0, 9, false}, IMPACT_RECOVERING},
    {{R, 0, 1, 0, false}, IMPACT_RECOVERING},
    {{G, 0, 0, 1, false}, IMPACT_WORKS},
    {{G, 0, 1, 0, false}, IMPACT_PARTLY},
    {{N, 0, 0, 1, false}, IMPACT_UNKNOWN},
};

static void
what_one_endpoint_proves(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
		struct explanation x = explained(&ones[i].seen);

		if (impact_of(&x, NOW) != ones[i].is)
			fail_msg("row %zu: %s", i,
			    impact_name(impact_of(&x, NOW)));
	}
	assert_int_equal(impact_of(NULL, NOW), IMPACT_UNKNOWN);
}

/* Endpoints by letter: up, down, recovering, stale (of up), absent. */
static struct impacted
impacted(const char *name, enum impact declared, const char *endpoints)
{
	struct impacted i = {.name = name, .declared = declared};
	span_ms age = 10 * (span_ms)SECOND_MS;

	for (; *endpoints != '\0';
	     endpoints++, age += 30 * (span_ms)SECOND_MS) {
		struct seen s = {.bucket = *endpoints == 'd' ? D
			: *endpoints == 'r'                  ? R
							     : U,
		    .age = *endpoints == 's' ? 14 * (span_ms)MINUTE_MS : age,
		    .fails = *endpoints == 'd',
		    .goods = *endpoints != 'd'};
		struct explanation x = explained(&s);

		impact_add(&i, *endpoints == '-' ? NULL : &x, NOW);
	}
	impact_conclude(&i);
	return i;
}

static const struct all {
	const char *endpoints;
	enum impact declared;
	const char *line;
} alls[] = {
    {"", IMPACT_STOPS, "stops: f (declared)"},
    {"", IMPACT_WORKS, "still works: f (declared)"},
    /* What is measured wins, either way. */
    {"u", IMPACT_STOPS, "still works: f (measured 10 s ago)"},
    {"d", IMPACT_WORKS, "stops: f (measured 10 s ago)"},
    {"uu", IMPACT_STOPS, "still works: f (measured 40 s ago)"},
    {"dd", IMPACT_STOPS, "stops: f (measured 40 s ago)"},
    {"rr", IMPACT_STOPS,
	"answering again, not confirmed: f (measured 40 s ago)"},
    {"duu", IMPACT_STOPS,
	"stops in part: f (1 of 3 stops, 2 works, measured 1 min ago)"},
    {"ru", IMPACT_WORKS,
	"stops in part: f (1 of 2 recovering, 1 works, measured 40 s ago)"},
    /* Unknown is never told as working. */
    {"s", IMPACT_WORKS, "unknown: f (last measured 14 min ago)"},
    {"-", IMPACT_WORKS, "unknown: f (never measured)"},
    {"s-", IMPACT_STOPS, "unknown: f (last measured 14 min ago)"},
    {"-s", IMPACT_STOPS, "unknown: f (last measured 14 min ago)"},
    {"u-", IMPACT_WORKS,
	"unknown: f (1 of 2 unknown, 1 works, last measured 10 s ago)"},
    {"su", IMPACT_WORKS,
	"unknown: f (1 of 2 unknown, 1 works, last measured 40 s ago)"},
    {"d-", IMPACT_WORKS,
	"stops: f (1 of 2 stops, 1 unknown, measured 10 s ago)"},
    {"-d", IMPACT_WORKS,
	"stops: f (1 of 2 stops, 1 unknown, measured 40 s ago)"},
};

static void
what_all_of_them_prove(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(alls) / sizeof(alls[0]); i++) {
		const struct all *a = &alls[i];
		struct impacted one = impacted("f", a->declared, a->endpoints);
		struct impacts list = {.all = &one, .count = 1};
		struct text t;

		text_init(&t, 1024);
		impacts_line(&list, NOW, 9, "; ", &t);
		assert_string_equal(text_str(&t), a->line);
		text_done(&t);
	}
}

static void
a_line_names_all_kinds_and_no_more_than_fit(void **state)
{
	struct impacted all[] = {impacted("charging", IMPACT_WORKS, "u"),
	    impacted("climate", IMPACT_STOPS, ""),
	    impacted("sentry", IMPACT_STOPS, ""),
	    impacted("horn", IMPACT_STOPS, "d"),
	    impacted("trunk", IMPACT_STOPS, "-")};
	struct impacts list = {.all = all,
	    .count = sizeof(all) / sizeof(all[0]),
	    .advice = "no need to reinstall the app"};
	struct text t;

	(void)state;
	text_init(&t, 1024);
	impacts_line(&list, NOW, 2, "; ", &t);
	assert_string_equal(text_str(&t),
	    "stops: climate (declared), sentry (declared) and 1 more; "
	    "unknown: trunk (never measured); "
	    "still works: charging (measured 10 s ago); "
	    "advice: no need to reinstall the app");
	text_reset(&t);
	list = (struct impacts){.all = all};
	impacts_line(&list, NOW, 2, "; ", &t);
	assert_string_equal(text_str(&t), "");
	text_done(&t);
}

static void
hostile_names_forge_nothing(void **state)
{
	static const char name[] = "a\nb\x1b[31m\xe2\x80\xae<b>\\\x7f\"";
	struct impacted one = impacted(name, IMPACT_STOPS, "u");
	struct impacts list = {.all = &one, .count = 1, .advice = "x\ny"};
	json_t *j, *back;
	char *s;
	struct text t;

	(void)state;
	text_init(&t, 1024);
	impacts_line(&list, NOW, 9, "; ", &t);
	assert_string_equal(text_str(&t),
	    "still works: a\\x0ab\\x1b[31m\\xe2\\x80\\xae<b>\\x5c\\x7f\" "
	    "(measured 10 s ago); advice: x\\x0ay");
	text_done(&t);

	j = impacts_json(&list);
	s = json_dumps(j, JSON_COMPACT);
	assert_null(strchr(s, '\n'));
	assert_null(strchr(s, '\x1b'));
	back = json_loads(s, 0, NULL);
	assert_string_equal(json_string_value(
				json_object_get(json_array_get(back, 0),
				    "name")),
	    name);
	mem_free(s);
	json_decref(back);
	json_decref(j);
}

static bool
is_down(void *arg, const struct config_endpoint *e, struct explanation *x)
{
	struct seen s = {.bucket = D, .age = SECOND_MS, .fails = 2};

	(void)arg;
	(void)e;
	*x = explained(&s);
	return true;
}

static void
what_is_told_depends_on_the_view(void **state)
{
	struct config_endpoint lock = {0};
	const struct config_endpoint *proof[] = {&lock};
	char climate[] = "climate", unlock[] = "unlock", key[] = "key";
	char *stops[] = {climate, unlock, NULL}, *works[] = {key, NULL};
	char advice[] = "wait";
	struct config_function each[] = {{.proof_count = 0},
	    {.proof = proof, .proof_count = 1}};
	struct config_service s = {.advice = advice,
	    .functions = {.names = stops, .each = each, .count = 2},
	    .unaffected = {.names = works, .each = each, .count = 1}};
	struct impacts i;

	(void)state;
	impacts_find(&s, IMPACTS_OF_FAILURE, NOW, is_down, NULL, &i);
	assert_int_equal(i.count, 3);
	assert_string_equal(i.advice, "wait");
	assert_int_equal(i.all[0].basis, BASIS_DECLARED);
	assert_int_equal(i.all[1].basis, BASIS_MEASURED);
	assert_int_equal(i.all[2].is, IMPACT_WORKS);
	impacts_done(&i);
	impacts_find(&s, IMPACTS_OF_TROUBLE, NOW, is_down, NULL, &i);
	assert_int_equal(i.count, 1);
	assert_string_equal(i.all[0].name, "unlock");
	assert_null(i.advice);
	impacts_done(&i);
}

/* The schema has the words of the table, and no others. */
static void
the_schema_has_these_words(void **state)
{
	json_t *root = json_load_file("schema/event.schema.json", 0, NULL);
	json_t *words, *item, *counts, *basis;

	(void)state;
	assert_int_equal(json_unpack(root, "{s:{s:{s:o}}}", "$defs", "impact",
			     "enum", &words),
	    0);
	assert_int_equal(json_unpack(root, "{s:{s:{s:{s:{s:{s:o}}}}}}",
			     "properties", "data", "properties", "impacts",
			     "items", "properties", &item),
	    0);
	assert_int_equal(json_unpack(item, "{s:{s:o}, s:{s:o}}", "endpoints",
			     "properties", &counts, "basis", "enum", &basis),
	    0);
	assert_int_equal(json_array_size(words), IMPACT_COUNT);
	assert_int_equal(json_object_size(counts), IMPACT_COUNT);
	assert_int_equal(json_array_size(basis), BASIS_COUNT);
	for (unsigned i = 0; i < IMPACT_COUNT; i++) {
		const char *name = impact_name((enum impact)i);

		assert_string_equal(json_string_value(json_array_get(words, i)),
		    name);
		assert_non_null(json_object_get(counts, name));
	}
	for (unsigned i = 0; i < BASIS_COUNT; i++)
		assert_string_equal(json_string_value(json_array_get(basis, i)),
		    basis_name((enum basis)i));
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_one_endpoint_proves),
	    cmocka_unit_test(what_all_of_them_prove),
	    cmocka_unit_test(a_line_names_all_kinds_and_no_more_than_fit),
	    cmocka_unit_test(hostile_names_forge_nothing),
	    cmocka_unit_test(what_is_told_depends_on_the_view),
	    cmocka_unit_test(the_schema_has_these_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

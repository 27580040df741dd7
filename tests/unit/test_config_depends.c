/* SPDX-License-Identifier: MIT */
/*
 * A row is a file and what each endpoint depends on, a line each: groups in
 * their order, the members of one with | between them.  Or what is wrong with
 * the file: the lines "LINE:COL: message".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"

enum { TEXT_MAX = 1 << 22 };

static char folder[] = "/tmp/vigie-depends-XXXXXX";
static char path[64];

static struct config *
load(const char *yaml, struct config_errors *e)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(yaml, 1, strlen(yaml), f), strlen(yaml));
	assert_int_equal(fclose(f), 0);
	return config_load(path, e);
}

static void
describe(const struct config_endpoint *e, struct text *t)
{
	if (e->depends_count == 0)
		return;
	text_printf(t, "%s:", e->target.id);
	for (size_t i = 0; i < e->depends_count; i++) {
		const struct config_dependency *d = &e->depends[i];
		bool same = i > 0 && d[-1].group == d->group;

		if (i == 0)
			assert_int_equal(d->group, 0);
		else if (!same)
			assert_int_equal(d->group, d[-1].group + 1);
		text_printf(t, "%s%s", same ? "|" : " ", d->on->target.id);
	}
	text_char(t, '\n');
}

static void
describe_all(const struct config *c, struct text *t)
{
	for (size_t i = 0; i < c->service_count; i++) {
		for (size_t k = 0; k < c->services[i].endpoint_count; k++)
			describe(&c->services[i].endpoints[k], t);
	}
}

/* What comes of a file; owned by caller. */
static char *
outcome(const char *yaml)
{
	struct config_errors e;
	struct config *c = load(yaml, &e);
	const char *line = text_str(&e.lines);
	struct text t;

	text_init(&t, TEXT_MAX);
	if (c != NULL)
		describe_all(c, &t);
	for (; *line != '\0'; line += strcspn(line, "\n") + 1)
		text_printf(&t, "%.*s\n",
		    (int)strcspn(line, "\n") - (int)strlen(path) - 1,
		    line + strlen(path) + 1);
	config_free(c);
	text_done(&e.lines);
	return text_take(&t);
}

#define EU              "eu: 'http://x/'"
#define US              "us: 'http://x/'"
#define ALL             EU ", " US
#define TWO             "eu: [{name: x, url: 'http://x/'}, {name: y, url: 'http://x/'}]"
#define IS(id, regions) "- {id: " id ", regions: {" regions "}}\n"
#define ON(id, needs, regions) \
	"- {id: " id ", depends_on: " needs ", regions: {" regions "}}\n"

static const struct row {
	const char *what, *services, *comes;
} rows[] = {
    {"the same region", ON("a", "b", ALL) IS("b", ALL),
	"a/eu: b/eu\na/us: b/us\n"},
    {"a region that it has not",
	ON("a", "b", ALL) IS("b", EU ", as: 'http://x'"),
	"a/eu: b/eu\na/us: b/eu b/as\n"},
    {"several in a region", ON("a", "[b]", ALL) IS("b", TWO ", " US),
	"a/eu: b/eu/x b/eu/y\na/us: b/us\n"},
    {"each of its own", ON("a", "b", TWO) IS("b", EU),
	"a/eu/x: b/eu\na/eu/y: b/eu\n"},
    {"a place", ON("a", "b/eu", US) IS("b", TWO ", " US),
	"a/us: b/eu/x b/eu/y\n"},
    {"one endpoint", ON("a", "b/eu/y", US) IS("b", TWO ", " US),
	"a/us: b/eu/y\n"},
    {"before and after", IS("b", EU) ON("a", "[b, c]", EU) IS("c", EU),
	"a/eu: b/eu c/eu\n"},
    {"in the order of the list", ON("a", "[c, b]", EU) IS("b", EU) IS("c", EU),
	"a/eu: c/eu b/eu\n"},

    {"a glob of services",
	ON("a", "b-*", EU) IS("b-1", ALL) IS("c", EU) IS("b-2", US),
	"a/eu: b-1/eu b-2/us\n"},
    {"a glob of places",
	ON("a", "b?/*s", EU) IS("b1", ALL) IS("b", ALL)
	    IS("b2", "as: 'http://x/', " EU),
	"a/eu: b1/us b2/as\n"},
    {"a glob of endpoints", ON("a", "'*/*/y'", US) IS("b", TWO) IS("c", ALL),
	"a/us: b/eu/y\n"},
    {"no * over a slash",
	ON("a", "'b/*'", EU) IS("b", TWO ", " US) IS("b-c", US),
	"a/eu: b/eu/x b/eu/y b/us\n"},
    {"in the order of the file",
	ON("a", "b/*", EU) IS("b", ALL ", as: 'http://x/'"),
	"a/eu: b/eu b/us b/as\n"},
    {"a region by a glob", ON("a", "b/u*", ALL) IS("b", ALL),
	"a/eu: b/us\na/us: b/us\n"},

    {"itself is left out", ON("a", "['a/*', b]", EU) IS("b", EU),
	"a/eu: b/eu\n"},
    {"only itself", ON("a", "a", EU), ""},
    {"others of its own service",
	ON("a", "a/eu", "us: 'http://x', eu: 'http://x'"), "a/us: a/eu\n"},
    {"all but itself", IS("c", EU) ON("a", "'*/eu'", EU) IS("b", ALL),
	"a/eu: c/eu b/eu\n"},

    {"twice counts once",
	ON("a", "[b, b/eu, 'b/*', c]", EU) IS("b", ALL) IS("c", EU),
	"a/eu: b/eu b/us c/eu\n"},
    {"any of two", ON("a", "[{any_of: [b, c]}]", ALL) IS("b", ALL) IS("c", EU),
	"a/eu: b/eu|c/eu\na/us: b/us|c/eu\n"},
    {"any of all that a glob names",
	ON("a", "[c, any_of: ['b/*'], d]", EU) IS("b", TWO ", " US) IS("c", EU)
	    IS("d", EU),
	"a/eu: c/eu b/eu/x|b/eu/y|b/us d/eu\n"},
    {"any of, each once", ON("a", "[any_of: [b, 'b*', b/us]]", EU) IS("b", ALL),
	"a/eu: b/eu|b/us\n"},
    {"alone and among others",
	ON("a", "[b, any_of: [b, c], c, any_of: [c, b]]", EU) IS("b", EU)
	    IS("c", EU),
	"a/eu: b/eu b/eu|c/eu c/eu c/eu|b/eu\n"},
    {"any of none is no group",
	ON("a", "[any_of: [a], any_of: [a/eu, b], b]", EU) IS("b", EU),
	"a/eu: b/eu b/eu\n"},

    {"a diamond",
	ON("a", "[b, c]", EU) ON("b", "d", EU) ON("c", "d", EU) IS("d", EU),
	"a/eu: b/eu c/eu\nb/eu: d/eu\nc/eu: d/eu\n"},
    {"on from region to region", IS("b", ALL) ON("a", "[b/us, a/eu]", ALL),
	"a/eu: b/us\na/us: b/us a/eu\n"},

    /* Nothing is named. */
    {"no such service", ON("a", "tesla-flet", EU) IS("tesla-fleet", EU),
	"2:23: no service 'tesla-flet', did you mean 'tesla-fleet'?\n"},
    {"nothing alike", ON("a", "zzz", EU), "2:23: no service 'zzz'\n"},
    {"no such region", ON("a", "[b, b/ue]", EU) IS("b", EU),
	"2:27: no endpoint 'b/ue', did you mean 'b/eu'?\n"},
    {"no such name", ON("a", "[any_of: [b, b/eu/z]]", EU) IS("b", TWO),
	"2:36: no endpoint 'b/eu/z', did you mean 'b/eu/x'?\n"},
    {"no service matches", ON("a", "z*", EU),
	"2:23: no service matches 'z*'\n"},
    {"no place matches", ON("a", "b/*-east", EU) IS("b", EU),
	"2:23: no endpoint matches 'b/*-east'; they are named SERVICE/REGION "
	"or SERVICE/REGION/NAME\n"},
    {"each that is wrong", ON("a", "[x, b]", EU) ON("b", "[x, y]", EU),
	"2:24: no service 'x'\n3:24: no service 'x'\n3:27: no service 'y'\n"},

    /* Circles. */
    {"of two", ON("a", "b", EU) ON("b", "a", EU),
	"3:11: 'depends_on' goes in a circle: a/eu -> b/eu -> a/eu\n"},
    {"of three",
	ON("a", "b", EU) ON("b", "[d, c]", EU) ON("c", "a/*", EU) IS("d", EU),
	"4:11: 'depends_on' goes in a circle: a/eu -> b/eu -> c/eu -> a/eu\n"},
    {"that is come to", ON("a", "b", EU) ON("b", "c", EU) ON("c", "b", EU),
	"4:11: 'depends_on' goes in a circle: b/eu -> c/eu -> b/eu\n"},
    {"of one service", ON("a", "a", TWO),
	"2:11: 'depends_on' goes in a circle: a/eu/x -> a/eu/y -> a/eu/x\n"},
    {"by an alternative",
	ON("a", "[any_of: [b, c]]", EU) IS("b", EU) ON("c", "a", EU),
	"4:11: 'depends_on' goes in a circle: a/eu -> c/eu -> a/eu\n"},
    {"one of each service", ON("a", "b", ALL) ON("b", "a", ALL),
	"3:11: 'depends_on' goes in a circle: a/eu -> b/eu -> a/eu\n"},
    {"from region to region", ON("a", "b/us", ALL) ON("b", "a", ALL),
	"2:11: 'depends_on' goes in a circle: b/us -> a/us -> b/us\n"},
    {"two of them",
	ON("a", "[b, c]", EU) ON("b", "a", EU) ON("c", "b", EU) ON("d", "e", EU)
	    ON("e", "d", EU),
	"3:11: 'depends_on' goes in a circle: a/eu -> b/eu -> a/eu\n"
	"6:11: 'depends_on' goes in a circle: d/eu -> e/eu -> d/eu\n"},

    /* What it cannot be. */
    {"a number", ON("a", "12", EU),
	"2:23: 'depends_on' must be text, not a number; put it in quotes\n"},
    {"a number in a list", ON("a", "[b, 12]", EU) IS("b", EU),
	"2:27: 'depends_on' must be text, not a number; put it in quotes\n"},
    {"nothing", ON("a", "~", EU),
	"2:11: 'depends_on' has no value; give one or remove the key\n"},
    {"an empty list", ON("a", "[]", EU),
	"2:11: 'depends_on' names none: leave it out where there is none\n"},
    {"a list in a list", ON("a", "[[b]]", EU),
	"2:24: 'depends_on' must be text, not a list\n"},
    {"a mapping", ON("a", "{any_of: [b, c]}", EU),
	"2:11: 'depends_on' must be a list, not a mapping: write '- any_of: "
	"...'\n"},
    {"another key", ON("a", "[{all_of: [b]}]", EU) IS("b", EU),
	"2:25: unknown key 'all_of', did you mean 'any_of'?\n"},
    {"a key too many", ON("a", "[{any_of: [b], b: c}]", EU) IS("b", EU),
	"2:38: unknown key 'b'\n"},
    {"no key", ON("a", "[{}]", EU), "2:24: a dependency needs 'any_of'\n"},
    {"any of a word", ON("a", "[any_of: b]", EU) IS("b", EU),
	"2:32: 'any_of' must be a list, not text\n"},
    {"any of none", ON("a", "[any_of: []]", EU),
	"2:24: 'any_of' names none: leave it out where there is none\n"},
    {"any of any", ON("a", "[any_of: [{any_of: [b]}]]", EU) IS("b", EU),
	"2:33: 'any_of' must be text, not a mapping\n"},
    {"capitals", ON("a", "[b/EU]", EU) IS("b", EU),
	"2:24: 'depends_on' must name SERVICE, SERVICE/REGION or "
	"SERVICE/REGION/NAME: a-z, 0-9, -, * and ?, 200 bytes at most\n"},
    {"no region", ON("a", "b/", EU) IS("b", EU),
	"2:23: 'depends_on' must name "},
    {"no service", ON("a", "/eu", EU), "2:23: 'depends_on' must name "},
    {"an empty part", ON("a", "b//x", EU), "2:23: 'depends_on' must name "},
    {"four parts", ON("a", "b/eu/x/y", EU), "2:23: 'depends_on' must name "},
    {"no text", ON("a", "''", EU), "2:23: 'depends_on' must name "},

    /* While something else is wrong, nothing is said of what is named. */
    {"a service without regions", ON("a", "[x, 1]", EU) "- {id: b}\n",
	"2:27: 'depends_on' must be text, not a number; put it in quotes\n"
	"3:3: a service needs 'regions'\n"},
};

/* As wanted; where that ends within a line, the rest of it is free. */
static bool
comes_to(const char *yaml, const char *want)
{
	char *got = outcome(yaml);
	size_t n = strlen(want);
	bool whole = n == 0 || want[n - 1] == '\n';
	bool well = whole ? strcmp(got, want) == 0
			  : strncmp(got, want, n) == 0 &&
		strchr(got, '\n') == got + strlen(got) - 1;

	if (!well)
		print_error("wanted: %s\ngot: %s\n", want, got);
	mem_free(got);
	return well;
}

static void
test_rows(void **state)
{
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t;

		text_init(&t, TEXT_MAX);
		text_printf(&t, "services:\n%s", rows[i].services);
		if (!comes_to(text_str(&t), rows[i].comes)) {
			print_error("%s\n", rows[i].what);
			bad++;
		}
		text_done(&t);
	}
	assert_int_equal(bad, 0);
}

/* What is dumped loads again: the same is written, and named. */
static void
test_dump(void **state)
{
	static const char *const yaml = "services:\n" ON("a",
	    "[b, any_of: ['c*', b/eu], any_of: [d/*/x]]", ALL) IS("b", ALL)
	    IS("c", EU) ON("d", "b", TWO) ON("e", "[any_of: [b]]", EU);
	static const char *const want = "    depends_on:\n      - \"b\"\n"
					"      - any_of: [\"c*\", \"b/eu\"]\n"
					"      - any_of: [\"d/*/x\"]\n";
	struct config_errors e;
	struct config *c = load(yaml, &e);
	struct text first, second;
	char *before = outcome(yaml);

	(void)state;
	assert_non_null(c);
	text_done(&e.lines);
	text_init(&first, TEXT_MAX);
	text_init(&second, TEXT_MAX);
	config_dump(c, &first);
	config_free(c);
	assert_non_null(strstr(text_str(&first), want));
	assert_true(comes_to(text_str(&first), before));
	c = load(text_str(&first), &e);
	assert_non_null(c);
	text_done(&e.lines);
	config_dump(c, &second);
	assert_string_equal(text_str(&first), text_str(&second));
	config_free(c);
	text_done(&first);
	text_done(&second);
	mem_free(before);
}

/* So many of an item in brackets. */
static void
put_list(struct text *t, const char *key, const char *item, unsigned n)
{
	text_printf(t, "%s: [", key);
	for (unsigned i = 0; i < n; i++)
		text_printf(t, "%s%s", i > 0 ? ", " : "", item);
	text_add(t, "]");
}

static bool
entries_come_to(unsigned alone, unsigned any_of, const char *want)
{
	struct text t;
	bool well;

	text_init(&t, TEXT_MAX);
	text_add(&t, "services:\n- {id: a, ");
	put_list(&t, "depends_on", "b", alone);
	text_add(&t, ", regions: {" EU "}}\n- {id: c, depends_on: [{");
	put_list(&t, "any_of", "b", any_of);
	text_add(&t, "}], regions: {" EU "}}\n" IS("b", EU));
	well = comes_to(text_str(&t), want);
	text_done(&t);
	return well;
}

static void
test_entries(void **state)
{
	(void)state;
	assert_true(entries_come_to(64, 64, "a/eu: b/eu\nc/eu: b/eu\n"));
	assert_true(entries_come_to(65, 64,
	    "2:11: 'depends_on' has 65 items, 64 at most\n"));
	assert_true(entries_come_to(1, 65,
	    "3:25: 'any_of' has 65 items, 64 at most\n"));
}

/* A service of n regions, r0 and on. */
static void
put_wide(struct text *t, const char *id, const char *needs, unsigned n)
{
	text_printf(t, "- {id: %s, ", id);
	if (needs != NULL)
		text_printf(t, "depends_on: %s, ", needs);
	text_add(t, "regions: {");
	for (unsigned i = 0; i < n; i++)
		text_printf(t, "%sr%u: 'http://x/'", i > 0 ? ", " : "", i);
	text_add(t, "}}\n");
}

/* A service with so many regions depends on one with as many as that. */
static char *
wide(unsigned from, const char *needs, unsigned to)
{
	struct text t;

	text_init(&t, TEXT_MAX);
	text_add(&t, "services:\n");
	put_wide(&t, "a", needs, from);
	put_wide(&t, "b", NULL, to);
	return text_take(&t);
}

static void
test_excess(void **state)
{
	struct config_errors e;
	char *yaml = wide(1, "b/*", 1024);
	struct config *c = load(yaml, &e);

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->services[0].endpoints[0].depends_count, 1024);
	config_free(c);
	text_done(&e.lines);
	mem_free(yaml);

	yaml = wide(2, "[b/r0, b/*]", 1024);
	assert_true(comes_to(yaml,
	    "2:30: 'depends_on' names more than 1024 endpoints for a/r0: name "
	    "fewer\n"));
	mem_free(yaml);
	/* Only what is in its region, though it is of many services. */
	yaml = wide(1100, "b", 1100);
	c = load(yaml, &e);
	assert_non_null(c);
	assert_int_equal(c->services[0].endpoints[1099].depends_count, 1);
	config_free(c);
	text_done(&e.lines);
	mem_free(yaml);
	yaml = wide(1000, "b/*", 1001);
	assert_true(comes_to(yaml,
	    "2:11: all 'depends_on' together name more than 1000000 "
	    "endpoints\n"));
	mem_free(yaml);
}

/* Each on the next; last: what the last one depends on. */
static char *
chain(unsigned n, const char *last)
{
	struct text t;

	text_init(&t, TEXT_MAX);
	text_add(&t, "services:\n");
	for (unsigned i = 0; i < n; i++)
		text_printf(&t,
		    "- {id: s%u, depends_on: s%u, regions: {" EU "}}\n", i,
		    i + 1);
	text_printf(&t, ON("s%u", "%s", EU), n, last);
	text_add(&t, IS("end", EU));
	return text_take(&t);
}

static void
test_depth(void **state)
{
	char *yaml = chain(3000, "end");
	struct config_errors e;
	struct config *c = load(yaml, &e);

	(void)state;
	assert_non_null(c);
	config_free(c);
	text_done(&e.lines);
	mem_free(yaml);
	yaml = chain(3000, "s10");
	assert_true(comes_to(yaml,
	    "3002:15: 'depends_on' goes in a circle: s10/eu -> s11/eu -> "
	    "s12/eu -> s13/eu -> s14/eu -> s15/eu -> s16/eu -> s17/eu -> "
	    "s18/eu -> s19/eu -> s20/eu -> s21/eu -> s22/eu -> s23/eu -> "
	    "s24/eu -> s25/eu -> s26/eu -> s27/eu -> s28/eu -> s29/eu -> "
	    "s30/eu -> s31/eu -> s32/eu -> s33/eu -> s34/eu -> s35/eu -> 2964 "
	    "more -> s3000/eu -> s10/eu\n"));
	mem_free(yaml);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/v.yaml", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_dump),
	    cmocka_unit_test(test_entries),
	    cmocka_unit_test(test_excess),
	    cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

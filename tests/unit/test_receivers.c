/* SPDX-License-Identifier: MIT */
/* Heartbeats among the receivers of a configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "config/config.h"
#include "scratch.h"

#define SERVICES "services: [{id: s, regions: {r: https://x/}}]\n"

/* NULL with the errors in *e, which is the caller's to end. */
static struct config *
load(const char *yaml, struct config_errors *e)
{
	struct scratch s;
	struct config *c;
	FILE *f;

	scratch_make(&s);
	f = fopen(scratch_path(&s, "v.yaml"), "we");
	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
	c = config_load(scratch_path(&s, "v.yaml"), e);
	scratch_remove(&s);
	return c;
}

static struct config *
load_good(const char *yaml)
{
	struct config_errors e;
	struct config *c = load(yaml, &e);

	if (c == NULL)
		fail_msg("%s\n%s", yaml, text_str(&e.lines));
	text_done(&e.lines);
	return c;
}

/* Somebody must be told all the same, and a heartbeat is not. */
static void
heartbeats_alone(void **state)
{
	struct config *c = load_good(
	    "receivers: [{id: a, type: heartbeat, url: 'https://x/'}, {id: b, "
	    "type: heartbeat, url: 'https://x/', every: 10s, timeout: 30s}]\n" SERVICES);

	(void)state;
	assert_int_equal(c->receiver_count, 3);
	assert_int_equal(c->receivers[0].type, RECEIVER_HEARTBEAT);
	assert_int_equal(c->receivers[0].every, 60 * SECOND_MS);
	assert_int_equal(c->receivers[0].timeout, 10 * SECOND_MS);
	assert_int_equal(c->receivers[1].every, 10 * SECOND_MS);
	assert_int_equal(c->receivers[1].timeout, 9 * SECOND_MS);
	assert_string_equal(c->receivers[2].id, "log");
	assert_int_equal(c->receivers[2].type, RECEIVER_SYSLOG);
	assert_string_equal(c->routes[0].to[0], "log");
	assert_null(c->routes[0].to[1]);
	config_free(c);
}

static void
heartbeats_beside_others(void **state)
{
	struct config *c = load_good(
	    "receivers: [{id: log, type: heartbeat, url: 'https://x/'}, "
	    "{id: hook, type: webhook, url: 'https://x/'}]\n" SERVICES);

	(void)state;
	assert_int_equal(c->receiver_count, 2);
	assert_string_equal(c->routes[0].to[0], "hook");
	assert_null(c->routes[0].to[1]);
	config_free(c);
}

static void
a_dump_says_the_same(void **state)
{
	struct config *c = load_good(
	    "receivers: [{id: a, type: heartbeat, url: 'https://x/', every: "
	    "20s, proxy: 'http://p:1', insecure: true}]\n" SERVICES);
	struct text first, second;

	(void)state;
	text_init(&first, 10000);
	text_init(&second, 10000);
	config_dump(c, &first);
	config_free(c);
	assert_non_null(strstr(text_str(&first), "    every: 20s\n"));
	c = load_good(text_str(&first));
	assert_int_equal(c->receivers[0].every, 20 * SECOND_MS);
	assert_true(c->receivers[0].insecure);
	config_dump(c, &second);
	config_free(c);
	assert_string_equal(text_str(&first), text_str(&second));
	text_done(&first);
	text_done(&second);
}

static void
put_heartbeats(struct text *yaml, unsigned n)
{
	text_reset(yaml);
	text_add(yaml, "receivers:\n");
	for (unsigned i = 0; i < n; i++)
		text_printf(yaml,
		    " - {id: h%u, type: heartbeat, url: 'https://x/'}\n", i);
	text_add(yaml, SERVICES);
}

static void
heartbeats_have_a_ceiling(void **state)
{
	struct config_errors e;
	struct text yaml;
	struct config *c;

	(void)state;
	text_init(&yaml, 10000);
	put_heartbeats(&yaml, HEARTBEATS_MAX);
	c = load_good(text_str(&yaml));
	assert_int_equal(c->receiver_count, HEARTBEATS_MAX + 1);
	config_free(c);

	put_heartbeats(&yaml, HEARTBEATS_MAX + 1);
	assert_null(load(text_str(&yaml), &e));
	assert_int_equal(e.count, 1);
	assert_non_null(strstr(text_str(&e.lines),
	    "v.yaml:18:4: more than 16 heartbeats\n"));
	text_done(&e.lines);
	text_done(&yaml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(heartbeats_alone),
	    cmocka_unit_test(heartbeats_beside_others),
	    cmocka_unit_test(heartbeats_have_a_ceiling),
	    cmocka_unit_test(a_dump_says_the_same),
	};

	return cmocka_run_group_tests_name("receivers", tests, NULL, NULL);
}

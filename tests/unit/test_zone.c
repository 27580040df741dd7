/* SPDX-License-Identifier: MIT */
/* Zones and windows; tests/system/test_windows.py compares many more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "config/posixtz.h"
#include "config/window.h"
#include "config/zone.h"

static wall_ms
at(const char *s)
{
	wall_ms t = 0;

	assert_true(utc_parse(s, &t));
	return t;
}

static const struct reading {
	const char *zone, *local, *instant;
} readings[] = {
    {"Europe/Paris", "2026-01-15T12:00:00Z", "2026-01-15T11:00:00Z"},
    {"Europe/Paris", "2026-07-15T12:00:00Z", "2026-07-15T10:00:00Z"},
    /* Skipped: as much later as was skipped. */
    {"Europe/Paris", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z"},
    {"Europe/Paris", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"},
    {"Europe/Paris", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z"},
    /* Twice: the first. */
    {"Europe/Paris", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"},
    {"Europe/Paris", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"},
    {"Europe/Paris", "1900-01-01T00:00:00Z", "1899-12-31T23:50:39Z"},
    {"Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z"},
    {"Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:45:00Z"},
    {"America/Sao_Paulo", "2018-11-04T00:30:00Z", "2018-11-04T03:30:00Z"},
    {"America/Sao_Paulo", "2026-11-01T00:30:00Z", "2026-11-01T03:30:00Z"},
    {"Europe/Paris", "2100-07-01T00:00:00Z", "2100-06-30T22:00:00Z"},
};

static void
test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const struct reading *r = &readings[i];
		struct zone *z = zone_open(r->zone, NULL);
		char got[UTC_TEXT_BYTES];

		assert_non_null(z);
		if (zone_instant(z, at(r->local)) != at(r->instant))
			fail_msg("%s %s: %s", r->zone, r->local,
			    utc_format(zone_instant(z, at(r->local)), got));
		zone_close(z);
	}
	assert_int_equal(zone_instant(NULL, 5), 5);
}

/* However a file is cut or damaged, it is refused or read, never more. */
static void
test_damage(void **state)
{
	unsigned char bytes[4096], copy[4096];
	FILE *f = fopen(ZONE_FOLDER "/Europe/Paris", "re");
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	assert_true(n > 100 && n < sizeof(bytes));
	for (size_t cut = 0; cut < n; cut++) {
		unsigned char *exact = mem_copy(bytes, cut);

		assert_null(zone_parse("x", exact, cut, NULL));
		mem_free(exact);
	}
	for (size_t i = 0; i < n; i++) {
		struct zone *z;

		memcpy(copy, bytes, n);
		copy[i] ^= 0xff;
		z = zone_parse("x", copy, n, NULL);
		if (z != NULL)
			(void)zone_offset(z, at("2026-07-01T00:00:00Z"));
		zone_close(z);
	}
}

static void
test_rules(void **state)
{
	static const char *const bad[] = {"", "UT0", "UTC", "UTC999",
	    "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M0.5.0,M10.5.0",
	    "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
	    "CET-1CEST,J0,J5", "CET-1CEST,366,5", "<+03-3",
	    "CET-1CEST,M3.5.0,M10.5.0x"};
	static const struct {
		const char *rule, *at;
		int32_t offset;
	} good[] = {
	    {"UTC0", "2026-01-01T00:00:00Z", 0},
	    {"<-03>3", "2026-01-01T00:00:00Z", -10800},
	    {"NPT-5:45:30", "2026-01-01T00:00:00Z", 20730},
	    {"AAA0BBB,J60,J300", "2024-03-01T01:59:59Z", 0},
	    {"AAA0BBB,J60,J300", "2024-03-01T02:00:00Z", 3600},
	    {"AAA0BBB,59,300", "2024-02-29T02:00:00Z", 3600},
	    {"AAA0BBB,59,300", "2024-02-29T01:59:59Z", 0},
	    /* South of the equator. */
	    {"AAA-10BBB,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 39600},
	    {"AAA-10BBB,M10.1.0,M4.1.0/3", "2026-06-01T00:00:00Z", 36000},
	    {"AAA3BBB2,M3.5.0/-1,M10.5.0/-1", "2026-07-01T00:00:00Z", -7200},
	};
	struct posixtz tz;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (posixtz_parse(bad[i], &tz))
			fail_msg("accepted: %s", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(posixtz_parse(good[i].rule, &tz));
		if (posixtz_offset(&tz, at(good[i].at) / 1000) !=
		    good[i].offset)
			fail_msg("%s at %s: %d", good[i].rule, good[i].at,
			    posixtz_offset(&tz, at(good[i].at) / 1000));
	}
}

static void
test_windows(void **state)
{
	struct config_window w = {0};
	char text[WINDOW_EVERY_BYTES];
	wall_ms from = 0, to = 0;

	(void)state;
	assert_int_equal(window_parse_every("fri-mon 22:00-02:00", &w, NULL),
	    OK);
	assert_string_equal(window_format_every(&w, text),
	    "Mon,Fri,Sat,Sun 22:00-02:00");
	/* 2026-03-04 is a Wednesday. */
	assert_true(window_next(&w, at("2026-03-04T00:00:00Z"), &from, &to));
	assert_int_equal(from, at("2026-03-06T22:00:00Z"));
	assert_int_equal(to, at("2026-03-07T02:00:00Z"));
	/* One that is going on counts, one that just ended does not. */
	assert_true(window_next(&w, at("2026-03-07T01:59:59Z"), &from, &to));
	assert_int_equal(from, at("2026-03-06T22:00:00Z"));
	assert_true(window_next(&w, to, &from, &to));
	assert_int_equal(from, at("2026-03-07T22:00:00Z"));
	/* Before 1970, too. */
	assert_true(window_next(&w, at("1969-12-01T00:00:00Z"), &from, &to));
	assert_int_equal(from, at("1969-11-30T22:00:00Z"));

	w = (struct config_window){.from = 100, .to = 200};
	assert_true(window_next(&w, 199, &from, &to));
	assert_int_equal(from, 100);
	assert_false(window_next(&w, 200, &from, &to));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_readings),
	    cmocka_unit_test(test_damage),
	    cmocka_unit_test(test_rules),
	    cmocka_unit_test(test_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

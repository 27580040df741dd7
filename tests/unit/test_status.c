/* SPDX-License-Identifier: MIT */
/* What is said of an endpoint in a few words, and since when it is so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/status.h"

enum { WORDS_BYTES = 256, NOW = 9000, ONSET = 2000, SINCE = 5000 };

static const struct words_row {
	enum bucket bucket;
	enum sample_class class;
	enum reason reason;
	uint32_t us;
	bool incident;
	const char *words;
} words_rows[] = {
    {BUCKET_UP, CLASS_OK, REASON_OK, 41999, false, "41 ms"},
    {BUCKET_UP, CLASS_OK, REASON_OK, 999, false, "under 1 ms"},
    {BUCKET_UP, CLASS_ORIGIN, REASON_SERVER_ERROR, 700, false,
	"server error, being confirmed"},
    {BUCKET_DOWN, CLASS_ORIGIN, REASON_SERVER_ERROR, 700, false,
	"server error, being confirmed"},
    {BUCKET_UP, CLASS_LOCAL, REASON_LOCAL_RESOURCE, 700, false,
	"out of descriptors or memory"},
    {BUCKET_DOWN, CLASS_ORIGIN, REASON_SERVER_ERROR, 700, true,
	"500 server error"},
};

static void
what_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words_rows) / sizeof(words_rows[0]);
	     i++) {
		const struct words_row *w = &words_rows[i];
		const struct status_row r = {.e = {.bucket = w->bucket,
						 .sampled = true,
						 .last = {.class =
							      (uint8_t)w->class,
						     .reason =
							 (uint8_t)w->reason,
						     .total_us = w->us}},
		    .incident = {.class = w->class,
			.reason = w->reason,
			.code = 500},
		    .has_incident = w->incident};
		struct text t;

		text_init(&t, WORDS_BYTES);
		status_words(&t, &r, NOW);
		assert_string_equal(text_str(&t), w->words);
		text_done(&t);
	}
}

static const struct since_row {
	enum bucket bucket;
	bool incident;
	int64_t degraded_ms;
	wall_ms since;
} since_rows[] = {
    {BUCKET_UP, false, 0, SINCE},
    {BUCKET_DOWN, true, 0, ONSET}, /* failed again: it never was back */
    {BUCKET_DOWN, true, 3000, SINCE},
    {BUCKET_MAINTENANCE, true, 3000, SINCE},
    {BUCKET_DEGRADED, true, 3000, ONSET},
    {BUCKET_RECOVERING, true, 0, SINCE},
};

static void
since_when(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(since_rows) / sizeof(since_rows[0]);
	     i++) {
		const struct since_row *w = &since_rows[i];
		struct status_row r = {.e = {.bucket = w->bucket,
					   .since = SINCE},
		    .incident = {.onset = ONSET},
		    .has_incident = w->incident};

		r.incident.bucket_ms[BUCKET_DEGRADED] = w->degraded_ms;
		assert_int_equal(status_since(&r), w->since);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_said),
	    cmocka_unit_test(since_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

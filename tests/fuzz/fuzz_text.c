/* SPDX-License-Identifier: MIT */
/*
 * Small texts of strangers: times, lengths of time, paths, JSON, and what
 * targets and receivers say of when to come again.
 */
#include "fuzz.h"
#include "input.h"

#include <jansson.h>

#include "base/duration.h"
#include "base/utc.h"
#include "core/sample.h"
#include "io/webhook.h"
#include "probes/json_path.h"
#include "probes/maintenance.h"
#include "probes/retry_after.h"

static void
try_times(const char *s)
{
	static const wall_ms now = 1676368853000;
	char buf[UTC_TEXT_BYTES], length[DURATION_TEXT_BYTES];
	wall_ms t, again;
	span_ms d;
	struct fail f;
	int32_t after, pause;

	if (utc_parse(s, &t) &&
	    (!utc_parse(utc_format(t, buf), &again) || again != t))
		abort();
	if (duration_parse(s, &d, &f) == OK)
		(void)duration_format(d, length);
	after = retry_after_parse(s, NULL, now);
	if (after < RETRY_AFTER_ABSENT || after > RETRY_AFTER_LONGEST_S)
		abort();
	pause = webhook_retry_after(s, now);
	if (pause != -1 && (pause < 1 || pause > HOUR_MS / SECOND_MS))
		abort();
	(void)retry_after_parse(s, "Tue, 14 Feb 2023 10:00:53 GMT", now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = input_text(bytes, n);
	json_t *j = json_loadb((const char *)bytes, n, 0, NULL);

	try_times(text);
	(void)maintenance_phrase(bytes, n);
	if (json_path_valid(text))
		(void)json_path_find(j, text);
	(void)json_path_find(j, "$.status.a[3]");
	json_decref(j);
	free(text);
	return 0;
}

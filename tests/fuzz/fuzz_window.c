/* SPDX-License-Identifier: MIT */
/*
 * Planned windows and time zones.  A first line of a window or a time, what
 * follows is the file of a zone; the next windows lie ahead and in order.
 */
#include "fuzz.h"
#include "input.h"

#include "config/posixtz.h"
#include "config/window.h"
#include "config/zone.h"

static const wall_ms now = 1676368853000;
enum { WINDOWS_LOOKED_AT = 8 };

static void
look_ahead(const struct config_window *w)
{
	wall_ms from, to, after = now;

	for (int i = 0; i < WINDOWS_LOOKED_AT; i++) {
		if (!window_next(w, after, &from, &to))
			return;
		if (to <= after || to < from)
			abort();
		after = to;
	}
}

static void
try_window(const char *text, const struct zone *z)
{
	struct config_window w = {.weekly = true, .zone = z}, again = {0};
	char said[WINDOW_EVERY_BYTES];
	struct fail f = {.why = ""};

	if (window_parse_every(text, &w, &f) != OK) {
		if (f.why[0] == '\0')
			abort();
		return;
	}
	if (window_parse_every(window_format_every(&w, said), &again, &f) !=
		OK ||
	    again.days != w.days || again.from_minute != w.from_minute ||
	    again.to_minute != w.to_minute)
		abort();
	look_ahead(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
	size_t line = end != NULL ? (size_t)(end - bytes) : n;
	char *text = input_text(bytes, line);
	struct fail f = {.why = ""};
	struct zone *z = NULL;
	struct posixtz tz;
	wall_ms t;

	if (end != NULL)
		z = zone_parse("Fuzz/Zone", end + 1, n - line - 1, &f);
	if (end != NULL && z == NULL && f.why[0] == '\0')
		abort();
	try_window(text, z);
	if (window_parse_time(text, z, &t) && z != NULL)
		(void)zone_offset(z, t);
	if (posixtz_parse(text, &tz))
		(void)posixtz_offset(&tz, now / SECOND_MS);
	zone_close(z);
	free(text);
	return 0;
}

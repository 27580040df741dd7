/* SPDX-License-Identifier: MIT */
#include "config/windowjson.h"

#include <jansson.h>

#include "base/utc.h"
#include "config/config.h"
#include "config/window.h"
#include "config/windowspec.h"
#include "config/zone.h"

enum { DESCRIBED_BYTES = 1024 };

const char *
windowjson_local(const struct config_window *w, wall_ms t, char *buf)
{
	(void)utc_format(t + zone_offset(w->zone, t) * (wall_ms)SECOND_MS, buf);
	buf[10] = ' ';
	buf[19] = '\0';
	return buf;
}

static json_t *
occurrence(const struct config_window *w, wall_ms from, wall_ms to)
{
	char a[UTC_TEXT_BYTES], b[UTC_TEXT_BYTES], c[UTC_TEXT_BYTES],
	    d[UTC_TEXT_BYTES];

	return json_pack("{s:s, s:s, s:s, s:s}", "from", utc_format(from, a),
	    "to", utc_format(to, b), "local_from", windowjson_local(w, from, c),
	    "local_to", windowjson_local(w, to, d));
}

json_t *
windowjson(const struct config_window *w, wall_ms now, size_t next)
{
	json_t *list = json_array(), *j;
	wall_ms from, to, after = now;
	struct text when;
	bool going = window_next(w, now, &from, &to) && from <= now;

	for (size_t i = 0; i < next && window_next(w, after, &from, &to);
	     i++, after = to)
		(void)json_array_append_new(list, occurrence(w, from, to));
	text_init(&when, DESCRIBED_BYTES);
	windowspec_describe(w, &when);
	j = json_pack("{s:s, s:s*, s:s, s:s, s:s, s:b, s:o}", "service",
	    w->service, "region", w->region, "title", w->title, "when",
	    text_str(&when), "timezone",
	    w->timezone != NULL ? w->timezone : "UTC", "now", going, "next",
	    list);
	text_done(&when);
	return j;
}

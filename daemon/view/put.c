/* SPDX-License-Identifier: MIT */
#include "view/put.h"

#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "base/utc.h"

enum { SHOWN_BYTES = 4 * ESCAPE_LOG_BYTES + 8 };

void
put_text(json_t *j, const char *key, const char *s)
{
	if (s != NULL)
		(void)json_object_set_new(j, key, json_string(s));
}

void
put_safe(json_t *j, const char *key, const char *s)
{
	struct text t;

	if (s == NULL || s[0] == '\0')
		return;
	text_init(&t, SHOWN_BYTES);
	escape_log(&t, s, strlen(s));
	put_text(j, key, text_str(&t));
	text_done(&t);
}

void
put_time(json_t *j, const char *key, wall_ms t)
{
	char buf[UTC_TEXT_BYTES];

	if (t != 0)
		put_text(j, key, utc_format(t, buf));
}

void
put_count(json_t *j, const char *key, int64_t n)
{
	(void)json_object_set_new(j, key, json_integer(n));
}

/* SPDX-License-Identifier: MIT */
#include "web/param.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/utc.h"

enum {
	NUMBER_DIGITS = 18,
	LIMIT_DEFAULT = 100,
	LIMIT_MOST = 1000,
	DETAIL_BYTES = 512,
	TIME_BYTES = 64
};

/* From 1971, as 0 is no time, to 9999, whose years have four digits. */
#define TIME_LEAST (365 * (wall_ms)DAY_MS)
#define TIME_END   (2932897 * (wall_ms)DAY_MS)

static bool
refuse(const struct visitor *v, const char *name, const char *what)
{
	char detail[DETAIL_BYTES];

	(void)snprintf(detail, sizeof(detail), "%s is %s.", name, what);
	answer_problem(v->r, 400, "Bad parameter", detail);
	return false;
}

/* NULL: it is not given, or empty, as forms send it. */
static const char *
given(const struct visitor *v, const char *name)
{
	const char *text = http_param(v->r, name);

	return text != NULL && *text != '\0' ? text : NULL;
}

bool
param_number(const struct visitor *v, const char *name, int64_t least,
    int64_t most, int64_t *n)
{
	const char *text = given(v, name);
	char what[DETAIL_BYTES];
	int64_t number;
	size_t digits;

	if (text == NULL)
		return true;
	digits = strspn(text, "0123456789");
	number = digits <= NUMBER_DIGITS ? strtoll(text, NULL, 10) : INT64_MAX;
	if (digits == 0 || text[digits] != '\0' || number < least ||
	    number > most) {
		(void)snprintf(what, sizeof(what),
		    "a number from %" PRId64 " to %" PRId64, least, most);
		return refuse(v, name, what);
	}
	*n = number;
	return true;
}

bool
param_limit(const struct visitor *v, size_t *limit)
{
	int64_t n = LIMIT_DEFAULT;

	if (!param_number(v, "limit", 1, LIMIT_MOST, &n))
		return false;
	*limit = (size_t)n;
	return true;
}

bool
param_time(const struct visitor *v, const char *name, wall_ms *t)
{
	const char *text = given(v, name);
	char day[TIME_BYTES];
	wall_ms at;

	if (text == NULL)
		return true;
	(void)snprintf(day, sizeof(day), "%sT00:00:00Z", text);
	if (!utc_parse(text, &at) &&
	    (strlen(text) != 10 || !utc_parse(day, &at)))
		return refuse(v, name,
		    "a day like 2023-02-14, or a time like "
		    "2023-02-14T13:00:00Z");
	if (at < TIME_LEAST || at >= TIME_END)
		return refuse(v, name, "of the years 1971 to 9999");
	*t = at;
	return true;
}

bool
param_span(const struct visitor *v, wall_ms *from, wall_ms *to)
{
	if (!param_time(v, "from", from) || !param_time(v, "to", to))
		return false;
	if (*to == 0 || *from < *to)
		return true;
	answer_problem(v->r, 400, "Bad parameter", "from is before to.");
	return false;
}

bool
param_length(const struct visitor *v, const char *name, span_ms *d)
{
	const char *text = given(v, name);
	struct fail f;

	return text == NULL || duration_parse(text, d, &f) == OK ||
	    refuse(v, name, "a length like 10m or 1h30m");
}

bool
param_text(const struct visitor *v, const char *name, const char **text)
{
	const char *whole = given(v, name);

	if (whole == NULL)
		return true;
	if (strlen(whole) > PARAM_TEXT_BYTES)
		return refuse(v, name, "a text of at most 200 bytes");
	*text = whole;
	return true;
}

bool
param_word(const struct visitor *v, const char *name, const char *const *words,
    size_t *at)
{
	const char *text = given(v, name);
	char what[DETAIL_BYTES] = "";
	size_t used = 0;

	for (size_t i = 0; text != NULL && words[i] != NULL; i++) {
		if (strcmp(text, words[i]) == 0) {
			*at = i;
			return true;
		}
		if (*words[i] != '\0' && used < sizeof(what))
			used +=
			    (size_t)snprintf(what + used, sizeof(what) - used,
				"%s %s", used > 0 ? "," : "one of", words[i]);
	}
	return text == NULL || refuse(v, name, what);
}

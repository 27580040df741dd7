/* SPDX-License-Identifier: MIT */
#include "base/duration.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct unit {
	const char *name;
	span_ms ms;
} units[] = {
    {"w", 7 * (span_ms)DAY_MS},
    {"d", DAY_MS},
    {"h", HOUR_MS},
    {"m", MINUTE_MS},
    {"s", SECOND_MS},
    {"ms", 1},
};

static const span_ms longest = 36500 * (span_ms)DAY_MS;

/* Index of the unit that is exactly the n letters at s, or the table size. */
static size_t
unit_at(const char *s, size_t n)
{
	size_t i = 0;

	while (i < sizeof(units) / sizeof(units[0]) &&
	    (strlen(units[i].name) != n || strncmp(units[i].name, s, n) != 0))
		i++;
	return i;
}

enum status
duration_parse(const char *s, span_ms *out, struct fail *f)
{
	const size_t count = sizeof(units) / sizeof(units[0]);
	const char *p = s;
	size_t next = 0; /* units must shrink from left to right */
	span_ms sum = 0;

	do {
		span_ms n = 0;
		size_t letters = 0, u;

		if (!isdigit((unsigned char)*p))
			break;
		for (; isdigit((unsigned char)*p); p++) {
			n = n * 10 + (*p - '0');
			if (n > longest)
				return fail_set(f, ERR_RANGE,
				    "'%s' is longer than 100 years", s);
		}
		while (isalpha((unsigned char)p[letters]))
			letters++;
		u = unit_at(p, letters);
		if (u == count || u < next)
			break;
		if (n > (longest - sum) / units[u].ms)
			return fail_set(f, ERR_RANGE,
			    "'%s' is longer than 100 years", s);
		sum += n * units[u].ms;
		next = u + 1;
		p += letters;
		if (*p == '\0') {
			*out = sum;
			return OK;
		}
	} while (true);
	return fail_set(f, ERR_SYNTAX,
	    "'%s' is not a duration (write 500ms, 30s, 5m, 1h30m or 2d)", s);
}

const char *
duration_format(span_ms d, char buf[DURATION_TEXT_BYTES])
{
	const size_t n = DURATION_TEXT_BYTES;
	int64_t s = d / SECOND_MS, m = s / 60, h = m / 60;

	if (d < SECOND_MS)
		(void)snprintf(buf, n, "%" PRId64 " ms", d);
	else if (s < 120)
		(void)snprintf(buf, n, "%" PRId64 " s", s);
	else if (m < 120)
		(void)snprintf(buf, n, "%" PRId64 " min", m);
	else if (h < 48)
		(void)snprintf(buf, n, "%" PRId64 " h %02" PRId64 " min", h,
		    m % 60);
	else
		(void)snprintf(buf, n, "%" PRId64 " d %" PRId64 " h", h / 24,
		    h % 24);
	return buf;
}

const char *
duration_column(span_ms d, char buf[DURATION_TEXT_BYTES])
{
	int64_t s = (d + SECOND_MS / 2) / SECOND_MS;

	if (s < 3600)
		(void)snprintf(buf, DURATION_TEXT_BYTES,
		    "%" PRId64 "m%02" PRId64 "s", s / 60, s % 60);
	else
		(void)snprintf(buf, DURATION_TEXT_BYTES,
		    "%" PRId64 "h%02" PRId64 "m", s / 3600, s / 60 % 60);
	return buf;
}

/* SPDX-License-Identifier: MIT */
#include "view/when.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/utc.h"

enum { TWO_DAYS_S = 48 * 3600 };

const char *
when_text(wall_ms t, char buf[WHEN_BYTES])
{
	char full[UTC_TEXT_BYTES];

	if (t == 0) {
		(void)snprintf(buf, WHEN_BYTES, "-");
		return buf;
	}
	utc_format(t, full);
	(void)snprintf(buf, WHEN_BYTES, "%.10s %.8sZ", full, full + 11);
	return buf;
}

const char *
when_age(span_ms d, char buf[WHEN_BYTES])
{
	int64_t s = d > 0 ? d / SECOND_MS : 0;

	if (s < 60)
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 "s", s);
	else if (s < 3600)
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 "m", s / 60);
	else if (s < TWO_DAYS_S)
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 "h%02" PRId64 "m",
		    s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 "d", s / 86400);
	return buf;
}

const char *
when_length(span_ms d, char buf[WHEN_BYTES])
{
	int64_t s = d > 0 ? d / SECOND_MS : 0;

	if (s < 60)
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 " s", s);
	else if (s < 3600)
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 " min", s / 60);
	else if (s < TWO_DAYS_S)
		(void)snprintf(buf, WHEN_BYTES,
		    "%" PRId64 " h %02" PRId64 " min", s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, WHEN_BYTES, "%" PRId64 " d %" PRId64 " h",
		    s / 86400, s / 3600 % 24);
	return buf;
}

const char *
when_duration(span_ms d, char buf[WHEN_BYTES])
{
	int64_t s = d > 0 ? d / SECOND_MS : 0;

	if (s < 60)
		(void)snprintf(buf, WHEN_BYTES, "PT%" PRId64 "S", s);
	else if (s < 3600)
		(void)snprintf(buf, WHEN_BYTES, "PT%" PRId64 "M", s / 60);
	else if (s < TWO_DAYS_S)
		(void)snprintf(buf, WHEN_BYTES, "PT%" PRId64 "H%" PRId64 "M",
		    s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, WHEN_BYTES, "P%" PRId64 "DT%" PRId64 "H",
		    s / 86400, s / 3600 % 24);
	return buf;
}

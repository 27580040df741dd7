/* SPDX-License-Identifier: MIT */
#include "view/share.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { THOUSANDTHS = 100000 };

const char *
share_text(int64_t part, int64_t whole, char buf[SHARE_BYTES])
{
	int64_t n;

	assert(part >= 0 && part <= whole && whole < INT64_MAX / THOUSANDTHS);
	if (whole == 0) {
		(void)snprintf(buf, SHARE_BYTES, "n/a");
		return buf;
	}
	n = part * THOUSANDTHS / whole;
	(void)snprintf(buf, SHARE_BYTES, "%" PRId64 ".%03" PRId64 " %%",
	    n / 1000, n % 1000);
	return buf;
}

int64_t
share_available(const int64_t ms[BUCKET_COUNT])
{
	return ms[BUCKET_UP] + ms[BUCKET_DEGRADED];
}

int64_t
share_whole(const int64_t ms[BUCKET_COUNT])
{
	int64_t sum = 0;

	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		sum += ms[b];
	return sum;
}

int64_t
share_known(const int64_t ms[BUCKET_COUNT])
{
	return share_whole(ms) - ms[BUCKET_UNKNOWN];
}

/* SPDX-License-Identifier: MIT */
#include "store/samplerow.h"

#include <string.h>

enum { LATE_SHIFT = 5 }; /* 1/256 octave to 1/8 */

static size_t
put_code(unsigned char *buf, uint16_t code)
{
	if (code < 0x80) {
		buf[0] = (unsigned char)code;
		return 1;
	}
	buf[0] = (unsigned char)(0x80 | (code & 0x7f));
	buf[1] = (unsigned char)(code >> 7);
	return 2;
}

size_t
phases_write(const struct sample *s, unsigned char buf[PHASES_BYTES_MAX])
{
	const uint32_t us[] = {s->dns_us, s->connect_us, s->tls_us, s->wait_us,
	    s->receive_us};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++)
		n += put_code(buf + n, latency_code(us[i]));
	buf[n++] = (unsigned char)(latency_code(s->late_us) >> LATE_SHIFT);
	return n;
}

/* Code 0 stands for no time at all, not for the microsecond it decodes to. */
static uint32_t
time_of(unsigned code)
{
	return code == 0 ? 0 : latency_us((uint16_t)code);
}

void
phases_read(struct sample *s, const unsigned char *p, size_t n)
{
	uint32_t *const us[] = {&s->dns_us, &s->connect_us, &s->tls_us,
	    &s->wait_us, &s->receive_us};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
		unsigned code;

		if (at >= n)
			return;
		code = p[at++];
		if (code >= 0x80) {
			if (at >= n)
				return;
			code = (code & 0x7f) | (unsigned)p[at++] << 7;
		}
		if (code < 32 * 256)
			*us[i] = time_of(code);
	}
	if (at < n)
		s->late_us = time_of((unsigned)p[at] << LATE_SHIFT);
}

static int64_t
within(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

bool
samplerow_read(const struct use *u, struct sample *s)
{
	const void *p;
	size_t n;

	*s = (struct sample){.retry_after_s = RETRY_AFTER_ABSENT,
	    .cert_days = CERT_DAYS_UNKNOWN};
	s->code = (uint16_t)within(use_col(u, 3), 0, UINT16_MAX);
	s->class = (uint8_t)within(use_col(u, 4), 0, CLASS_COUNT - 1);
	s->reason = (uint8_t)within(use_col(u, 5), 0, REASON_COUNT - 1);
	if (use_is_null(u, 0))
		return false;
	s->start = use_col(u, 0);
	s->total_us = (uint32_t)within(use_col(u, 1), 0, UINT32_MAX);
	s->latency = latency_code(s->total_us);
	p = use_col_blob(u, 2, &n);
	phases_read(s, p, n);
	s->flags = (uint8_t)within(use_col(u, 6), 0, UINT8_MAX);
	p = use_col_blob(u, 7, &n);
	if (n > 0 && n <= sizeof(s->address))
		memcpy(s->address, p, n);
	s->port = (uint16_t)within(use_col(u, 8), 0, UINT16_MAX);
	if (!use_is_null(u, 9))
		s->retry_after_s = (int32_t)within(use_col(u, 9),
		    RETRY_AFTER_ABSENT, RETRY_AFTER_LONGEST_S);
	if (!use_is_null(u, 10))
		s->cert_days =
		    (int16_t)within(use_col(u, 10), INT16_MIN, INT16_MAX);
	return true;
}

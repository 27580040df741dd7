/* SPDX-License-Identifier: MIT */
#include "io/echo.h"

#include <string.h>

enum { REQUEST4 = 8, REPLY4 = 0, REQUEST6 = 128, REPLY6 = 129, HEADER = 8 };

void
echo_write(const struct echo *e, uint8_t buf[ECHO_BYTES])
{
	memset(buf, 0, ECHO_BYTES);
	buf[0] = e->family == FAMILY_IPV6 ? REQUEST6 : REQUEST4;
	buf[6] = (uint8_t)(e->sequence >> 8);
	buf[7] = (uint8_t)e->sequence;
	memcpy(buf + HEADER, e->cookie, ECHO_COOKIE_BYTES);
}

bool
echo_answers(const struct echo *e, const uint8_t *bytes, size_t n)
{
	uint8_t sent[ECHO_BYTES];

	echo_write(e, sent);
	/* Type and code; ident and checksum are the kernel's. */
	return n == ECHO_BYTES &&
	    bytes[0] == (e->family == FAMILY_IPV6 ? REPLY6 : REPLY4) &&
	    bytes[1] == 0 && memcmp(bytes + 6, sent + 6, ECHO_BYTES - 6) == 0;
}

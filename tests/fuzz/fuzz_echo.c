/* SPDX-License-Identifier: MIT */
/*
 * Sequence and cookie, and behind them what came to our socket: it answers
 * only if it holds both, whatever else stands in it.
 */
#include "fuzz.h"
#include "input.h"

#include "io/echo.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum { SECRET = 2 + ECHO_COOKIE_BYTES };
	struct echo e = {.family = FAMILY_IPV4};
	bool four, six;

	if (n < SECRET)
		return 0;
	e.sequence = (uint16_t)(bytes[0] << 8 | bytes[1]);
	memcpy(e.cookie, bytes + 2, sizeof(e.cookie));
	bytes += SECRET;
	n -= SECRET;
	four = echo_answers(&e, bytes, n);
	e.family = FAMILY_IPV6;
	six = echo_answers(&e, bytes, n);
	if (four && six)
		abort();
	if ((four || six) &&
	    (n != ECHO_BYTES || bytes[1] != 0 ||
		(bytes[6] << 8 | bytes[7]) != e.sequence ||
		memcmp(bytes + 8, e.cookie, sizeof(e.cookie)) != 0))
		abort();
	return 0;
}

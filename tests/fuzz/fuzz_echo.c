/* SPDX-License-Identifier: MIT */
/*
 * Sequence and cookie, and behind them what came to our socket: it answers
 * only if it holds both, whatever else stands in it.
 */
#include "fuzz.h"
#include "input.h"

#include "io/echo.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { SECRET = 2 + ECHO_COOKIE_BYTES };
	struct echo e = {.family = FAMILY_IPV4};
	bool four, six;

	if (size < SECRET)
		return 0;
	e.sequence = (uint16_t)(data[0] << 8 | data[1]);
	memcpy(e.cookie, data + 2, sizeof(e.cookie));
	data += SECRET;
	size -= SECRET;
	four = echo_answers(&e, data, size);
	e.family = FAMILY_IPV6;
	six = echo_answers(&e, data, size);
	if (four && six)
		abort();
	if ((four || six) &&
	    (size != ECHO_BYTES || data[1] != 0 ||
		(data[6] << 8 | data[7]) != e.sequence ||
		memcmp(data + 8, e.cookie, sizeof(e.cookie)) != 0))
		abort();
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <string.h>

#include "io/resolve.h"

bool
address_parse(const char *text, struct address *a)
{
	struct address parsed = {.family = FAMILY_IPV4};

	if (inet_pton(AF_INET, text, parsed.bytes) != 1) {
		parsed.family = FAMILY_IPV6;
		if (inet_pton(AF_INET6, text, parsed.bytes) != 1)
			return false;
	}
	*a = parsed;
	return true;
}

const char *
address_format(const struct address *a, char buf[ADDRESS_TEXT_BYTES])
{
	int family = a->family == FAMILY_IPV4 ? AF_INET : AF_INET6;

	if (inet_ntop(family, a->bytes, buf, ADDRESS_TEXT_BYTES) == NULL)
		buf[0] = '\0';
	return buf;
}

void
address_unmap(struct address *a)
{
	static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	    0xff};

	if (a->family != FAMILY_IPV6 ||
	    memcmp(a->bytes, mapped, sizeof(mapped)) != 0)
		return;
	a->family = FAMILY_IPV4;
	memmove(a->bytes, a->bytes + sizeof(mapped), 4);
	memset(a->bytes + 4, 0, sizeof(a->bytes) - 4);
}

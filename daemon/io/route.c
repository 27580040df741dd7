/* SPDX-License-Identifier: MIT */
#include "io/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROUTE_UP = 1, ROUTE_GATEWAY = 2 };

static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

bool
route_gateway4(const char *ipv4, struct address *a)
{
	uint32_t best = UINT32_MAX;
	bool found = false;

	for (const char *p = next_line(ipv4); *p != '\0'; p = next_line(p)) {
		uint32_t to, gateway, flags, metric, mask;

		/* interface, to, gateway, flags, 2 counters, metric, mask */
		if (sscanf(p,
			"%*31s %8" SCNx32 " %8" SCNx32 " %4" SCNx32
			" %*9u %*9u %9" SCNu32 " %8" SCNx32,
			&to, &gateway, &flags, &metric, &mask) != 5)
			continue;
		if (to != 0 || mask != 0 || gateway == 0 ||
		    (flags & ROUTE_UP) == 0 || (flags & ROUTE_GATEWAY) == 0 ||
		    (found && metric >= best))
			continue;
		/* The kernel prints the bytes in memory order as a number. */
		*a = (struct address){.family = FAMILY_IPV4};
		memcpy(a->bytes, &gateway, sizeof(gateway));
		best = metric;
		found = true;
	}
	return found;
}

static bool
parse_hex(const char *digits, uint8_t bytes[16])
{
	for (size_t i = 0; i < 16; i++) {
		unsigned byte;

		if (sscanf(digits + 2 * i, "%2x", &byte) != 1)
			return false;
		bytes[i] = (uint8_t)byte;
	}
	return true;
}

bool
route_gateway6(const char *ipv6, struct address *a)
{
	static const uint8_t none[16] = {0};
	uint32_t best = UINT32_MAX;
	bool found = false;

	for (const char *p = ipv6; *p != '\0'; p = next_line(p)) {
		char to[33], gateway[33];
		uint32_t bits, metric, flags;
		uint8_t bytes[16], net[16];

		/* to, bits, from, bits, gateway, metric, 2 counters, flags */
		if (sscanf(p,
			"%32s %2" SCNx32 " %*32s %*2x %32s %8" SCNx32
			" %*8x %*8x %8" SCNx32,
			to, &bits, gateway, &metric, &flags) != 5 ||
		    strlen(to) != 32 || strlen(gateway) != 32 ||
		    !parse_hex(to, net) || !parse_hex(gateway, bytes))
			continue;
		if (bits != 0 || memcmp(net, none, 16) != 0 ||
		    memcmp(bytes, none, 16) == 0 || (flags & ROUTE_UP) == 0 ||
		    (flags & ROUTE_GATEWAY) == 0 ||
		    (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) ||
		    (found && metric >= best))
			continue;
		*a = (struct address){.family = FAMILY_IPV6};
		memcpy(a->bytes, bytes, 16);
		best = metric;
		found = true;
	}
	return found;
}

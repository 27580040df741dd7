/* SPDX-License-Identifier: MIT */
#include "io/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROUTE_UP = 1, ROUTE_GATEWAY = 2, HEX_DIGITS = 32 };

/* Columns of the two tables, from 0. */
enum { TO4 = 1, GATEWAY4 = 2, FLAGS4 = 3, METRIC4 = 6, MASK4 = 7 };
enum { TO6 = 0, BITS6 = 1, GATEWAY6 = 4, METRIC6 = 5, FLAGS6 = 8 };

static const char blanks[] = " \t";

static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

/* The text of a column, *n bytes; *n is 0 when the line is too short. */
static const char *
column(const char *line, unsigned which, size_t *n)
{
	const char *p = line + strspn(line, blanks);

	for (; which > 0; which--) {
		p += strcspn(p, " \t\n");
		p += strspn(p, blanks);
	}
	*n = strcspn(p, " \t\n");
	return p;
}

static bool
number(const char *line, unsigned which, int base, uint32_t *out)
{
	size_t n;
	const char *p = column(line, which, &n);
	char *end;
	unsigned long value = strtoul(p, &end, base);

	if (n == 0 || end != p + n || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

static bool
hex_address(const char *line, unsigned which, uint8_t bytes[16])
{
	size_t n;
	const char *p = column(line, which, &n);

	if (n != HEX_DIGITS)
		return false;
	for (size_t i = 0; i < 16; i++) {
		int high = hex_digit(p[2 * i]), low = hex_digit(p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static bool
leads_out(uint32_t flags)
{
	return (flags & ROUTE_UP) != 0 && (flags & ROUTE_GATEWAY) != 0;
}

bool
route_gateway4(const char *ipv4, struct address *a)
{
	uint32_t best = UINT32_MAX;
	bool found = false;

	for (const char *p = next_line(ipv4); *p != '\0'; p = next_line(p)) {
		uint32_t to, gateway, flags, metric, mask;

		if (!number(p, TO4, 16, &to) ||
		    !number(p, GATEWAY4, 16, &gateway) ||
		    !number(p, FLAGS4, 16, &flags) ||
		    !number(p, METRIC4, 10, &metric) ||
		    !number(p, MASK4, 16, &mask) || to != 0 || mask != 0 ||
		    gateway == 0 || !leads_out(flags) ||
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
is_usable6(const uint8_t bytes[16])
{
	static const uint8_t none[16] = {0};
	bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;

	return memcmp(bytes, none, 16) != 0 && !link_local;
}

bool
route_gateway6(const char *ipv6, struct address *a)
{
	uint32_t best = UINT32_MAX;
	bool found = false;

	for (const char *p = ipv6; *p != '\0'; p = next_line(p)) {
		uint32_t bits, metric, flags;
		uint8_t to[16], gateway[16];

		if (!hex_address(p, TO6, to) || !number(p, BITS6, 16, &bits) ||
		    !hex_address(p, GATEWAY6, gateway) ||
		    !number(p, METRIC6, 16, &metric) ||
		    !number(p, FLAGS6, 16, &flags) || bits != 0 ||
		    !is_usable6(gateway) || !leads_out(flags) ||
		    (found && metric >= best))
			continue;
		*a = (struct address){.family = FAMILY_IPV6};
		memcpy(a->bytes, gateway, sizeof(gateway));
		best = metric;
		found = true;
	}
	return found;
}

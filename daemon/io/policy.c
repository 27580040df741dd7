/* SPDX-License-Identifier: MIT */
#include "io/policy.h"

#include <string.h>

struct range {
	uint8_t prefix[16];
	unsigned bits;
};

static const struct range never4[] = {{{0},
					  8}, /* unspecified, "this network" */
    {{169, 254}, 16},                         /* link-local */
    {{224}, 4},                               /* multicast */
    {{255, 255, 255, 255}, 32}};              /* broadcast */

static const struct range private4[] = {{{10}, 8},
    {{100, 64}, 10}, /* carrier-grade NAT */
    {{127}, 8}, {{172, 16}, 12}, {{192, 168}, 16}, {{240}, 4}}; /* reserved */

static const struct range never6[] = {{{0}, 128}, /* unspecified */
    {{0xfe, 0x80}, 10},                           /* link-local */
    {{0xff}, 8},                                  /* multicast */
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, 128}}; /* metadata */

static const struct range private6[] = {{{[15] = 1}, 128}, /* loopback */
    {{0xfc}, 7},                                           /* unique local */
    {{0xfe, 0xc0}, 10},                                    /* site-local */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48}};           /* local NAT64 */

/* Where IPv6 addresses carry an IPv4 one, and from which byte on. */
static const struct carrier {
	struct range range;
	unsigned at;
} carriers[] = {{{{[10] = 0xff, [11] = 0xff}, 96}, 12}, {{{0}, 96}, 12},
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12}, {{{0x20, 0x02}, 16}, 2}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
within(const struct range *r, const uint8_t bytes[16])
{
	unsigned whole = r->bits / 8, rest = r->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	return memcmp(r->prefix, bytes, whole) == 0 &&
	    (rest == 0 || ((r->prefix[whole] ^ bytes[whole]) & mask) == 0);
}

static bool
within_any(const struct range *list, size_t n, const uint8_t bytes[16])
{
	for (size_t i = 0; i < n; i++)
		if (within(&list[i], bytes))
			return true;
	return false;
}

static bool
allows4(const uint8_t bytes[16], bool private_too)
{
	return !within_any(never4, COUNT(never4), bytes) &&
	    (private_too || !within_any(private4, COUNT(private4), bytes));
}

static bool
allows6(const uint8_t bytes[16], bool private_too)
{
	return !within_any(never6, COUNT(never6), bytes) &&
	    (private_too || !within_any(private6, COUNT(private6), bytes));
}

static bool
is_loopback6(const uint8_t bytes[16])
{
	return within(&private6[0], bytes);
}

static bool
allows(const struct address *a, bool private_too)
{
	uint8_t inner[16] = {0};

	if (a->family == FAMILY_IPV4)
		return allows4(a->bytes, private_too);
	if (!allows6(a->bytes, private_too))
		return false;
	if (is_loopback6(a->bytes)) /* looks like ::0.0.0.1 */
		return true;
	for (size_t i = 0; i < COUNT(carriers); i++)
		if (within(&carriers[i].range, a->bytes)) {
			memcpy(inner, a->bytes + carriers[i].at, 4);
			return allows4(inner, private_too);
		}
	return true;
}

bool
policy_probe_allows(const struct address *a)
{
	return allows(a, true);
}

bool
policy_webhook_allows(const struct address *a, bool allow_private)
{
	return allows(a, allow_private);
}

/* SPDX-License-Identifier: MIT */
/* route - the default gateway in the kernel's routing tables, as text. */
#ifndef IO_ROUTE_H
#define IO_ROUTE_H

#include <stdbool.h>

#include "base/attr.h"
#include "io/resolve.h"

/*
 * The gateway of the default route with the least metric; false when there is
 * none.  ipv4 is the text of /proc/net/route, ipv6 of /proc/net/ipv6_route.
 * Link-local gateways are left out: an address has no scope here.
 */
MUST_CHECK
bool route_gateway4(const char *ipv4, struct address *a);
MUST_CHECK
bool route_gateway6(const char *ipv6, struct address *a);

#endif

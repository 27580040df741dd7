/* SPDX-License-Identifier: MIT */
/*
 * url - absolute addresses (http:, https:, tcp:, tls:, dns:, icmp:) taken apart, by curl's
 * own parser, so that what we judge is what we connect to.
 *
 * The host is lower case, without brackets, and ASCII: an international name
 * must be written in its xn-- form.  An IPv4 address in any spelling (0x7f.1,
 * 2130706433) comes out dotted.
 */
#ifndef IO_URL_H
#define IO_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

enum { URL_BYTES_MAX = 8192 };

enum url_scheme { URL_HTTP, URL_HTTPS, URL_TCP, URL_TLS, URL_DNS, URL_ICMP };
enum { URL_SCHEMES = URL_ICMP + 1 };

struct url { /* strings are owned by it */
	enum url_scheme scheme;
	char *host;
	uint16_t port; /* tcp: and tls: must name one; 0 of icmp: */
	/* Path and query, "/" at least; of dns: the query, of others "". */
	char *target;
	char *origin;      /* "https://example.org", ":port" unless default */
	bool literal;      /* the host is an IP address */
	bool has_userinfo; /* user or password present; never kept */
};

/* ERR_SYNTAX; ERR_RANGE for another scheme, a bad port or a length. */
MUST_CHECK
enum status url_parse(const char *text, struct url *u, struct fail *f);
void url_done(struct url *u); /* zeroes; harmless on a zeroed struct */

bool url_is_web(const struct url *u); /* http: or https: */

/*
 * Where a redirect from base (absolute, http or https) leads: *out is absolute
 * http or https, owned by the caller, without user, password and fragment.
 * ERR_SYNTAX: empty, too long or senseless.  ERR_RANGE: another scheme.
 */
MUST_CHECK
enum status url_join(const char *base, const char *location, char **out,
    struct fail *f);

/*
 * The site of a host: its last two labels, or the host itself when it has
 * fewer or is an address.  Borrowed from host.  An approximation: no list of
 * public suffixes is consulted.
 */
const char *url_site(const char *host);
bool url_same_site(const char *host_a, const char *host_b);

#endif

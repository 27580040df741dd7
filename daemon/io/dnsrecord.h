/* SPDX-License-Identifier: MIT */
/*
 * dnsrecord - what a dns: address asks for, and what a DNS message answers,
 * as text: one line for each record, sorted.  Pure.
 *
 *	A AAAA			192.0.2.1, 2001:db8::1
 *	CNAME NS PTR		name, lower case, no dot at its end
 *	MX SRV SOA		numbers and names as in a zone file
 *	TXT CAA			the text; control bytes are '?'
 */
#ifndef IO_DNSRECORD_H
#define IO_DNSRECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/text.h"
#include "io/resolve.h"

enum { DNSRECORD_TEXT_BYTES = 262144, DNSRECORD_PORT = 53 };

struct dns_question {
	uint16_t type; /* of records */
	bool forced;   /* ask this server, not those of the system */
	struct address server;
	uint16_t port;
};

/*
 * "type=A&server=192.0.2.1", "[2001:db8::1]:5353" for a server on another
 * port; type is A unless named.  ERR_SYNTAX with the reason otherwise.
 */
MUST_CHECK
enum status dnsrecord_question(const char *query, struct dns_question *q,
    struct fail *f);

const char *dnsrecord_type_name(uint16_t type); /* "" when unknown */

/*
 * Append the records of that type among the answers of a message; *count is
 * how many.  False when the message is not one, or far too long as text.
 */
MUST_CHECK
bool dnsrecord_read(const uint8_t *message, size_t n, uint16_t type,
    struct text *out, size_t *count);

/* The form in which a record stands in the text above; owned by caller. */
char *dnsrecord_normal(uint16_t type, const char *record);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * echo - ICMP echo messages of both families: what we send, and whether what
 * came back is the answer to it.  Pure.
 *
 * The kernel fills in ident and checksum, and gives us only replies with our
 * ident.  That is a number of 16 bits: the cookie tells our own answers from
 * those of others.
 */
#ifndef IO_ECHO_H
#define IO_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "io/resolve.h"

enum { ECHO_COOKIE_BYTES = 16, ECHO_BYTES = 8 + ECHO_COOKIE_BYTES + 32 };

struct echo {
	enum family family;
	uint16_t sequence;
	uint8_t cookie[ECHO_COOKIE_BYTES];
};

/* Fills all of buf. */
void echo_write(const struct echo *e, uint8_t buf[ECHO_BYTES]);

/* Without the IP header: the very reply to e, whole and unchanged. */
MUST_CHECK
bool echo_answers(const struct echo *e, const uint8_t *bytes, size_t n);

#endif

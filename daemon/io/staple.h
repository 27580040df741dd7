/* SPDX-License-Identifier: MIT */
/*
 * staple - the word of an authority about a certificate, stapled to it by the
 * server itself (RFC 6066, 8): was it revoked?
 *
 * A server is always asked for it.  Only a "revoked" for the very certificate,
 * signed by whoever issued it or by its delegate, ends the handshake, however
 * old it is: nobody takes that back.  None at all, or one that does not hold,
 * proves nothing, and many good servers send none: it changes nothing.
 */
#ifndef IO_STAPLE_H
#define IO_STAPLE_H

#include <stdbool.h>

struct staple {
	bool revoked;
	char detail[80]; /* why, by its authority; "" unless revoked */
};

/*
 * context is the library's (SSL_CTX *), of a connection that verifies its peer.
 * *s is written in the handshake.
 */
void staple_watch(void *context, struct staple *s);

#endif

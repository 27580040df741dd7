/* SPDX-License-Identifier: MIT */
/*
 * crypto - the few primitives we need; the only door to OpenSSL.  A primitive
 * that fails (no memory, no entropy) aborts: there is nothing to fall back to.
 */
#ifndef IO_CRYPTO_H
#define IO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum { CRYPTO_SHA256_BYTES = 32 };

void crypto_sha256(const void *p, size_t n,
    unsigned char out[CRYPTO_SHA256_BYTES]);
void crypto_hmac_sha256(const void *key, size_t key_size, const void *p,
    size_t n, unsigned char out[CRYPTO_SHA256_BYTES]);

/* Standard alphabet, padded, one line.  Owned by caller (mem_free). */
char *crypto_base64(const void *p, size_t n);
/*
 * Strict: the standard alphabet, whole groups of four, padding only at the end.
 * NULL when it is not that; else owned by caller, *n bytes.
 */
MUST_CHECK
unsigned char *crypto_base64_decode(const char *text, size_t *n);

void crypto_random(void *p, size_t n);
/* Same bytes?  Takes the same time wherever they differ. */
bool crypto_equal(const void *a, const void *b, size_t n);
void crypto_zero(void *p, size_t n); /* not optimised away */

#endif

/* SPDX-License-Identifier: MIT */
/*
 * crypto - the few primitives we need.  One that fails (no memory, no entropy)
 * aborts: there is nothing to fall back to.
 */
#ifndef IO_CRYPTO_H
#define IO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

enum { CRYPTO_SHA256_BYTES = 32 };

/*
 * At the very start of a process, before anything of OpenSSL: its memory is
 * ours too, so that a handshake never fails for the lack of it.
 */
void crypto_init(void);

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

/*
 * OK when a file can be used as a list of certificates to trust: PEM, every
 * one of them well-formed, at least one.  Else ERR_SYNTAX or ERR_RANGE.
 */
MUST_CHECK
enum status crypto_check_bundle(const char *path, struct fail *f);

/*
 * OK when the first certificate of a file can be shown to a server today;
 * else ERR_SYNTAX or ERR_RANGE.
 */
MUST_CHECK
enum status crypto_check_certificate(const char *path, struct fail *f);
/*
 * From when until when the first certificate of a PEM text is valid; false
 * when there is none.
 */
MUST_CHECK
bool crypto_certificate_life(const char *pem, wall_ms *from, wall_ms *until);
/*
 * OK when a file holds the private key of that certificate, readable without
 * a passphrase.  Looked at by a process of its own, so that no key comes into
 * the memory of whoever asks.
 */
MUST_CHECK
enum status crypto_check_key(const char *cert_path, const char *key_path,
    struct fail *f);

void crypto_random(void *p, size_t n);
/* Same bytes?  Takes the same time wherever they differ. */
bool crypto_equal(const void *a, const void *b, size_t n);
void crypto_zero(void *p, size_t n); /* not optimised away */

#endif

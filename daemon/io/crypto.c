/* SPDX-License-Identifier: MIT */
#include "io/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
or_abort(bool done)
{
	if (!done)
		abort();
}

void
crypto_sha256(const void *p, size_t n, unsigned char out[CRYPTO_SHA256_BYTES])
{
	or_abort(EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) == 1);
}

void
crypto_hmac_sha256(const void *key, size_t key_size, const void *p, size_t n,
    unsigned char out[CRYPTO_SHA256_BYTES])
{
	size_t written = 0;

	or_abort(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_size, p,
		     n, out, CRYPTO_SHA256_BYTES, &written) != NULL &&
	    written == CRYPTO_SHA256_BYTES);
}

char *
crypto_base64(const void *p, size_t n)
{
	char *text;

	or_abort(n <= INT_MAX / 2);
	text = mem_zalloc((n + 2) / 3 * 4 + 1);
	(void)EVP_EncodeBlock((unsigned char *)text, p, (int)n);
	return text;
}

/* How many '=' end the text; more than 2 means it is not base64. */
static size_t
padding(const char *text, size_t length)
{
	size_t n = 0;

	while (n < length && text[length - 1 - n] == '=')
		n++;
	return n;
}

unsigned char *
crypto_base64_decode(const char *text, size_t *n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	size_t length = strlen(text), pad = padding(text, length);
	unsigned char *bytes;

	/* The library skips blanks and takes '=' anywhere: check before. */
	if (length % 4 != 0 || length > INT_MAX || pad > 2 ||
	    strspn(text, alphabet) != length - pad)
		return NULL;
	bytes = mem_zalloc(length / 4 * 3 + 1);
	if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) <
	    0) {
		mem_free(bytes);
		return NULL;
	}
	*n = length / 4 * 3 - pad;
	return bytes;
}

void
crypto_random(void *p, size_t n)
{
	or_abort(n <= INT_MAX && RAND_bytes(p, (int)n) == 1);
}

bool
crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
crypto_zero(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

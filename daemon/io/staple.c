/* SPDX-License-Identifier: MIT */
#include "io/staple.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <stdio.h>

/* Is this the word about this certificate? */
static bool
is_about(OCSP_SINGLERESP *word, X509 *leaf, X509 *issuer)
{
	OCSP_CERTID *id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(word));
	ASN1_OBJECT *hash = NULL;
	OCSP_CERTID *same = NULL;
	bool yes;

	if (id != NULL && OCSP_id_get0_info(NULL, &hash, NULL, NULL, id) == 1)
		same = OCSP_cert_to_id(EVP_get_digestbyobj(hash), leaf, issuer);
	yes = same != NULL && OCSP_id_cmp(same, id) == 0;
	OCSP_CERTID_free(same);
	OCSP_CERTID_free(id);
	return yes;
}

static void
find(OCSP_BASICRESP *basic, STACK_OF(X509) * chain, struct staple *s)
{
	X509 *leaf = sk_X509_value(chain, 0), *issuer = sk_X509_value(chain, 1);
	int reason = -1;

	for (int i = 0; i < OCSP_resp_count(basic) && !s->revoked; i++) {
		OCSP_SINGLERESP *word = OCSP_resp_get0(basic, i);

		reason = -1;
		s->revoked = OCSP_single_get0_status(word, &reason, NULL, NULL,
				 NULL) == V_OCSP_CERTSTATUS_REVOKED &&
		    is_about(word, leaf, issuer);
	}
	if (s->revoked)
		(void)snprintf(s->detail, sizeof(s->detail),
		    "revoked, says its authority: %.30s",
		    reason >= 0 ? OCSP_crl_reason_str(reason) : "no reason");
}

static void
look(SSL *ssl, const unsigned char *der, long size, struct staple *s)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	X509_STORE *trusted = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
	OCSP_RESPONSE *whole = d2i_OCSP_RESPONSE(NULL, &der, size);
	OCSP_BASICRESP *basic =
	    whole != NULL ? OCSP_response_get1_basic(whole) : NULL;

	if (basic != NULL && chain != NULL && sk_X509_num(chain) >= 2 &&
	    OCSP_basic_verify(basic, chain, trusted, 0) == 1)
		find(basic, chain, s);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(whole);
}

/* 0 ends the handshake. */
static int
on_staple(SSL *ssl, void *arg)
{
	const unsigned char *der = NULL;
	long size = SSL_get_tlsext_status_ocsp_resp(ssl, &der);
	struct staple *s = arg;

	/* What cannot be read must not be taken for a fault of TLS. */
	(void)ERR_set_mark();
	if (der != NULL && size > 0)
		look(ssl, der, size, s);
	(void)ERR_pop_to_mark();
	return !s->revoked;
}

void
staple_watch(void *context, struct staple *s)
{
	SSL_CTX *c = context;

	(void)SSL_CTX_set_tlsext_status_type(c, TLSEXT_STATUSTYPE_ocsp);
	(void)SSL_CTX_set_tlsext_status_cb(c, on_staple);
	(void)SSL_CTX_set_tlsext_status_arg(c, s);
}

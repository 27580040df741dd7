/* SPDX-License-Identifier: MIT */
/* A request as options of the library. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/fetch_inside.h"

static const long bundle_age_s = 24 * 3600L;

/*
 * The library keeps the trusted certificates it has read, and knows only how
 * old they may be: as old as the last renewal.
 */
static long
bundle_age_max(const struct fetcher *x)
{
	int64_t s = (loop_micros(x->loop) - x->renewed) / 1000000;

	return s < bundle_age_s ? (long)s : bundle_age_s;
}

static struct curl_blob
blob_of(char *text)
{
	return (struct curl_blob){.data = text,
	    .len = strlen(text),
	    .flags = CURL_BLOB_NOCOPY};
}

/*
 * Of two errors the library keeps the first; from a server that says why and
 * closes at once, that may be the close.
 */
static int
curl_tells(CURL *easy, curl_infotype type, char *text, size_t n, void *arg)
{
	struct fetch *h = arg;

	(void)easy;
	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (type == CURLINFO_TEXT && memmem(text, n, " alert ", 7) != NULL)
		(void)snprintf(h->facts.alert, sizeof(h->facts.alert), "%.*s",
		    (int)n, text);
	else if (type == CURLINFO_TEXT &&
	    memmem(text, n, "Request CERT", 12) != NULL)
		h->facts.cert_asked = true;
	return 0;
}

/* Copies of our own: whoever lent them may renew them, and we zero them. */
static void
set_identity(struct fetch *h, const struct fetch_request *q)
{
	struct curl_blob blob;

	h->cert = mem_dup(q->cert);
	h->key = mem_dup(q->key);
	blob = blob_of(h->cert);
	SET(h, CURLOPT_SSLCERT_BLOB, &blob);
	blob = blob_of(h->key);
	SET(h, CURLOPT_SSLKEY_BLOB, &blob);
	SET(h, CURLOPT_DEBUGFUNCTION, curl_tells);
	SET(h, CURLOPT_DEBUGDATA, h);
	SET(h, CURLOPT_VERBOSE, 1L);
}

static CURLcode
curl_begins_tls(CURL *easy, void *context, void *arg)
{
	(void)easy;
	staple_watch(context, arg);
	return CURLE_OK;
}

static void
set_tls(struct fetch *h, const struct fetch_request *q)
{
	const char *ca = q->ca_file != NULL ? q->ca_file : h->fetcher->ca_file;

	SET(h, CURLOPT_CAINFO, ca);
	SET(h, CURLOPT_CAPATH, NULL); /* else 20 ms of CPU per handshake */
	SET(h, CURLOPT_CA_CACHE_TIMEOUT, bundle_age_max(h->fetcher));
	SET(h, CURLOPT_PROXY_CAINFO, ca);
	SET(h, CURLOPT_PROXY_CAPATH, NULL);
	SET(h, CURLOPT_SSL_VERIFYPEER, q->insecure ? 0L : 1L);
	SET(h, CURLOPT_SSL_VERIFYHOST, q->insecure ? 0L : 2L);
	if (!q->insecure) {
		SET(h, CURLOPT_SSL_CTX_FUNCTION, curl_begins_tls);
		SET(h, CURLOPT_SSL_CTX_DATA, &h->facts.staple);
	}
	/* A resumed session would not show a changed certificate. */
	SET(h, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (q->want_certificate)
		SET(h, CURLOPT_CERTINFO, 1L);
	if (q->cert != NULL && q->key != NULL)
		set_identity(h, q);
	if (!q->handshake_only)
		return;
	SET(h, CURLOPT_CONNECT_ONLY, 1L);
	/* Whoever speaks no HTTP may turn away those who offer it. */
	SET(h, CURLOPT_SSL_ENABLE_ALPN, 0L);
}

static void
set_address(struct fetch *h, const struct fetch_request *q)
{
	h->facts.direct = true;
	h->facts.peer = *q->address;
	h->allowed_size = request_socket_address(q, &h->allowed);
	request_connect_to(q, h->connect_to_text);
	h->connect_to = (struct curl_slist){.data = h->connect_to_text};
	SET(h, CURLOPT_CONNECT_TO, &h->connect_to);
}

static void
set_route(struct fetch *h, const struct fetch_request *q)
{
	span_ms total = q->timeout > 0 ? q->timeout : 1;
	span_ms connect = q->connect_timeout > 0 ? q->connect_timeout : total;

	SET(h, CURLOPT_URL, q->url);
	SET(h, CURLOPT_PROXY, q->proxy != NULL ? q->proxy : "");
	SET(h, CURLOPT_NOPROXY, q->proxy != NULL ? "" : "*");
	SET(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(h, CURLOPT_TIMEOUT_MS, (long)total);
	SET(h, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(connect < total ? connect : total));
	if (q->proxy == NULL)
		set_address(h, q);
}

static void
set_method(struct fetch *h, const struct fetch_request *q)
{
	const char *method = q->method != NULL ? q->method : "GET";

	if (strcmp(method, "HEAD") == 0) {
		SET(h, CURLOPT_NOBODY, 1L);
		return;
	}
	if (q->body != NULL || strcmp(method, "POST") == 0) {
		SET(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_size);
		SET(h, CURLOPT_COPYPOSTFIELDS, q->body != NULL ? q->body : "");
	}
	if (strcmp(method, "GET") != 0 || q->body != NULL)
		SET(h, CURLOPT_CUSTOMREQUEST, method);
}

static void
set_headers(struct fetch *h, const struct fetch_request *q)
{
	request_headers_make(&h->headers, q);
	for (size_t i = 0; i < h->headers.count; i++)
		h->header_list[i] = (struct curl_slist){.data =
							    h->headers.lines[i],
		    .next = i + 1 < h->headers.count ? &h->header_list[i + 1]
						     : NULL};
	if (h->headers.count > 0)
		SET(h, CURLOPT_HTTPHEADER, h->header_list);
	if (q->userinfo != NULL) {
		SET(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(h, CURLOPT_USERPWD, q->userinfo);
	}
}

/* One stream on each connection, whatever the version. */
static void
set_version(struct fetch *h)
{
	long version = CURL_HTTP_VERSION_1_1;

	if (h->facts.http2)
		version = h->facts.tls ? CURL_HTTP_VERSION_2TLS
				       : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
	SET(h, CURLOPT_HTTP_VERSION, version);
}

/* After a renewal those from before it are too old. */
static long
kept_age(const struct fetcher *x)
{
	static const long longest_s = 3600;
	int64_t s = (loop_micros(x->loop) - x->renewed) / 1000000 - 1;

	if (s > longest_s)
		return longest_s;
	return s > 1 ? (long)s : 1; /* 0 would mean for ever */
}

static void
set_connection(struct fetch *h, const struct fetch_request *q)
{
	/* The library opens HTTP/2 anew on one that it keeps, but by TLS. */
	bool keeps =
	    h->fetcher->kept_max > 0 && (h->facts.tls || !h->facts.http2);

	SET(h, CURLOPT_FORBID_REUSE, keeps ? 0L : 1L);
	SET(h, CURLOPT_FRESH_CONNECT, keeps && !q->fresh ? 0L : 1L);
	if (!keeps)
		return;
	SET(h, CURLOPT_MAXAGE_CONN, kept_age(h->fetcher));
	SET(h, CURLOPT_MAXLIFETIME_CONN, kept_age(h->fetcher));
}

void
fetch_set(struct fetch *h, const struct fetch_request *q)
{
	set_connection(h, q);
	set_version(h);
	set_route(h, q);
	set_method(h, q);
	set_headers(h, q);
	if (h->facts.tls || q->proxy != NULL)
		set_tls(h, q);
}

static void
wipe(char **text)
{
	if (*text == NULL)
		return;
	crypto_zero(*text, strlen(*text));
	mem_free(*text);
	*text = NULL;
}

void
fetch_unset(struct fetch *h)
{
	request_headers_wipe(&h->headers);
	wipe(&h->cert);
	wipe(&h->key);
}

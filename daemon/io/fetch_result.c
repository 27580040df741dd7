/* SPDX-License-Identifier: MIT */
#include "io/fetch_result.h"

#include <curl/curl.h>
#include <string.h>

#include "io/certificate.h"
#include "io/refusal.h"

static uint32_t
info_us(CURL *easy, CURLINFO which)
{
	curl_off_t us = 0;

	if (curl_easy_getinfo(easy, which, &us) != CURLE_OK || us < 0)
		return 0;
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static long
info_long(CURL *easy, CURLINFO which)
{
	long value = 0;

	if (curl_easy_getinfo(easy, which, &value) != CURLE_OK)
		return 0;
	return value;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* When the socket was connected, or 0. */
static uint32_t
connected_after(CURL *easy, const struct fetch_facts *facts, uint32_t total)
{
	uint32_t us = info_us(easy, CURLINFO_CONNECT_TIME_T);

	if (us == 0 && facts->connected_us > 0)
		us = facts->connected_us < total ? (uint32_t)facts->connected_us
						 : total;
	return us;
}

/* The library counts all of them from the start; one not reached is 0. */
static void
take_phases(CURL *easy, const struct fetch_facts *facts, struct fetch_result *r)
{
	uint32_t total = info_us(easy, CURLINFO_TOTAL_TIME_T);
	uint32_t connect = connected_after(easy, facts, total);
	uint32_t ready = info_us(easy, CURLINFO_PRETRANSFER_TIME_T);
	uint32_t first = info_us(easy, CURLINFO_STARTTRANSFER_TIME_T);
	bool asked = ready > 0, answered = asked && first >= ready;

	if (!answered)
		first = total;
	if (!asked)
		ready = total;
	if (connect == 0 && !asked)
		connect = total;
	if (!facts->tls)
		ready = connect; /* nothing lies between */
	connect = least(connect, ready);
	r->total_us = total;
	r->connect_us = connect;
	r->tls_us = ready - connect;
	r->wait_us = first > ready ? first - ready : 0;
	r->receive_us = total > first ? total - first : 0;
}

static bool
is_connected(CURL *easy, const struct fetch_facts *facts)
{
	return info_us(easy, CURLINFO_CONNECT_TIME_T) > 0 ||
	    facts->connected_us > 0;
}

static enum reason
why_timeout(CURL *easy, const struct fetch_facts *facts)
{
	if (info_us(easy, CURLINFO_PRETRANSFER_TIME_T) > 0)
		return REASON_TIMEOUT;
	if (!is_connected(easy, facts))
		return REASON_TIMEOUT_CONNECT;
	return facts->tls ? REASON_TIMEOUT_TLS : REASON_TIMEOUT;
}

static enum reason
why_broken(CURL *easy, const struct fetch_facts *facts)
{
	long error = info_long(easy, CURLINFO_OS_ERRNO);

	if (facts->socket_error != 0)
		error = facts->socket_error;
	return error != 0 ? refusal_reason((int)error) : REASON_CONNECT_FAILED;
}

static enum reason
why_unreadable(enum response_fault fault)
{
	switch (fault) {
	case RESPONSE_HEADERS_TOO_LARGE:
		return REASON_HEADERS_TOO_LARGE;
	case RESPONSE_BODY_TOO_LARGE:
		return REASON_BODY_TOO_LARGE;
	case RESPONSE_TWO_LENGTHS:
	case RESPONSE_FINE:
		break;
	}
	return REASON_PROTOCOL_ERROR;
}

static enum reason
why_distrusted(CURL *easy, const struct fetch_facts *facts)
{
	static const char illegal[] = "SSL: illegal cert name";

	/* With a NUL in it: of no host, and meant to deceive. */
	if (strncmp(facts->message, illegal, sizeof(illegal) - 1) == 0)
		return REASON_TLS_INVALID_CERTIFICATE;
	return certificate_reason(info_long(easy, CURLINFO_SSL_VERIFYRESULT),
	    facts->wall);
}

/*
 * What a server says by a TLS alert of our own certificate.  It has no other
 * to speak of, and says so after the handshake where that is TLS 1.3.
 */
static enum reason
why_turned_away(const struct fetch_facts *facts, enum reason otherwise)
{
	static const char *const refused[] = {"alert bad certificate",
	    "alert unsupported certificate", "alert certificate revoked",
	    "alert certificate expired", "alert certificate unknown",
	    "alert unknown ca", "alert access denied"};

	const char *said =
	    facts->alert[0] != '\0' ? facts->alert : facts->message;

	if (strstr(said, "alert certificate required") != NULL)
		return REASON_CLIENT_CERT_REQUIRED;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (strstr(said, refused[i]) != NULL)
			return REASON_CLIENT_CERT_REFUSED;
	}
	return otherwise;
}

/* A stream refused again and again; the library tries a few times. */
static enum reason
why_cut(const struct fetch_facts *facts)
{
	if (facts->http2 && strstr(facts->message, "Connection died") != NULL)
		return REASON_PROTOCOL_ERROR;
	return why_turned_away(facts, REASON_CONNECTION_RESET);
}

/* Some offer no other version instead, and end it there. */
static enum reason
why_no_handshake(const struct fetch_facts *facts)
{
	if (facts->staple.revoked)
		return REASON_TLS_REVOKED;
	if (facts->http2 &&
	    strstr(facts->message, "alert no application protocol") != NULL)
		return REASON_HTTP_VERSION;
	return why_turned_away(facts, REASON_TLS_HANDSHAKE);
}

enum reason
fetch_result_reason(void *easy, int code, const struct fetch_facts *facts,
    enum response_fault fault)
{
	switch ((CURLcode)code) {
	case CURLE_OK:
		return REASON_OK;
	case CURLE_OPERATION_TIMEDOUT:
		return why_timeout(easy, facts);
	case CURLE_WRITE_ERROR:
		return why_unreadable(fault);
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return why_broken(easy, facts);
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return why_cut(facts);
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
		return REASON_TRUNCATED;
	case CURLE_PEER_FAILED_VERIFICATION:
		return why_distrusted(easy, facts);
	case CURLE_SSL_CONNECT_ERROR:
		return why_no_handshake(facts);
	case CURLE_SSL_CERTPROBLEM:
		return REASON_CLIENT_CERT_UNUSABLE;
	case CURLE_OUT_OF_MEMORY: /* also says: one header line too long */
		return is_connected(easy, facts) ? REASON_HEADERS_TOO_LARGE
						 : REASON_LOCAL_RESOURCE;
	case CURLE_URL_MALFORMAT:
	case CURLE_LOGIN_DENIED:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return REASON_BLOCKED_BY_POLICY;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_FAILED_INIT:
		return REASON_LOCAL_RESOURCE;
	default:
		return REASON_PROTOCOL_ERROR;
	}
}

static void
take_certificate(CURL *easy, struct fetch_result *r)
{
	static const char label[] = "Expire date:";
	struct curl_certinfo *info = NULL;
	struct curl_slist *line;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return;
	for (line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, label, sizeof(label) - 1) == 0 &&
		    !certificate_time(line->data + sizeof(label) - 1,
			&r->cert_not_after))
			r->cert_not_after = 0;
}

void
fetch_result_explain(struct fetch_result *r, const char *text)
{
	size_t n = strnlen(text, sizeof(r->detail) - 1);

	/* It may quote the server. */
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		r->detail[i] = (char)(c < ' ' || c >= 0x7f ? '?' : c);
	}
	r->detail[n] = '\0';
}

/* A server that asked to see ours may have hung up on it: nobody says. */
static bool
was_hung_up(enum reason reason, const struct fetch_facts *facts)
{
	return facts->cert_asked &&
	    (reason == REASON_CONNECTION_RESET ||
		(reason == REASON_TLS_HANDSHAKE &&
		    (strstr(facts->message, "reset by peer") != NULL ||
			strstr(facts->message, "SSL_ERROR_SYSCALL") != NULL)));
}

static const char *
message_of(CURLcode code, enum reason reason, const struct fetch_facts *facts)
{
	if (facts->staple.revoked)
		return facts->staple.detail;
	if (facts->alert[0] != '\0')
		return facts->alert;
	if (was_hung_up(reason, facts))
		return "ended without a word after it asked for our "
		       "certificate, which it may have refused";
	return facts->message[0] != '\0' ? facts->message
					 : curl_easy_strerror(code);
}

static void
take_peer(CURL *easy, const struct fetch_facts *facts, struct fetch_result *r)
{
	const char *text = NULL;

	r->peer = facts->peer;
	if (!facts->direct &&
	    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &text) == CURLE_OK &&
	    text != NULL && !address_parse(text, &r->peer))
		r->peer = (struct address){0};
}

void
fetch_result_take(struct fetch_result *r, void *easy, int code,
    const struct fetch_facts *facts, const struct response *response)
{
	long status = info_long(easy, CURLINFO_RESPONSE_CODE);

	r->reason = fetch_result_reason(easy, code, facts, response->fault);
	if (code != CURLE_OK)
		fetch_result_explain(r,
		    message_of((CURLcode)code, r->reason, facts));
	if (status >= 200 || status == 101)
		r->code = (uint16_t)(status <= 999 ? status : 999);
	r->other_version = facts->http2 && r->code != 0 &&
	    info_long(easy, CURLINFO_HTTP_VERSION) != CURL_HTTP_VERSION_2;
	r->was_kept = info_us(easy, CURLINFO_PRETRANSFER_TIME_T) > 0 &&
	    info_long(easy, CURLINFO_NUM_CONNECTS) == 0;
	take_phases(easy, facts, r);
	r->verified_tls = facts->tls && !facts->insecure && r->wait_us > 0 &&
	    info_long(easy, CURLINFO_SSL_VERIFYRESULT) == 0;
	if (facts->want_certificate)
		take_certificate(easy, r);
	take_peer(easy, facts, r);
	r->body = response->body;
	r->body_size = response->body_bytes;
}

/* SPDX-License-Identifier: MIT */
#include "io/httpd_check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { LENGTH_DIGITS = 9, HOST_BYTES = 255, PORT_DIGITS = 5 };

enum {
	CODE_BAD = 400,
	CODE_METHOD = 405,
	CODE_LENGTH = 411,
	CODE_HOST = 421,
	CODE_VERSION = 505
};

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Names of fields are tokens; "X-A :" is two things to two readers. */
static bool
is_token(const char *s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (!isalnum((unsigned char)*s) && strchr(marks, *s) == NULL)
			return false;
	}
	return true;
}

static bool
is_number(const char *s, size_t digits)
{
	size_t n = strspn(s, "0123456789");

	return n >= 1 && n <= digits && s[n] == '\0';
}

void
httpd_head_field(struct httpd_head *h, const char *name, const char *value)
{
	if (!is_token(name))
		h->malformed = true;
	for (const char *p = value; *p != '\0'; p++) {
		if (is_control(*p) && *p != '\t')
			h->malformed = true;
	}
	if (strcasecmp(name, "Host") == 0) {
		h->hosts++;
		h->host = value;
	} else if (strcasecmp(name, "Content-Length") == 0) {
		h->lengths++;
		h->length = value;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		h->encodings++;
	}
}

/* Bytes of the host before its port; 0 when it is malformed. */
static size_t
host_bytes(const char *host)
{
	size_t n;

	if (host[0] == '[') {
		n = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		if (n < 3 || host[n++] != ']')
			return 0;
	} else {
		n = strspn(host,
		    "0123456789abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._");
	}
	if (n == 0 || n > HOST_BYTES)
		return 0;
	if (host[n] == ':' && !is_number(host + n + 1, PORT_DIGITS))
		return 0;
	return host[n] == '\0' || host[n] == ':' ? n : 0;
}

bool
httpd_host_is(const char *host, const char *name)
{
	size_t n = host_bytes(host);

	if (n > 0 && host[0] == '[') {
		host++;
		n -= 2;
	} else if (n > 1 && host[n - 1] == '.') {
		n--;
	}
	return n > 0 && strlen(name) == n && strncasecmp(host, name, n) == 0;
}

static bool
host_is_ours(const char *host, const struct httpd_names *names)
{
	if (names->any || httpd_host_is(host, "localhost"))
		return true;
	if (names->local != NULL && httpd_host_is(host, names->local))
		return true;
	for (size_t i = 0; names->hosts != NULL && names->hosts[i] != NULL; i++)
		if (httpd_host_is(host, names->hosts[i]))
			return true;
	return false;
}

static int
host_refusal(const struct httpd_head *h, const struct httpd_names *names)
{
	if (h->hosts == 0)
		return h->minor == 0 ? 0 : CODE_BAD;
	if (h->hosts > 1 || host_bytes(h->host) == 0)
		return CODE_BAD;
	return host_is_ours(h->host, names) ? 0 : CODE_HOST;
}

/* No body but one whose length is known beforehand, and that of a POST. */
static int
body_refusal(const struct httpd_head *h)
{
	if (h->lengths > 1 ||
	    (h->lengths == 1 && !is_number(h->length, LENGTH_DIGITS)))
		return CODE_BAD;
	if (h->verb == VERB_POST && h->lengths == 0)
		return CODE_LENGTH;
	if (h->encodings > 0)
		return CODE_BAD;
	if (h->verb != VERB_POST && h->lengths == 1 &&
	    strspn(h->length, "0") != strlen(h->length))
		return CODE_BAD;
	return 0;
}

int
httpd_head_refusal(const struct httpd_head *h, const struct httpd_names *names)
{
	int code;

	if (h->major != 1 || (h->minor != 0 && h->minor != 1))
		return CODE_VERSION;
	if (h->malformed)
		return CODE_BAD;
	code = host_refusal(h, names);
	if (code == 0 && h->verb == VERB_OTHER)
		code = CODE_METHOD;
	return code != 0 ? code : body_refusal(h);
}

/* Of a hexadecimal digit, or -1. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * Decode n bytes; in a form, '+' is a space.  Owned by caller; NULL for half
 * an escape, control bytes and what is no UTF-8.
 */
static char *
decode(const char *s, size_t n, bool form)
{
	char *out = mem_zalloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (form && c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 1 < n ? digit(s[i + 1]) : -1;
			int low = i + 2 < n ? digit(s[i + 2]) : -1;

			if (high < 0 || low < 0)
				goto fail;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (is_control(c))
			goto fail;
		out[len++] = c;
	}
	if (utf8_valid(out, len))
		return out;
fail:
	mem_free(out);
	return NULL;
}

/* A path that nobody reads as another one. */
static bool
is_plain(const char *path)
{
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if ((n == 1 || n == 2) && strspn(path, ".") >= n)
			return false;
		path += n;
	}
	return true;
}

bool
httpd_target_take(const char *target, char **path, char **query)
{
	size_t n = strcspn(target, "?");
	const char *q = target[n] == '?' ? target + n + 1 : "";
	char *decoded, *probe;

	for (const char *p = target; *p != '\0'; p++) {
		if (*p < 0x21 || *p > 0x7e || *p == '#')
			return false;
	}
	if (target[0] != '/')
		return false;
	probe = decode(q, strlen(q), true);
	if (probe == NULL)
		return false;
	mem_free(probe);
	decoded = decode(target, n, false);
	if (decoded == NULL || !is_plain(decoded)) {
		mem_free(decoded);
		return false;
	}
	*path = decoded;
	*query = mem_dup(q);
	return true;
}

char *
httpd_query_param(const char *query, const char *name)
{
	while (*query != '\0') {
		size_t n = strcspn(query, "&");
		const char *equals = memchr(query, '=', n);
		size_t key_bytes =
		    equals != NULL ? (size_t)(equals - query) : n;
		char *key = decode(query, key_bytes, true);
		bool found = key != NULL && strcmp(key, name) == 0;

		mem_free(key);
		if (found && equals == NULL)
			return mem_dup("");
		if (found)
			return decode(equals + 1, n - key_bytes - 1, true);
		query += n;
		query += *query == '&';
	}
	return NULL;
}

bool
httpd_etag_matches(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	list += strspn(list, " \t");
	if (list[0] == '*')
		return list[1 + strspn(list + 1, " \t")] == '\0';
	while (*list != '\0') {
		const char *end;

		list += strspn(list, " \t,");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		end = *list == '"' ? strchr(list + 1, '"') : NULL;
		if (end == NULL)
			return false;
		if ((size_t)(end - list - 1) == n &&
		    memcmp(list + 1, etag, n) == 0)
			return true;
		list = end + 1;
	}
	return false;
}

/* Of "gzip;q=0.5": not 0, and not malformed in a way that might be. */
static bool
has_weight(const char *item, size_t n)
{
	const char *q = memchr(item, '=', n);

	if (q == NULL)
		return true;
	for (q++; q < item + n; q++)
		if (*q >= '1' && *q <= '9')
			return true;
	return false;
}

bool
httpd_takes_gzip(const char *accept)
{
	static const char name[] = "gzip";
	const size_t length = sizeof(name) - 1;

	for (; accept != NULL && *accept != '\0';
	     accept += strcspn(accept, ",")) {
		size_t n;

		accept += strspn(accept, " \t,");
		n = strcspn(accept, ",");
		if (strncasecmp(accept, name, length) == 0 &&
		    strcspn(accept, " \t;,") == length)
			return has_weight(accept, n);
	}
	return false;
}

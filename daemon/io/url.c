/* SPDX-License-Identifier: MIT */
#include "io/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/dnsrecord.h"
#include "io/resolve.h"

static const struct {
	const char *name;
	enum url_scheme scheme;
	uint16_t port;
} schemes[] = {{"http", URL_HTTP, 80}, {"https", URL_HTTPS, 443},
    {"tcp", URL_TCP, 0}, {"tls", URL_TLS, 0}, {"dns", URL_DNS, DNSRECORD_PORT},
    {"icmp", URL_ICMP, 0}};
_Static_assert(sizeof(schemes) / sizeof(schemes[0]) == URL_SCHEMES,
    "in the order of enum url_scheme");

/* One part as our own copy, so that curl's allocator ends here; or NULL. */
static char *
part(CURLU *u, CURLUPart which, unsigned flags)
{
	char *raw = NULL, *copy = NULL;

	if (curl_url_get(u, which, &raw, flags) == CURLUE_OK)
		copy = mem_dup(raw);
	curl_free(raw);
	return copy;
}

static bool
too_long(const char *text)
{
	return strnlen(text, URL_BYTES_MAX + 1) > URL_BYTES_MAX;
}

static enum status
take_scheme(CURLU *cu, struct url *u, struct fail *f)
{
	char *name = part(cu, CURLUPART_SCHEME, 0);
	enum status st = OK;
	size_t i = 0;

	while (i < URL_SCHEMES &&
	    (name == NULL || strcmp(name, schemes[i].name) != 0))
		i++;
	if (i < URL_SCHEMES)
		u->scheme = schemes[i].scheme;
	else
		st = fail_set(f, ERR_RANGE,
		    "scheme '%.20s' is not http, https, tcp, tls, dns or "
		    "icmp",
		    name != NULL ? name : "");
	mem_free(name);
	return st;
}

static enum status
take_port(CURLU *cu, struct url *u, struct fail *f)
{
	char *text = part(cu, CURLUPART_PORT, 0);
	long port = schemes[u->scheme].port;
	bool given = text != NULL;

	if (given)
		port = strtol(text, NULL, 10);
	mem_free(text);
	if (u->scheme == URL_ICMP && given)
		return fail_set(f, ERR_RANGE, "icmp://host takes no port");
	if (u->scheme == URL_ICMP)
		return OK;
	if (port < 1 || port > UINT16_MAX)
		return fail_set(f, ERR_RANGE, "no port from 1 to 65535");
	u->port = (uint16_t)port;
	return OK;
}

/* [::1] becomes ::1, EXAMPLE.org becomes example.org. */
static void
plain_host(char *host)
{
	size_t n = strlen(host);

	for (size_t i = 0; i < n; i++)
		host[i] = (char)tolower((unsigned char)host[i]);
	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		memmove(host, host + 1, n - 2);
		host[n - 2] = '\0';
	}
}

static bool
is_host(const char *host)
{
	size_t n = strlen(host);

	if (n == 0 || n > 253)
		return false;
	for (size_t i = 0; i < n; i++)
		if (host[i] <= ' ' || host[i] >= 0x7f || host[i] == '%')
			return false;
	return true;
}

/*
 * Written "scheme://host..." without a % in the host?  curl forgives a single
 * slash, and takes the % away after it has looked for addresses, so that
 * %31 would be a name where 1 is 0.0.0.1.
 */
static bool
is_plain(const char *text)
{
	const char *from = strchr(text, ':');
	const char *end, *at;

	if (from == NULL || strncmp(from, "://", 3) != 0)
		return false;
	from += 3;
	from += strspn(from, "/");
	end = from + strcspn(from, "/?#");
	while ((at = memchr(from, '@', (size_t)(end - from))) != NULL)
		from = at + 1;
	return memchr(from, '%', (size_t)(end - from)) == NULL;
}

static enum status
take_host(CURLU *cu, struct url *u, struct fail *f)
{
	char *zone = part(cu, CURLUPART_ZONEID, 0);
	struct address a;

	u->host = part(cu, CURLUPART_HOST, 0);
	if (u->host != NULL)
		plain_host(u->host);
	if (u->host == NULL || zone != NULL || !is_host(u->host)) {
		mem_free(zone);
		return fail_set(f, ERR_SYNTAX,
		    "no usable host (international names are written xn--)");
	}
	u->literal = address_parse(u->host, &a);
	return OK;
}

static void
take_target(CURLU *cu, struct url *u)
{
	char *path = part(cu, CURLUPART_PATH, 0);
	char *query = part(cu, CURLUPART_QUERY, 0);
	struct text t;

	text_init(&t, 2 * (size_t)URL_BYTES_MAX);
	if (url_is_web(u)) {
		text_add(&t, path != NULL ? path : "/");
		if (query != NULL)
			text_printf(&t, "?%s", query);
	} else if (u->scheme == URL_DNS && query != NULL) {
		text_add(&t, query);
	}
	u->target = text_take(&t);
	mem_free(query);
	mem_free(path);
}

static void
make_origin(struct url *u)
{
	bool brackets = strchr(u->host, ':') != NULL;
	struct text t;

	text_init(&t, URL_BYTES_MAX);
	text_printf(&t, brackets ? "%s://[%s]" : "%s://%s",
	    schemes[u->scheme].name, u->host);
	if (u->port != schemes[u->scheme].port)
		text_printf(&t, ":%u", (unsigned)u->port);
	u->origin = text_take(&t);
}

bool
url_is_web(const struct url *u)
{
	return u->scheme == URL_HTTP || u->scheme == URL_HTTPS;
}

/* Nothing after the host and its port. */
static bool
is_bare(CURLU *cu)
{
	char *path = part(cu, CURLUPART_PATH, 0);
	char *query = part(cu, CURLUPART_QUERY, 0);
	bool bare = (path == NULL || strcmp(path, "/") == 0) && query == NULL;

	mem_free(path);
	mem_free(query);
	return bare;
}

static enum status
check_dns(CURLU *cu, const struct url *u, struct fail *f)
{
	char *path = part(cu, CURLUPART_PATH, 0);
	char *port = part(cu, CURLUPART_PORT, 0);
	bool bare = (path == NULL || strcmp(path, "/") == 0) && port == NULL;
	struct dns_question q;

	mem_free(path);
	mem_free(port);
	if (!bare || u->literal)
		return fail_set(f, ERR_SYNTAX,
		    "dns://name takes a name, no port and no path; a server "
		    "is named by &server=");
	return dnsrecord_question(u->target, &q, f);
}

static enum status
take_apart(CURLU *cu, struct url *u, struct fail *f)
{
	char *user = part(cu, CURLUPART_USER, 0);
	char *password = part(cu, CURLUPART_PASSWORD, 0);
	enum status st;

	u->has_userinfo = user != NULL || password != NULL;
	mem_free(user);
	mem_free(password);
	if ((st = take_scheme(cu, u, f)) != OK ||
	    (st = take_host(cu, u, f)) != OK ||
	    (st = take_port(cu, u, f)) != OK)
		return st;
	take_target(cu, u);
	make_origin(u);
	if (u->scheme == URL_DNS)
		return check_dns(cu, u, f);
	if (!url_is_web(u) && !is_bare(cu))
		return fail_set(f, ERR_SYNTAX, "%s: takes no path",
		    schemes[u->scheme].name);
	return OK;
}

enum status
url_parse(const char *text, struct url *u, struct fail *f)
{
	struct url parsed = {0};
	enum status st;
	CURLUcode rc;
	CURLU *cu;

	if (too_long(text))
		return fail_set(f, ERR_RANGE, "longer than %d bytes",
		    URL_BYTES_MAX);
	cu = curl_url();
	if (cu == NULL)
		return fail_set(f, ERR_IO, "out of memory");
	rc = curl_url_set(cu, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
	if (rc == CURLUE_OK && !is_plain(text))
		rc = CURLUE_BAD_HOSTNAME;
	if (rc != CURLUE_OK)
		st = fail_set(f, ERR_SYNTAX, "'%.100s': %s", text,
		    curl_url_strerror(rc));
	else
		st = take_apart(cu, &parsed, f);
	curl_url_cleanup(cu);
	if (st == OK)
		*u = parsed;
	else
		url_done(&parsed);
	return st;
}

void
url_done(struct url *u)
{
	mem_free(u->host);
	mem_free(u->target);
	mem_free(u->origin);
	*u = (struct url){0};
}

static enum status
join(CURLU *cu, const char *base, const char *location, struct fail *f)
{
	CURLUcode rc = curl_url_set(cu, CURLUPART_URL, base, 0);

	if (rc == CURLUE_OK)
		rc = curl_url_set(cu, CURLUPART_URL, location,
		    CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);
	if (rc == CURLUE_OK)
		rc = curl_url_set(cu, CURLUPART_FRAGMENT, NULL, 0);
	if (rc == CURLUE_OK)
		rc = curl_url_set(cu, CURLUPART_USER, NULL, 0);
	if (rc == CURLUE_OK)
		rc = curl_url_set(cu, CURLUPART_PASSWORD, NULL, 0);
	if (rc == CURLUE_OK)
		return OK;
	return fail_set(f, ERR_SYNTAX, "redirect: %s", curl_url_strerror(rc));
}

/* Is it a whole URL that our own parser takes, for a web server? */
static enum status
check_web(const char *text, struct fail *f)
{
	struct url u = {0};
	enum status st = url_parse(text, &u, f);

	if (st == OK && !url_is_web(&u))
		st = fail_set(f, ERR_RANGE,
		    "redirect to %.10s:", schemes[u.scheme].name);
	url_done(&u);
	return st;
}

enum status
url_join(const char *base, const char *location, char **out, struct fail *f)
{
	char *joined = NULL;
	enum status st;
	CURLU *cu;

	if (location[0] == '\0')
		return fail_set(f, ERR_SYNTAX, "redirect to nowhere");
	if (too_long(location))
		return fail_set(f, ERR_SYNTAX, "redirect longer than %d bytes",
		    URL_BYTES_MAX);
	cu = curl_url();
	if (cu == NULL)
		return fail_set(f, ERR_IO, "out of memory");
	st = join(cu, base, location, f);
	if (st == OK)
		joined = part(cu, CURLUPART_URL, 0);
	curl_url_cleanup(cu);
	if (st != OK)
		return st;
	if (joined == NULL)
		return fail_set(f, ERR_SYNTAX, "redirect to nowhere");
	st = check_web(joined, f);
	if (st == OK)
		*out = joined;
	else
		mem_free(joined);
	return st;
}

const char *
url_site(const char *host)
{
	size_t n = strlen(host);
	unsigned dots = 0;
	struct address a;

	if (address_parse(host, &a))
		return host;
	if (n > 0 && host[n - 1] == '.')
		n--;
	while (n > 0) {
		if (host[n - 1] == '.' && ++dots == 2)
			return host + n;
		n--;
	}
	return host;
}

bool
url_same_site(const char *host_a, const char *host_b)
{
	const char *a = url_site(host_a), *b = url_site(host_b);
	size_t na = strlen(a), nb = strlen(b);

	if (na > 0 && a[na - 1] == '.')
		na--;
	if (nb > 0 && b[nb - 1] == '.')
		nb--;
	return na == nb && strncasecmp(a, b, na) == 0;
}

/* SPDX-License-Identifier: MIT */
#include "probes/excerpt.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static const char masked[] = "[masked]";

/* Shorter runs hold too little to be a secret worth having. */
enum { TOKEN_BYTES_MIN = 20, SCHEME_TOKEN_BYTES_MIN = 6 };
/* Of the beginning of a secret, so much says something. */
enum { HIDDEN_BYTES_MIN = 4 };

/* Ending in '*': a prefix. */
static const char *const allowed[] = {"age", "allow", "cache-control",
    "cf-cache-status", "cf-mitigated", "cf-ray", "content-encoding",
    "content-length", "content-type", "date", "expires", "last-modified",
    "location", "maintenance*", "ratelimit*", "retry-after", "server",
    "transfer-encoding", "via", "www-authenticate", "x-amz-cf-pop", "x-cache*",
    "x-in-maintenance", "x-maintanence-mode", "x-maintenance*", "x-powered-by",
    "x-ratelimit*", "x-scheduled-maintenance", "x-served-by",
    "x-service-maintenance", "x-under-maintenance"};

/* A name that ends in one of these has a value that is nobody's business. */
static const char *const secret_names[] = {"token", "secret", "password",
    "passwd", "pwd", "apikey", "api_key", "api-key", "access_key", "access-key",
    "accesskey", "private_key", "authorization", "session", "sessionid",
    "session_id", "sid", "credential", "credentials", "signature", "sig",
    "cookie", "key"};

static bool
name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool
token_char(char c)
{
	return name_char(c) || c == '+' || c == '/' || c == '=';
}

static size_t
run_of(const char *s, size_t n, bool (*in)(char))
{
	size_t i = 0;

	while (i < n && in(s[i]))
		i++;
	return i;
}

/* Kinds of characters follow each other as in noise, not as in words. */
static bool
looks_random(const char *s, size_t n)
{
	size_t changes = 0, digits = 0;

	if (n < TOKEN_BYTES_MIN)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i], b;

		digits += isdigit(c) ? 1 : 0;
		if (i == 0)
			continue;
		b = (unsigned char)s[i - 1];
		if (!isdigit(c) != !isdigit(b) || !isupper(c) != !isupper(b))
			changes++;
	}
	return changes * 5 >= n || digits * 10 >= n * 9;
}

static bool
ends_in_secret(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(secret_names) / sizeof(secret_names[0]);
	     i++) {
		size_t m = strlen(secret_names[i]);

		/* "key" and "sid" alone, or after a joint: not "monkey". */
		if (n < m || strncasecmp(name + n - m, secret_names[i], m) != 0)
			continue;
		if (m > 3 || n == m || !isalpha((unsigned char)name[n - m - 1]))
			return true;
	}
	return false;
}

static bool
space_char(char c)
{
	return c == ' ' || c == '\t';
}

static bool
value_char(char c)
{
	return c != '\0' && strchr(" \t\r\n&\"'<>,;}", c) == NULL;
}

static bool
until_quote(char c)
{
	return c != '"' && c != '\r' && c != '\n';
}

/*
 * After a secret name at s: how many bytes of quotes, spaces and one = or :
 * follow, and in *value how long the value after them is.  0: no assignment.
 */
static size_t
assignment(const char *s, size_t n, size_t *value)
{
	size_t i = 0;
	bool quoted = false;

	if (i < n && s[i] == '"')
		i++;
	i += run_of(s + i, n - i, space_char);
	if (i == n || (s[i] != '=' && s[i] != ':'))
		return 0;
	i++;
	i += run_of(s + i, n - i, space_char);
	if (i < n && s[i] == '"') {
		quoted = true;
		i++;
	}
	*value = run_of(s + i, n - i, quoted ? until_quote : value_char);
	return *value > 0 ? i : 0;
}

/* "Bearer" or "Basic" at s: the bytes up to its token, and its length. */
static size_t
scheme(const char *s, size_t n, size_t shortest, size_t *value)
{
	size_t word = 0, gap;

	if (n > 6 && strncasecmp(s, "bearer", 6) == 0)
		word = 6;
	else if (n > 5 && strncasecmp(s, "basic", 5) == 0)
		word = 5;
	if (word == 0)
		return 0;
	gap = run_of(s + word, n - word, space_char);
	if (gap == 0)
		return 0;
	*value = run_of(s + word + gap, n - word - gap, value_char);
	/* "basic realm=" and "basic auth" are words, not tokens. */
	if (*value < shortest || strncasecmp(s + word + gap, "realm", 5) == 0)
		return 0;
	return word + gap;
}

static bool
jwt_char(char c)
{
	return name_char(c) || c == '.' || c == '=';
}

/* How many bytes at s, the start of a word, are one token; 0 for none. */
static size_t
bare_token(const char *s, size_t n)
{
	size_t run;

	if (n > 3 && memcmp(s, "eyJ", 3) == 0) {
		run = run_of(s, n, jwt_char);
		if (run >= TOKEN_BYTES_MIN)
			return run;
	}
	run = run_of(s, n, token_char);
	return looks_random(s, run) ? run : 0;
}

/* "token=x" at s, a name of `word` bytes: what leads up to the value. */
static size_t
named_secret(const char *s, size_t n, size_t word, size_t *value)
{
	size_t lead, more, token;

	if (!ends_in_secret(s, word))
		return 0;
	lead = assignment(s + word, n - word, value);
	if (lead == 0) {
		*value = 0;
		return 0;
	}
	lead += word;
	more = scheme(s + lead, n - lead, 1, &token);
	if (more > 0)
		*value = token;
	return lead + more;
}

void
excerpt_mask(struct text *out, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t value = 0, word = 0, lead;

		if (!token_char(s[i])) {
			text_char(out, s[i++]);
			continue;
		}
		lead = scheme(s + i, n - i, SCHEME_TOKEN_BYTES_MIN, &value);
		if (lead == 0)
			value = bare_token(s + i, n - i);
		if (lead == 0 && value == 0) {
			word = run_of(s + i, n - i, name_char);
			lead = named_secret(s + i, n - i, word, &value);
		}
		if (lead == 0 && value == 0)
			lead = word > 0 ? word : 1;
		text_add_n(out, s + i, lead);
		if (value > 0)
			text_add(out, masked);
		i += lead + value;
	}
}

void
excerpt_hide(char *s, size_t n, const char *shown)
{
	size_t size = shown != NULL ? strlen(shown) : 0;

	for (size_t i = 0; size > 0 && i < n; i++) {
		size_t same = 0;

		while (
		    same < size && i + same < n && s[i + same] == shown[same])
			same++;
		if (same == size || (i + same == n && same >= HIDDEN_BYTES_MIN))
			memset(s + i, '*', same);
	}
}

static void
add_masked(struct text *out, const char *s, size_t n, const char *shown)
{
	char *copy;

	if (shown == NULL || n == 0) {
		excerpt_mask(out, s, n);
		return;
	}
	copy = mem_copy(s, n);
	excerpt_hide(copy, n, shown);
	excerpt_mask(out, copy, n);
	explicit_bzero(copy, n);
	mem_free(copy);
}

static bool
is_allowed(const char *name)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		size_t n = strlen(allowed[i]);

		if (allowed[i][n - 1] == '*' &&
		    strncasecmp(name, allowed[i], n - 1) == 0)
			return true;
		if (strcasecmp(name, allowed[i]) == 0)
			return true;
	}
	return false;
}

static char *
headers_text(const struct fetch_result *r, const char *shown)
{
	struct text t;

	text_init(&t, EXCERPT_HEADER_BYTES);
	for (size_t i = 0; i < r->header_count; i++) {
		const struct fetch_header *h = &r->headers[i];
		size_t n = strlen(h->value);

		if (!is_allowed(h->name) || n > EXCERPT_HEADER_BYTES / 8)
			continue;
		text_printf(&t, "%s: ", h->name);
		add_masked(&t, h->value, n, shown);
		text_char(&t, '\n');
	}
	return text_take(&t);
}

/* Not in the middle of a UTF-8 sequence. */
static size_t
cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	n = max;
	while (n > max - 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void
excerpt_build(struct excerpt *e, const struct fetch_result *r,
    const char *detail, const char *shown)
{
	struct text t;
	size_t n;

	e->detail = NULL;
	if (detail != NULL && detail[0] != '\0') {
		text_init(&t, EXCERPT_DETAIL_BYTES);
		add_masked(&t, detail, strlen(detail), shown);
		e->detail = text_take(&t);
	}
	if (r == NULL) {
		e->headers = mem_dup("");
		e->body = mem_dup("");
		e->body_size = 0;
		return;
	}
	e->headers = headers_text(r, shown);
	/* Masked before the cut, or half a token would pass for a word. */
	n = r->body_size < (size_t)2 * EXCERPT_BODY_BYTES
	    ? r->body_size
	    : (size_t)2 * EXCERPT_BODY_BYTES;
	text_init(&t, (size_t)8 * EXCERPT_BODY_BYTES);
	add_masked(&t, (const char *)r->body, n, shown);
	n = text_len(&t);
	e->body = text_take(&t);
	e->body_size = cut(e->body, n, EXCERPT_BODY_BYTES);
	e->body[e->body_size] = '\0';
}

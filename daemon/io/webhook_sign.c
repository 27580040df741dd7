/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utc.h"
#include "io/crypto.h"
#include "io/webhook.h"

#define SECRET_PREFIX "whsec_"

enum { LONGEST_PAUSE_S = 3600 };

void
webhook_keys_done(struct webhook_keys *k)
{
	crypto_zero(k, sizeof *k);
}

/* One line without its end; what it holds is never quoted. */
static enum status
add_key(struct webhook_keys *k, const char *s, unsigned line, struct fail *f)
{
	size_t prefix = strlen(SECRET_PREFIX), n = 0;
	unsigned char *key;

	if (strncmp(s, SECRET_PREFIX, prefix) != 0)
		return fail_set(f, ERR_SYNTAX,
		    "line %u: a secret begins with " SECRET_PREFIX, line);
	if (k->count == WEBHOOK_KEYS_MAX)
		return fail_set(f, ERR_LIMIT, "line %u: more than %d secrets",
		    line, WEBHOOK_KEYS_MAX);
	key = crypto_base64_decode(s + prefix, &n);
	if (key == NULL)
		return fail_set(f, ERR_SYNTAX,
		    "line %u: not base64 after " SECRET_PREFIX, line);
	if (n < WEBHOOK_KEY_BYTES_MIN || n > WEBHOOK_KEY_BYTES_MAX) {
		crypto_zero(key, n);
		mem_free(key);
		return fail_set(f, ERR_RANGE,
		    "line %u: a secret has %d to %d bytes, this one %zu", line,
		    WEBHOOK_KEY_BYTES_MIN, WEBHOOK_KEY_BYTES_MAX, n);
	}
	memcpy(k->key[k->count], key, n);
	k->size[k->count++] = n;
	crypto_zero(key, n);
	mem_free(key);
	return OK;
}

/* The line that begins at s, without blanks around it, into buf. */
static void
copy_line(const char *s, size_t n, char buf[WEBHOOK_SECRET_FILE_MAX + 1])
{
	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL && s[n - 1] != '\0')
		n--;
	memcpy(buf, s, n);
	buf[n] = '\0';
}

enum status
webhook_keys_parse(struct webhook_keys *k, const char *s, size_t n,
    struct fail *f)
{
	char buf[WEBHOOK_SECRET_FILE_MAX + 1];
	struct webhook_keys keys = {.count = 0};
	enum status st = OK;
	unsigned line = 0;

	webhook_keys_done(k);
	if (n > WEBHOOK_SECRET_FILE_MAX)
		return fail_set(f, ERR_LIMIT, "more than %d bytes",
		    WEBHOOK_SECRET_FILE_MAX);
	while (st == OK && n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end != NULL ? (size_t)(end - s) : n;
		size_t step = end != NULL ? len + 1 : len;

		line++;
		copy_line(s, len, buf);
		if (memchr(s, '\0', len) != NULL)
			st = fail_set(f, ERR_SYNTAX, "line %u: a NUL", line);
		else if (buf[0] != '\0' && buf[0] != '#')
			st = add_key(&keys, buf, line, f);
		s += step;
		n -= step;
	}
	if (st == OK && keys.count == 0)
		st = fail_set(f, ERR_NOTFOUND, "no secret in it");
	if (st == OK)
		*k = keys;
	crypto_zero(buf, sizeof buf);
	webhook_keys_done(&keys);
	return st;
}

enum status
webhook_keys_read(struct webhook_keys *k, int fd, struct fail *f)
{
	char buf[WEBHOOK_SECRET_FILE_MAX + 1];
	enum status st;
	size_t len = 0;
	ssize_t n = 1;

	/* From its beginning, wherever another reader left the file. */
	while (len < sizeof buf && n > 0) {
		n = pread(fd, buf + len, sizeof buf - len, (off_t)len);
		if (n < 0 && errno == ESPIPE)
			n = read(fd, buf + len, sizeof buf - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (n < 0) {
		webhook_keys_done(k);
		st = fail_set(f, ERR_IO, "%s", strerrordesc_np(errno));
	} else {
		st = webhook_keys_parse(k, buf, len, f);
	}
	crypto_zero(buf, sizeof buf);
	return st;
}

void
webhook_sign(const struct webhook_keys *k, const char *id, int64_t timestamp_s,
    const char *body, struct text *out)
{
	struct text signed_text;

	text_init(&signed_text, strlen(id) + strlen(body) + 32);
	text_printf(&signed_text, "%s.%lld.", id, (long long)timestamp_s);
	text_add(&signed_text, body);
	for (size_t i = 0; i < k->count; i++) {
		unsigned char mac[CRYPTO_SHA256_BYTES];
		char *base64;

		crypto_hmac_sha256(k->key[i], k->size[i],
		    text_str(&signed_text), text_len(&signed_text), mac);
		base64 = crypto_base64(mac, sizeof mac);
		text_printf(out, "%sv1,%s", i > 0 ? " " : "", base64);
		mem_free(base64);
	}
	text_done(&signed_text);
}

enum attempt_result
webhook_judge(uint16_t code)
{
	if (code >= 200 && code < 300)
		return ATTEMPT_DELIVERED;
	if (code == 410)
		return ATTEMPT_GONE;
	if (code < 300 || code >= 500 || code == 408 || code == 425 ||
	    code == 429)
		return ATTEMPT_RETRY;
	return ATTEMPT_MISCONFIGURED;
}

/* "Wed, 21 Oct 2015 07:28:00 GMT" (RFC 9110, IMF-fixdate). */
static bool
parse_http_date(const char *s, wall_ms *t)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4], zone[4];
	struct utc_date d;
	unsigned h, m, sec;
	const char *at;
	int used = 0;

	/* Every number has a width, so that none can overflow. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2u:%2u:%2u %3[A-Z]%n",
		&d.day, month, &d.year, &h, &m, &sec, zone, &used) != 7)
		return false;
	at = strstr(months, month);
	if (s[used] != '\0' || strcmp(zone, "GMT") != 0 || at == NULL ||
	    strlen(month) != 3 || (at - months) % 3 != 0)
		return false;
	d.month = (int)(at - months) / 3 + 1;
	if (d.year < 1970 || d.day < 1 || d.day > 31 || h > 23 || m > 59 ||
	    sec > 60)
		return false;
	*t = utc_days(d) * DAY_MS + (wall_ms)h * HOUR_MS +
	    (wall_ms)m * MINUTE_MS + (wall_ms)sec * SECOND_MS;
	return true;
}

static int32_t
clamp_pause(int64_t s)
{
	return s < 1 ? 1 : s > LONGEST_PAUSE_S ? LONGEST_PAUSE_S : (int32_t)s;
}

int32_t
webhook_retry_after(const char *value, wall_ms now)
{
	size_t digits;
	wall_ms t;

	if (value == NULL)
		return -1;
	digits = strspn(value, "0123456789");
	if (digits > 0 && value[digits] == '\0') {
		int64_t s = 0;

		for (size_t i = 0; i < digits && s <= LONGEST_PAUSE_S; i++)
			s = s * 10 + (value[i] - '0');
		return clamp_pause(s);
	}
	if (!parse_http_date(value, &t))
		return -1;
	return clamp_pause((t - now + SECOND_MS - 1) / SECOND_MS);
}

/* SPDX-License-Identifier: MIT */
#include "io/access.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/crypto.h"

enum {
	FILE_BYTES = 65536,
	NAME_BYTES = 64,
	ROLE_BYTES = 16,
	HEX_BYTES = 2 * CRYPTO_SHA256_BYTES
};

struct holder {
	char name[NAME_BYTES];
	enum level level;
	unsigned char digest[CRYPTO_SHA256_BYTES];
};

struct access {
	struct holder *holders;
	size_t count;
};

struct access *
access_none(void)
{
	return mem_zalloc(sizeof(struct access));
}

void
access_free(struct access *a)
{
	if (a != NULL)
		mem_free(a->holders);
	mem_free(a);
}

static int
hex_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool
take_digest(const char *hex, unsigned char out[CRYPTO_SHA256_BYTES])
{
	for (size_t i = 0; i < CRYPTO_SHA256_BYTES; i++) {
		int high = hex_of(hex[2 * i]);
		int low = high < 0 ? -1 : hex_of(hex[2 * i + 1]);

		if (low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return hex[HEX_BYTES] == '\0';
}

/* The next word of the line, cut off it; false: there is none that fits. */
static bool
take_word(char **line, char *word, size_t size)
{
	char *at = *line + strspn(*line, " \t");
	size_t n = strcspn(at, " \t");

	if (n == 0 || n >= size)
		return false;
	memcpy(word, at, n);
	word[n] = '\0';
	*line = at + n;
	return true;
}

static bool
take_line(struct access *a, char *line)
{
	char role[ROLE_BYTES], hex[HEX_BYTES + 1];
	struct holder one;

	if (!take_word(&line, one.name, sizeof(one.name)) ||
	    !take_word(&line, role, sizeof(role)) ||
	    !take_word(&line, hex, sizeof(hex)) ||
	    line[strspn(line, " \t\r")] != '\0' ||
	    one.name[strspn(one.name,
		"abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0' ||
	    !take_digest(hex, one.digest))
		return false;
	if (strcmp(role, "reader") == 0)
		one.level = LEVEL_READER;
	else if (strcmp(role, "operator") == 0)
		one.level = LEVEL_OPERATOR;
	else
		return false;
	a->holders =
	    mem_resize(a->holders, a->count + 1, sizeof(a->holders[0]));
	a->holders[a->count++] = one;
	return true;
}

static enum status
take_file(struct access *a, char *text, unsigned *number, struct fail *f)
{
	for (char *line = text; line != NULL;) {
		char *end = strchr(line, '\n');

		if (end != NULL)
			*end++ = '\0';
		++*number;
		if (line[0] != '#' && line[strspn(line, " \t\r")] != '\0' &&
		    !take_line(a, line))
			return fail_set(f, ERR_SYNTAX,
			    "not 'NAME reader|operator SHA256', as 'vigie "
			    "token' prints it");
		line = end;
	}
	return OK;
}

enum status
access_read(int fd, struct access **a, unsigned *line, struct fail *f)
{
	char *text = mem_zalloc(FILE_BYTES);
	ssize_t n = pread(fd, text, FILE_BYTES - 1, 0);
	struct access *new = access_none();
	enum status s;

	*line = 0;
	if (n < 0)
		s = fail_set(f, ERR_IO, "%s", strerror(errno));
	else if (n == FILE_BYTES - 1 || strlen(text) != (size_t)n)
		s = fail_set(f, ERR_SYNTAX, "too many tokens, or not a text");
	else
		s = take_file(new, text, line, f);
	mem_free(text);
	if (s == OK)
		*a = new;
	else
		access_free(new);
	return s;
}

/* All of them are looked at, so that time tells nothing. */
static const struct holder *
find(const struct access *a, const char *token, size_t n)
{
	unsigned char digest[CRYPTO_SHA256_BYTES];
	const struct holder *found = NULL;

	crypto_sha256(token, n, digest);
	for (size_t i = 0; i < a->count; i++)
		if (crypto_equal(digest, a->holders[i].digest, sizeof(digest)))
			found = &a->holders[i];
	return found;
}

static const struct holder *
find_basic(const struct access *a, const char *pair)
{
	size_t n;
	unsigned char *plain = crypto_base64_decode(pair, &n);
	const unsigned char *colon =
	    plain != NULL ? memchr(plain, ':', n) : NULL;
	const struct holder *h = NULL;
	size_t name;

	if (colon != NULL) {
		name = (size_t)(colon - plain);
		h = find(a, (const char *)colon + 1, n - name - 1);
		if (h != NULL &&
		    (strlen(h->name) != name ||
			memcmp(h->name, plain, name) != 0))
			h = NULL;
		crypto_zero(plain, n);
	}
	mem_free(plain);
	return h;
}

bool
access_knows(const struct access *a, const char *authorization,
    enum level *level, const char **name)
{
	const struct holder *h = NULL;

	if (strncasecmp(authorization, "Bearer ", 7) == 0)
		h = find(a, authorization + 7, strlen(authorization + 7));
	else if (strncasecmp(authorization, "Basic ", 6) == 0)
		h = find_basic(a, authorization + 6);
	if (h == NULL)
		return false;
	*level = h->level;
	*name = h->name;
	return true;
}

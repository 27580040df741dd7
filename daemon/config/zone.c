/* SPDX-License-Identifier: MIT */
#include "config/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/posixtz.h"
#include "config/suggest.h"

enum {
	HEADER_BYTES = 44,
	TYPE_BYTES = 6,
	FILE_MAX = 256 << 10,
	COUNT_MAX = 1 << 16,
	RULE_MAX = 128
};

struct zone {
	char *name;
	int64_t *since_s;     /* transitions, ascending */
	unsigned char *types; /* after each transition */
	size_t count;
	int32_t offsets[256]; /* of each type */
	bool has_rule;
	struct posixtz rule; /* after the last transition */
};

struct header {
	uint32_t ut, std, leap, times, types, chars;
};

static uint64_t
big_endian(const unsigned char *p, size_t bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | *p++;
	return v;
}

static bool
header_read(const unsigned char *p, size_t n, struct header *h)
{
	if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
		return false;
	h->ut = (uint32_t)big_endian(p + 20, 4);
	h->std = (uint32_t)big_endian(p + 24, 4);
	h->leap = (uint32_t)big_endian(p + 28, 4);
	h->times = (uint32_t)big_endian(p + 32, 4);
	h->types = (uint32_t)big_endian(p + 36, 4);
	h->chars = (uint32_t)big_endian(p + 40, 4);
	return h->ut < COUNT_MAX && h->std < COUNT_MAX && h->leap < COUNT_MAX &&
	    h->times < COUNT_MAX && h->types > 0 && h->types <= 256 &&
	    h->chars < COUNT_MAX;
}

/* Bytes of the block behind the header, with times of that width. */
static size_t
block_bytes(const struct header *h, size_t width)
{
	return h->times * (width + 1) + h->types * (size_t)TYPE_BYTES +
	    h->chars + h->leap * (width + 4) + h->std + h->ut;
}

/* The 64-bit block at p, and the rule behind it. */
static bool
block_read(struct zone *z, const struct header *h, const unsigned char *p,
    size_t n)
{
	size_t block = block_bytes(h, 8), rule_bytes;
	const unsigned char *types = p + (size_t)h->times * 9;
	char rule[RULE_MAX];

	if (n < block)
		return false;
	z->count = h->times;
	z->since_s = mem_array(z->count, sizeof(z->since_s[0]));
	z->types = mem_array(z->count, 1);
	for (size_t i = 0; i < z->count; i++) {
		z->since_s[i] = (int64_t)big_endian(p + i * 8, 8);
		z->types[i] = p[(size_t)h->times * 8 + i];
		if (z->types[i] >= h->types ||
		    (i > 0 && z->since_s[i] <= z->since_s[i - 1]))
			return false;
	}
	for (size_t i = 0; i < h->types; i++)
		z->offsets[i] =
		    (int32_t)(uint32_t)big_endian(types + i * TYPE_BYTES, 4);

	p += block;
	n -= block;
	if (n < 2 || p[0] != '\n')
		return false;
	for (rule_bytes = 1; rule_bytes < n && p[rule_bytes] != '\n';)
		rule_bytes++;
	if (rule_bytes == n || rule_bytes >= RULE_MAX)
		return false;
	memcpy(rule, p + 1, rule_bytes - 1);
	rule[rule_bytes - 1] = '\0';
	z->has_rule = rule[0] != '\0';
	return !z->has_rule || posixtz_parse(rule, &z->rule);
}

struct zone *
zone_parse(const char *name, const void *bytes, size_t n, struct fail *f)
{
	struct zone *z = mem_zalloc(sizeof(*z));
	const unsigned char *p = bytes;
	struct header h;
	size_t skip;

	z->name = mem_dup(name);
	if (!header_read(p, n, &h) || p[4] < '2')
		goto fail;
	skip = HEADER_BYTES + block_bytes(&h, 4);
	if (skip > n || !header_read(p + skip, n - skip, &h))
		goto fail;
	skip += HEADER_BYTES;
	if (!block_read(z, &h, p + skip, n - skip))
		goto fail;
	return z;
fail:
	(void)fail_set(f, ERR_CORRUPT, "'%s' is not a time zone file", name);
	zone_close(z);
	return NULL;
}

/* Letters, digits and _+-/ only, and no way out of the folder. */
static bool
is_name(const char *s)
{
	if (!isalnum((unsigned char)*s) || strlen(s) > 64)
		return false;
	for (; *s != '\0'; s++) {
		if (!isalnum((unsigned char)*s) && strchr("_+-/", *s) == NULL)
			return false;
	}
	return true;
}

/* The zone named by a line of the list, "Z NAME ..." or "L TARGET NAME". */
static const char *
listed_name(char *line)
{
	char *last;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "Z ", 2) == 0) {
		line[2 + strcspn(line + 2, " ")] = '\0';
		return line + 2;
	}
	last = strrchr(line, ' ');
	return strncmp(line, "L ", 2) == 0 ? last + 1 : NULL;
}

static void
explain_missing(const char *name, struct fail *f)
{
	char line[256], hint[SUGGEST_TEXT_BYTES], best[sizeof(line)] = "";
	struct suggest s;
	FILE *table = fopen(ZONE_FOLDER "/tzdata.zi", "re");

	suggest_init(&s, name);
	suggest_offer(&s, "UTC");
	while (table != NULL && fgets(line, sizeof(line), table) != NULL) {
		const char *listed = listed_name(line);

		if (listed == NULL)
			continue;
		suggest_offer(&s, listed);
		if (s.best == listed) { /* the line will be overwritten */
			(void)snprintf(best, sizeof(best), "%s", listed);
			s.best = best;
		}
	}
	if (table != NULL)
		(void)fclose(table); /* only read */
	(void)fail_set(f, ERR_NOTFOUND, "no time zone '%s'%s", name,
	    suggest_text(&s, hint));
}

struct zone *
zone_open(const char *name, struct fail *f)
{
	char path[sizeof(ZONE_FOLDER) + 80];
	struct zone *z = NULL;
	unsigned char *bytes;
	size_t n;
	FILE *file = NULL;

	if (is_name(name)) {
		(void)snprintf(path, sizeof(path), "%s/%s", ZONE_FOLDER, name);
		file = fopen(path, "re");
	}
	if (file == NULL) {
		explain_missing(name, f);
		return NULL;
	}
	bytes = mem_zalloc(FILE_MAX);
	n = fread(bytes, 1, FILE_MAX, file);
	(void)fclose(file); /* only read */
	if (n == 0)         /* a folder, "Europe" */
		explain_missing(name, f);
	else
		z = zone_parse(name, bytes, n, f);
	mem_free(bytes);
	return z;
}

void
zone_close(struct zone *z)
{
	if (z == NULL)
		return;
	mem_free(z->name);
	mem_free(z->since_s);
	mem_free(z->types);
	mem_free(z);
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

static int64_t
floor_seconds(wall_ms t)
{
	return t / SECOND_MS - (t % SECOND_MS < 0);
}

int32_t
zone_offset(const struct zone *z, wall_ms at)
{
	int64_t s = floor_seconds(at);
	size_t low = 0, high;

	if (z == NULL)
		return 0;
	if (z->has_rule && (z->count == 0 || s >= z->since_s[z->count - 1]))
		return posixtz_offset(&z->rule, s);
	high = z->count;
	while (low < high) { /* the first transition after s */
		size_t middle = low + (high - low) / 2;

		if (z->since_s[middle] <= s)
			low = middle + 1;
		else
			high = middle;
	}
	return z->offsets[low == 0 ? 0 : z->types[low - 1]];
}

wall_ms
zone_instant(const struct zone *z, wall_ms local)
{
	/* Offsets well before and well after any reading of that time. */
	int32_t before = zone_offset(z, local - DAY_MS);
	int32_t after = zone_offset(z, local + DAY_MS);
	wall_ms first = local - (wall_ms)before * SECOND_MS;
	wall_ms second = local - (wall_ms)after * SECOND_MS;

	if (before == after || zone_offset(z, first) == before)
		return first;
	return zone_offset(z, second) == after ? second : first;
}

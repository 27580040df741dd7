/* SPDX-License-Identifier: MIT */
#include "wire/field.h"

#include <string.h>

#include "base/mem.h"

/* Far enough for any clock, and no sum of two of them overflows. */
static const wall_ms latest = INT64_C(253402300799999);
static const span_ms longest = INT64_C(36525) * DAY_MS;

char *
field_text(struct bytes_in *i)
{
	uint32_t len = bytes_get_u32(i);
	const unsigned char *p;

	if (!i->ok || len == UINT32_MAX)
		return NULL;
	p = i->buf + i->at;
	if (len > i->size - i->at || memchr(p, '\0', len) != NULL) {
		i->ok = false;
		return NULL;
	}
	i->at += len;
	return mem_dup_n((const char *)p, len);
}

char *
field_text_needed(struct bytes_in *i)
{
	char *s = field_text(i);

	if (s == NULL)
		i->ok = false;
	return s;
}

void
field_put_bool(struct bytes_out *o, bool v)
{
	bytes_put_u8(o, v ? 1 : 0);
}

bool
field_bool(struct bytes_in *i)
{
	return field_below(i, 2) == 1;
}

uint8_t
field_below(struct bytes_in *i, unsigned limit)
{
	uint8_t v = bytes_get_u8(i);

	if (v < limit)
		return v;
	i->ok = false;
	return 0;
}

int64_t
field_within(struct bytes_in *i, int64_t low, int64_t high)
{
	int64_t v = bytes_get_i64(i);

	if (i->ok && v >= low && v <= high)
		return v;
	i->ok = false;
	return 0;
}

wall_ms
field_wall(struct bytes_in *i)
{
	return field_within(i, 0, latest);
}

span_ms
field_span(struct bytes_in *i)
{
	return field_within(i, 0, longest);
}

void
field_put_count(struct bytes_out *o, size_t n, size_t max)
{
	if (n > max)
		o->ok = false;
	bytes_put_u16(o, (uint16_t)n);
}

size_t
field_count(struct bytes_in *i, size_t max)
{
	size_t n = bytes_get_u16(i);

	if (n <= max)
		return n;
	i->ok = false;
	return 0;
}

bool
field_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

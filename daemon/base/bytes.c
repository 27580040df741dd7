/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <string.h>

#include "base/mem.h"

static const uint32_t null_text = 0xffffffffu;

void
bytes_out_init(struct bytes_out *o, void *buf, size_t size)
{
	*o = (struct bytes_out){.buf = buf, .size = size, .ok = true};
}

void
bytes_put(struct bytes_out *o, const void *p, size_t n)
{
	if (!o->ok || n > o->size - o->len) {
		o->ok = false;
		return;
	}
	if (n > 0)
		memcpy(o->buf + o->len, p, n);
	o->len += n;
}

static void
put_le(struct bytes_out *o, uint64_t v, size_t n)
{
	unsigned char b[8];

	for (size_t i = 0; i < n; i++)
		b[i] = (unsigned char)(v >> (8 * i));
	bytes_put(o, b, n);
}

void
bytes_put_u8(struct bytes_out *o, uint8_t v)
{
	put_le(o, v, 1);
}

void
bytes_put_u16(struct bytes_out *o, uint16_t v)
{
	put_le(o, v, 2);
}

void
bytes_put_u32(struct bytes_out *o, uint32_t v)
{
	put_le(o, v, 4);
}

void
bytes_put_u64(struct bytes_out *o, uint64_t v)
{
	put_le(o, v, 8);
}

void
bytes_put_i64(struct bytes_out *o, int64_t v)
{
	put_le(o, (uint64_t)v, 8);
}

void
bytes_put_blob(struct bytes_out *o, const void *p, size_t n)
{
	bytes_put_u32(o, (uint32_t)n);
	bytes_put(o, p, n);
}

void
bytes_put_text(struct bytes_out *o, const char *s)
{
	if (s == NULL)
		bytes_put_u32(o, null_text);
	else
		bytes_put_blob(o, s, strlen(s));
}

void
bytes_in_init(struct bytes_in *i, const void *buf, size_t size)
{
	*i = (struct bytes_in){.buf = buf, .size = size, .ok = true};
}

/* n bytes borrowed from the input, or NULL and the sticky error. */
static const unsigned char *
take(struct bytes_in *i, size_t n)
{
	const unsigned char *p;

	if (!i->ok || n > i->size - i->at) {
		i->ok = false;
		return NULL;
	}
	p = i->buf + i->at;
	i->at += n;
	return p;
}

static uint64_t
get_le(struct bytes_in *i, size_t n)
{
	const unsigned char *p = take(i, n);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	for (size_t k = 0; k < n; k++)
		v |= (uint64_t)p[k] << (8 * k);
	return v;
}

uint8_t
bytes_get_u8(struct bytes_in *i)
{
	return (uint8_t)get_le(i, 1);
}

uint16_t
bytes_get_u16(struct bytes_in *i)
{
	return (uint16_t)get_le(i, 2);
}

uint32_t
bytes_get_u32(struct bytes_in *i)
{
	return (uint32_t)get_le(i, 4);
}

uint64_t
bytes_get_u64(struct bytes_in *i)
{
	return get_le(i, 8);
}

int64_t
bytes_get_i64(struct bytes_in *i)
{
	return (int64_t)get_le(i, 8);
}

void
bytes_get(struct bytes_in *i, void *p, size_t n)
{
	const unsigned char *from = take(i, n);

	if (from != NULL && n > 0)
		memcpy(p, from, n);
}

const void *
bytes_get_blob(struct bytes_in *i, size_t *n)
{
	uint32_t len = bytes_get_u32(i);
	const unsigned char *p = take(i, len);

	*n = p == NULL ? 0 : len;
	return p;
}

char *
bytes_get_text(struct bytes_in *i)
{
	uint32_t len = bytes_get_u32(i);
	const unsigned char *p;

	if (!i->ok || len == null_text)
		return NULL;
	p = take(i, len);
	return p == NULL ? NULL : mem_dup_n((const char *)p, len);
}

bool
bytes_in_done(const struct bytes_in *i)
{
	return i->ok && i->at == i->size;
}

/* SPDX-License-Identifier: MIT */
/*
 * bytes - little-endian records.  Writer and reader remember their first
 * error and ignore later calls: put or get everything, then check ok once.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes_out {
	unsigned char *buf; /* borrowed */
	size_t size, len;
	bool ok;
};

struct bytes_in {
	const unsigned char *buf; /* borrowed */
	size_t size, at;
	bool ok;
};

void bytes_out_init(struct bytes_out *o, void *buf, size_t size);
void bytes_put(struct bytes_out *o, const void *p, size_t n);
void bytes_put_u8(struct bytes_out *o, uint8_t v);
void bytes_put_u16(struct bytes_out *o, uint16_t v);
void bytes_put_u32(struct bytes_out *o, uint32_t v);
void bytes_put_u64(struct bytes_out *o, uint64_t v);
void bytes_put_i64(struct bytes_out *o, int64_t v);
/* u32 length and the bytes; NULL is written as length 0xffffffff. */
void bytes_put_text(struct bytes_out *o, const char *s);
void bytes_put_blob(struct bytes_out *o, const void *p, size_t n);

void bytes_in_init(struct bytes_in *i, const void *buf, size_t size);
uint8_t bytes_get_u8(struct bytes_in *i);
uint16_t bytes_get_u16(struct bytes_in *i);
uint32_t bytes_get_u32(struct bytes_in *i);
uint64_t bytes_get_u64(struct bytes_in *i);
int64_t bytes_get_i64(struct bytes_in *i);
void bytes_get(struct bytes_in *i, void *p, size_t n);
/* Owned by caller (mem_free); NULL for a NULL written, or after an error. */
char *bytes_get_text(struct bytes_in *i);
/* Borrowed from the input; *n is 0 after an error. */
const void *bytes_get_blob(struct bytes_in *i, size_t *n);
/* True when nothing failed and every byte was used. */
bool bytes_in_done(const struct bytes_in *i);

#endif

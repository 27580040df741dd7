/* SPDX-License-Identifier: MIT */
#include "cli/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

enum { RAW_BYTES = 128 * 1024, MAGIC_BYTES = 4, GZIP_OR_ZLIB = 15 + 16 };

enum packing { PLAIN, GZIP, ZSTANDARD };

struct trace_file {
	int fd;
	enum packing packing;
	bool at_end;    /* of the raw bytes */
	bool in_member; /* of a packed stream: more of it must come */
	unsigned char *raw;
	size_t len, at; /* raw bytes held, and used of them */
	z_stream z;
	ZSTD_DStream *zstd;
};

/* Read more raw bytes behind those that are left. */
static enum status
refill(struct trace_file *t, struct fail *f)
{
	ssize_t got;

	memmove(t->raw, t->raw + t->at, t->len - t->at);
	t->len -= t->at;
	t->at = 0;
	do
		got = read(t->fd, t->raw + t->len, RAW_BYTES - t->len);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail_set(f, ERR_IO, "%s", strerror(errno));
	t->at_end = got == 0;
	t->len += (size_t)got;
	return OK;
}

static enum status
begin(struct trace_file *t, struct fail *f)
{
	static const unsigned char gzip[] = {0x1f, 0x8b};
	static const unsigned char zstandard[] = {0x28, 0xb5, 0x2f, 0xfd};
	enum status s;

	while (t->len < MAGIC_BYTES && !t->at_end) {
		if ((s = refill(t, f)) != OK)
			return s;
	}
	if (t->len >= sizeof(gzip) && memcmp(t->raw, gzip, sizeof(gzip)) == 0) {
		if (inflateInit2(&t->z, GZIP_OR_ZLIB) != Z_OK)
			return fail_set(f, ERR_IO, "cannot start zlib");
		t->packing = GZIP;
	} else if (t->len >= sizeof(zstandard) &&
	    memcmp(t->raw, zstandard, sizeof(zstandard)) == 0) {
		t->zstd = ZSTD_createDStream();
		if (t->zstd == NULL)
			return fail_set(f, ERR_IO, "cannot start zstd");
		t->packing = ZSTANDARD;
	}
	return OK;
}

struct trace_file *
trace_file_open(const char *path, struct fail *f)
{
	struct trace_file *t;
	bool standard = strcmp(path, "-") == 0;
	int fd =
	    standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		(void)fail_set(f, ERR_IO, "%s", strerror(errno));
		return NULL;
	}
	t = mem_zalloc(sizeof(*t));
	t->fd = fd;
	t->raw = mem_zalloc(RAW_BYTES);
	if (begin(t, f) != OK) {
		trace_file_close(t);
		return NULL;
	}
	return t;
}

void
trace_file_close(struct trace_file *t)
{
	if (t == NULL)
		return;
	if (t->packing == GZIP)
		(void)inflateEnd(&t->z);
	(void)ZSTD_freeDStream(t->zstd);
	(void)close(t->fd);
	mem_free(t->raw);
	mem_free(t);
}

static size_t
copy_plain(struct trace_file *t, void *buf, size_t size)
{
	size_t n = t->len - t->at < size ? t->len - t->at : size;

	memcpy(buf, t->raw + t->at, n);
	t->at += n;
	return n;
}

static enum status
inflate_some(struct trace_file *t, void *buf, size_t size, size_t *n,
    struct fail *f)
{
	int r;

	t->z.next_in = t->raw + t->at;
	t->z.avail_in = (uInt)(t->len - t->at);
	t->z.next_out = buf;
	t->z.avail_out = (uInt)size;
	t->in_member = true;
	r = inflate(&t->z, Z_NO_FLUSH);
	t->at = t->len - t->z.avail_in;
	*n = size - t->z.avail_out;
	if (r == Z_STREAM_END) {
		/* Another member may follow, as in `cat a.gz b.gz`. */
		t->in_member = false;
		if (inflateReset(&t->z) != Z_OK)
			return fail_set(f, ERR_IO, "cannot restart zlib");
	} else if (r != Z_OK && r != Z_BUF_ERROR) {
		return fail_set(f, ERR_SYNTAX, "damaged gzip data (%s)",
		    t->z.msg != NULL ? t->z.msg : "zlib error");
	}
	return OK;
}

static enum status
zstd_some(struct trace_file *t, void *buf, size_t size, size_t *n,
    struct fail *f)
{
	ZSTD_inBuffer in = {t->raw + t->at, t->len - t->at, 0};
	ZSTD_outBuffer out = {buf, size, 0};
	size_t r = ZSTD_decompressStream(t->zstd, &out, &in);

	if (ZSTD_isError(r))
		return fail_set(f, ERR_SYNTAX, "damaged zstd data (%s)",
		    ZSTD_getErrorName(r));
	t->at += in.pos;
	t->in_member = r != 0;
	*n = out.pos;
	return OK;
}

static enum status
unpack(struct trace_file *t, void *buf, size_t size, size_t *n, struct fail *f)
{
	if (t->packing == GZIP)
		return inflate_some(t, buf, size, n, f);
	if (t->packing == ZSTANDARD)
		return zstd_some(t, buf, size, n, f);
	*n = copy_plain(t, buf, size);
	return OK;
}

enum status
trace_file_read(struct trace_file *t, void *buf, size_t size, size_t *n,
    struct fail *f)
{
	enum status s;

	for (;;) {
		*n = 0;
		/* A packed stream may hold back output after its last byte. */
		if (t->at < t->len || t->in_member) {
			s = unpack(t, buf, size, n, f);
			if (s != OK || *n > 0)
				return s;
		}
		if (t->at_end && t->in_member)
			return fail_set(f, ERR_SYNTAX,
			    "compressed data ends early; fetch it again");
		if (t->at_end)
			return OK;
		if (t->at == t->len || t->packing != PLAIN) {
			if ((s = refill(t, f)) != OK)
				return s;
		}
	}
}

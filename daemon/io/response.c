/* SPDX-License-Identifier: MIT */
#include "io/response.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum {
	HEAD_KEPT_BYTES = 8192,
	BODY_KEPT_BYTES = 32768,
	BODY_FIRST_BYTES = 4096
};

/* A body may hold a secret of ours. */
static void
wipe_body(struct response *r)
{
	if (r->body_bytes > 0)
		explicit_bzero(r->body, r->body_bytes);
}

void
response_reset(struct response *r, size_t body_max)
{
	wipe_body(r);
	if (r->head_size > HEAD_KEPT_BYTES) {
		mem_free(r->head);
		r->head = NULL;
		r->head_size = 0;
	}
	if (r->body_size > BODY_KEPT_BYTES) {
		mem_free(r->body);
		r->body = NULL;
		r->body_size = 0;
	}
	*r = (struct response){.body_max = body_max,
	    .body = r->body,
	    .body_size = r->body_size,
	    .head = r->head,
	    .head_size = r->head_size};
}

void
response_done(struct response *r)
{
	wipe_body(r);
	mem_free(r->head);
	mem_free(r->body);
	*r = (struct response){0};
}

/* Text without blanks around, cleaned of what would end it early. */
static void
keep_text(struct response *r, const char *text, size_t n)
{
	while (n > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		n--;
	}
	while (n > 0 && (unsigned char)text[n - 1] <= ' ')
		n--;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (c == '\0' || c == '\r' || c == '\n')
			c = ' ';
		r->head[r->head_used++] = c;
	}
	r->head[r->head_used++] = '\0';
}

/* Whether the header just kept is a length, and one before it another. */
static bool
two_lengths(const struct response *r, size_t at)
{
	static const char length[] = "Content-Length";
	const char *last = r->head + at;

	if (strcasecmp(last, length) != 0)
		return false;
	for (const char *p = r->head; p < last;) {
		const char *value = p + strlen(p) + 1;

		if (strcasecmp(p, length) == 0 &&
		    strcmp(value, last + sizeof(length)) != 0)
			return true;
		p = value + strlen(value) + 1;
	}
	return false;
}

static void
keep_header(struct response *r, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t name, at = r->head_used;

	if (colon == NULL || colon == line)
		return;
	name = (size_t)(colon - line);
	if (r->head_used + n + 2 > r->head_size) {
		r->head_size = 2 * (r->head_used + n + 2);
		r->head = mem_resize(r->head, r->head_size, 1);
	}
	keep_text(r, line, name);
	keep_text(r, colon + 1, n - name - 1);
	r->header_count++;
	if (two_lengths(r, at))
		r->fault = RESPONSE_TWO_LENGTHS;
}

/* A status line begins a new block; "HTTP/1.1 103 ..." is informational. */
static bool
begin_block(struct response *r, const char *line, size_t n)
{
	const char *blank = memchr(line, ' ', n);

	r->head_used = 0;
	r->header_count = 0;
	if (blank != NULL && blank + 1 < line + n && blank[1] == '1')
		r->informational++;
	return r->informational <= RESPONSE_INFORMATIONAL_MAX;
}

bool
response_line(struct response *r, const char *line, size_t n)
{
	bool fits;

	r->seen_bytes += n;
	r->seen_lines++;
	fits = r->seen_bytes <= RESPONSE_HEAD_BYTES_MAX &&
	    r->seen_lines <= RESPONSE_LINES_MAX;
	if (fits && n >= 5 && memcmp(line, "HTTP/", 5) == 0)
		fits = begin_block(r, line, n);
	else if (fits && r->body_bytes == 0) /* else a trailer */
		keep_header(r, line, n);
	if (!fits)
		r->fault = RESPONSE_HEADERS_TOO_LARGE;
	return r->fault == RESPONSE_FINE;
}

/* Not by mem_resize(), which may leave a copy behind. */
static void
grow_body(struct response *r, size_t size)
{
	unsigned char *body = mem_array(size, 1);

	if (r->body_bytes > 0)
		memcpy(body, r->body, r->body_bytes);
	wipe_body(r);
	mem_free(r->body);
	r->body = body;
	r->body_size = size;
}

bool
response_bytes(struct response *r, const void *bytes, size_t n)
{
	size_t room = r->body_max - r->body_bytes;
	size_t taken = n < room ? n : room;
	size_t needed = r->body_bytes + taken;

	if (needed > r->body_size) {
		size_t size = 2 * needed;

		if (size < BODY_FIRST_BYTES)
			size = BODY_FIRST_BYTES;
		grow_body(r, size);
	}
	if (taken > 0)
		memcpy(r->body + r->body_bytes, bytes, taken);
	r->body_bytes = needed;
	if (taken < n)
		r->fault = RESPONSE_BODY_TOO_LARGE;
	return taken == n;
}

size_t
response_headers(const struct response *r,
    struct fetch_header out[RESPONSE_LINES_MAX])
{
	const char *p = r->head;

	for (size_t i = 0; i < r->header_count; i++) {
		out[i].name = p;
		p += strlen(p) + 1;
		out[i].value = p;
		p += strlen(p) + 1;
	}
	return r->header_count;
}

/* SPDX-License-Identifier: MIT */
#include "io/response.h"

#include <string.h>

#include "base/mem.h"

enum {
	HEAD_KEPT_BYTES = 8192,
	BODY_KEPT_BYTES = 32768,
	BODY_FIRST_BYTES = 4096
};

void
response_reset(struct response *r, size_t body_max)
{
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

static void
keep_header(struct response *r, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t name;

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
	return fits;
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
		r->body = mem_resize(r->body, size, 1);
		r->body_size = size;
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

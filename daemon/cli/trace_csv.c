/* SPDX-License-Identifier: MIT */
#include "cli/trace_csv.h"

#include <string.h>

#include "base/mem.h"

enum { FIRST_BYTES = 256 * 1024 };

void
csv_init(struct trace_csv *c, struct trace_file *file)
{
	*c = (struct trace_csv){.file = file,
	    .next_line = 1,
	    .buf = mem_zalloc(FIRST_BYTES),
	    .size = FIRST_BYTES};
}

void
csv_done(struct trace_csv *c)
{
	mem_free(c->buf);
	*c = (struct trace_csv){0};
}

/* More bytes behind those of the record under way, which moves to the front. */
static enum status
refill(struct trace_csv *c, struct fail *f)
{
	size_t n;
	enum status s;

	memmove(c->buf, c->buf + c->at, c->len - c->at);
	c->len -= c->at;
	c->at = 0;
	if (c->len > CSV_RECORD_BYTES)
		return fail_set(f, ERR_LIMIT,
		    "a record of more than %d bytes; is a quote not closed?",
		    CSV_RECORD_BYTES);
	if (c->size - c->len < FIRST_BYTES / 2) {
		c->size *= 2;
		c->buf = mem_resize(c->buf, c->size, 1);
	}
	/* One byte stays free for the NUL behind the last field. */
	s = trace_file_read(c->file, c->buf + c->len, c->size - c->len - 1, &n,
	    f);
	if (s != OK)
		return s;
	c->len += n;
	c->at_end = n == 0;
	return OK;
}

/* Index of the newline that ends the record at c->at, or c->len. */
static size_t
record_end(struct trace_csv *c)
{
	bool inside = false, fresh = true; /* of quotes; at a field's start */
	const char *line = c->buf + c->at;
	const char *nl = memchr(line, '\n', c->len - c->at);

	c->quotes = true;
	if (nl != NULL && memchr(line, '"', (size_t)(nl - line)) == NULL) {
		c->quotes = false;
		return (size_t)(nl - c->buf);
	}
	for (size_t i = c->at; i < c->len; i++) {
		char ch = c->buf[i];

		if (ch == '"' && (inside || fresh))
			inside = !inside;
		else if (ch == '\n' && !inside)
			return i;
		/* After "" within quotes, a quote may open again. */
		fresh = ch == ',' || (ch == '"' && !inside);
	}
	return c->len;
}

/* Unquote in place the field that begins with a quote at s; NULL if broken. */
static char *
unquote(char *s, const char *end, struct csv_field *field)
{
	char *to = s;
	bool closed = false;

	field->text = s;
	for (s++; s < end; s++) {
		if (*s == '"') {
			s++;
			closed = s == end || *s != '"';
			if (closed)
				break;
		}
		*to++ = *s;
	}
	field->len = (size_t)(to - field->text);
	if (!closed || (s < end && *s != ','))
		return NULL;
	*to = '\0';
	return s;
}

/* The field without quotes at s; NULL if there is one in it. */
static char *
plain(char *s, char *end, bool quotes, struct csv_field *field)
{
	char *comma = memchr(s, ',', (size_t)(end - s));

	if (comma != NULL)
		end = comma;
	field->text = s;
	field->len = (size_t)(end - s);
	return quotes && memchr(s, '"', field->len) != NULL ? NULL : end;
}

static enum status
split(struct trace_csv *c, char *s, char *end, struct fail *f)
{
	for (c->count = 0;; s++) {
		struct csv_field *field = &c->fields[c->count++];

		s = s < end && *s == '"' ? unquote(s, end, field)
					 : plain(s, end, c->quotes, field);
		if (s == NULL)
			return fail_set(f, ERR_SYNTAX,
			    "a misplaced quote in field %zu; a field with "
			    "quotes is written \"so \"\"quoted\"\"\"",
			    c->count);
		if (s == end)
			break;
		*s = '\0';
		if (c->count == CSV_FIELDS_MAX)
			return fail_set(f, ERR_LIMIT, "more than %d fields",
			    CSV_FIELDS_MAX);
	}
	*end = '\0';
	return OK;
}

static void
skip_byte_order_mark(struct trace_csv *c)
{
	if (c->next_line == 1 && c->len - c->at >= 3 &&
	    memcmp(c->buf + c->at, "\xef\xbb\xbf", 3) == 0)
		c->at += 3;
}

/* The bytes of one line or quoted record; *end is where its newline is. */
static enum status
take(struct trace_csv *c, size_t *begin, size_t *end, struct fail *f)
{
	enum status s;

	c->line = c->next_line;
	while ((*end = record_end(c)) == c->len && !c->at_end) {
		if ((s = refill(c, f)) != OK)
			return s;
		skip_byte_order_mark(c);
	}
	*begin = c->at;
	for (size_t i = *begin; c->quotes && i < *end; i++) {
		const char *nl = memchr(c->buf + i, '\n', *end - i);

		if (nl == NULL)
			break;
		c->next_line++;
		i = (size_t)(nl - c->buf);
	}
	c->next_line++;
	c->at = *end < c->len ? *end + 1 : c->len;
	if (*end > *begin && c->buf[*end - 1] == '\r')
		(*end)--;
	return OK;
}

enum status
csv_next(struct trace_csv *c, struct fail *f)
{
	size_t begin, end;
	enum status s;

	c->count = 0;
	do {
		if (c->at_end && c->at == c->len)
			return OK;
		if ((s = take(c, &begin, &end, f)) != OK)
			return s;
	} while (begin == end);
	return split(c, c->buf + begin, c->buf + end, f);
}

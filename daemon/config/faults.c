/* SPDX-License-Identifier: MIT */
#include "config/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SHOWN_MAX = 1000, LINES_MAX = 1 << 20, MESSAGE_MAX = 600 };

struct fault {
	struct place at;
	size_t seq;
	char *message;
};

struct faults {
	struct fault *items;
	size_t count, size;
};

struct faults *
faults_new(void)
{
	return mem_zalloc(sizeof(struct faults));
}

void
faults_free(struct faults *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		mem_free(f->items[i].message);
	mem_free(f->items);
	mem_free(f);
}

void
faults_add(struct faults *f, struct place at, const char *fmt, ...)
{
	struct text t;
	va_list ap;
	char message[MESSAGE_MAX];

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	/* The offending value is quoted: it must not forge a line. */
	text_init(&t, sizeof(message) * 4);
	for (const char *p = message; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			text_printf(&t, "\\x%02x", (unsigned char)*p);
		else
			text_char(&t, *p);
	}
	if (f->count == f->size) {
		f->size = f->size > 0 ? f->size * 2 : 16;
		f->items = mem_resize(f->items, f->size, sizeof(f->items[0]));
	}
	f->items[f->count] =
	    (struct fault){.at = at, .seq = f->count, .message = text_take(&t)};
	f->count++;
}

size_t
faults_count(const struct faults *f)
{
	return f->count;
}

static int
compare(const void *left, const void *right)
{
	const struct fault *a = left, *b = right;

	if (a->at.file_no != b->at.file_no)
		return a->at.file_no < b->at.file_no ? -1 : 1;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->at.col != b->at.col)
		return a->at.col < b->at.col ? -1 : 1;
	return a->seq < b->seq ? -1 : 1;
}

static bool
same(const struct fault *a, const struct fault *b)
{
	return a->at.file_no == b->at.file_no && a->at.line == b->at.line &&
	    a->at.col == b->at.col && strcmp(a->message, b->message) == 0;
}

void
faults_report(struct faults *f, struct config_errors *e)
{
	char where[PLACE_TEXT_BYTES];
	size_t written = 0;

	text_init(&e->lines, LINES_MAX);
	if (f->count > 1)
		qsort(f->items, f->count, sizeof(f->items[0]), compare);
	e->count = 0;
	for (size_t i = 0; i < f->count; i++) {
		if (i > 0 && same(&f->items[i - 1], &f->items[i]))
			continue;
		e->count++;
		if (written == SHOWN_MAX)
			continue;
		text_printf(&e->lines, "%s: %s\n",
		    place_format(f->items[i].at, where), f->items[i].message);
		written++;
	}
	if (e->count > written)
		text_printf(&e->lines, "and %zu errors more\n",
		    e->count - written);
}

const char *
place_format(struct place at, char buf[PLACE_TEXT_BYTES])
{
	if (at.line == 0)
		(void)snprintf(buf, PLACE_TEXT_BYTES, "%s", at.file);
	else
		(void)snprintf(buf, PLACE_TEXT_BYTES, "%s:%u:%u", at.file,
		    at.line, at.col);
	return buf;
}

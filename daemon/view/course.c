/* SPDX-License-Identifier: MIT */
#include "view/course.h"

#include <assert.h>

#include "base/mem.h"
#include "store/history.h"

void
course_init(struct course *c, wall_ms from, wall_ms to)
{
	assert(from < to);
	*c = (struct course){.from = from, .to = to};
}

void
course_done(struct course *c)
{
	mem_free(c->pieces);
	*c = (struct course){.from = c->from, .to = c->to};
}

static void
append(struct course *c, wall_ms since, wall_ms until, enum bucket b)
{
	struct course_piece *last =
	    c->count > 0 ? &c->pieces[c->count - 1] : NULL;

	if (last != NULL && last->bucket == b) {
		last->until = until;
		return;
	}
	if (c->count == c->size) {
		c->size = 2 * c->size + 16;
		c->pieces =
		    mem_resize(c->pieces, c->size, sizeof(c->pieces[0]));
	}
	c->pieces[c->count++] = (struct course_piece){since, until, b};
}

void
course_add(struct course *c, wall_ms since, wall_ms until, enum bucket b)
{
	wall_ms end = c->count > 0 ? c->pieces[c->count - 1].until : 0;

	if (since < c->from)
		since = c->from;
	if (since < end)
		since = end;
	if (until > c->to)
		until = c->to;
	if (until <= since)
		return;
	if (c->count > 0 && since > end)
		append(c, end, since, BUCKET_UNKNOWN);
	append(c, since, until, b);
}

static bool
on_span(void *arg, const struct history_span *s)
{
	struct course *c = arg;

	course_add(c, s->since, s->until, s->bucket);
	return c->count < COURSE_MAX;
}

enum status
course_read(struct course *c, struct query *q, int64_t endpoint, struct fail *f)
{
	enum status s = history_of(q,
	    &(struct history_part){endpoint, c->from, c->to}, on_span, c, f);

	return s == OK && c->count >= COURSE_MAX
	    ? fail_set(f, ERR_LIMIT, "more than %d pieces", COURSE_MAX)
	    : s;
}

int64_t
course_sum(const struct course *c, enum bucket b)
{
	int64_t sum = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->pieces[i].bucket == b)
			sum += c->pieces[i].until - c->pieces[i].since;
	return sum;
}

size_t
course_spells(const struct course *c, enum bucket b)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += c->pieces[i].bucket == b;
	return n;
}

bool
course_is_calm(const struct course *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->pieces[i].bucket != BUCKET_UP)
			return false;
	return true;
}

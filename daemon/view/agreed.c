/* SPDX-License-Identifier: MIT */
#include "view/agreed.h"

#include "base/mem.h"

/* What is said later holds from then on. */
static bool
on_window(void *arg, wall_ms at, wall_ms until)
{
	struct agreed *a = arg;

	if (a->count > 0 && a->all[a->count - 1].to > at)
		a->all[a->count - 1].to = at;
	if (until <= at)
		return true;
	a->all = mem_resize(a->all, a->count + 1, sizeof(a->all[0]));
	a->all[a->count++] = (struct agreed_window){at, until};
	return true;
}

enum status
agreed_read(struct agreed *a, struct query *q, const struct history_part *p,
    struct fail *f)
{
	*a = (struct agreed){.all = NULL};
	return history_windows(q, p, on_window, a, f);
}

void
agreed_done(struct agreed *a)
{
	mem_free(a->all);
	*a = (struct agreed){.all = NULL};
}

int64_t
agreed_ms(const struct agreed *a, const struct history_span *s, wall_ms from,
    wall_ms to)
{
	wall_ms since = s->since > from ? s->since : from;
	wall_ms until = s->until < to ? s->until : to;
	int64_t sum = 0;

	for (size_t i = 0; s->bucket == BUCKET_MAINTENANCE && i < a->count;
	     i++) {
		const struct agreed_window *w = &a->all[i];
		wall_ms begin = w->from > since ? w->from : since;
		wall_ms end = w->to < until ? w->to : until;

		sum += end > begin ? end - begin : 0;
	}
	return sum;
}

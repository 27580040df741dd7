/* SPDX-License-Identifier: MIT */
/* Windows become inputs when they begin; the core ends them by itself. */
#include "base/glob.h"
#include "config/window.h"
#include "config/windowspec.h"
#include "keeper/inside.h"

bool
planned_covers(const struct config_window *c, const struct watched *w)
{
	return w->configured &&
	    (c->service == NULL || glob_match(c->service, w->service)) &&
	    (c->region == NULL || glob_match(c->region, w->region));
}

static void
tell(struct keeper *k, struct watched *w, wall_ms until, const char *author,
    const char *why)
{
	struct input in = {.kind = INPUT_WINDOW,
	    .at = loop_now(k->loop),
	    .endpoint = w->slot,
	    .u.window.until = until};

	w->window_until = until;
	intake_input(k, &in, author, why);
}

/* It is going on until then. */
static void
begin(struct keeper *k, const struct config_window *c, wall_ms to)
{
	for (size_t j = 0; j < k->endpoints.count; j++) {
		struct watched *w = k->endpoints.all[j];

		if (watched_active(w) && planned_covers(c, w) &&
		    w->window_until < to)
			tell(k, w, to, NULL, c->title);
	}
}

void
planned_tick(struct keeper *k)
{
	wall_ms now = loop_now(k->loop), from, to;

	for (size_t i = 0; i < k->config->window_count; i++) {
		const struct config_window *c = &k->config->windows[i];

		if (window_next(c, now, &from, &to) && from <= now)
			begin(k, c, to);
	}
	windows_turn(k, now);
	for (size_t i = 0; i < k->kept_count; i++) {
		const struct kept *c = &k->kept[i];

		if (!c->past && c->from <= now)
			begin(k, &c->plan->window, c->to);
	}
}

/* How long the windows that are left still cover it; now: none does. */
static wall_ms
covered_until(struct keeper *k, const struct watched *w)
{
	wall_ms now = loop_now(k->loop), until = now, from, to;

	for (size_t i = 0; i < k->config->window_count; i++) {
		const struct config_window *c = &k->config->windows[i];

		if (planned_covers(c, w) && window_next(c, now, &from, &to) &&
		    from <= now && to > until)
			until = to;
	}
	for (size_t i = 0; i < k->kept_count; i++) {
		const struct kept *c = &k->kept[i];

		if (!c->past && c->from <= now && c->to > until &&
		    planned_covers(&c->plan->window, w))
			until = c->to;
	}
	return until;
}

size_t
planned_end(struct keeper *k, const struct kept *gone, const char *author,
    const char *why)
{
	wall_ms now = loop_now(k->loop);
	size_t ended = 0;

	if (gone->past || gone->from > now || gone->to <= now)
		return 0;
	for (size_t j = 0; j < k->endpoints.count; j++) {
		struct watched *w = k->endpoints.all[j];
		wall_ms until;

		if (!watched_active(w) ||
		    !planned_covers(&gone->plan->window, w))
			continue;
		until = covered_until(k, w);
		if (until >= w->window_until)
			continue;
		tell(k, w, until, author, why != NULL ? why : "cancelled");
		ended++;
	}
	journal_commit(k);
	return ended;
}

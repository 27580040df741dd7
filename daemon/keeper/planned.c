/* SPDX-License-Identifier: MIT */
/* Windows become inputs when they begin; the core ends them by itself. */
#include "base/glob.h"
#include "config/window.h"
#include "keeper/inside.h"

static bool
covers(const struct config_window *c, const struct watched *w)
{
	return w->active &&
	    (c->service == NULL || glob_match(c->service, w->service)) &&
	    (c->region == NULL || glob_match(c->region, w->region));
}

void
planned_tick(struct keeper *k)
{
	wall_ms now = loop_now(k->loop), from, to;

	for (size_t i = 0; i < k->config->window_count; i++) {
		const struct config_window *c = &k->config->windows[i];

		if (!window_next(c, now, &from, &to) || from > now)
			continue;
		for (size_t j = 0; j < k->endpoints.count; j++) {
			struct watched *w = k->endpoints.all[j];
			struct input in = {.kind = INPUT_WINDOW,
			    .at = now,
			    .endpoint = w->slot,
			    .u.window.until = to};

			if (!covers(c, w) || w->window_until >= to)
				continue;
			w->window_until = to;
			intake_input(k, &in, NULL, c->title);
		}
	}
}

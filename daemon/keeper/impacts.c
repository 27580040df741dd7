/* SPDX-License-Identifier: MIT */
#include "keeper/impacts.h"

#include "keeper/inside.h"

static bool
explain(void *arg, const struct config_endpoint *e, struct explanation *x)
{
	const struct world *w = arg;

	if (!world_watches(w, e->target.slot))
		return false;
	world_explain(w, e->target.slot, x);
	return true;
}

/* What an event has to say of them; false: nothing. */
static bool
view_of(const struct output *o, enum impacts_view *view)
{
	switch (o->event) {
	case EVENT_OPENED:
	case EVENT_CHANGED:
	case EVENT_RELAPSED:
		/* What is slow does not stop. */
		*view = o->kind_now == KIND_DEGRADATION ? IMPACTS_MEASURED
							: IMPACTS_OF_FAILURE;
		return true;
	case EVENT_RECOVERING:
	case EVENT_RESOLVED:
		*view = IMPACTS_OF_TROUBLE;
		return true;
	default:
		return false;
	}
}

void
impacts_of_event(const struct keeper *k, const struct config_service *s,
    const struct output *o, struct impacts *out)
{
	enum impacts_view view;

	*out = (struct impacts){0};
	if (s != NULL && view_of(o, &view))
		impacts_find(s, view, loop_now(k->loop), explain, k->world,
		    out);
}

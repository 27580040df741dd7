/* SPDX-License-Identifier: MIT */
#include "config/impacts.h"

#include "base/mem.h"

static bool
is_told(const struct impacted *i, enum impacts_view view)
{
	if (view == IMPACTS_OF_FAILURE)
		return true;
	return i->basis == BASIS_MEASURED &&
	    (view == IMPACTS_MEASURED || i->is != IMPACT_WORKS);
}

struct finding {
	enum impacts_view view;
	wall_ms now;
	impacts_explain_fn *explain;
	void *arg;
	struct impacts *out;
};

static void
find(const struct finding *f, const struct config_functions *from,
    enum impact declared)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct config_function *each = &from->each[i];
		struct impacted one = {.name = from->names[i],
		    .declared = declared};

		for (size_t k = 0; k < each->proof_count; k++) {
			struct explanation x;
			bool known = f->explain(f->arg, each->proof[k], &x);

			impact_add(&one, known ? &x : NULL, f->now);
		}
		impact_conclude(&one);
		if (is_told(&one, f->view))
			f->out->all[f->out->count++] = one;
	}
}

void
impacts_find(const struct config_service *s, enum impacts_view view,
    wall_ms now, impacts_explain_fn *explain, void *arg, struct impacts *out)
{
	const struct finding f = {.view = view,
	    .now = now,
	    .explain = explain,
	    .arg = arg,
	    .out = out};

	*out = (struct impacts){
	    .advice = view == IMPACTS_OF_FAILURE ? s->advice : NULL};
	out->all = mem_array(s->functions.count + s->unaffected.count,
	    sizeof(out->all[0]));
	find(&f, &s->functions, IMPACT_STOPS);
	find(&f, &s->unaffected, IMPACT_WORKS);
}

/* SPDX-License-Identifier: MIT */
/* parts - for whom it is down, beside those for whom it is not. */
#include "core/scope.h"

/* A row of evidence for each part of the node, those that fail first. */
static void
add_row(struct output *o, const struct scope_row *row)
{
	size_t at = o->row_count < SCOPE_ROWS ? o->row_count : SCOPE_ROWS;

	o->row_count++;
	while (at > 0 && o->rows[at - 1].failing < row->failing) {
		if (at < SCOPE_ROWS)
			o->rows[at] = o->rows[at - 1];
		at--;
	}
	if (at < SCOPE_ROWS)
		o->rows[at] = *row;
}

static void
add_place(struct scope_row *row, const struct tally *t)
{
	row->failing += t->failing;
	row->known += t->known;
	row->unknown += t->unknown;
}

void
scope_describe(const struct world *w, uint32_t i, struct output *o)
{
	const struct groups *g = w->groups;
	const struct endpoint *e = &w->endpoints[i];
	enum scope scope = e->m.scope;
	enum scope kind = scope > SCOPE_SERVICE ? scope : SCOPE_SERVICE;
	uint32_t known = 0, unknown = 0;
	struct scope_row row = {0};

	o->row_count = 0;
	if (!g->fresh || e->policy.service == 0)
		return;
	groups_pick(w, i, kind, e->m.scope_tag);
	for (size_t k = 0; k < g->picked_count; k++) {
		struct place *p = &g->places[g->picked[k]];

		node_tally(w, p, e->m.onset);
		if (scope != SCOPE_PLACE || g->picked[k] == e->place) {
			known += p->tally.known;
			unknown += p->tally.unknown;
		}
		if (row.known + row.unknown == 0)
			row.endpoint = g->order[p->first];
		add_place(&row, &p->tally);
		if (node_by_service(kind) && k + 1 < g->picked_count &&
		    g->places[g->picked[k + 1]].service == p->service)
			continue;
		add_row(o, &row);
		row = (struct scope_row){0};
	}
	o->at_least = scope != SCOPE_ENDPOINT && unknown > known;
}

/* SPDX-License-Identifier: MIT */
#include "core/groups.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "core/scope.h"

void
groups_free(struct groups *g)
{
	mem_free(g->order);
	mem_free(g->places);
	mem_free(g->by_region);
	mem_free(g->picked);
	mem_free(g->found);
	mem_free(g->leads);
	mem_free(g->hit_first);
	mem_free(g->hit);
	mem_free(g);
}

static void
make_room(struct groups *g, size_t size)
{
	if (g->size >= size)
		return;
	g->size = size;
	g->order = mem_resize(g->order, size, sizeof(g->order[0]));
	g->places = mem_resize(g->places, size, sizeof(g->places[0]));
	g->by_region = mem_resize(g->by_region, size, sizeof(g->by_region[0]));
	g->picked = mem_resize(g->picked, size, sizeof(g->picked[0]));
	g->found = mem_resize(g->found, size, sizeof(g->found[0]));
	g->leads = mem_resize(g->leads, size, sizeof(g->leads[0]));
	g->hit_first =
	    mem_resize(g->hit_first, size + 1, sizeof(g->hit_first[0]));
}

/* Who depends on whom, the other way round: a counting sort. */
static void
turn_round(struct world *w)
{
	struct groups *g = w->groups;
	size_t n = 0;

	if (w->size == 0)
		return;
	for (uint32_t i = 0; i < w->size; i++)
		g->hit_first[i] = 0;
	for (uint32_t i = 0; i < w->size; i++) {
		const struct endpoint *e = &w->endpoints[i];

		n += e->need_count;
		for (uint32_t k = 0; k < e->need_count; k++)
			g->hit_first[e->needs[k].endpoint]++;
	}
	for (uint32_t i = 1; i < w->size; i++)
		g->hit_first[i] += g->hit_first[i - 1];
	g->hit_first[w->size] = (uint32_t)n;
	if (g->hit_size < n) {
		g->hit_size = n;
		g->hit = mem_resize(g->hit, n, sizeof(g->hit[0]));
	}
	/* Filled from its end on, each part ends up with its begin. */
	for (size_t i = w->size; i-- > 0;) {
		const struct endpoint *e = &w->endpoints[i];

		for (uint32_t k = 0; k < e->need_count; k++)
			g->hit[--g->hit_first[e->needs[k].endpoint]] =
			    (uint32_t)i;
	}
}

static bool
endpoint_before(const struct world *w, uint32_t a, uint32_t b)
{
	const struct policy *x = &w->endpoints[a].policy;
	const struct policy *y = &w->endpoints[b].policy;

	if (x->service != y->service)
		return x->service < y->service;
	if (x->region != y->region)
		return x->region < y->region;
	return a < b;
}

static bool
place_before(const struct world *w, uint32_t a, uint32_t b)
{
	const struct place *x = &w->groups->places[a],
			   *y = &w->groups->places[b];

	if (x->region != y->region)
		return x->region < y->region;
	return x->service < y->service;
}

static void
sift(const struct world *w, uint32_t *v, size_t at, size_t n,
    groups_before_fn *before)
{
	uint32_t held = v[at];

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && before(w, v[child], v[child + 1]))
			child++;
		if (!before(w, held, v[child]))
			break;
		v[at] = v[child];
	}
	v[at] = held;
}

/* Heap sort: qsort() has no room for w, and may allocate. */
void
groups_sort(const struct world *w, uint32_t *v, size_t n,
    groups_before_fn *before)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(w, v, i, n, before);
	for (size_t end = n; end-- > 1;) {
		uint32_t largest = v[0];

		v[0] = v[end];
		v[end] = largest;
		sift(w, v, 0, end, before);
	}
}

static void
make_places(struct world *w, size_t n)
{
	struct groups *g = w->groups;

	g->place_count = 0;
	for (uint32_t k = 0; k < n; k++) {
		struct endpoint *e = &w->endpoints[g->order[k]];
		const struct policy *p = &e->policy;
		struct place *last = g->places + g->place_count - 1;

		if (g->place_count == 0 || last->service != p->service ||
		    last->region != p->region) {
			g->places[g->place_count++] =
			    (struct place){.service = p->service,
				.region = p->region,
				.first = k};
			last = g->places + g->place_count - 1;
		}
		last->end = k + 1;
		e->place = (uint32_t)g->place_count - 1;
	}
	for (uint32_t p = 0; p < g->place_count; p++)
		g->by_region[p] = p;
	groups_sort(w, g->by_region, g->place_count, place_before);
	for (uint32_t p = 0; p < g->place_count; p++)
		g->places[g->by_region[p]].region_at = p;
}

static size_t
count_sites(struct world *w)
{
	size_t n = 0;

	if (w->site_count > 0)
		memset(w->site_seen, 0, w->site_count);
	for (size_t i = 0; i < w->size; i++) {
		const struct endpoint *e = &w->endpoints[i];

		if (e->watched && w->site_seen[e->policy.site] == 0) {
			w->site_seen[e->policy.site] = 1;
			n++;
		}
	}
	return n;
}

void
groups_ready(struct world *w)
{
	struct groups *g = w->groups;
	size_t n = 0;

	if (g->fresh)
		return;
	make_room(g, w->size);
	for (uint32_t i = 0; i < w->size; i++) {
		if (w->endpoints[i].watched &&
		    w->endpoints[i].policy.service > 0)
			g->order[n++] = i;
	}
	groups_sort(w, g->order, n, endpoint_before);
	make_places(w, n);
	turn_round(w);
	g->site_count = count_sites(w);
	g->fresh = true;
	scope_restore(w);
}

static void
pick(struct groups *g, uint32_t place)
{
	g->picked[g->picked_count++] = place;
}

static void
pick_service(struct groups *g, uint32_t own)
{
	uint32_t service = g->places[own].service, p = own;

	while (p > 0 && g->places[p - 1].service == service)
		p--;
	for (; p < g->place_count && g->places[p].service == service; p++)
		pick(g, p);
}

static void
pick_region(struct groups *g, uint32_t own)
{
	uint32_t region = g->places[own].region;
	uint32_t at = g->places[own].region_at;

	if (region == 0)
		return;
	while (at > 0 && g->places[g->by_region[at - 1]].region == region)
		at--;
	for (; at < g->place_count; at++) {
		if (g->places[g->by_region[at]].region != region)
			break;
		pick(g, g->by_region[at]);
	}
}

static bool
has_tag(const struct policy *p, uint32_t tag)
{
	for (size_t i = 0; i < SCOPE_TAGS; i++) {
		if (tag != 0 && p->tags[i] == tag)
			return true;
	}
	return false;
}

static void
pick_tag(const struct world *w, uint32_t tag)
{
	struct groups *g = w->groups;

	for (uint32_t p = 0; p < g->place_count; p++) {
		uint32_t one = g->order[g->places[p].first];

		if (has_tag(&w->endpoints[one].policy, tag))
			pick(g, p);
	}
}

void
groups_pick(const struct world *w, uint32_t i, enum scope kind, unsigned tag)
{
	struct groups *g = w->groups;
	const struct endpoint *e = &w->endpoints[i];

	assert(g->fresh);
	g->picked_count = 0;
	if (e->policy.service == 0)
		return;
	switch (kind) {
	case SCOPE_ENDPOINT:
	case SCOPE_PLACE:
		pick(g, e->place);
		break;
	case SCOPE_SERVICE:
		pick_service(g, e->place);
		break;
	case SCOPE_REGION:
		pick_region(g, e->place);
		break;
	case SCOPE_TAG:
		pick_tag(w, e->policy.tags[tag]);
		break;
	case SCOPE_GLOBAL:
		for (uint32_t p = 0; p < g->place_count; p++)
			pick(g, p);
		break;
	case SCOPE_COUNT:
		break;
	}
}

bool
groups_share(const struct world *w, uint32_t i, uint32_t k, enum scope kind,
    unsigned tag)
{
	const struct policy *a = &w->endpoints[i].policy;
	const struct policy *b = &w->endpoints[k].policy;

	if (a->service == 0 || b->service == 0)
		return false;
	switch (kind) {
	case SCOPE_PLACE:
		return a->service == b->service && a->region == b->region;
	case SCOPE_SERVICE:
		return a->service == b->service;
	case SCOPE_REGION:
		return a->region != 0 && a->region == b->region;
	case SCOPE_TAG:
		return has_tag(b, a->tags[tag]);
	case SCOPE_GLOBAL:
		return true;
	case SCOPE_ENDPOINT:
	case SCOPE_COUNT:
		break;
	}
	return false;
}

uint8_t
groups_tag(const struct world *w, uint32_t i, unsigned tag, uint32_t k)
{
	const struct policy *p = &w->endpoints[k].policy;

	for (unsigned t = 0; t < SCOPE_TAGS; t++) {
		if (p->tags[t] == w->endpoints[i].policy.tags[tag])
			return (uint8_t)t;
	}
	return 0;
}

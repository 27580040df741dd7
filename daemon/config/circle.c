/* SPDX-License-Identifier: MIT */
#include "config/circle.h"

#include <stdint.h>

#include "base/mem.h"

/* What is known of a node; else its place on the path, from 1 on. */
static const size_t is_new = 0, is_left = SIZE_MAX;

struct walk {
	const struct graph *graph;
	size_t *path, length;
	size_t *next; /* of each node: the way to take next */
	size_t *state;
};

static void
enter(struct walk *w, size_t node)
{
	w->path[w->length++] = node;
	w->state[node] = w->length;
	w->next[node] = w->graph->begin[node];
}

static void
walk_from(struct walk *w, size_t start, circle_fn *found, void *arg)
{
	enter(w, start);
	while (w->length > 0) {
		size_t node = w->path[w->length - 1], to, state;

		if (w->next[node] == w->graph->begin[node + 1]) {
			w->state[node] = is_left;
			w->length--;
			continue;
		}
		to = w->graph->to[w->next[node]++];
		state = w->state[to];
		if (state == is_new)
			enter(w, to);
		else if (state != is_left)
			found(arg, &w->path[state - 1], w->length - state + 1);
	}
}

void
circle_find(const struct graph *g, circle_fn *found, void *arg)
{
	struct walk w = {.graph = g,
	    .path = mem_array(g->count, sizeof(size_t)),
	    .next = mem_array(g->count, sizeof(size_t)),
	    .state = mem_array(g->count, sizeof(size_t))};

	for (size_t n = 0; n < g->count; n++) {
		if (w.state[n] == is_new)
			walk_from(&w, n, found, arg);
	}
	mem_free(w.path);
	mem_free(w.next);
	mem_free(w.state);
}

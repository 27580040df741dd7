/* SPDX-License-Identifier: MIT */
/* circle - ways through a graph that lead back to where they began. */
#ifndef CONFIG_CIRCLE_H
#define CONFIG_CIRCLE_H

#include <stddef.h>

/* Nodes are numbers below count; n leads to to[begin[n] .. begin[n + 1] - 1]. */
struct graph {
	size_t count;
	const size_t *begin; /* count + 1, ascending */
	const size_t *to;
};

/* The nodes of a circle in their order: the last leads to the first. */
typedef void circle_fn(void *arg, const size_t *nodes, size_t n);

/*
 * Tells of each way that closes a circle, seen from the nodes in their order:
 * at least one of every knot, no circle twice.  The time is that of a walk over
 * all ways, and the depth of the stack does not grow with the graph.
 */
void circle_find(const struct graph *g, circle_fn *found, void *arg);

#endif

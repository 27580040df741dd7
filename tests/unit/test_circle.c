/* SPDX-License-Identifier: MIT */
/*
 * Random graphs: what is told is a circle, none is told twice, and nothing is
 * told only where taking away whoever leads nowhere leaves nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "config/circle.h"

enum { NODES = 8, ROUNDS = 20000, TOLD_MAX = NODES * NODES };

struct story {
	bool way[NODES][NODES];
	size_t told[TOLD_MAX][NODES + 1]; /* the number, then the nodes */
	size_t count;
};

static uint64_t seed = 1;

static unsigned
draw(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void
told(void *arg, const size_t *nodes, size_t n)
{
	struct story *s = arg;
	size_t *now = s->told[s->count];

	assert_true(n > 0 && n <= NODES && s->count < TOLD_MAX);
	now[0] = n;
	memcpy(now + 1, nodes, n * sizeof(nodes[0]));
	for (size_t i = 0; i < n; i++) {
		assert_true(s->way[nodes[i]][nodes[(i + 1) % n]]);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(nodes[i], nodes[k]);
	}
	for (size_t i = 0; i < s->count; i++)
		assert_memory_not_equal(s->told[i], now, sizeof(s->told[0]));
	s->count++;
}

/* Whether somebody is left who leads only to others that are. */
static bool
goes_round(const struct story *s)
{
	bool left[NODES];
	size_t n = NODES, before;

	memset(left, true, sizeof(left));
	do {
		before = n;
		for (size_t i = 0; i < NODES; i++) {
			bool leads = false;

			for (size_t k = 0; k < NODES; k++)
				leads = leads || (left[k] && s->way[i][k]);
			n -= left[i] && !leads;
			left[i] = left[i] && leads;
		}
	} while (n < before);
	return n > 0;
}

static void
random_graphs(void **state)
{
	size_t rounds[2] = {0, 0};

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		static struct story s;
		size_t begin[NODES + 1], to[NODES * NODES], n = 0;
		unsigned rare = 2 + draw(2 * NODES);

		memset(&s, 0, sizeof(s));
		for (size_t i = 0; i < NODES; i++) {
			begin[i] = n;
			for (size_t k = 0; k < NODES; k++) {
				s.way[i][k] = draw(rare) == 0;
				if (s.way[i][k])
					to[n++] = k;
			}
		}
		begin[NODES] = n;
		circle_find(&(struct graph){NODES, begin, to}, told, &s);
		assert_true((s.count > 0) == goes_round(&s));
		rounds[s.count > 0]++;
	}
	assert_true(rounds[0] > 100 && rounds[1] > 100);
}

static void
no_nodes(void **state)
{
	const size_t none = 0;
	struct story s = {.count = 0};

	(void)state;
	circle_find(&(struct graph){0, &none, &none}, told, &s);
	assert_int_equal(s.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_graphs),
	    cmocka_unit_test(no_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

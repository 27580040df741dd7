/* SPDX-License-Identifier: MIT */
#include "site.h"

#include <execinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"

enum { SITES = 8192, DEPTH = 12 };

struct site {
	uint64_t stack; /* hash of its return addresses; 0: free */
	unsigned long by_chance, calls;
};

struct sites {
	size_t count[OP_NONE];
	bool overflowed;
	uint64_t chance;
	struct site of[OP_NONE][SITES];
};

static struct sites *sites; /* shared with the run that is noted */

/* FNV-1a over the frames, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t
stack_hash(void)
{
	void *frames[DEPTH];
	int n = backtrace(frames, DEPTH);
	uint64_t hash = 14695981039346656037U;

	for (int i = 0; i < n; i++) {
		hash ^= (uint64_t)(uintptr_t)frames[i];
		hash *= 1099511628211U;
	}
	return hash | 1;
}

void
site_init(unsigned long seed)
{
	sites = mmap(NULL, sizeof(*sites), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (sites == MAP_FAILED)
		abort();
	sites->chance = seed;
	(void)stack_hash(); /* the first loads what it needs */
}

/* A number below n, n > 0: Knuth's MMIX generator, its upper bits. */
static unsigned long
by_chance(unsigned long n)
{
	sites->chance =
	    sites->chance * 6364136223846793005U + 1442695040888963407U;
	return (unsigned long)(sites->chance >> 33) % n;
}

void
site_note(enum op op, unsigned long n)
{
	uint64_t stack = stack_hash();
	size_t at = stack % SITES;
	struct site *s;

	while (sites->of[op][at].stack != 0 && sites->of[op][at].stack != stack)
		at = (at + 1) % SITES;
	s = &sites->of[op][at];
	if (s->stack == 0) {
		if (sites->count[op] >= SITES / 2) {
			sites->overflowed = true;
			return;
		}
		sites->count[op]++;
		s->stack = stack;
	}
	/* Each call ends up as the one with the same chance. */
	if (by_chance(++s->calls) == 0)
		s->by_chance = n;
}

static int
by_number(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return (x > y) - (x < y);
}

size_t
site_chosen(enum op op, unsigned long one_in, unsigned long **chosen)
{
	unsigned long *all = mem_array(sites->count[op] + 1, sizeof(*all));
	size_t n = 0, taken = 0;

	if (sites->overflowed)
		abort();
	for (size_t i = 0; i < SITES; i++)
		if (sites->of[op][i].stack != 0)
			all[n++] = sites->of[op][i].by_chance;
	/* In this order the choice does not depend on where code is loaded. */
	qsort(all, n, sizeof(*all), by_number);
	for (size_t i = 0; i < n; i++)
		if (by_chance(one_in) == 0)
			all[taken++] = all[i];
	*chosen = all;
	return taken;
}

size_t
site_count(enum op op)
{
	return sites->count[op];
}

/* SPDX-License-Identifier: MIT */
/*
 * guess - how long it takes to refuse a token, by where it begins to be wrong.
 *
 * Each place is tried 100,000 times, in turn with all others, so that a machine
 * that grows slower grows so for all.  The last row is the right token, which
 * is answered otherwise anyway.  Fails when the medians of the wrong ones differ
 * by more than GOAL_PERCENT: whoever measures over a network sees far less than
 * the clock here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "io/access.h"
#include "io/crypto.h"

enum {
	TRIES = 100000,
	MIDDLE = TRIES / 2,
	MOST = 90000,
	PLACES = 9,
	GOAL_PERCENT = 2,
	LINE_BYTES = 160
};

static const char right[] =
    "Bearer vgt_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"
    "ef";

struct place {
	char shown[sizeof(right)];
	uint32_t took_ns[TRIES];
};

static struct access *
one_holder(void)
{
	const char *token = right + strlen("Bearer ");
	unsigned char digest[CRYPTO_SHA256_BYTES];
	struct access *a = NULL;
	struct fail f = {.why = ""};
	FILE *file = tmpfile();
	unsigned line;

	crypto_sha256(token, strlen(token), digest);
	if (file == NULL || fprintf(file, "ann reader ") < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)fprintf(file, "%02x", digest[i]);
	if (fflush(file) == 0 && access_read(fileno(file), &a, &line, &f) != OK)
		(void)fprintf(stderr, "guess: %s\n", f.why);
	(void)fclose(file);
	return a;
}

static uint32_t
time_one(const struct access *a, const char *shown)
{
	static char asked[sizeof(right)]; /* all of them at one address */
	struct timespec from, to;
	enum level level;
	const char *name;
	bool known;

	memcpy(asked, shown, sizeof(asked));
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	known = access_knows(a, asked, &level, &name);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	if (known != (strcmp(shown, right) == 0))
		abort();
	return (uint32_t)((to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec -
	    from.tv_nsec);
}

static int
by_length(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static size_t
wrong_at(size_t place)
{
	size_t first = strlen("Bearer "), last = sizeof(right) - 2;

	return first + (last - first) * place / (PLACES - 2);
}

static int
report(struct place *places)
{
	uint32_t least = UINT32_MAX, most = 0;

	for (size_t p = 0; p < PLACES; p++) {
		uint32_t *took = places[p].took_ns;

		qsort(took, TRIES, sizeof(took[0]), by_length);
		if (p < PLACES - 1) {
			least = took[MIDDLE] < least ? took[MIDDLE] : least;
			most = took[MIDDLE] > most ? took[MIDDLE] : most;
			printf("wrong at byte %2zu",
			    wrong_at(p) - strlen("Bearer "));
		} else {
			printf("right           ");
		}
		printf("  median %" PRIu32 " ns, 90 %% %" PRIu32 " ns\n",
		    took[MIDDLE], took[MOST]);
	}
	printf("those of wrong ones differ by %.1f %%; goal %d %%\n",
	    100.0 * (most - least) / least, GOAL_PERCENT);
	return (most - least) * 100 > least * GOAL_PERCENT;
}

int
main(void)
{
	struct place *places = mem_array(PLACES, sizeof(places[0]));
	struct access *a = one_holder();
	int failed;

	if (a == NULL)
		return 1;
	for (size_t p = 0; p < PLACES; p++) {
		memcpy(places[p].shown, right, sizeof(right));
		if (p < PLACES - 1)
			places[p].shown[wrong_at(p)] ^= 1;
	}
	for (size_t i = 0; i < TRIES; i++)
		for (size_t p = 0; p < PLACES; p++)
			places[p].took_ns[i] = time_one(a, places[p].shown);
	failed = report(places);
	access_free(a);
	mem_free(places);
	return failed;
}

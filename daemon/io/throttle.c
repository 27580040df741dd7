/* SPDX-License-Identifier: MIT */
#include "io/throttle.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

enum { TOKEN = 60000 }; /* so that a rate per minute is one per ms */

struct bucket {
	unsigned char key[THROTTLE_KEY_BYTES];
	int64_t tokens;
	mono_ms at; /* of the last ask */
};

struct throttle {
	int64_t per_ms, full;
	size_t count;
	struct bucket buckets[THROTTLE_ADDRESSES];
};

struct throttle *
throttle_new(unsigned per_minute, unsigned burst)
{
	struct throttle *t = mem_zalloc(sizeof(*t));

	assert(per_minute > 0 && burst > 0);
	t->per_ms = per_minute;
	t->full = (int64_t)burst * TOKEN;
	return t;
}

void
throttle_free(struct throttle *t)
{
	mem_free(t);
}

/* Its own, a new one, or that of whoever asked longest ago. */
static struct bucket *
bucket_of(struct throttle *t, const unsigned char key[THROTTLE_KEY_BYTES],
    mono_ms now)
{
	struct bucket *b = &t->buckets[0];

	for (size_t i = 0; i < t->count; i++) {
		if (memcmp(t->buckets[i].key, key, THROTTLE_KEY_BYTES) == 0)
			return &t->buckets[i];
		if (t->buckets[i].at < b->at)
			b = &t->buckets[i];
	}
	if (t->count < THROTTLE_ADDRESSES)
		b = &t->buckets[t->count++];
	*b = (struct bucket){.tokens = t->full, .at = now};
	memcpy(b->key, key, THROTTLE_KEY_BYTES);
	return b;
}

bool
throttle_take(struct throttle *t, const unsigned char key[THROTTLE_KEY_BYTES],
    mono_ms now)
{
	struct bucket *b = bucket_of(t, key, now);
	int64_t short_of_full = t->full - b->tokens;

	if (now - b->at >= short_of_full / t->per_ms)
		b->tokens = t->full;
	else
		b->tokens += (now - b->at) * t->per_ms;
	b->at = now;
	if (b->tokens < TOKEN)
		return false;
	b->tokens -= TOKEN;
	return true;
}

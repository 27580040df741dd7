/* SPDX-License-Identifier: MIT */
#include "io/namecache.h"

#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"

enum { BUCKETS = 8192 };

static const span_ms ttl_min = 5 * (span_ms)SECOND_MS;
static const span_ms ttl_max = HOUR_MS;

struct namecache {
	struct known_name **buckets;
	TAILQ_HEAD(, known_name) by_age; /* least recently used first */
	size_t count, max;
	uint64_t seed;
};

struct namecache *
namecache_new(size_t max)
{
	struct namecache *c = mem_zalloc(sizeof(*c));

	c->buckets = mem_array(BUCKETS, sizeof(struct known_name *));
	c->max = max;
	TAILQ_INIT(&c->by_age);
	crypto_random(&c->seed, sizeof(c->seed));
	return c;
}

static void
drop(struct namecache *c, struct known_name *k)
{
	struct known_name **at = &c->buckets[k->bucket];

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	TAILQ_REMOVE(&c->by_age, k, by_age);
	c->count--;
	mem_free(k->addresses);
	mem_free(k);
}

void
namecache_free(struct namecache *c)
{
	if (c == NULL)
		return;
	while (!TAILQ_EMPTY(&c->by_age))
		drop(c, TAILQ_FIRST(&c->by_age));
	mem_free(c->buckets);
	mem_free(c);
}

static void
make_room(struct namecache *c)
{
	struct known_name *k = TAILQ_FIRST(&c->by_age), *next;

	for (; k != NULL && c->count >= c->max; k = next) {
		next = TAILQ_NEXT(k, by_age);
		if (k->users == 0)
			drop(c, k);
	}
}

/* Seeded, for redirects let strangers choose names. */
static uint32_t
bucket_of(const struct namecache *c, const char *name, enum family family)
{
	uint64_t h = c->seed + (uint64_t)family;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3u;
	return (uint32_t)((h ^ (h >> 32)) % BUCKETS);
}

struct known_name *
namecache_get(struct namecache *c, const char *name, enum family family)
{
	uint32_t bucket = bucket_of(c, name, family);
	struct known_name *k = c->buckets[bucket];
	size_t size = strlen(name) + 1;

	while (k != NULL && (k->family != family || strcmp(k->name, name) != 0))
		k = k->next;
	if (k != NULL) {
		TAILQ_REMOVE(&c->by_age, k, by_age);
	} else {
		make_room(c);
		k = mem_zalloc(sizeof(*k) + size);
		memcpy(k->name, name, size);
		k->family = family;
		k->bucket = bucket;
		k->next = c->buckets[bucket];
		c->buckets[bucket] = k;
		c->count++;
	}
	TAILQ_INSERT_TAIL(&c->by_age, k, by_age);
	return k;
}

void
namecache_expire(struct namecache *c)
{
	struct known_name *k;

	TAILQ_FOREACH (k, &c->by_age, by_age)
		k->expires = 0;
}

static bool
listed(const struct address *list, size_t n, const struct address *a)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].family == a->family &&
		    memcmp(list[i].bytes, a->bytes, sizeof(a->bytes)) == 0)
			return true;
	return false;
}

static size_t
interleave(const struct address *found, size_t count,
    struct address out[RESOLVE_ADDRESSES_MAX])
{
	struct address each[2][RESOLVE_ADDRESSES_MAX];
	size_t has[2] = {0, 0}, n = 0;

	for (size_t i = 0; i < count; i++) {
		size_t which = found[i].family == FAMILY_IPV4 ? 0 : 1;

		if (has[which] < RESOLVE_ADDRESSES_MAX &&
		    !listed(each[which], has[which], &found[i]))
			each[which][has[which]++] = found[i];
	}
	for (size_t i = 0; i < RESOLVE_ADDRESSES_MAX; i++)
		for (size_t which = 0; which < 2; which++)
			if (i < has[which] && n < RESOLVE_ADDRESSES_MAX)
				out[n++] = each[which][i];
	return n;
}

void
namecache_learn(struct known_name *k, enum reason reason,
    const struct address *found, size_t count, span_ms ttl, wall_ms now)
{
	struct address list[RESOLVE_ADDRESSES_MAX];
	size_t n = reason == REASON_OK ? interleave(found, count, list) : 0;

	if (ttl > ttl_max)
		ttl = ttl_max;
	if (ttl < ttl_min || n == 0)
		ttl = ttl_min;
	mem_free(k->addresses);
	k->addresses = n > 0 ? mem_copy(list, n * sizeof(list[0])) : NULL;
	k->count = n;
	k->reason = reason == REASON_OK && n == 0 ? REASON_DNS_EMPTY : reason;
	k->expires = now + ttl;
}

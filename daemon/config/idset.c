/* SPDX-License-Identifier: MIT */
#include "config/idset.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct slot {
	const char *id; /* NULL: free */
	struct place at;
};

struct idset {
	struct slot *slots;
	size_t size, count; /* size is a power of two */
};

struct idset *
idset_new(void)
{
	struct idset *s = mem_zalloc(sizeof(*s));

	s->size = 64;
	s->slots = mem_array(s->size, sizeof(s->slots[0]));
	return s;
}

void
idset_free(struct idset *s)
{
	if (s == NULL)
		return;
	mem_free(s->slots);
	mem_free(s);
}

/* The slot that holds the id, or the free one where it belongs. */
static struct slot *
find(struct idset *s, const char *id)
{
	size_t i = (size_t)hash_text(id) & (s->size - 1);

	while (s->slots[i].id != NULL && strcmp(s->slots[i].id, id) != 0)
		i = (i + 1) & (s->size - 1);
	return &s->slots[i];
}

static void
grow(struct idset *s)
{
	struct slot *old = s->slots;
	size_t n = s->size;

	s->size *= 2;
	s->slots = mem_array(s->size, sizeof(s->slots[0]));
	for (size_t i = 0; i < n; i++) {
		if (old[i].id != NULL)
			*find(s, old[i].id) = old[i];
	}
	mem_free(old);
}

const struct place *
idset_add(struct idset *s, const char *id, struct place at)
{
	struct slot *slot;

	if (s->count * 2 >= s->size)
		grow(s);
	slot = find(s, id);
	if (slot->id != NULL)
		return &slot->at;
	*slot = (struct slot){.id = id, .at = at};
	s->count++;
	return NULL;
}

/* SPDX-License-Identifier: MIT */
#include "io/socketmap.h"

#include <stddef.h>

#include "base/mem.h"

enum { FIRST_COUNT = 16 };

struct place {
	struct socketmap *map;
	int fd;
	struct watch *watch;
};

struct socketmap {
	struct loop *loop;
	socketmap_fn *fn;
	void *arg;
	struct place **places; /* by descriptor; NULL: never used */
	size_t count;
};

struct socketmap *
socketmap_new(struct loop *l, socketmap_fn *fn, void *arg)
{
	struct socketmap *m = mem_zalloc(sizeof(*m));

	*m = (struct socketmap){.loop = l, .fn = fn, .arg = arg};
	return m;
}

void
socketmap_free(struct socketmap *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->count; i++) {
		if (m->places[i] != NULL)
			watch_free(m->places[i]->watch);
		mem_free(m->places[i]);
	}
	mem_free(m->places);
	mem_free(m);
}

static void
on_ready(void *arg, int events)
{
	struct place *p = arg;

	p->map->fn(p->map->arg, p->fd, events);
}

static void
make_room(struct socketmap *m, size_t at)
{
	size_t count = 2 * at + FIRST_COUNT;

	m->places = mem_resize(m->places, count, sizeof(void *));
	for (size_t i = m->count; i < count; i++)
		m->places[i] = NULL;
	m->count = count;
}

void
socketmap_arm(struct socketmap *m, int fd, int events)
{
	size_t at = (size_t)fd;
	struct place *p;

	if (at >= m->count)
		make_room(m, at);
	p = m->places[at];
	if (p == NULL) {
		p = mem_zalloc(sizeof(*p));
		*p = (struct place){.map = m, .fd = fd};
		p->watch = watch_new(m->loop, fd, on_ready, p);
		m->places[at] = p;
	}
	watch_arm(p->watch, events);
}

void
socketmap_disarm(struct socketmap *m, int fd)
{
	size_t at = (size_t)fd;

	if (at < m->count && m->places[at] != NULL)
		watch_disarm(m->places[at]->watch);
}

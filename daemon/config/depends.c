/* SPDX-License-Identifier: MIT */
#include "config/depends.h"

#include <string.h>

#include "base/mem.h"
#include "config/census.h"
#include "config/circle.h"

/* Each time that one is named counts: it bounds the work, too. */
enum { NAMED_MAX = 1024, TOTAL_MAX = 1000000 };

/* Of a circle, before it is cut short; a message has room for it. */
enum { PATH_SHOWN = 250, PATH_BYTES = 1024 };

static const char key_name[] = "depends_on";

/* What a pattern names. */
struct named {
	const struct yaml *item;
	size_t need; /* the entry it stands in */
	struct run *runs;
	size_t count;
	bool narrow; /* they are services, of which the region counts */
};

struct resolving {
	struct binder *b;
	const struct yaml *const *items;
	struct census *census;
	size_t *seen[2]; /* of each endpoint: by whom it was named last, */
	size_t stamp;    /* plainly and in an any_of */
	size_t total;

	/* The endpoints as a graph, and the group of each way. */
	size_t *begin, *to;
	unsigned *group;
	size_t count, size;
	bool *told; /* of each service: it closes a circle */
};

void
depends_done(struct config_endpoint *e)
{
	mem_free(e->depends);
	e->depends = NULL;
	e->depends_count = 0;
}

/* All patterns of a service; owned by caller.  *fits: each names something. */
static struct named *
find_all(struct resolving *r, const struct yaml *node, size_t *n, bool *fits)
{
	const struct yaml *first = node->kind == YAML_LIST ? node->first : node;
	struct named *all;
	size_t need = 0, count = 1;

	for (const struct yaml *e = first; e != NULL && e != node; e = e->next)
		count += e->kind == YAML_MAP ? e->first->count : 1;
	all = mem_array(count, sizeof(all[0]));
	*n = 0;
	*fits = true;
	for (const struct yaml *e = first; e != NULL;
	     e = e == node ? NULL : e->next, need++) {
		bool alone = e->kind == YAML_SCALAR;

		for (const struct yaml *i = alone ? e : e->first->first;
		     i != NULL; i = alone ? NULL : i->next) {
			struct named *p = &all[(*n)++];

			p->item = i;
			p->need = need;
			p->narrow = strchr(i->text, '/') == NULL;
			p->runs = census_find(r->census, i->text, NAMED_MAX + 2,
			    &p->count, r->b->faults, i->at);
			*fits = *fits && p->runs != NULL;
		}
	}
	return all;
}

static void
add_way(struct resolving *r, size_t to, unsigned group)
{
	if (r->count == r->size) {
		r->size = r->size > 0 ? r->size * 2 : 64;
		r->to = mem_resize(r->to, r->size, sizeof(r->to[0]));
		r->group = mem_resize(r->group, r->size, sizeof(r->group[0]));
	}
	r->to[r->count] = to;
	r->group[r->count++] = group;
}

/* One endpoint while what it depends on is gathered. */
struct taking {
	size_t number;
	const struct config_endpoint *endpoint;
	size_t named;
	unsigned group;
	bool redundant; /* all that comes is of one group */
	size_t stamp;   /* in seen[redundant]: it has been taken */
};

static bool
take_run(struct resolving *r, struct taking *t, struct run run)
{
	size_t *seen = r->seen[t->redundant];

	for (size_t n = run.from; n < run.to; n++) {
		if (n == t->number)
			continue;
		if (++t->named > NAMED_MAX)
			return false;
		if (seen[n] == t->stamp)
			continue;
		seen[n] = t->stamp;
		add_way(r, n, t->group);
		t->group += t->redundant ? 0 : 1;
	}
	return true;
}

/* False, and reported, when that makes too many. */
static bool
take(struct resolving *r, struct taking *t, const struct named *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct run run = p->runs[i];

		if (p->narrow)
			(void)census_region(r->census, run.service,
			    t->endpoint->region, &run); /* else all of it */
		if (take_run(r, t, run))
			continue;
		faults_add(r->b->faults, p->item->at,
		    "'%s' names more than %d endpoints for %s: name fewer",
		    key_name, NAMED_MAX, t->endpoint->target.id);
		return false;
	}
	return true;
}

static bool
resolve_endpoint(struct resolving *r, const struct config_service *s,
    size_t number, const struct named *all, size_t n)
{
	struct taking t = {.number = number,
	    .endpoint = census_at(r->census, number)};
	size_t plain = ++r->stamp, before = 0;

	for (size_t i = 0; i < n; i++) {
		bool begins = i == 0 || all[i].need != all[i - 1].need;

		/* An any_of that named nothing but itself is no group. */
		if (begins && t.redundant && r->count > before)
			t.group++;
		if (begins) {
			before = r->count;
			t.redundant = s->needs[all[i].need].redundant;
			t.stamp = t.redundant ? ++r->stamp : plain;
		}
		if (!take(r, &t, &all[i]))
			return false;
	}
	r->total += t.named;
	return true;
}

static void
resolve_service(struct resolving *r, size_t service)
{
	const struct yaml *node = bind_child(r->items[service], key_name);
	const struct config_service *s = &r->b->config->services[service];
	struct run own = census_service(r->census, service);
	struct named *all = NULL;
	size_t n = 0;
	bool fits = s->need_count > 0 && r->total <= TOTAL_MAX;

	if (fits)
		all = find_all(r, node, &n, &fits);
	for (size_t m = own.from; m < own.to; m++) {
		r->begin[m] = r->count;
		fits = fits && resolve_endpoint(r, s, m, all, n);
		if (!fits || r->total <= TOTAL_MAX)
			continue;
		faults_add(r->b->faults, node->key_at,
		    "all '%s' together name more than %d endpoints", key_name,
		    TOTAL_MAX);
		fits = false;
	}
	for (size_t i = 0; i < n; i++)
		mem_free(all[i].runs);
	mem_free(all);
}

/* Told where the service of the last speaks, once of each service. */
static void
tell_circle(void *arg, const size_t *nodes, size_t n)
{
	struct resolving *r = arg;
	size_t closing = census_owner(r->census, nodes[n - 1]);
	struct text path;

	if (r->told[closing])
		return;
	r->told[closing] = true;
	text_init(&path, PATH_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (text_len(&path) > PATH_SHOWN && i < n - 1) {
			text_printf(&path, "%zu more -> ", n - 1 - i);
			i = n - 1;
		}
		text_printf(&path, "%s -> ",
		    census_at(r->census, nodes[i])->target.id);
	}
	text_add(&path, census_at(r->census, nodes[0])->target.id);
	faults_add(r->b->faults,
	    bind_child(r->items[closing], key_name)->key_at,
	    "'%s' goes in a circle: %s", key_name, text_str(&path));
	text_done(&path);
}

static void
refuse_circles(struct resolving *r)
{
	const struct config *c = r->b->config;
	const struct graph g = {c->endpoint_count, r->begin, r->to};

	r->told = mem_array(c->service_count, sizeof(bool));
	circle_find(&g, tell_circle, r);
	mem_free(r->told);
}

/* Give the endpoints what was found. */
static void
keep(const struct resolving *r)
{
	for (size_t m = 0; m < r->b->config->endpoint_count; m++) {
		struct config_endpoint *e = census_at(r->census, m);
		size_t from = r->begin[m];

		e->depends_count = r->begin[m + 1] - from;
		if (e->depends_count > 0)
			e->depends =
			    mem_array(e->depends_count, sizeof(e->depends[0]));
		for (size_t i = 0; i < e->depends_count; i++)
			e->depends[i] =
			    (struct config_dependency){census_at(r->census,
							   r->to[from + i]),
				r->group[from + i]};
	}
}

void
depends_resolve(struct binder *b, const struct yaml *const *items)
{
	const struct config *c = b->config;
	struct resolving r = {.b = b, .items = items};

	r.census = census_new(c);
	r.seen[0] = mem_array(c->endpoint_count, sizeof(size_t));
	r.seen[1] = mem_array(c->endpoint_count, sizeof(size_t));
	r.begin = mem_array(c->endpoint_count + 1, sizeof(size_t));
	for (size_t i = 0; i < c->service_count; i++)
		resolve_service(&r, i);
	r.begin[c->endpoint_count] = r.count;
	refuse_circles(&r);
	keep(&r);
	census_free(r.census);
	mem_free(r.seen[0]);
	mem_free(r.seen[1]);
	mem_free(r.begin);
	mem_free(r.to);
	mem_free(r.group);
}

/* SPDX-License-Identifier: MIT */
#include <search.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/dial.h"
#include "io/resolve.h"
#include "io/url.h"
#include "keeper/inside.h"

/* Two sites that collide count as one: more cautious, not less. */
enum { SITES = 65536, TARGET_BYTES_MAX = 65536 };

static int
by_id(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return strcmp(x->id, y->id);
}

struct watched *
registry_find(const struct registry *r, const char *id)
{
	char *key = mem_dup(id);
	struct watched like = {.id = key};
	void *node = tfind(&like, &r->root, by_id);

	mem_free(key);
	return node == NULL ? NULL : *(struct watched **)node;
}

struct watched *
registry_add(struct registry *r, const char *id, const char *service,
    const char *region)
{
	struct watched *w = mem_zalloc(sizeof(*w));

	if (r->count == r->size) {
		r->size = r->size > 0 ? 2 * r->size : 64;
		r->all = mem_resize(r->all, r->size, sizeof(struct watched *));
	}
	w->slot = (uint32_t)r->count;
	w->id = mem_dup(id);
	w->service = mem_dup(service);
	w->region = mem_dup(region);
	r->all[r->count++] = w;
	if (tsearch(w, &r->root, by_id) == NULL)
		mem_none(1, sizeof(*w));
	return w;
}

static void
nothing(void *node)
{
	(void)node;
}

static void
unpause(struct watched *w)
{
	if (w->pausing == NULL)
		return;
	mem_free(w->pausing->author);
	mem_free(w->pausing->why);
	mem_free(w->pausing);
	w->pausing = NULL;
}

void
registry_pause(struct watched *w, wall_ms since, wall_ms until,
    const char *author, const char *why)
{
	if (w->pausing != NULL)
		since = w->pausing->since;
	unpause(w);
	w->pausing = mem_zalloc(sizeof(*w->pausing));
	*w->pausing = (struct pausing){.since = since,
	    .until = until,
	    .author = mem_dup(author),
	    .why = mem_dup(why)};
}

static void
watched_free(struct watched *w, bool owns_target)
{
	if (owns_target && w->target != NULL) {
		target_done(w->target);
		mem_free(w->target);
	}
	if (w->excerpt != NULL)
		excerpt_done(w->excerpt);
	mem_free(w->excerpt);
	partial_done(&w->partial);
	unpause(w);
	mem_free(w->id);
	mem_free(w->service);
	mem_free(w->region);
	mem_free(w);
}

void
registry_done(struct registry *r, bool owns_targets)
{
	tdestroy(r->root, nothing);
	for (size_t i = 0; i < r->count; i++)
		watched_free(r->all[i], owns_targets);
	mem_free(r->all);
	numbers_done(&r->services);
	numbers_done(&r->regions);
	numbers_done(&r->tags);
	*r = (struct registry){0};
}

struct policy
registry_policy(struct registry *r, const struct watched *w)
{
	struct policy p = {.interval = MINUTE_MS,
	    .timeout = 10 * (span_ms)SECOND_MS,
	    .service = numbers_of(&r->services, w->service),
	    .region = numbers_of(&r->regions, w->region)};
	char *const *tags;
	struct url url = {0};

	if (w->target == NULL)
		return p;
	p.interval = w->target->interval;
	p.timeout = w->target->timeout;
	p.all_clear = w->config->all_clear;
	tags = w->config->tags;
	for (size_t i = 0; tags != NULL && tags[i] != NULL && i < SCOPE_TAGS;
	     i++)
		p.tags[i] = numbers_of(&r->tags, tags[i]);
	if (url_parse(w->target->url, &url, NULL) == OK)
		p.site = (uint32_t)(hash_text(url_site(url.host)) % SITES);
	url_done(&url);
	return p;
}

static void
copy_target(struct target *to, const struct target *from)
{
	unsigned char *buf = mem_zalloc(TARGET_BYTES_MAX);
	struct bytes_out out;
	struct bytes_in in;

	bytes_out_init(&out, buf, TARGET_BYTES_MAX);
	target_put(&out, from);
	bytes_in_init(&in, buf, out.len);
	if (!out.ok || !target_get(&in, to))
		*to = (struct target){0};
	mem_free(buf);
}

static void
watch(struct keeper *k, struct watched *w, const char *author, const char *why)
{
	struct input in = {.kind = INPUT_WATCH,
	    .at = loop_now(k->loop),
	    .endpoint = w->slot,
	    .u.policy = registry_policy(&k->endpoints, w)};

	/* The core begins anew, and knows of no window. */
	if (!world_watches(k->world, w->slot))
		w->window_until = 0;
	w->policy = in.u.policy;
	intake_input(k, &in, author, why);
	w->dirty = true;
}

/* For good: what is not configured any more is not paused either. */
static void
unwatch(struct keeper *k, struct watched *w)
{
	struct input in = {.kind = INPUT_UNWATCH,
	    .at = loop_now(k->loop),
	    .endpoint = w->slot};

	unpause(w);
	intake_input(k, &in, NULL, NULL);
}

void
registry_resume(struct keeper *k, struct watched *w, const char *author,
    const char *why)
{
	unpause(w);
	/* What was under way when it was paused is not of this time. */
	w->generation = w->target->generation = ++k->generation;
	w->told_prober = false;
	watch(k, w, author, why);
}

static void
apply_endpoint(struct keeper *k, struct config_service *s,
    struct config_endpoint *e)
{
	struct watched *w = registry_find(&k->endpoints, e->target.id);

	if (w == NULL)
		w = registry_add(&k->endpoints, e->target.id, s->id, e->region);
	w->fresh = w->target == NULL || !target_equal(w->target, &e->target);
	if (w->fresh)
		w->generation = k->generation;
	/* What is in a file of secrets may be new though its name is not. */
	if (w->fresh || target_has_secrets(&e->target))
		w->told_prober = false;
	e->target.slot = w->slot;
	e->target.generation = w->generation;
	w->target = &e->target;
	w->config = s;
	w->configured = true;
}

static void
apply_canary(struct keeper *k, const struct target *t)
{
	struct watched *w = registry_find(&k->canaries, t->id);

	if (w == NULL && k->canaries.count == CANARIES_MAX)
		return;
	if (w == NULL)
		w = registry_add(&k->canaries, t->id, NULL, NULL);
	if (w->target != NULL && target_equal(w->target, t)) {
		w->configured = true;
		return;
	}
	if (w->target != NULL) {
		target_done(w->target);
		mem_free(w->target);
	}
	w->target = mem_zalloc(sizeof(*w->target));
	copy_target(w->target, t);
	w->target->slot = w->slot;
	w->target->generation = w->generation = k->generation;
	w->target->canary = true;
	w->told_prober = false;
	w->configured = true;
}

static void
found_canary(struct keeper *k, size_t n, const char *host, unsigned port)
{
	char id[32], url[96];
	struct target t = {.kind = TARGET_TCP,
	    .interval = MINUTE_MS,
	    .timeout = 5 * (span_ms)SECOND_MS,
	    .canary = true,
	    .id = id,
	    .url = url};

	(void)snprintf(id, sizeof(id), "canary/%zu", n);
	(void)snprintf(url, sizeof(url),
	    strchr(host, ':') != NULL ? "tcp://[%s]:%u" : "tcp://%s:%u", host,
	    port);
	apply_canary(k, &t);
}

/* The gateway, and the name servers by TCP, as this machine has them. */
static void
find_canaries(struct keeper *k)
{
	size_t n = k->config->canary_count;
	char text[ADDRESS_TEXT_BYTES], servers[4][64];
	struct address gateway;
	struct resolver *r;
	size_t found;

	if (!k->gateway)
		return;
	if (k->config->canary_gateway && dial_gateway(&gateway))
		found_canary(k, n++, address_format(&gateway, text), 53);
	if (!k->config->canary_resolvers)
		return;
	r = resolver_new(k->loop, NULL);
	found = r == NULL ? 0 : resolver_servers(r, servers, 4);
	for (size_t i = 0; i < found; i++) {
		char *colon = strrchr(servers[i], ':');

		if (colon != NULL)
			*colon = '\0';
		found_canary(k, n++, servers[i], 53);
	}
	resolver_free(r);
}

/* Who depends on whom, once each has its slot. */
static void
depend(struct keeper *k, const struct config_endpoint *e)
{
	struct need *needs = mem_array(e->depends_count, sizeof(*needs));

	for (size_t i = 0; i < e->depends_count; i++)
		needs[i] = (struct need){e->depends[i].on->target.slot,
		    e->depends[i].group};
	world_depend(k->world, e->target.slot, needs, e->depends_count);
	mem_free(needs);
}

static void
depend_all(struct keeper *k)
{
	for (size_t i = 0; i < k->config->service_count; i++) {
		const struct config_service *s = &k->config->services[i];

		for (size_t j = 0; j < s->endpoint_count; j++)
			depend(k, &s->endpoints[j]);
	}
}

void
registry_apply(struct keeper *k)
{
	k->generation++;
	for (size_t i = 0; i < k->endpoints.count; i++)
		k->endpoints.all[i]->configured = false;
	for (size_t i = 0; i < k->canaries.count; i++)
		k->canaries.all[i]->configured = false;

	for (size_t i = 0; i < k->config->service_count; i++) {
		struct config_service *s = &k->config->services[i];

		for (size_t j = 0; j < s->endpoint_count; j++)
			apply_endpoint(k, s, &s->endpoints[j]);
	}
	for (size_t i = 0; i < k->config->canary_count; i++)
		apply_canary(k, &k->config->canaries[i]);
	find_canaries(k);

	if (k->world == NULL)
		k->world = world_new(CANARIES_MAX, loop_now(k->loop));
	for (size_t i = 0; i < k->endpoints.count; i++) {
		struct watched *w = k->endpoints.all[i];

		if (watched_active(w)) {
			struct policy p = registry_policy(&k->endpoints, w);

			if (w->fresh || w->row == 0 ||
			    !policy_equal(&p, &w->policy))
				watch(k, w, NULL, NULL);
		} else if (!w->configured) {
			if (world_watches(k->world, (uint32_t)i) ||
			    w->pausing != NULL)
				unwatch(k, w);
			w->target = NULL;
			w->config = NULL;
		}
	}
	depend_all(k);
}

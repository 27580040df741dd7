/* SPDX-License-Identifier: MIT */
/* The section `services`. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/depends.h"
#include "config/endpoint.h"
#include "config/function.h"
#include "config/idset.h"
#include "config/load.h"
#include "config/need.h"

/* "99.9%": digits, at most five decimals, below 100. */
static bool
is_slo(const char *s)
{
	size_t whole = strspn(s, "0123456789"), part = 0;
	const char *p = s + whole;

	if (*p == '.') {
		part = strspn(++p, "0123456789");
		if (part == 0)
			return false;
		p += part;
	}
	return whole > 0 && whole <= 2 && part <= 5 && strcmp(p, "%") == 0 &&
	    strtod(s, NULL) > 0;
}

static void
service_own(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct config_service *s = arg;

	if (strcmp(row->name, "functions") == 0)
		function_read(b, row, node, &s->functions);
	if (strcmp(row->name, "unaffected") == 0)
		function_read(b, row, node, &s->unaffected);
	if (strcmp(row->name, "depends_on") == 0)
		need_read(b, row, node, s);
	if (strcmp(row->name, "slo") != 0)
		return; /* regions come when the rest is known */
	if (node->kind != YAML_SCALAR || !is_slo(node->text)) {
		faults_add(b->faults, node->at,
		    "'slo' must be a percentage below 100 like 99.9%%");
		return;
	}
	mem_free(s->slo);
	s->slo = mem_dup(node->text);
}

static char *
endpoint_id(const char *service, const char *region, const char *name)
{
	struct text t;

	text_init(&t, 256);
	text_printf(&t, "%s/%s%s%s", service, region, name != NULL ? "/" : "",
	    name != NULL ? name : "");
	return text_take(&t);
}

struct reading {
	struct load *load;
	struct idset *ids; /* of endpoints */
	struct config_service *service;
	struct target base; /* what its endpoints share */
	bool repeated;      /* its id is taken: so are those of its endpoints */
};

/* The name of an endpoint, or NULL; *fits tells whether it may go on. */
static const char *
name_of(struct binder *b, const struct yaml *node, bool *fits)
{
	const struct yaml *c = bind_child(node, "name");

	*fits = true;
	if (c == NULL)
		return NULL;
	*fits = c->kind == YAML_SCALAR && bind_id(b, "name", c->text, c->at);
	return c->text;
}

static void
read_endpoint(struct reading *r, const char *region, const struct yaml *node,
    bool needs_name)
{
	struct binder *b = &r->load->bind;
	struct config_service *s = r->service;
	struct config_endpoint *e = &s->endpoints[s->endpoint_count];
	const struct place *before;
	char where[PLACE_TEXT_BYTES];
	const char *name;
	bool fits;

	endpoint_copy(&e->target, &r->base);
	endpoint_read(b, node, &e->target);
	name = name_of(b, node, &fits);
	if (needs_name && name == NULL) {
		faults_add(b->faults, node->at,
		    "an endpoint needs a 'name' where a region has several");
		fits = false;
	}
	if (fits && s->id != NULL && !r->repeated) {
		e->target.id = endpoint_id(s->id, region, name);
		before = idset_add(r->ids, e->target.id, node->at);
		if (before != NULL)
			faults_add(b->faults, node->at,
			    "'%s' is given twice, first at %s", e->target.id,
			    place_format(*before, where));
	}
	e->region = mem_dup(region);
	s->endpoint_count++;
}

static void
read_region(struct reading *r, const struct yaml *region)
{
	struct binder *b = &r->load->bind;

	(void)bind_id(b, "region", region->key, region->key_at); /* reported */
	if (region->kind == YAML_SCALAR && yaml_type(region) == YAML_NULL) {
		faults_add(b->faults, region->key_at, "region '%s' has no URL",
		    region->key);
		return;
	}
	if (region->kind != YAML_LIST) {
		read_endpoint(r, region->key, region, false);
		return;
	}
	if (region->count == 0)
		faults_add(b->faults, region->at, "region '%s' has no URL",
		    region->key);
	for (const struct yaml *c = region->first; c != NULL; c = c->next)
		read_endpoint(r, region->key, c, region->count > 1);
}

static void
read_regions(struct reading *r, const struct yaml *node)
{
	struct binder *b = &r->load->bind;
	const struct yaml *regions = bind_child(node, "regions");
	size_t n = 0;

	if (regions == NULL) {
		faults_add(b->faults, node->at, "a service needs 'regions'");
		return;
	}
	if (regions->kind != YAML_MAP || regions->count == 0) {
		faults_add(b->faults, regions->key_at,
		    "'regions' must be a mapping of regions to URLs, not %s",
		    regions->count == 0 && regions->kind == YAML_MAP
			? "empty"
			: yaml_what(regions));
		return;
	}
	for (const struct yaml *c = regions->first; c != NULL; c = c->next)
		n += c->kind == YAML_LIST ? c->count : 1;
	r->service->endpoints = mem_array(n, sizeof(r->service->endpoints[0]));
	for (const struct yaml *c = regions->first; c != NULL; c = c->next)
		read_region(r, c);
}

static void
check_id(struct reading *r, const struct yaml *node, struct idset *services)
{
	struct faults *f = r->load->bind.faults;
	const struct yaml *id = bind_child(node, "id");
	const struct place *before = NULL;
	char where[PLACE_TEXT_BYTES];

	if (id == NULL)
		faults_add(f, node->at, "a service needs an 'id'");
	else if (r->service->id != NULL)
		before = idset_add(services, r->service->id, id->at);
	r->repeated = before != NULL;
	if (before != NULL)
		faults_add(f, id->at,
		    "service '%s' is given twice, first at %s", r->service->id,
		    place_format(*before, where));
}

static void
read_service(struct reading *r, const struct yaml *node, struct idset *services)
{
	struct config_service *s = r->service;
	const struct binding to[] = {{SECTION_SERVICE, s, service_own, s},
	    {SECTION_DEFAULTS, &r->base, endpoint_own, &r->base}};

	s->tags = bind_list_new();
	s->functions.names = bind_list_new();
	s->unaffected.names = bind_list_new();
	endpoint_copy(&r->base, &r->load->defaults);
	if (bind_map(&r->load->bind, node, to, 2)) {
		check_id(r, node, services);
		read_regions(r, node);
	}
	if (s->name == NULL)
		s->name = mem_dup(s->id);
	target_done(&r->base);
}

/* All endpoints have their ids; if not, that has been reported. */
static bool
all_named(const struct config *c)
{
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		if (s->endpoint_count == 0)
			return false;
		for (size_t k = 0; k < s->endpoint_count; k++) {
			if (s->endpoints[k].target.id == NULL)
				return false;
		}
	}
	return true;
}

/* What one service says of endpoints of any service. */
static void
read_between(struct binder *b, const struct yaml *const *items)
{
	struct config *c = b->config;
	bool named = all_named(c);

	for (size_t i = 0; i < c->service_count; i++) {
		function_check(b, items[i]);
		if (named)
			function_prove(b, items[i], &c->services[i]);
	}
	if (named)
		depends_resolve(b, items);
}

void
service_read_all(struct load *l)
{
	struct config *c = l->bind.config;
	struct reading r = {.load = l, .ids = idset_new()};
	struct idset *services = idset_new();
	const struct yaml **items;
	size_t n;

	items = load_items(l, "services", &n);
	if (n == 0)
		faults_add(l->bind.faults, (struct place){.file = c->path},
		    "'services' is empty: nothing to watch");
	c->services = mem_array(n, sizeof(c->services[0]));
	for (size_t i = 0; i < n; i++) {
		r.service = &c->services[c->service_count++];
		read_service(&r, items[i], services);
		c->endpoint_count += r.service->endpoint_count;
	}
	read_between(&l->bind, items);
	mem_free(items);
	idset_free(services);
	idset_free(r.ids);
}

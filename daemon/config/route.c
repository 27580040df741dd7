/* SPDX-License-Identifier: MIT */
/* The section `routes`. */
#include <string.h>

#include "base/mem.h"
#include "config/load.h"
#include "config/suggest.h"

/* All to everybody who takes notices. */
void
route_defaults(struct config *c)
{
	struct config_route *r = mem_zalloc(sizeof(*r));
	size_t n = 0;

	r->to = mem_array(c->receiver_count + 1, sizeof(r->to[0]));
	for (size_t i = 0; i < c->receiver_count; i++) {
		if (c->receivers[i].id != NULL &&
		    receiver_takes_notices(&c->receivers[i]))
			r->to[n++] = mem_dup(c->receivers[i].id);
	}
	c->routes = r;
	c->route_count = 1;
}

static void
route_own(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct binding to = {SECTION_MATCH, arg, NULL, NULL};

	if (strcmp(row->name, "match") == 0)
		(void)bind_map(b, node, &to, 1); /* reported */
}

static void
check_receiver(struct binder *b, const struct yaml *item)
{
	const struct config *c = b->config;
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest s;

	if (item->kind != YAML_SCALAR)
		return; /* reported */
	suggest_init(&s, item->text);
	for (size_t i = 0; i < c->receiver_count; i++) {
		const struct receiver *r = &c->receivers[i];

		if (r->id == NULL)
			continue;
		if (strcmp(r->id, item->text) == 0) {
			if (!receiver_takes_notices(r))
				faults_add(b->faults, item->at,
				    "'%s' is a heartbeat, which takes no "
				    "notices: leave it out here",
				    item->text);
			return;
		}
		if (receiver_takes_notices(r))
			suggest_offer(&s, r->id);
	}
	faults_add(b->faults, item->at, "no receiver '%s'%s", item->text,
	    suggest_text(&s, hint));
}

static void
read_route(struct load *l, const struct yaml *node, struct config_route *r)
{
	struct binder *b = &l->bind;
	struct binding bindings = {SECTION_ROUTE, r, route_own, r};
	const struct yaml *to, *item;

	r->to = bind_list_new();
	if (!bind_map(b, node, &bindings, 1))
		return;
	to = bind_child(node, "to");
	if (to == NULL || (to->kind == YAML_LIST && to->count == 0)) {
		faults_add(b->faults, to == NULL ? node->at : to->at,
		    "a route needs receivers: 'to: [ID]'");
		return;
	}
	item = to->kind == YAML_LIST ? to->first : to;
	for (; item != NULL; item = item == to ? NULL : item->next)
		check_receiver(b, item);
}

void
route_read_all(struct load *l)
{
	struct config *c = l->bind.config;
	const struct yaml **items;
	size_t n;

	items = load_items(l, "routes", &n);
	if (n == 0) {
		route_defaults(c);
	} else {
		c->routes = mem_array(n, sizeof(c->routes[0]));
		c->route_count = n;
	}
	for (size_t i = 0; i < n; i++)
		read_route(l, items[i], &c->routes[i]);
	mem_free(items);
}

/* SPDX-License-Identifier: MIT */
/* The section `canaries`: unrelated targets that prove our own network. */
#include <string.h>

#include "base/mem.h"
#include "config/endpoint.h"
#include "config/load.h"
#include "config/scalar.h"

static const span_ms canary_interval = 60 * (span_ms)SECOND_MS;
static const span_ms canary_timeout = 5 * (span_ms)SECOND_MS;

void
canary_defaults(struct config *c)
{
	c->canary_gateway = true;
	c->canary_resolvers = true;
}

static void
read_canary(struct load *l, const struct yaml *node)
{
	struct config *c = l->bind.config;
	struct target *t = &c->canaries[c->canary_count];
	struct text id;

	if (node->kind == YAML_SCALAR && strcmp(node->text, "gateway") == 0) {
		c->canary_gateway = true;
		return;
	}
	if (node->kind == YAML_SCALAR && strcmp(node->text, "resolvers") == 0) {
		c->canary_resolvers = true;
		return;
	}
	if (node->kind == YAML_SCALAR && strstr(node->text, "://") == NULL) {
		faults_add(l->bind.faults, node->at,
		    "'%s' is no canary: gateway, resolvers or a URL",
		    node->text);
		return;
	}
	if (!scalar_url(&l->bind, "canaries", node, true))
		return;
	text_init(&id, 64);
	text_printf(&id, "canary/%zu", c->canary_count);
	endpoint_init(t);
	t->slot = (uint32_t)c->canary_count++;
	t->canary = true;
	t->kind = target_kind_of(node->text);
	t->id = text_take(&id);
	t->url = mem_dup(node->text);
	t->interval = canary_interval;
	t->timeout = canary_timeout;
	t->ladder = false;
	t->redirects = 0;
	/* Any answer at all proves the way. */
	t->expect.status = mem_zalloc(sizeof(t->expect.status[0]));
	t->expect.status[0] = (struct target_status){100, 599};
	t->expect.status_count = 1;
}

void
canary_read_all(struct load *l)
{
	const struct option_row *row = option_find(SECTION_FILE, "canaries");
	const struct yaml **items;
	bool given = false;
	size_t n;

	for (size_t i = 0; i < l->doc_count; i++) {
		const struct yaml *root = yaml_root(l->docs[i]);

		if (root != NULL && bind_child(root, "canaries") != NULL)
			given = true;
	}
	if (!given) {
		canary_defaults(l->bind.config);
		return;
	}
	items = load_items(l, "canaries", &n);
	if ((int64_t)n > row->max) {
		faults_add(l->bind.faults, items[row->max]->at,
		    "more than %d canaries", (int)row->max);
		n = (size_t)row->max;
	}
	l->bind.config->canaries =
	    mem_array(n, sizeof(l->bind.config->canaries[0]));
	for (size_t i = 0; i < n; i++)
		read_canary(l, items[i]);
	mem_free(items);
}

/* SPDX-License-Identifier: MIT */
/* The section `receivers`. */
#include <string.h>

#include "base/mem.h"
#include "config/idset.h"
#include "config/load.h"

enum { FACILITY_LOCAL0 = 16 }; /* as in syslog.h, unshifted */

static const span_ms default_timeout = 10 * (span_ms)SECOND_MS;

static void
receiver_init(struct receiver *r)
{
	*r = (struct receiver){.facility = FACILITY_LOCAL0,
	    .timeout = default_timeout};
}

void
receiver_defaults(struct config *c)
{
	c->receivers = mem_zalloc(sizeof(c->receivers[0]));
	c->receiver_count = 1;
	receiver_init(&c->receivers[0]);
	c->receivers[0].id = mem_dup("log");
}

/* Keys of the one type that mean nothing to the other. */
static void
check_type(struct binder *b, const struct yaml *node, const struct receiver *r)
{
	static const char *const common[] = {"id", "type", NULL};
	static const char *const syslog_only[] = {"facility", NULL};

	for (const struct yaml *c = node->first; c != NULL; c = c->next) {
		const struct option_row *row =
		    option_find(SCOPE_RECEIVER, c->key);
		bool of_all = strcmp(c->key, common[0]) == 0 ||
		    strcmp(c->key, common[1]) == 0;
		bool of_syslog = strcmp(c->key, syslog_only[0]) == 0;

		if (row == NULL || of_all)
			continue;
		if (of_syslog != (r->type == RECEIVER_SYSLOG))
			faults_add(b->faults, c->key_at,
			    "'%s' has no meaning for type %s", c->key,
			    r->type == RECEIVER_SYSLOG ? "syslog" : "webhook");
	}
	if (r->type == RECEIVER_WEBHOOK && bind_child(node, "url") == NULL)
		faults_add(b->faults, node->at, "a webhook needs a 'url'");
}

static void
read_receiver(struct load *l, const struct yaml *node, struct receiver *r,
    struct idset *ids)
{
	struct binder *b = &l->bind;
	struct binding to = {SCOPE_RECEIVER, r, NULL, NULL};
	char where[PLACE_TEXT_BYTES];
	const struct yaml *id, *type;
	const struct place *before;

	receiver_init(r);
	if (!bind_map(b, node, &to, 1))
		return;
	id = bind_child(node, "id");
	type = bind_child(node, "type");
	if (id == NULL)
		faults_add(b->faults, node->at, "a receiver needs an 'id'");
	if (type == NULL)
		faults_add(b->faults, node->at,
		    "a receiver needs a 'type': syslog or webhook");
	else if (type->kind == YAML_SCALAR &&
	    option_word("syslog|webhook", type->text) >= 0)
		check_type(b, node, r);
	if (id == NULL || r->id == NULL)
		return;
	before = idset_add(ids, r->id, id->at);
	if (before != NULL)
		faults_add(b->faults, id->at,
		    "receiver '%s' is given twice, first at %s", r->id,
		    place_format(*before, where));
}

void
receiver_read_all(struct load *l)
{
	struct config *c = l->bind.config;
	struct idset *ids = idset_new();
	const struct yaml **items;
	size_t n;

	items = load_items(l, "receivers", &n);
	if (n == 0) {
		receiver_defaults(c);
	} else {
		c->receivers = mem_array(n, sizeof(c->receivers[0]));
		c->receiver_count = n;
	}
	for (size_t i = 0; i < n; i++)
		read_receiver(l, items[i], &c->receivers[i], ids);
	mem_free(items);
	idset_free(ids);
}

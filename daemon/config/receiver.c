/* SPDX-License-Identifier: MIT */
/* The section `receivers`. */
#include <string.h>

#include "base/mem.h"
#include "config/idset.h"
#include "config/load.h"

enum { FACILITY_LOCAL0 = 16 }; /* as in syslog.h, unshifted */

static const char default_id[] = "log";

static const span_ms default_timeout = 10 * (span_ms)SECOND_MS;
static const span_ms default_every = MINUTE_MS;

/* A beat is over before the next one is due. */
static const span_ms between_beats = SECOND_MS;

static const char types[] = "syslog|webhook|heartbeat";

static void
receiver_init(struct receiver *r)
{
	*r = (struct receiver){.facility = FACILITY_LOCAL0,
	    .timeout = default_timeout,
	    .every = default_every};
}

/* What there is without any other that is told of anything. */
static void
add_log(struct config *c)
{
	struct receiver *r = &c->receivers[c->receiver_count++];

	receiver_init(r);
	r->id = mem_dup(default_id);
}

void
receiver_defaults(struct config *c)
{
	c->receivers = mem_zalloc(sizeof(c->receivers[0]));
	add_log(c);
}

/* The types to which a key has a meaning, a bit each. */
static unsigned
types_of(const char *key)
{
	enum {
		SYSLOG = 1 << RECEIVER_SYSLOG,
		WEBHOOK = 1 << RECEIVER_WEBHOOK,
		HEARTBEAT = 1 << RECEIVER_HEARTBEAT
	};
	static const struct {
		const char *key;
		unsigned types;
	} rows[] = {{"id", SYSLOG | WEBHOOK | HEARTBEAT},
	    {"type", SYSLOG | WEBHOOK | HEARTBEAT}, {"facility", SYSLOG},
	    {"secret_file", WEBHOOK}, {"every", HEARTBEAT}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].key, key) == 0)
			return rows[i].types;
	}
	return WEBHOOK | HEARTBEAT;
}

static void
check_type(struct binder *b, const struct yaml *node, const struct receiver *r)
{
	char type[OPTION_WORD_BYTES];

	(void)option_word_at(types, (int)r->type, type);
	for (const struct yaml *c = node->first; c != NULL; c = c->next) {
		if (option_find(SECTION_RECEIVER, c->key) != NULL &&
		    (types_of(c->key) & 1U << r->type) == 0)
			faults_add(b->faults, c->key_at,
			    "'%s' has no meaning for type %s", c->key, type);
	}
	if (r->type != RECEIVER_SYSLOG && bind_child(node, "url") == NULL)
		faults_add(b->faults, node->at, "a %s needs a 'url'", type);
}

static void
read_receiver(struct load *l, const struct yaml *node, struct receiver *r,
    struct idset *ids)
{
	struct binder *b = &l->bind;
	struct binding to = {SECTION_RECEIVER, r, NULL, NULL};
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
		    "a receiver needs a 'type': syslog, webhook or "
		    "heartbeat");
	else if (type->kind == YAML_SCALAR &&
	    option_word(types, type->text) >= 0)
		check_type(b, node, r);
	if (r->timeout > r->every - between_beats &&
	    r->type == RECEIVER_HEARTBEAT)
		r->timeout = r->every - between_beats;
	if (id == NULL || r->id == NULL)
		return;
	before = idset_add(ids, r->id, id->at);
	if (before != NULL)
		faults_add(b->faults, id->at,
		    "receiver '%s' is given twice, first at %s", r->id,
		    place_format(*before, where));
}

/* Heartbeats are no answer to the question who is told. */
static void
complete(struct load *l, const struct yaml *const *items)
{
	struct config *c = l->bind.config;
	size_t beats = 0;

	for (size_t i = 0; i < c->receiver_count; i++) {
		if (receiver_takes_notices(&c->receivers[i]))
			continue;
		if (++beats == HEARTBEATS_MAX + 1)
			faults_add(l->bind.faults, items[i]->at,
			    "more than %d heartbeats", HEARTBEATS_MAX);
	}
	if (beats < c->receiver_count)
		return;
	for (size_t i = 0; i < c->receiver_count; i++) {
		const struct receiver *r = &c->receivers[i];

		if (r->id != NULL && strcmp(r->id, default_id) == 0)
			faults_add(l->bind.faults, items[i]->at,
			    "'%s' is the syslog receiver that is told where "
			    "no other is: give the heartbeat another id",
			    default_id);
	}
	add_log(c);
}

void
receiver_read_all(struct load *l)
{
	struct config *c = l->bind.config;
	struct idset *ids = idset_new();
	const struct yaml **items;
	size_t n;

	items = load_items(l, "receivers", &n);
	/* One more, for what is there by default. */
	c->receivers = mem_array(n + 1, sizeof(c->receivers[0]));
	c->receiver_count = n;
	for (size_t i = 0; i < n; i++)
		read_receiver(l, items[i], &c->receivers[i], ids);
	complete(l, items);
	mem_free(items);
	idset_free(ids);
}

/* SPDX-License-Identifier: MIT */
#include "config/function.h"

#include <inttypes.h>
#include <string.h>

#include "base/glob.h"
#include "base/mem.h"
#include "config/idset.h"
#include "config/scalar.h"
#include "config/suggest.h"

enum { PATTERN_MAX_BYTES = 200, PROOFS_MAX = 1000 };

void
function_done(struct config_functions *f)
{
	for (size_t i = 0; i < f->count; i++) {
		bind_list_free(f->each[i].endpoints);
		mem_free(f->each[i].proof);
	}
	mem_free(f->each);
	bind_list_free(f->names);
	*f = (struct config_functions){0};
}

/* A list, or its only item. */
static const struct yaml *
first_of(const struct yaml *node)
{
	return node->kind == YAML_LIST ? node->first : node;
}

static const struct yaml *
after(const struct yaml *node, const struct yaml *item)
{
	return item == node ? NULL : item->next;
}

static bool
count_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	if (node->kind == YAML_MAP && row->sections != SECTION_FUNCTION) {
		faults_add(b->faults, node->at,
		    "'%s' must be a list, not a mapping: write '- name: ...'",
		    row->name);
		return false;
	}
	if (node->kind != YAML_LIST || (int64_t)node->count <= row->max)
		return true;
	faults_add(b->faults, node->at,
	    "'%s' has %zu items, %" PRId64 " at most", row->name, node->count,
	    row->max);
	return false;
}

static bool
pattern_fits(struct binder *b, const struct yaml *item)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789-*?/";
	const char *s = bind_text(b, "endpoints", item);

	if (s == NULL)
		return false;
	if (s[0] != '\0' && s[strspn(s, set)] == '\0' &&
	    strlen(s) <= PATTERN_MAX_BYTES)
		return true;
	faults_add(b->faults, item->at,
	    "'endpoints' must name endpoints like SERVICE/REGION: a-z, 0-9, -, "
	    "/, * and ?, %d bytes at most",
	    PATTERN_MAX_BYTES);
	return false;
}

static void
read_patterns(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct config_function *f = arg;
	size_t n = 0;

	if (strcmp(row->name, "endpoints") != 0)
		return; /* the name is read before */
	if (!count_fits(b, row, node))
		return;
	if (node->kind == YAML_LIST && node->count == 0) {
		faults_add(b->faults, node->at,
		    "'endpoints' names none: leave it out where nothing proves "
		    "that it works");
		return;
	}
	bind_list_free(f->endpoints);
	f->endpoints = mem_array(node->count + 2, sizeof(char *));
	for (const struct yaml *i = first_of(node); i != NULL;
	     i = after(node, i)) {
		if (pattern_fits(b, i))
			f->endpoints[n++] = mem_dup(i->text);
	}
}

/* The node that holds the name of an item; NULL: it has none. */
static const struct yaml *
name_of(struct binder *b, const struct yaml *item)
{
	static const char *const key = "name";
	const struct option_row *row = option_find(SECTION_FUNCTION, key);
	const struct yaml *node =
	    item->kind == YAML_MAP ? bind_child(item, key) : item;

	if (node == NULL) {
		faults_add(b->faults, item->at, "a function needs a 'name'");
		return NULL;
	}
	return scalar_line(b, row, node) ? node : NULL;
}

void
function_read(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct config_functions *f)
{
	function_done(f);
	f->names = mem_array(node->count + 2, sizeof(f->names[0]));
	if (!count_fits(b, row, node))
		return;
	f->each = mem_array(node->count + 1, sizeof(f->each[0]));
	for (const struct yaml *i = first_of(node); i != NULL;
	     i = after(node, i)) {
		struct config_function one = {.endpoints = bind_list_new()};
		struct binding to = {SECTION_FUNCTION, NULL, read_patterns,
		    &one};
		const struct yaml *name;

		if (i->kind == YAML_MAP)
			(void)bind_map(b, i, &to, 1); /* reported */
		name = name_of(b, i);
		if (name == NULL) {
			bind_list_free(one.endpoints);
			continue;
		}
		f->each[f->count] = one;
		f->names[f->count++] = mem_dup(name->text);
	}
}

static bool
is_glob(const char *pattern)
{
	return strpbrk(pattern, "*?") != NULL;
}

/* Each endpoint once, though several patterns name it. */
static void
add_proof(struct config_function *f, const struct config_endpoint *e)
{
	for (size_t i = 0; i < f->proof_count; i++) {
		if (f->proof[i] == e)
			return;
	}
	f->proof = mem_resize(f->proof, f->proof_count + 1,
	    sizeof(struct config_endpoint *));
	f->proof[f->proof_count++] = e;
}

/* What one pattern names; reports when that is nothing, or far too much. */
static void
prove_by(struct binder *b, const struct yaml *item, struct config_function *f)
{
	const struct config *c = b->config;
	const char *pattern = item->text;
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest s;
	size_t found = 0;

	suggest_init(&s, pattern);
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *service = &c->services[i];

		for (size_t k = 0; k < service->endpoint_count; k++) {
			const struct config_endpoint *e =
			    &service->endpoints[k];

			if (glob_match(pattern, e->target.id)) {
				found++;
				if (f->proof_count <= PROOFS_MAX)
					add_proof(f, e);
			}
			suggest_offer(&s, e->target.id);
		}
	}
	if (found == 0)
		faults_add(b->faults, item->at, "no endpoint %s'%s'%s",
		    is_glob(pattern) ? "matches " : "", pattern,
		    s.best != NULL ? suggest_text(&s, hint)
				   : "; they are named SERVICE/REGION or "
				     "SERVICE/REGION/NAME");
	if (f->proof_count > PROOFS_MAX)
		faults_add(b->faults, item->at,
		    "'%s' names more than %d endpoints: name fewer", pattern,
		    PROOFS_MAX);
}

static void
prove_all(struct binder *b, const struct yaml *node, struct config_functions *f)
{
	size_t n = 0;

	for (const struct yaml *i = node != NULL ? first_of(node) : NULL;
	     i != NULL && n < f->count; i = after(node, i)) {
		const struct yaml *name =
		    i->kind == YAML_MAP ? bind_child(i, "name") : i;
		const struct yaml *patterns = bind_child(i, "endpoints");
		struct config_function *each = &f->each[n];

		/* One that could not be read has left no trace. */
		if (name == NULL || name->kind != YAML_SCALAR ||
		    strcmp(name->text, f->names[n]) != 0)
			continue;
		n++;
		if (each->endpoints[0] == NULL || patterns == NULL)
			continue;
		for (const struct yaml *p = first_of(patterns); p != NULL;
		     p = after(patterns, p)) {
			if (p->kind == YAML_SCALAR)
				prove_by(b, p, each);
		}
	}
}

/* A name says one thing. */
static void
check_twice(struct binder *b, const struct yaml *node, struct idset *names)
{
	for (const struct yaml *i = node != NULL ? first_of(node) : NULL;
	     i != NULL; i = after(node, i)) {
		const struct yaml *name =
		    i->kind == YAML_MAP ? bind_child(i, "name") : i;
		const struct place *before = NULL;
		char where[PLACE_TEXT_BYTES];

		if (name != NULL && name->kind == YAML_SCALAR)
			before = idset_add(names, name->text, name->at);
		if (before != NULL)
			faults_add(b->faults, name->at,
			    "'%s' is given twice, first at %s", name->text,
			    place_format(*before, where));
	}
}

void
function_check(struct binder *b, const struct yaml *node)
{
	struct idset *names = idset_new();

	check_twice(b, bind_child(node, "functions"), names);
	check_twice(b, bind_child(node, "unaffected"), names);
	idset_free(names);
}

void
function_prove(struct binder *b, const struct yaml *node,
    struct config_service *s)
{
	prove_all(b, bind_child(node, "functions"), &s->functions);
	prove_all(b, bind_child(node, "unaffected"), &s->unaffected);
}

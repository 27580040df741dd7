/* SPDX-License-Identifier: MIT */
#include "config/bind.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/scalar.h"
#include "config/suggest.h"
#include "io/proxies.h"

const struct yaml *
bind_child(const struct yaml *map, const char *key)
{
	const struct yaml *c = NULL;

	if (map->kind == YAML_MAP)
		c = map->first;
	while (c != NULL && strcmp(c->key, key) != 0)
		c = c->next;
	return c;
}

char **
bind_list_new(void)
{
	return mem_array(1, sizeof(char *));
}

void
bind_list_free(char **list)
{
	if (list == NULL)
		return;
	for (char **p = list; *p != NULL; p++)
		mem_free(*p);
	mem_free(list);
}

bool
bind_is_list(struct binder *b, const char *name, const struct yaml *node)
{
	if (node->kind == YAML_LIST)
		return true;
	faults_add(b->faults, node->at, "'%s' must be a list, not %s", name,
	    yaml_what(node));
	return false;
}

/* In UTF-8: C1 (U+0080 to U+009F), and the separators of lines. */
static bool
is_control(const char *s)
{
	return (s[0] == '\xc2' && (unsigned char)s[1] < 0xa0) ||
	    strncmp(s, "\xe2\x80\xa8", 3) == 0 ||
	    strncmp(s, "\xe2\x80\xa9", 3) == 0;
}

bool
bind_line(struct binder *b, const char *name, const struct yaml *node)
{
	const char *s = bind_text(b, name, node);

	if (s == NULL)
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f || is_control(s)) {
			faults_add(b->faults, node->at,
			    "'%s' must be one line without control characters",
			    name);
			return false;
		}
	}
	return true;
}

static bool
proxy_fits(struct binder *b, const struct option_row *row,
    const struct yaml *node)
{
	struct fail f = {.why = ""};

	if (proxies_check(node->text, &f) == OK)
		return true;
	faults_add(b->faults, node->at, "'%s': %s", row->name, f.why);
	return false;
}

void
bind_lines(struct binder *b, const struct option_row *row,
    const struct yaml *node, char ***list)
{
	const struct yaml *item = node->kind == YAML_LIST ? node->first : node;
	char **lines = mem_array(node->count + 2, sizeof(lines[0]));
	size_t n = 0;

	for (; item != NULL; item = item == node ? NULL : item->next) {
		if (scalar_line(b, row, item) &&
		    (row->type != OPTION_PROXIES || proxy_fits(b, row, item)))
			lines[n++] = mem_dup(item->text);
	}
	bind_list_free(*list);
	*list = lines;
}

static bool
is_header_name(const char *s)
{
	static const char token[] =
	    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *s != '\0' && s[strspn(s, token)] == '\0' && strlen(s) <= 256;
}

static void
pairs_free(struct target_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mem_free(pairs[i].name);
		mem_free(pairs[i].value);
	}
	mem_free(pairs);
}

void
bind_pairs(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct target_pair **pairs, size_t *count)
{
	struct target_pair *new;
	size_t n = 0;

	if (node->kind != YAML_MAP) {
		faults_add(b->faults, node->at,
		    "'%s' must be a mapping of header names, not %s", row->name,
		    yaml_what(node));
		return;
	}
	new = mem_array(node->count, sizeof(new[0]));
	for (const struct yaml *c = node->first; c != NULL; c = c->next) {
		if (!is_header_name(c->key)) {
			faults_add(b->faults, c->key_at,
			    "'%s' is not a header name", c->key);
			continue;
		}
		if (row->sections == SECTION_EXPECT
			? !bind_pattern(b, c->key, c)
			: !scalar_line(b, row, c))
			continue;
		new[n].name = mem_dup(c->key);
		new[n++].value = mem_dup(c->text);
	}
	pairs_free(*pairs, *count);
	*pairs = new;
	*count = n;
}

static void
report_unknown(struct binder *b, const struct yaml *c,
    const struct binding *bindings, size_t n)
{
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest s;
	unsigned sections = 0;

	suggest_init(&s, c->key);
	for (size_t i = 0; i < n; i++)
		sections |= bindings[i].section;
	for (const struct option_row *r = option_table; r->name != NULL; r++) {
		if ((r->sections & sections) != 0 && r->type != OPTION_REFUSED)
			suggest_offer(&s, r->name);
	}
	faults_add(b->faults, c->key_at, "unknown key '%s'%s", c->key,
	    suggest_text(&s, hint));
}

static const struct option_row *
row_of(const struct yaml *c, const struct binding *bindings, size_t n,
    const struct binding **which)
{
	for (size_t i = 0; i < n; i++) {
		const struct option_row *r =
		    option_find(bindings[i].section, c->key);

		if (r != NULL) {
			*which = &bindings[i];
			return r;
		}
	}
	return NULL;
}

static void
bind_value(struct binder *b, const struct option_row *row, const struct yaml *c,
    const struct binding *to)
{
	if (row->type == OPTION_REFUSED) {
		faults_add(b->faults, c->key_at,
		    "'%s' is not supported in this version", row->name);
		return;
	}
	if (c->kind == YAML_SCALAR && yaml_type(c) == YAML_NULL) {
		faults_add(b->faults, c->key_at,
		    "'%s' has no value; give one or remove the key", row->name);
		return;
	}
	if (row->bytes == 0) {
		if (to->own != NULL)
			to->own(b, row, c, to->arg);
	} else if (row->type == OPTION_LINES || row->type == OPTION_PROXIES) {
		bind_lines(b, row, c,
		    (char ***)(void *)((char *)to->into + row->offset));
	} else {
		scalar_store(b, row, c, (char *)to->into + row->offset);
	}
}

bool
bind_map(struct binder *b, const struct yaml *node,
    const struct binding *bindings, size_t n)
{
	if (node->kind != YAML_MAP) {
		faults_add(b->faults, node->at,
		    "%s%s%s must be a mapping, not %s",
		    node->key != NULL ? "'" : "",
		    node->key != NULL ? node->key : "this",
		    node->key != NULL ? "'" : "", yaml_what(node));
		return false;
	}
	for (const struct yaml *c = node->first; c != NULL; c = c->next) {
		const struct binding *to = NULL;
		const struct option_row *row = row_of(c, bindings, n, &to);

		if (row == NULL)
			report_unknown(b, c, bindings, n);
		else
			bind_value(b, row, c, to);
	}
	return true;
}

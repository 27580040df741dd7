/* SPDX-License-Identifier: MIT */
#include "config/need.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"

void
need_done(struct config_service *s)
{
	for (size_t i = 0; i < s->need_count; i++)
		bind_list_free(s->needs[i].any_of);
	mem_free(s->needs);
	s->needs = NULL;
	s->need_count = 0;
}

/* One to three parts, none of them empty. */
static bool
is_pattern(const char *s)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789-*?";

	if (strlen(s) > NEED_PATTERN_BYTES)
		return false;
	for (int parts = 0; parts < 3; parts++) {
		size_t n = strspn(s, set);

		if (n == 0)
			return false;
		s += n;
		if (*s == '\0')
			return true;
		if (*s++ != '/')
			return false;
	}
	return false;
}

static bool
pattern_fits(struct binder *b, const char *name, const struct yaml *item)
{
	const char *s = bind_text(b, name, item);

	if (s == NULL)
		return false;
	if (is_pattern(s))
		return true;
	faults_add(b->faults, item->at,
	    "'%s' must name SERVICE, SERVICE/REGION or SERVICE/REGION/NAME: "
	    "a-z, 0-9, -, * and ?, %d bytes at most",
	    name, NEED_PATTERN_BYTES);
	return false;
}

static bool
count_fits(struct binder *b, const struct option_row *row,
    const struct yaml *list)
{
	if (list->count == 0)
		faults_add(b->faults, list->at,
		    "'%s' names none: leave it out where there is none",
		    row->name);
	else if ((int64_t)list->count > row->max)
		faults_add(b->faults, list->at,
		    "'%s' has %zu items, %" PRId64 " at most", row->name,
		    list->count, row->max);
	return list->count > 0 && (int64_t)list->count <= row->max;
}

static void
read_any_of(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct config_need *need = arg;
	size_t n = 0;

	if (!bind_is_list(b, row->name, node) || !count_fits(b, row, node))
		return;
	bind_list_free(need->any_of);
	need->any_of = mem_array(node->count + 1, sizeof(char *));
	for (const struct yaml *i = node->first; i != NULL; i = i->next) {
		if (pattern_fits(b, row->name, i))
			need->any_of[n++] = mem_dup(i->text);
	}
}

static struct config_need
read_need(struct binder *b, const struct option_row *row,
    const struct yaml *item)
{
	struct config_need need = {.redundant = item->kind == YAML_MAP};
	const struct binding to = {SECTION_DEPENDENCY, NULL, read_any_of,
	    &need};

	if (need.redundant) {
		(void)bind_map(b, item, &to, 1); /* reported */
		if (item->count == 0)
			faults_add(b->faults, item->at,
			    "a dependency needs 'any_of'");
	} else if (pattern_fits(b, row->name, item)) {
		need.any_of = mem_array(2, sizeof(char *));
		need.any_of[0] = mem_dup(item->text);
	}
	return need;
}

void
need_read(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct config_service *s)
{
	const struct yaml *item = node->kind == YAML_LIST ? node->first : node;
	size_t wrong = faults_count(b->faults);

	need_done(s);
	if (node->kind == YAML_MAP) {
		faults_add(b->faults, node->at,
		    "'%s' must be a list, not a mapping: write '- any_of: "
		    "...'",
		    row->name);
		return;
	}
	if (node->kind == YAML_LIST && !count_fits(b, row, node))
		return;
	s->needs = mem_array(node->count + 1, sizeof(s->needs[0]));
	for (; item != NULL; item = item == node ? NULL : item->next)
		s->needs[s->need_count++] = read_need(b, row, item);
	if (faults_count(b->faults) != wrong)
		need_done(s);
}

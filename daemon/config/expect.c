/* SPDX-License-Identifier: MIT */
#include "config/expect.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* "200" or "200-299" within the row's bounds. */
static bool
parse_status(const char *s, const struct option_row *row,
    struct target_status *out)
{
	int n[2] = {0, 0}, i = 0;

	for (; i < 2; i++) {
		for (int k = 0; k < 3; k++, s++) {
			if (!isdigit((unsigned char)*s))
				return false;
			n[i] = n[i] * 10 + (*s - '0');
		}
		if (i == 0 && *s == '\0')
			n[++i] = n[0];
		else if (i == 0 && *s++ != '-')
			return false;
	}
	if (*s != '\0' || n[0] < row->min || n[1] > row->max || n[1] < n[0])
		return false;
	*out = (struct target_status){(uint16_t)n[0], (uint16_t)n[1]};
	return true;
}

static void
read_status(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct target_expect *e)
{
	const struct yaml *item = node->kind == YAML_LIST ? node->first : node;
	struct target_status *ranges =
	    mem_array(node->count + 1, sizeof(ranges[0]));
	size_t n = 0;

	if (node->kind == YAML_LIST && node->count == 0)
		faults_add(b->faults, node->at, "'status' must not be empty");
	for (; item != NULL; item = item == node ? NULL : item->next) {
		if (item->kind != YAML_SCALAR)
			faults_add(b->faults, item->at,
			    "'status' must be a status or a list, not %s",
			    yaml_what(item));
		else if (parse_status(item->text, row, &ranges[n]))
			n++;
		else
			faults_add(b->faults, item->at,
			    "'%s' is not a status: write 200 or \"200-299\", "
			    "within 100 to 599",
			    item->text);
	}
	mem_free(e->status);
	e->status = n > 0 ? ranges : NULL;
	e->status_count = n;
	if (n == 0)
		mem_free(ranges);
}

/* "$.a.b[0]" */
static bool
is_json_path(const char *s)
{
	if (*s++ != '$')
		return false;
	while (*s != '\0') {
		size_t n;

		if (*s == '.') {
			n = strcspn(++s, ".[]");
			if (n == 0)
				return false;
			s += n;
		} else if (*s == '[') {
			n = strspn(++s, "0123456789");
			if (n == 0 || n > 6 || s[n] != ']')
				return false;
			s += n + 1;
		} else {
			return false;
		}
	}
	return true;
}

static int
append(const char *bytes, size_t n, void *arg)
{
	text_add_n(arg, bytes, n);
	return 0;
}

/* The scalar as JSON text, owned by caller; NULL when JSON has no such. */
static char *
json_text(const struct yaml *node)
{
	enum yaml_type type = yaml_type(node);
	int64_t n = 0;
	double d;
	json_t *j = NULL;
	struct text t;

	if (type == YAML_NULL) {
		j = json_null();
	} else if (type == YAML_BOOL) {
		j = json_boolean(yaml_bool(node));
	} else if (type == YAML_INT && yaml_int(node, &n)) {
		j = json_integer(n);
	} else if (type == YAML_FLOAT && strpbrk(node->text, "nN") == NULL) {
		d = strtod(node->text, NULL);
		j = isfinite(d) ? json_real(d) : NULL;
	} else if (type == YAML_TEXT) {
		j = json_string(node->text);
	}
	if (j == NULL)
		return NULL;
	text_init(&t, YAML_BYTES_MAX);
	/* Fails only when append() does. */
	(void)json_dump_callback(j, append, &t, JSON_ENCODE_ANY | JSON_COMPACT);
	json_decref(j);
	return text_take(&t);
}

static bool
read_json_value(struct binder *b, const struct yaml *c, struct target_json *out)
{
	struct binding to = {SECTION_JSON, out, NULL, NULL};

	if (c->kind == YAML_MAP) {
		if (bind_map(b, c, &to, 1) && c->count == 0)
			faults_add(b->faults, c->at,
			    "'%s' needs a value or max_age", c->key);
		return out->max_age > 0;
	}
	if (c->kind == YAML_LIST) {
		faults_add(b->faults, c->at,
		    "'%s' must be a single value, not a list", c->key);
		return false;
	}
	out->equals = json_text(c);
	if (out->equals == NULL)
		faults_add(b->faults, c->at, "'%s' is no value that JSON knows",
		    c->text);
	return out->equals != NULL;
}

static void
rules_free(struct target_json *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mem_free(rules[i].path);
		mem_free(rules[i].equals);
	}
	mem_free(rules);
}

static void
read_json(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct target_expect *e)
{
	struct target_json *rules;
	size_t n = 0;

	if (node->kind != YAML_MAP || (int64_t)node->count > row->max) {
		faults_add(b->faults, node->at,
		    "'json' must be a mapping of at most %" PRId64
		    " paths like $.status to values",
		    row->max);
		return;
	}
	rules = mem_array(node->count, sizeof(rules[0]));
	for (const struct yaml *c = node->first; c != NULL; c = c->next) {
		if (!is_json_path(c->key))
			faults_add(b->faults, c->key_at,
			    "'%s' is not a path like $.a.b[0]", c->key);
		else if (read_json_value(b, c, &rules[n]))
			rules[n++].path = mem_dup(c->key);
	}
	rules_free(e->json, e->json_count);
	e->json = rules;
	e->json_count = n;
}

static void
read_records(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct target_expect *e)
{
	char **list = bind_list_new();
	size_t n = 0;

	bind_lines(b, row, node, &list);
	while (list[n] != NULL)
		n++;
	if (n == 0 || n > TARGET_LIST_MAX) {
		faults_add(b->faults, node->at, "'records' needs 1 to %d",
		    TARGET_LIST_MAX);
		bind_list_free(list);
		return;
	}
	bind_list_free(e->records);
	e->records = list;
	e->record_count = n;
}

void
expect_only_text(struct target_expect *e)
{
	struct target_expect kept = {.body = e->body,
	    .not_body = e->not_body,
	    .records = e->records,
	    .record_count = e->record_count,
	    .latency = e->latency};

	rules_free(e->json, e->json_count);
	mem_free(e->status);
	for (size_t i = 0; i < e->header_count; i++) {
		mem_free(e->headers[i].name);
		mem_free(e->headers[i].value);
	}
	mem_free(e->headers);
	mem_free(e->type);
	*e = kept;
}

static void
expect_own(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct target_expect *e = arg;

	if (strcmp(row->name, "status") == 0)
		read_status(b, row, node, e);
	else if (strcmp(row->name, "json") == 0)
		read_json(b, row, node, e);
	else if (strcmp(row->name, "records") == 0)
		read_records(b, row, node, e);
	else if (strcmp(row->name, "header") == 0)
		bind_pairs(b, row, node, &e->headers, &e->header_count);
}

void
expect_read(struct binder *b, const struct yaml *node, struct target_expect *e)
{
	struct binding to = {SECTION_EXPECT, e, expect_own, e};
	const struct yaml *type;

	if (!bind_map(b, node, &to, 1))
		return;
	type = bind_child(node, "type");
	if (type != NULL && type->kind == YAML_SCALAR &&
	    strchr(type->text, '/') == NULL)
		faults_add(b->faults, type->at,
		    "'type' must be a media type like application/json");
}

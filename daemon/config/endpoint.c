/* SPDX-License-Identifier: MIT */
#include "config/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/expect.h"
#include "config/scalar.h"

void
endpoint_init(struct target *t)
{
	*t = (struct target){.interval = 60 * (span_ms)SECOND_MS,
	    .timeout = 10 * (span_ms)SECOND_MS,
	    .ladder = true,
	    .redirects = 3};
}

static struct target_pair *
pairs_copy(const struct target_pair *from, size_t n)
{
	struct target_pair *to;

	if (n == 0)
		return NULL;
	to = mem_array(n, sizeof(to[0]));
	for (size_t i = 0; i < n; i++) {
		to[i].name = mem_dup(from[i].name);
		to[i].value = mem_dup(from[i].value);
	}
	return to;
}

void
endpoint_copy(struct target *to, const struct target *from)
{
	const struct target_expect *e = &from->expect;

	*to = *from;
	to->id = mem_dup(from->id);
	to->url = mem_dup(from->url);
	to->method = mem_dup(from->method);
	to->headers = pairs_copy(from->headers, from->header_count);
	to->body = mem_dup(from->body);
	to->basic_file = mem_dup(from->basic_file);
	to->bearer_file = mem_dup(from->bearer_file);
	to->ca_file = mem_dup(from->ca_file);
	to->proxy = mem_dup(from->proxy);
	to->expect.status = e->status_count == 0
	    ? NULL
	    : mem_copy(e->status, e->status_count * sizeof(e->status[0]));
	to->expect.json = e->json_count == 0
	    ? NULL
	    : mem_copy(e->json, e->json_count * sizeof(e->json[0]));
	for (size_t i = 0; i < e->json_count; i++) {
		to->expect.json[i].path = mem_dup(e->json[i].path);
		to->expect.json[i].equals = mem_dup(e->json[i].equals);
	}
	to->expect.headers = pairs_copy(e->headers, e->header_count);
	to->expect.body = mem_dup(e->body);
	to->expect.not_body = mem_dup(e->not_body);
	to->expect.type = mem_dup(e->type);
}

static void
read_auth(struct binder *b, const struct yaml *node, struct target *t)
{
	struct binding to = {SCOPE_AUTH, t, NULL, NULL};

	/* Nearer credentials replace those of the service as a whole. */
	mem_free(t->basic_file);
	mem_free(t->bearer_file);
	t->basic_file = t->bearer_file = NULL;
	if (!bind_map(b, node, &to, 1))
		return;
	if (bind_child(node, "basic_file") != NULL &&
	    bind_child(node, "bearer_file") != NULL)
		faults_add(b->faults, node->at,
		    "'auth' takes basic_file or bearer_file, not both");
	else if (node->count == 0)
		faults_add(b->faults, node->at,
		    "'auth' needs basic_file or bearer_file");
}

void
endpoint_own(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct target *t = arg;
	struct binding tls = {SCOPE_TLS, t, NULL, NULL};

	if (strcmp(row->name, "headers") == 0)
		bind_pairs(b, row, node, &t->headers, &t->header_count);
	else if (strcmp(row->name, "auth") == 0)
		read_auth(b, node, t);
	else if (strcmp(row->name, "tls") == 0)
		(void)bind_map(b, node, &tls, 1); /* reported */
	else if (strcmp(row->name, "expect") == 0)
		expect_read(b, node, &t->expect);
}

/* Keys that only HTTP knows, written where they cannot mean anything. */
static void
check_tcp(struct binder *b, const struct yaml *node, struct target *t)
{
	static const char *const http_only[] = {"method", "headers", "body",
	    "auth", "tls", "proxy", "redirects"};
	const struct yaml *expect = bind_child(node, "expect"), *c;

	t->kind = TARGET_TCP;
	for (size_t i = 0; i < sizeof(http_only) / sizeof(http_only[0]); i++) {
		c = bind_child(node, http_only[i]);
		if (c != NULL)
			faults_add(b->faults, c->key_at,
			    "'%s' has no meaning for tcp:", c->key);
	}
	c = expect != NULL && expect->kind == YAML_MAP ? expect->first : NULL;
	for (; c != NULL; c = c->next) {
		if (strcmp(c->key, "latency") != 0)
			faults_add(b->faults, c->key_at,
			    "'%s' has no meaning for tcp:", c->key);
	}
}

void
endpoint_read(struct binder *b, const struct yaml *node, struct target *t)
{
	struct binding to = {SCOPE_ENDPOINT, t, endpoint_own, t};
	const struct yaml *body;

	if (node->kind == YAML_SCALAR) {
		scalar_store(b, option_find(SCOPE_ENDPOINT, "url"), node,
		    &t->url);
	} else if (bind_map(b, node, &to, 1) &&
	    bind_child(node, "url") == NULL) {
		faults_add(b->faults, node->at, "an endpoint needs a 'url'");
	}
	if (t->url == NULL)
		return;
	if (strncmp(t->url, "tcp:", 4) == 0) {
		check_tcp(b, node, t);
		return;
	}
	body = bind_child(node, "body");
	if (body != NULL &&
	    (t->method == NULL || strcmp(t->method, "GET") == 0 ||
		strcmp(t->method, "HEAD") == 0))
		faults_add(b->faults, body->key_at,
		    "'body' needs a method that sends one, like POST");
}

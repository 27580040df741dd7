/* SPDX-License-Identifier: MIT */
#include "config/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/expect.h"
#include "config/scalar.h"
#include "io/crypto.h"

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
	to->cert_file = mem_dup(from->cert_file);
	to->key_file = mem_dup(from->key_file);
	to->oauth =
	    (struct target_oauth){.token_url = mem_dup(from->oauth.token_url),
		.client_id = mem_dup(from->oauth.client_id),
		.secret_file = mem_dup(from->oauth.secret_file),
		.scope = mem_dup(from->oauth.scope),
		.audience = mem_dup(from->oauth.audience)};
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
	to->expect.records = e->record_count == 0
	    ? NULL
	    : mem_array(e->record_count + 1, sizeof(char *));
	for (size_t i = 0; i < e->record_count; i++)
		to->expect.records[i] = mem_dup(e->records[i]);
}

/* Complete, or as if it were not there. */
static void
read_oauth(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	static const char *const needed[] = {"token_url", "client_id",
	    "client_secret_file"};
	struct target *t = arg;
	struct target_oauth *o = &t->oauth;
	struct binding to = {SECTION_OAUTH2, t, NULL, NULL};

	(void)row;
	if (!bind_map(b, node, &to, 1))
		return;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (bind_child(node, needed[i]) == NULL)
			faults_add(b->faults, node->at, "'oauth2' needs '%s'",
			    needed[i]);
	}
	if (o->token_url == NULL || o->client_id == NULL ||
	    o->secret_file == NULL)
		target_oauth_done(o);
}

static void
read_auth(struct binder *b, const struct yaml *node, struct target *t)
{
	static const char *const kinds[] = {"basic_file", "bearer_file",
	    "oauth2"};
	struct binding to = {SECTION_AUTH, t, read_oauth, t};
	size_t n = 0;

	/* Nearer credentials replace those of the service as a whole. */
	mem_free(t->basic_file);
	mem_free(t->bearer_file);
	t->basic_file = t->bearer_file = NULL;
	target_oauth_done(&t->oauth);
	if (!bind_map(b, node, &to, 1))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		n += bind_child(node, kinds[i]) != NULL ? 1 : 0;
	if (n > 1)
		faults_add(b->faults, node->at,
		    "'auth' takes one of basic_file, bearer_file and oauth2");
	else if (node->count == 0)
		faults_add(b->faults, node->at,
		    "'auth' needs basic_file, bearer_file or oauth2");
}

/* What stands at a key that is there, or NULL. */
static const struct yaml *
value_at(const struct yaml *map, const char *key, const char *stored)
{
	return stored != NULL ? bind_child(map, key) : NULL;
}

static void
read_tls(struct binder *b, const struct yaml *node, struct target *t)
{
	struct binding to = {SECTION_TLS, t, NULL, NULL};
	const struct yaml *cert = bind_child(node, "cert_file");
	const struct yaml *key = bind_child(node, "key_file");
	struct fail f;
	enum status sound;

	if (cert != NULL || key != NULL) {
		/* A nearer pair replaces that of the service. */
		mem_free(t->cert_file);
		mem_free(t->key_file);
		t->cert_file = t->key_file = NULL;
	}
	if (!bind_map(b, node, &to, 1))
		return;
	if ((cert == NULL) != (key == NULL))
		faults_add(b->faults, (cert != NULL ? cert : key)->key_at,
		    "'cert_file' and 'key_file' go together");
	cert = value_at(node, "cert_file", t->cert_file);
	key = value_at(node, "key_file", t->key_file);
	if (cert == NULL || key == NULL)
		return; /* not there, or reported */
	sound = crypto_check_certificate(t->cert_file, &f);
	/* It may have been good yesterday: others must be watched today. */
	if (sound == ERR_RANGE)
		faults_add(b->warnings, cert->at,
		    "warning: 'cert_file': %s; who shows it fails until it is "
		    "renewed",
		    f.why);
	else if (sound != OK)
		faults_add(b->faults, cert->at, "'cert_file': %s", f.why);
	if (sound != ERR_SYNTAX && !scalar_is_elsewhere(t->key_file) &&
	    crypto_check_key(t->cert_file, t->key_file, &f) != OK)
		faults_add(b->faults, key->at, "'key_file': %s", f.why);
}

void
endpoint_own(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *arg)
{
	struct target *t = arg;

	if (strcmp(row->name, "headers") == 0)
		bind_pairs(b, row, node, &t->headers, &t->header_count);
	else if (strcmp(row->name, "auth") == 0)
		read_auth(b, node, t);
	else if (strcmp(row->name, "tls") == 0)
		read_tls(b, node, t);
	else if (strcmp(row->name, "expect") == 0)
		expect_read(b, node, &t->expect);
}

/* Keys that not every kind knows, and those that do. */
enum { HTTP = 1 << TARGET_HTTP, TLS = 1 << TARGET_TLS, DNS = 1 << TARGET_DNS };
static const struct bound {
	const char *key;
	unsigned kinds;
} bound[] = {{"method", HTTP}, {"headers", HTTP}, {"body", HTTP},
    {"auth", HTTP}, {"http", HTTP}, {"reuse", HTTP}, {"tls", HTTP | TLS},
    {"proxy", HTTP}, {"redirects", HTTP}, {"ip", ~(unsigned)DNS},
    {"addresses", ~(unsigned)DNS}},
  bound_expect[] = {{"status", HTTP}, {"json", HTTP}, {"body", HTTP | DNS},
      {"not_body", HTTP | DNS}, {"header", HTTP}, {"type", HTTP},
      {"records", DNS}};

static void
check_key(struct binder *b, const struct yaml *node, const struct bound *k,
    const struct target *t)
{
	const struct yaml *c = bind_child(node, k->key);

	if (c != NULL && (k->kinds & 1u << t->kind) == 0)
		faults_add(b->faults, c->key_at,
		    "'%s' has no meaning for %.*s:", c->key,
		    (int)strcspn(t->url, ":"), t->url);
}

/* Keys written where they cannot mean anything. */
static void
check_kind(struct binder *b, const struct yaml *node, const struct target *t)
{
	const struct yaml *expect = bind_child(node, "expect");

	for (size_t i = 0; i < sizeof(bound) / sizeof(bound[0]); i++)
		check_key(b, node, &bound[i], t);
	if (expect == NULL || expect->kind != YAML_MAP)
		return;
	for (size_t i = 0; i < sizeof(bound_expect) / sizeof(bound_expect[0]);
	     i++)
		check_key(b, expect, &bound_expect[i], t);
}

void
endpoint_read(struct binder *b, const struct yaml *node, struct target *t)
{
	struct binding to = {SECTION_ENDPOINT, t, endpoint_own, t};
	const struct yaml *body, *addresses;

	if (node->kind == YAML_SCALAR) {
		scalar_store(b, option_find(SECTION_ENDPOINT, "url"), node,
		    &t->url);
	} else if (bind_map(b, node, &to, 1) &&
	    bind_child(node, "url") == NULL) {
		faults_add(b->faults, node->at, "an endpoint needs a 'url'");
	}
	if (t->url == NULL)
		return;
	t->kind = target_kind_of(t->url);
	check_kind(b, node, t);
	if (t->kind == TARGET_DNS)
		expect_only_text(&t->expect);
	if (t->kind != TARGET_HTTP)
		return;
	if (t->http == TARGET_HTTP_2 && t->proxy != NULL &&
	    strncasecmp(t->url, "http:", 5) == 0)
		faults_add(b->faults, node->at,
		    "without TLS, http: \"2\" does not pass a proxy");
	addresses = bind_child(node, "addresses");
	if (addresses != NULL && t->addresses == TARGET_ADDRESSES_ALL &&
	    t->proxy != NULL)
		faults_add(b->faults, addresses->at,
		    "through a proxy, it is the proxy that chooses the "
		    "address");
	body = bind_child(node, "body");
	if (body != NULL &&
	    (t->method == NULL || strcmp(t->method, "GET") == 0 ||
		strcmp(t->method, "HEAD") == 0))
		faults_add(b->faults, body->key_at,
		    "'body' needs a method that sends one, like POST");
}

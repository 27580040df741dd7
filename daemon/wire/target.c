/* SPDX-License-Identifier: MIT */
#include "wire/target.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "wire/field.h"

enum {
	FAMILIES = 3, /* enum family of io/resolve.h */
	REDIRECTS_MAX = 5,
	STATUS_MAX = 999
};

enum target_kind
target_kind_of(const char *url)
{
	static const char *const schemes[TARGET_KINDS] = {[TARGET_HTTP] = "",
	    [TARGET_TCP] = "tcp:",
	    [TARGET_TLS] = "tls:",
	    [TARGET_DNS] = "dns:",
	    [TARGET_ICMP] = "icmp:"};
	enum target_kind k = TARGET_KINDS - 1;

	while (k > TARGET_HTTP &&
	    strncasecmp(url, schemes[k], strlen(schemes[k])) != 0)
		k--;
	return k;
}

const char *
target_secret_file(const struct target *t, enum target_secret which)
{
	switch (which) {
	case TARGET_SECRET_BASIC:
		return t->basic_file;
	case TARGET_SECRET_BEARER:
		return t->bearer_file;
	case TARGET_SECRET_CERT:
		return t->cert_file;
	case TARGET_SECRET_KEY:
		return t->key_file;
	case TARGET_SECRET_CLIENT:
		return t->oauth.secret_file;
	}
	return NULL;
}

bool
target_has_secrets(const struct target *t)
{
	for (unsigned k = 0; k < TARGET_SECRETS; k++) {
		if (target_secret_file(t, (enum target_secret)k) != NULL)
			return true;
	}
	return false;
}

static void
pairs_done(struct target_pair *pairs, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		mem_free(pairs[k].name);
		mem_free(pairs[k].value);
	}
	mem_free(pairs);
}

static void
expect_done(struct target_expect *e)
{
	for (size_t k = 0; k < e->json_count; k++) {
		mem_free(e->json[k].path);
		mem_free(e->json[k].equals);
	}
	mem_free(e->json);
	mem_free(e->status);
	for (size_t k = 0; k < e->record_count; k++)
		mem_free(e->records[k]);
	mem_free(e->records);
	pairs_done(e->headers, e->header_count);
	mem_free(e->body);
	mem_free(e->not_body);
	mem_free(e->type);
}

void
target_oauth_done(struct target_oauth *o)
{
	mem_free(o->token_url);
	mem_free(o->client_id);
	mem_free(o->secret_file);
	mem_free(o->scope);
	mem_free(o->audience);
	*o = (struct target_oauth){0};
}

void
target_done(struct target *t)
{
	mem_free(t->id);
	mem_free(t->url);
	mem_free(t->method);
	pairs_done(t->headers, t->header_count);
	mem_free(t->body);
	mem_free(t->basic_file);
	mem_free(t->bearer_file);
	mem_free(t->cert_file);
	mem_free(t->key_file);
	target_oauth_done(&t->oauth);
	mem_free(t->ca_file);
	mem_free(t->proxy);
	expect_done(&t->expect);
	*t = (struct target){0};
}

static bool
pairs_equal(const struct target_pair *a, size_t a_count,
    const struct target_pair *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t k = 0; k < a_count; k++) {
		if (!field_same(a[k].name, b[k].name) ||
		    !field_same(a[k].value, b[k].value))
			return false;
	}
	return true;
}

static bool
status_equal(const struct target_expect *a, const struct target_expect *b)
{
	if (a->status_count != b->status_count)
		return false;
	for (size_t k = 0; k < a->status_count; k++) {
		if (a->status[k].from != b->status[k].from ||
		    a->status[k].to != b->status[k].to)
			return false;
	}
	return true;
}

static bool
json_equal(const struct target_expect *a, const struct target_expect *b)
{
	if (a->json_count != b->json_count)
		return false;
	for (size_t k = 0; k < a->json_count; k++) {
		if (!field_same(a->json[k].path, b->json[k].path) ||
		    !field_same(a->json[k].equals, b->json[k].equals) ||
		    a->json[k].max_age != b->json[k].max_age)
			return false;
	}
	return true;
}

static bool
records_equal(const struct target_expect *a, const struct target_expect *b)
{
	if (a->record_count != b->record_count)
		return false;
	for (size_t k = 0; k < a->record_count; k++) {
		if (strcmp(a->records[k], b->records[k]) != 0)
			return false;
	}
	return true;
}

static bool
expect_equal(const struct target_expect *a, const struct target_expect *b)
{
	return status_equal(a, b) && json_equal(a, b) &&
	    pairs_equal(a->headers, a->header_count, b->headers,
		b->header_count) &&
	    field_same(a->body, b->body) &&
	    field_same(a->not_body, b->not_body) &&
	    field_same(a->type, b->type) && records_equal(a, b) &&
	    a->latency == b->latency;
}

static bool
oauth_equal(const struct target_oauth *a, const struct target_oauth *b)
{
	return field_same(a->token_url, b->token_url) &&
	    field_same(a->client_id, b->client_id) &&
	    field_same(a->secret_file, b->secret_file) &&
	    field_same(a->scope, b->scope) &&
	    field_same(a->audience, b->audience);
}

static bool
texts_equal(const struct target *a, const struct target *b)
{
	return field_same(a->id, b->id) && field_same(a->url, b->url) &&
	    field_same(a->method, b->method) && field_same(a->body, b->body) &&
	    field_same(a->basic_file, b->basic_file) &&
	    field_same(a->bearer_file, b->bearer_file) &&
	    field_same(a->cert_file, b->cert_file) &&
	    field_same(a->key_file, b->key_file) &&
	    oauth_equal(&a->oauth, &b->oauth) &&
	    field_same(a->ca_file, b->ca_file) &&
	    field_same(a->proxy, b->proxy);
}

bool
target_equal(const struct target *a, const struct target *b)
{
	return a->canary == b->canary && a->kind == b->kind &&
	    a->interval == b->interval && a->timeout == b->timeout &&
	    a->insecure == b->insecure && a->reuse == b->reuse &&
	    a->ladder == b->ladder && a->family == b->family &&
	    a->redirects == b->redirects && a->http == b->http &&
	    a->addresses == b->addresses && texts_equal(a, b) &&
	    pairs_equal(a->headers, a->header_count, b->headers,
		b->header_count) &&
	    expect_equal(&a->expect, &b->expect);
}

static void
pairs_put(struct bytes_out *o, const struct target_pair *pairs, size_t n)
{
	field_put_count(o, n, TARGET_LIST_MAX);
	for (size_t k = 0; k < n; k++) {
		bytes_put_text(o, pairs[k].name);
		bytes_put_text(o, pairs[k].value);
	}
}

static void
expect_put(struct bytes_out *o, const struct target_expect *e)
{
	field_put_count(o, e->status_count, TARGET_LIST_MAX);
	for (size_t k = 0; k < e->status_count; k++) {
		bytes_put_u16(o, e->status[k].from);
		bytes_put_u16(o, e->status[k].to);
	}
	field_put_count(o, e->json_count, TARGET_LIST_MAX);
	for (size_t k = 0; k < e->json_count; k++) {
		bytes_put_text(o, e->json[k].path);
		bytes_put_text(o, e->json[k].equals);
		bytes_put_i64(o, e->json[k].max_age);
	}
	pairs_put(o, e->headers, e->header_count);
	bytes_put_text(o, e->body);
	bytes_put_text(o, e->not_body);
	bytes_put_text(o, e->type);
	field_put_count(o, e->record_count, TARGET_LIST_MAX);
	for (size_t k = 0; k < e->record_count; k++)
		bytes_put_text(o, e->records[k]);
	bytes_put_i64(o, e->latency);
}

static void
oauth_put(struct bytes_out *o, const struct target_oauth *a)
{
	field_put_bool(o, a->token_url != NULL);
	if (a->token_url == NULL)
		return;
	bytes_put_text(o, a->token_url);
	bytes_put_text(o, a->client_id);
	bytes_put_text(o, a->secret_file);
	bytes_put_text(o, a->scope);
	bytes_put_text(o, a->audience);
}

void
target_put(struct bytes_out *o, const struct target *t)
{
	bytes_put_u32(o, t->slot);
	bytes_put_u32(o, t->generation);
	field_put_bool(o, t->canary);
	bytes_put_u8(o, (uint8_t)t->kind);
	bytes_put_text(o, t->id);
	bytes_put_text(o, t->url);
	bytes_put_i64(o, t->interval);
	bytes_put_i64(o, t->timeout);
	bytes_put_text(o, t->method);
	pairs_put(o, t->headers, t->header_count);
	bytes_put_text(o, t->body);
	bytes_put_text(o, t->basic_file);
	bytes_put_text(o, t->bearer_file);
	bytes_put_text(o, t->cert_file);
	bytes_put_text(o, t->key_file);
	oauth_put(o, &t->oauth);
	bytes_put_text(o, t->ca_file);
	bytes_put_text(o, t->proxy);
	field_put_bool(o, t->insecure);
	field_put_bool(o, t->reuse);
	field_put_bool(o, t->ladder);
	bytes_put_u8(o, t->family);
	bytes_put_u8(o, t->redirects);
	bytes_put_u8(o, t->http);
	bytes_put_u8(o, t->addresses);
	expect_put(o, &t->expect);
}

static struct target_pair *
pairs_get(struct bytes_in *i, size_t *n)
{
	struct target_pair *pairs;

	*n = field_count(i, TARGET_LIST_MAX);
	if (*n == 0)
		return NULL;
	pairs = mem_array(*n, sizeof(*pairs));
	for (size_t k = 0; k < *n && i->ok; k++) {
		pairs[k].name = field_text_needed(i);
		pairs[k].value = field_text_needed(i);
	}
	return pairs;
}

static void
status_get(struct bytes_in *i, struct target_expect *e)
{
	e->status_count = field_count(i, TARGET_LIST_MAX);
	if (e->status_count == 0)
		return;
	e->status = mem_array(e->status_count, sizeof(*e->status));
	for (size_t k = 0; k < e->status_count && i->ok; k++) {
		e->status[k].from = bytes_get_u16(i);
		e->status[k].to = bytes_get_u16(i);
		if (e->status[k].from > e->status[k].to ||
		    e->status[k].to > STATUS_MAX)
			i->ok = false;
	}
}

static void
json_get(struct bytes_in *i, struct target_expect *e)
{
	e->json_count = field_count(i, TARGET_LIST_MAX);
	if (e->json_count == 0)
		return;
	e->json = mem_array(e->json_count, sizeof(*e->json));
	for (size_t k = 0; k < e->json_count && i->ok; k++) {
		e->json[k].path = field_text_needed(i);
		e->json[k].equals = field_text(i);
		e->json[k].max_age = field_span(i);
	}
}

static void
records_get(struct bytes_in *i, struct target_expect *e)
{
	e->record_count = field_count(i, TARGET_LIST_MAX);
	if (e->record_count == 0)
		return;
	e->records = mem_array(e->record_count, sizeof(*e->records));
	for (size_t k = 0; k < e->record_count && i->ok; k++)
		e->records[k] = field_text_needed(i);
}

static void
expect_get(struct bytes_in *i, struct target_expect *e)
{
	status_get(i, e);
	json_get(i, e);
	e->headers = pairs_get(i, &e->header_count);
	e->body = field_text(i);
	e->not_body = field_text(i);
	e->type = field_text(i);
	records_get(i, e);
	e->latency = field_span(i);
}

static void
oauth_get(struct bytes_in *i, struct target_oauth *a)
{
	if (!field_bool(i))
		return;
	a->token_url = field_text_needed(i);
	a->client_id = field_text_needed(i);
	a->secret_file = field_text_needed(i);
	a->scope = field_text(i);
	a->audience = field_text(i);
}

/* Only a canary, asked when in doubt, may have no timetable. */
static bool
timed(const struct target *t)
{
	return t->timeout > 0 && (t->interval > 0 || t->canary);
}

bool
target_get(struct bytes_in *i, struct target *t)
{
	*t = (struct target){0};
	t->slot = bytes_get_u32(i);
	t->generation = bytes_get_u32(i);
	t->canary = field_bool(i);
	t->kind = (enum target_kind)field_below(i, TARGET_KINDS);
	t->id = field_text_needed(i);
	t->url = field_text_needed(i);
	t->interval = field_span(i);
	t->timeout = field_span(i);
	t->method = field_text(i);
	t->headers = pairs_get(i, &t->header_count);
	t->body = field_text(i);
	t->basic_file = field_text(i);
	t->bearer_file = field_text(i);
	t->cert_file = field_text(i);
	t->key_file = field_text(i);
	oauth_get(i, &t->oauth);
	t->ca_file = field_text(i);
	t->proxy = field_text(i);
	t->insecure = field_bool(i);
	t->reuse = field_bool(i);
	t->ladder = field_bool(i);
	t->family = field_below(i, FAMILIES);
	t->redirects = field_below(i, REDIRECTS_MAX + 1);
	t->http = field_below(i, TARGET_HTTP_2 + 1);
	t->addresses = field_below(i, TARGET_ADDRESSES_ALL + 1);
	expect_get(i, &t->expect);
	if (bytes_in_done(i) && timed(t))
		return true;
	i->ok = false;
	target_done(t);
	return false;
}

/* SPDX-License-Identifier: MIT */
/* A configuration as YAML again, with every default written out. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "config/config.h"
#include "config/option.h"
#include "config/window.h"

/* Text in double quotes, as YAML and JSON both read it. */
static void
quote(struct text *out, const char *s)
{
	text_char(out, '"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			text_printf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			text_printf(out, "\\x%02x", c);
		else
			text_char(out, *s);
	}
	text_char(out, '"');
}

static void
line(struct text *out, int indent, const char *key, const char *value)
{
	if (value == NULL)
		return;
	text_printf(out, "%*s%s: ", indent, "", key);
	quote(out, value);
	text_char(out, '\n');
}

static void
span(struct text *out, int indent, const char *key, span_ms ms)
{
	if (ms % SECOND_MS == 0)
		text_printf(out, "%*s%s: %" PRId64 "s\n", indent, "", key,
		    ms / SECOND_MS);
	else
		text_printf(out, "%*s%s: %" PRId64 "ms\n", indent, "", key, ms);
}

static void
list(struct text *out, int indent, const char *key, char *const *items)
{
	if (items[0] == NULL)
		return;
	text_printf(out, "%*s%s: [", indent, "", key);
	for (size_t i = 0; items[i] != NULL; i++) {
		text_add(out, i > 0 ? ", " : "");
		quote(out, items[i]);
	}
	text_add(out, "]\n");
}

static const char *
truth(bool b)
{
	return b ? "true" : "false";
}

static void
word(struct text *out, int indent, enum section section, const char *key,
    int position)
{
	char buf[OPTION_WORD_BYTES];

	line(out, indent, key,
	    option_word_at(option_find(section, key)->words, position, buf));
}

/* A header that may carry credentials. */
static bool
is_secret(const char *name)
{
	static const char *const parts[] = {"auth", "cookie", "token", "key",
	    "secret", "password", "session", "signature"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcasestr(name, parts[i]) != NULL)
			return true;
	}
	return false;
}

static void
pairs(struct text *out, int indent, const char *key,
    const struct target_pair *p, size_t n, bool hide)
{
	if (n == 0)
		return;
	text_printf(out, "%*s%s:\n", indent, "", key);
	for (size_t i = 0; i < n; i++) {
		text_printf(out, "%*s", indent + 2, "");
		quote(out, p[i].name);
		text_add(out, ": ");
		quote(out, hide && is_secret(p[i].name) ? "***" : p[i].value);
		text_char(out, '\n');
	}
}

static void
json_rules(struct text *out, int indent, const struct target_expect *e)
{
	if (e->json_count == 0)
		return;
	text_printf(out, "%*sjson:\n", indent, "");
	for (size_t i = 0; i < e->json_count; i++) {
		const struct target_json *j = &e->json[i];

		text_printf(out, "%*s", indent + 2, "");
		quote(out, j->path);
		if (j->equals != NULL) {
			text_printf(out, ": %s\n", j->equals);
		} else {
			text_add(out, ":\n");
			span(out, indent + 4, "max_age", j->max_age);
		}
	}
}

static void
expectation(struct text *out, int indent, const struct target *t)
{
	const struct target_expect *e = &t->expect;
	bool bare = e->status_count == 0 && e->json_count == 0 &&
	    e->header_count == 0 && e->body == NULL && e->not_body == NULL &&
	    e->type == NULL && (e->record_count == 0 || t->kind != TARGET_DNS);

	if (bare && e->latency == 0)
		return;
	if (t->kind != TARGET_HTTP && t->kind != TARGET_DNS && e->latency == 0)
		return; /* inherited, without a meaning here */
	text_printf(out, "%*sexpect:\n", indent, "");
	indent += 2;
	if (e->latency > 0)
		span(out, indent, "latency", e->latency);
	if (t->kind != TARGET_HTTP && t->kind != TARGET_DNS)
		return;
	if (e->status_count > 0)
		text_printf(out, "%*sstatus: [", indent, "");
	for (size_t i = 0; i < e->status_count; i++)
		text_printf(out, "%s\"%u-%u\"", i > 0 ? ", " : "",
		    e->status[i].from, e->status[i].to);
	text_add(out, e->status_count > 0 ? "]\n" : "");
	json_rules(out, indent, e);
	line(out, indent, "body", e->body);
	line(out, indent, "not_body", e->not_body);
	pairs(out, indent, "header", e->headers, e->header_count, false);
	line(out, indent, "type", e->type);
	if (t->kind == TARGET_DNS && e->record_count > 0)
		text_printf(out, "%*srecords:\n", indent, "");
	for (size_t i = 0; t->kind == TARGET_DNS && i < e->record_count; i++) {
		text_printf(out, "%*s- ", indent + 2, "");
		quote(out, e->records[i]);
		text_char(out, '\n');
	}
}

static void
tls_keys(struct text *out, int indent, const struct target *t)
{
	text_printf(out, "%*stls:\n%*sinsecure: %s\n", indent, "", indent + 2,
	    "", truth(t->insecure));
	line(out, indent + 2, "ca_file", t->ca_file);
	line(out, indent + 2, "cert_file", t->cert_file);
	line(out, indent + 2, "key_file", t->key_file);
}

static void
auth_keys(struct text *out, int indent, const struct target *t)
{
	const struct target_oauth *o = &t->oauth;

	if (t->basic_file == NULL && t->bearer_file == NULL &&
	    o->token_url == NULL)
		return;
	text_printf(out, "%*sauth:\n", indent, "");
	indent += 2;
	line(out, indent, "basic_file", t->basic_file);
	line(out, indent, "bearer_file", t->bearer_file);
	if (o->token_url == NULL)
		return;
	text_printf(out, "%*soauth2:\n", indent, "");
	indent += 2;
	line(out, indent, "token_url", o->token_url);
	line(out, indent, "client_id", o->client_id);
	line(out, indent, "client_secret_file", o->secret_file);
	line(out, indent, "scope", o->scope);
	line(out, indent, "audience", o->audience);
}

static void
http_keys(struct text *out, int indent, const struct target *t)
{
	line(out, indent, "method", t->method);
	pairs(out, indent, "headers", t->headers, t->header_count, true);
	line(out, indent, "body", t->body);
	auth_keys(out, indent, t);
	line(out, indent, "proxy", t->proxy);
	text_printf(out, "%*sredirects: %u\n", indent, "", t->redirects);
	word(out, indent, SECTION_ENDPOINT, "http", t->http);
	text_printf(out, "%*sreuse: %s\n", indent, "", truth(t->reuse));
}

static void
endpoint(struct text *out, const struct config_endpoint *e)
{
	const int indent = 10;
	const struct target *t = &e->target;
	const char *name = strchr(t->id, '/');

	name = name != NULL ? strchr(name + 1, '/') : NULL;
	text_printf(out, "        -\n");
	line(out, indent, "name", name != NULL ? name + 1 : NULL);
	line(out, indent, "url", t->url);
	span(out, indent, "interval", t->interval);
	span(out, indent, "timeout", t->timeout);
	if (t->kind != TARGET_DNS) {
		word(out, indent, SECTION_ENDPOINT, "ip", t->family);
		word(out, indent, SECTION_ENDPOINT, "addresses", t->addresses);
	}
	text_printf(out, "%*sladder: %s\n", indent, "", truth(t->ladder));
	if (t->kind == TARGET_HTTP || t->kind == TARGET_TLS)
		tls_keys(out, indent, t);
	if (t->kind == TARGET_HTTP)
		http_keys(out, indent, t);
	expectation(out, indent, t);
}

static void
functions(struct text *out, const char *key, const struct config_functions *f)
{
	if (f->count > 0)
		text_printf(out, "    %s:\n", key);
	for (size_t i = 0; i < f->count; i++) {
		text_add(out, "      -\n");
		line(out, 8, "name", f->names[i]);
		list(out, 8, "endpoints", f->each[i].endpoints);
	}
}

static void
needs(struct text *out, const struct config_service *s)
{
	if (s->need_count > 0)
		text_add(out, "    depends_on:\n");
	for (size_t i = 0; i < s->need_count; i++) {
		const struct config_need *need = &s->needs[i];

		text_add(out, "      - ");
		if (need->redundant) {
			list(out, 0, "any_of", need->any_of);
		} else {
			quote(out, need->any_of[0]);
			text_char(out, '\n');
		}
	}
}

static void
service(struct text *out, const struct config_service *s)
{
	text_add(out, "  -\n");
	line(out, 4, "id", s->id);
	line(out, 4, "name", s->name);
	list(out, 4, "tags", s->tags);
	line(out, 4, "owner", s->owner);
	line(out, 4, "runbook", s->runbook);
	functions(out, "functions", &s->functions);
	functions(out, "unaffected", &s->unaffected);
	needs(out, s);
	line(out, 4, "advice", s->advice);
	if (s->private)
		text_add(out, "    private: true\n");
	line(out, 4, "slo", s->slo);
	word(out, 4, SECTION_SERVICE, "all_clear", (int)s->all_clear);
	text_add(out, "    regions:\n");
	for (size_t i = 0; i < s->endpoint_count; i++) {
		const char *region = s->endpoints[i].region;

		/* Endpoints of one region stand together. */
		if (i == 0 || strcmp(s->endpoints[i - 1].region, region) != 0) {
			text_add(out, "      ");
			quote(out, region);
			text_add(out, ":\n");
		}
		endpoint(out, &s->endpoints[i]);
	}
}

static void
canaries(struct text *out, const struct config *c)
{
	const char *comma = "";

	text_add(out, "canaries: [");
	if (c->canary_gateway) {
		text_add(out, "gateway");
		comma = ", ";
	}
	if (c->canary_resolvers) {
		text_printf(out, "%sresolvers", comma);
		comma = ", ";
	}
	for (size_t i = 0; i < c->canary_count; i++, comma = ", ") {
		text_add(out, comma);
		quote(out, c->canaries[i].url);
	}
	text_add(out, "]\n");
}

static void
receiver(struct text *out, const struct receiver *r)
{
	text_add(out, "  -\n");
	line(out, 4, "id", r->id);
	word(out, 4, SECTION_RECEIVER, "type", (int)r->type);
	if (r->type == RECEIVER_SYSLOG) {
		word(out, 4, SECTION_RECEIVER, "facility", r->facility);
		return;
	}
	line(out, 4, "url", r->url);
	if (r->type == RECEIVER_HEARTBEAT)
		span(out, 4, "every", r->every);
	line(out, 4, "secret_file", r->secret_file);
	line(out, 4, "ca_file", r->ca_file);
	line(out, 4, "proxy", r->proxy);
	text_printf(out, "    allow_private: %s\n    insecure: %s\n",
	    truth(r->allow_private), truth(r->insecure));
	span(out, 4, "timeout", r->timeout);
}

static void
route(struct text *out, const struct config_route *r)
{
	text_add(out, "  -\n");
	if (r->service != NULL || r->region != NULL || r->tag != NULL ||
	    r->kind != NULL || r->severity != NULL)
		text_add(out, "    match:\n");
	line(out, 6, "service", r->service);
	line(out, 6, "region", r->region);
	line(out, 6, "tag", r->tag);
	line(out, 6, "kind", r->kind);
	line(out, 6, "severity", r->severity);
	list(out, 4, "to", r->to);
	span(out, 4, "notify_after", r->notify_after);
	text_printf(out, "    all: %s\n", truth(r->all));
}

static void
window(struct text *out, const struct config_window *w)
{
	char every[WINDOW_EVERY_BYTES], at[UTC_TEXT_BYTES];

	text_add(out, "  -\n");
	line(out, 4, "service", w->service);
	line(out, 4, "region", w->region);
	line(out, 4, "title", w->title);
	if (w->weekly) {
		line(out, 4, "every", window_format_every(w, every));
	} else {
		line(out, 4, "from", utc_format(w->from, at));
		line(out, 4, "to", utc_format(w->to, at));
	}
	line(out, 4, "timezone", w->timezone);
}

void
config_dump(const struct config *c, struct text *out)
{
	line(out, 0, "database", c->database);
	line(out, 0, "control", c->control);
	line(out, 0, "listen", c->listen);
	line(out, 0, "public_url", c->public_url);
	line(out, 0, "base_path", c->base_path);
	if (c->trusted_proxies != NULL)
		list(out, 0, "trusted_proxies", c->trusted_proxies);
	line(out, 0, "tokens", c->tokens);
	line(out, 0, "user_agent", c->user_agent_contact);
	text_add(out, "retention:\n");
	span(out, 2, "samples", c->keep_samples);
	canaries(out, c);
	text_add(out, "services:\n");
	for (size_t i = 0; i < c->service_count; i++)
		service(out, &c->services[i]);
	text_add(out, "receivers:\n");
	for (size_t i = 0; i < c->receiver_count; i++)
		receiver(out, &c->receivers[i]);
	text_add(out, "routes:\n");
	for (size_t i = 0; i < c->route_count; i++)
		route(out, &c->routes[i]);
	if (c->window_count > 0)
		text_add(out, "maintenance:\n");
	for (size_t i = 0; i < c->window_count; i++)
		window(out, &c->windows[i]);
}

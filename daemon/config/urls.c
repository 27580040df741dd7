/* SPDX-License-Identifier: MIT */
/* A configuration out of nothing but addresses: `vigie run URL...`. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/bind.h"
#include "config/endpoint.h"
#include "config/index.h"
#include "config/load.h"
#include "io/url.h"

static const span_ms default_interval = 10 * (span_ms)SECOND_MS;

/* What of a host may stand in an id. */
static void
id_of_host(const char *host, char id[64])
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n = 0;

	/* The host is lower case already. */
	for (; host[n] != '\0' && n < 63; n++) {
		id[n] = '-';
		if (strchr(set, host[n]) != NULL)
			id[n] = host[n];
	}
	id[n] = '\0';
}

static bool
check_url(struct faults *f, const char *text, char id[64])
{
	struct place at = {.file = text};
	struct fail why = {.why = ""};
	struct url u = {0};
	bool well = false;

	if (strstr(text, "://") == NULL) {
		faults_add(f, at,
		    "a URL begins with https://, did you mean "
		    "https://%s?",
		    text);
		return false;
	}
	if (url_parse(text, &u, &why) != OK) {
		faults_add(f, at, "%s", why.why);
	} else if (u.has_userinfo) {
		faults_add(f, (struct place){.file = "URL"},
		    "no credentials in a URL; use auth in a configuration");
	} else {
		id_of_host(u.host, id);
		well = true;
	}
	url_done(&u);
	return well;
}

static struct config_service *
service_of(struct config *c, const char *id)
{
	struct config_service *s = c->services;

	for (size_t i = 0; i < c->service_count; i++, s++) {
		if (strcmp(s->id, id) == 0)
			return s;
	}
	c->service_count++;
	s->id = mem_dup(id);
	s->name = mem_dup(id);
	s->tags = bind_list_new();
	s->functions.names = bind_list_new();
	s->unaffected.names = bind_list_new();
	return s;
}

static void
add_endpoint(struct config *c, struct config_service *s, const char *url)
{
	struct config_endpoint *e;

	s->endpoints = mem_resize(s->endpoints, s->endpoint_count + 1,
	    sizeof(s->endpoints[0]));
	e = &s->endpoints[s->endpoint_count++];
	*e = (struct config_endpoint){.region = mem_dup("default")};
	endpoint_init(&e->target);
	e->target.interval = default_interval;
	e->target.url = mem_dup(url);
	e->target.kind = target_kind_of(url);
	c->endpoint_count++;
}

/* Ids once it is known how many a service has. */
static void
name_endpoints(struct config_service *s)
{
	for (size_t i = 0; i < s->endpoint_count; i++) {
		struct text t;

		text_init(&t, 256);
		text_printf(&t, "%s/default", s->id);
		if (s->endpoint_count > 1)
			text_printf(&t, "/%zu", i + 1);
		s->endpoints[i].target.id = text_take(&t);
	}
}

struct config *
config_from_urls(const char *const *urls, size_t n, struct config_errors *e)
{
	struct config *c = mem_zalloc(sizeof(*c));
	struct faults *f = faults_new();
	char id[64];

	if (n == 0)
		faults_add(f, (struct place){.file = "vigie"},
		    "no URL: nothing to watch");
	c->services = mem_array(n, sizeof(c->services[0]));
	for (size_t i = 0; i < n; i++) {
		if (check_url(f, urls[i], id))
			add_endpoint(c, service_of(c, id), urls[i]);
	}
	for (size_t i = 0; i < c->service_count; i++)
		name_endpoints(&c->services[i]);
	c->database = mem_dup("vigie.db");
	c->control = mem_dup("vigie.control");
	c->keep_samples = 400 * (span_ms)DAY_MS;
	canary_defaults(c);
	receiver_defaults(c);
	route_defaults(c);
	index_build(c);
	faults_report(f, e);
	faults_free(f);
	if (e->count > 0) {
		config_free(c);
		c = NULL;
	}
	return c;
}

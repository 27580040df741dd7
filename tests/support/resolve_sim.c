/* SPDX-License-Identifier: MIT */
#include "resolve_sim.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "scripts.h"

TAILQ_HEAD(resolutions, resolution);

struct resolver {
	struct loop *loop;
	struct resolutions pending;
	size_t count;
	char *servers;
	resolve_script_fn *script;
	void *arg;
};

struct resolution {
	TAILQ_ENTRY(resolution) node;
	struct resolver *resolver;
	struct timer *timer;
	struct resolved result;
	struct address addresses[RESOLVE_ADDRESSES_MAX];
	resolved_fn *fn;
	void *arg;
};

struct resolver *
resolver_new_at(struct loop *l, const char *servers, struct fail *f)
{
	struct resolver *r = mem_zalloc(sizeof(*r));

	(void)f;
	r->loop = l;
	r->script = loop_sim_scripts(l)->resolve;
	r->arg = loop_sim_scripts(l)->arg;
	r->servers = mem_dup(servers != NULL ? servers : "192.0.2.53:53");
	TAILQ_INIT(&r->pending);
	return r;
}

struct resolver *
resolver_new(struct loop *l, struct fail *f)
{
	return resolver_new_at(l, NULL, f);
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	assert(r->count == 0);
	mem_free(r->servers);
	mem_free(r);
}

void
resolve_sim_script(struct resolver *r, resolve_script_fn *fn, void *arg)
{
	r->script = fn;
	r->arg = arg;
}

size_t
resolve_sim_pending(const struct resolver *r)
{
	return r->count;
}

void
resolve_cancel(struct resolution *n)
{
	TAILQ_REMOVE(&n->resolver->pending, n, node);
	n->resolver->count--;
	timer_free(n->timer);
	mem_free(n);
}

static void
on_timer(void *arg)
{
	struct resolution *n = arg;
	struct address addresses[RESOLVE_ADDRESSES_MAX];
	struct resolved result = n->result;
	resolved_fn *fn = n->fn;
	void *fn_arg = n->arg;

	memcpy(addresses, n->addresses, sizeof(addresses));
	result.addresses = addresses;
	resolve_cancel(n);
	fn(fn_arg, &result);
}

static void
add_address(struct resolution *n, const struct address *a, enum family family)
{
	if (family == FAMILY_ANY || family == a->family)
		n->addresses[n->result.count++] = *a;
}

/* Returns the delay. */
static span_ms
ask_script(struct resolution *n, const char *name, enum family family,
    span_ms timeout)
{
	struct resolver *r = n->resolver;
	struct resolve_answer answer = {.addresses = {"192.0.2.1"}, .delay = 1};

	if (r->script != NULL) {
		answer = (struct resolve_answer){0};
		r->script(r->arg, name, loop_now(r->loop), &answer);
	}
	n->result.reason = answer.reason;
	n->result.cached = answer.cached;
	if (answer.delay > timeout) {
		n->result.reason = REASON_TIMEOUT_DNS;
		answer.delay = timeout;
	}
	for (size_t i = 0; i < RESOLVE_ADDRESSES_MAX &&
	     answer.addresses[i] != NULL && n->result.reason == REASON_OK;
	     i++) {
		struct address a;
		bool literal = address_parse(answer.addresses[i], &a);

		assert(literal);
		add_address(n, &a, family);
	}
	if (n->result.reason == REASON_OK && n->result.count == 0)
		n->result.reason = REASON_DNS_EMPTY;
	return answer.delay;
}

struct resolution *
resolve_start(struct resolver *r, const char *name, enum family family,
    span_ms timeout, resolved_fn *fn, void *arg)
{
	struct resolution *n = mem_zalloc(sizeof(*n));
	struct address literal;
	span_ms delay = 0;

	n->resolver = r;
	n->fn = fn;
	n->arg = arg;
	n->timer = timer_new(r->loop, on_timer, n);
	TAILQ_INSERT_TAIL(&r->pending, n, node);
	r->count++;
	if (address_parse(name, &literal)) {
		add_address(n, &literal, family);
		if (n->result.count == 0)
			n->result.reason = REASON_DNS_EMPTY;
	} else if (name[0] == '\0' || strnlen(name, 256) > 255) {
		n->result.reason = REASON_DNS_NXDOMAIN;
	} else {
		delay = ask_script(n, name, family, timeout);
	}
	n->result.took_us = (uint32_t)(delay * 1000);
	timer_arm(n->timer, delay);
	return n;
}

size_t
resolver_servers(struct resolver *r, char out[][64], size_t max)
{
	const char *p = r->servers;
	size_t n = 0;

	while (*p != '\0' && n < max) {
		size_t length = strcspn(p, ",");

		(void)snprintf(out[n++], 64, "%.*s", (int)length, p);
		p += length + (p[length] == ',' ? 1 : 0);
	}
	return n;
}

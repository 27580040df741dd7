/* SPDX-License-Identifier: MIT */
/*
 * A chain of redirects: the first line is the address that is watched, each
 * other is "CODE LOCATION", the next answer.  Whatever they say: few are
 * followed, only over the web and never from https: back to http:, no forbidden
 * address is asked, and what is ours stays with the origin it was meant for.
 */
#include "fuzz.h"
#include "input.h"

#include "base/mem.h"
#include "io/policy.h"
#include "loop_sim.h"
#include "probes/probe.h"
#include "scripts.h"

enum { REDIRECTS = 5, LINE_BYTES = 16384 };

struct chain {
	const uint8_t *at;
	size_t left;
	struct url home;
	unsigned asked;
	bool away, secure, ended;
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* The next line; owned by caller (free()). */
static char *
take_line(struct chain *c)
{
	const uint8_t *end = c->left > 0 ? memchr(c->at, '\n', c->left) : NULL;
	size_t n = end != NULL ? (size_t)(end - c->at) : c->left;
	char *line = input_text(c->at, n);

	c->at += end != NULL ? n + 1 : n;
	c->left -= end != NULL ? n + 1 : n;
	return line;
}

static bool
holds_ours(const struct fetch_request *q)
{
	return q->bearer != NULL || q->userinfo != NULL || q->headers != NULL ||
	    q->body != NULL || q->cert != NULL || q->key != NULL;
}

static void
check_request(struct chain *c, const struct fetch_request *q)
{
	struct url u = {0};
	struct fail f;

	must(url_parse(q->url, &u, &f) == OK && url_is_web(&u));
	must(++c->asked <= 1 + REDIRECTS);
	must(!c->secure || u.scheme == URL_HTTPS);
	c->secure = u.scheme == URL_HTTPS;
	c->away = c->away || strcmp(u.origin, c->home.origin) != 0;
	must(!c->away || !holds_ours(q));
	must(q->address != NULL && policy_probe_allows(q->address));
	must(strcmp(q->host, u.host) == 0 && q->port == u.port);
	url_done(&u);
}

static void
on_fetch(void *arg, const struct fetch_request *q, wall_ms now,
    struct fetch_answer *out)
{
	static char header[LINE_BYTES];
	static const char *const headers[] = {header, NULL};
	struct chain *c = arg;
	char *line = take_line(c), *location = line;
	long code = strtol(line, &location, 10);

	(void)now;
	check_request(c, q);
	(void)snprintf(header, sizeof(header), "Location:%s", location);
	*out = (struct fetch_answer){.code = code >= 200 && code <= 599
		? (uint16_t)code
		: 302,
	    .headers = headers,
	    .delay = 1};
	free(line);
}

/* Names that begin with 'l' lead to where nobody may go. */
static void
on_resolve(void *arg, const char *name, wall_ms now, struct resolve_answer *out)
{
	(void)arg;
	(void)now;
	out->addresses[0] = name[0] == 'l' ? "169.254.169.254" : "192.0.2.1";
	out->delay = 1;
}

static void
on_probed(void *arg, const struct probe_result *r)
{
	struct chain *c = arg;

	must(r->step_count <= PROBE_STEPS_MAX);
	must(r->sample.class < CLASS_COUNT && r->sample.reason < REASON_COUNT);
	must(reason_class((enum reason)r->sample.reason) ==
	    (enum sample_class)r->sample.class);
	c->ended = true;
}

static void
probe(struct chain *c, struct plan *plan)
{
	struct loop *l = loop_sim_new(LOOP_SIM_START);
	const struct fetch_limits limits = {.in_flight_max = 1};
	struct probe_env env = {.loop = l};
	struct fail f;

	*loop_sim_scripts(l) = (struct scripts){.fetch = on_fetch,
	    .resolve = on_resolve,
	    .arg = c};
	env.resolver = resolver_new(l, &f);
	env.fetcher = fetcher_new(l, &limits, &f);
	env.dialer = dialer_new(l);
	env.recorder = recorder_new(l);
	env.pinger = pinger_new(l);
	must(probe_start(&env, plan, on_probed, c) != NULL);
	loop_sim_run_until(l, LOOP_SIM_START + MINUTE_MS);
	must(c->ended);
	fetcher_free(env.fetcher);
	dialer_free(env.dialer);
	recorder_free(env.recorder);
	pinger_free(env.pinger);
	resolver_free(env.resolver);
	loop_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct chain c = {.at = bytes, .left = n};
	char *url = take_line(&c);
	struct target t = {.kind = TARGET_HTTP,
	    .id = mem_dup("s/r"),
	    .url = mem_dup(url),
	    .interval = MINUTE_MS,
	    .timeout = 10 * (span_ms)SECOND_MS,
	    .body = n % 2 == 0 ? NULL : mem_dup("what we say"),
	    .method = n % 3 == 0 ? NULL : mem_dup("POST"),
	    .redirects = REDIRECTS};
	struct secrets ours = {0};
	struct plan *plan;
	struct fail f;

	free(url);
	if (url_parse(t.url, &c.home, &f) != OK || !url_is_web(&c.home)) {
		target_done(&t);
		url_done(&c.home);
		return 0;
	}
	plan = plan_new_take(&t, &f);
	if (plan != NULL) {
		ours.text[TARGET_SECRET_BEARER] = mem_dup("token");
		ours.text[TARGET_SECRET_CERT] = mem_dup("certificate");
		ours.text[TARGET_SECRET_KEY] = mem_dup("key");
		plan_take_secrets(plan, &ours);
		probe(&c, plan);
	}
	plan_free(plan);
	target_done(&t);
	url_done(&c.home);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* One probe, made as the prober makes it and told as a person wants it. */
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "config/config.h"
#include "probes/plan.h"
#include "probes/probe.h"
#include "probes/secret.h"
#include "wire/event_json.h"

enum { TARGET_BYTES = 65536, BAR_CELLS = 40, LINE_BYTES = 8192 };

struct errand {
	struct cli *cli;
	struct loop *loop;
	const struct plan *plan;
	int exit;
};

enum { PHASES = 5 };
static const char *const phase_names[PHASES] = {"dns", "connect", "tls", "wait",
    "receive"};

static void
phases_of(const struct probe_step *s, uint32_t us[PHASES])
{
	us[0] = s->dns_us;
	us[1] = s->connect_us;
	us[2] = s->tls_us;
	us[3] = s->wait_us;
	us[4] = s->receive_us;
}

static const char *
meaning(const struct sample *s)
{
	bool proven = (s->flags & SAMPLE_PATH_PROVEN) != 0;

	switch (class_effect((enum sample_class)s->class)) {
	case EFFECT_GOOD:
		return "the endpoint counts as up";
	case EFFECT_NONE:
		return "says nothing about the service: no evidence";
	case EFFECT_REFUSED:
		return "ours to repair: the endpoint counts as unknown";
	case EFFECT_FAILING:
		break;
	}
	if (s->class == CLASS_MAINT)
		return "failing; confirmed in about half a minute it opens an "
		       "incident as maintenance";
	return proven
	    ? "failing; confirmed in about half a minute it opens an incident"
	    : "failing, but it may be our own network: the canaries are asked "
	      "before it opens an incident";
}

static int
exit_of(const struct sample *s)
{
	switch (class_effect((enum sample_class)s->class)) {
	case EFFECT_GOOD:
		return EXIT_CODE_GOOD;
	case EFFECT_FAILING:
		return EXIT_CODE_BAD;
	case EFFECT_NONE:
	case EFFECT_REFUSED:
		break;
	}
	return EXIT_CODE_PARTLY;
}

/* As many letters of each phase as its share of the time. */
static void
bar(struct text *t, const struct probe_step *s)
{
	uint32_t us[PHASES];
	uint64_t total = 0, before = 0;

	phases_of(s, us);
	for (size_t i = 0; i < PHASES; i++)
		total += us[i];
	if (total == 0)
		return;
	text_add(t, "     ");
	for (size_t i = 0; i < PHASES; i++) {
		uint64_t from = before * BAR_CELLS / total;

		before += us[i];
		for (; from < before * BAR_CELLS / total; from++)
			text_char(t, phase_names[i][0]);
	}
	for (size_t i = 0; i < PHASES; i++) {
		if (us[i] > 0)
			text_printf(t, "  %s %.1f ms", phase_names[i],
			    us[i] / 1e3);
	}
	text_char(t, '\n');
}

static void
tell_step(struct text *t, size_t n, const struct probe_step *s)
{
	char address[ADDRESS_TEXT_BYTES];

	text_printf(t, "  %zu  ", n);
	escape_log(t, s->url, strlen(s->url));
	if (s->address.family != FAMILY_ANY)
		text_printf(t, "  at %s", address_format(&s->address, address));
	if (s->address.family != FAMILY_ANY && s->port != 0)
		text_printf(t, " port %u", s->port);
	if (s->code != 0)
		text_printf(t, "  status %u", s->code);
	else if (s->reason != REASON_OK)
		text_printf(t, "  %s", reason_text(s->reason));
	text_char(t, '\n');
	bar(t, s);
}

static void
tell(struct cli *c, const struct plan *plan, const struct probe_result *r)
{
	const struct sample *s = &r->sample;
	enum effect effect = class_effect((enum sample_class)s->class);
	enum cli_style style = CLI_YELLOW;
	struct text t;

	if (effect == EFFECT_GOOD)
		style = CLI_GREEN;
	else if (effect == EFFECT_FAILING)
		style = CLI_RED;
	text_init(&t, (size_t)LINE_BYTES * PROBE_STEPS_MAX);
	text_printf(&t, "%s  ", plan->target.id);
	escape_log(&t, plan->target.url, strlen(plan->target.url));
	text_char(&t, '\n');
	for (size_t i = 0; i < r->step_count; i++)
		tell_step(&t, i + 1, &r->steps[i]);
	text_printf(&t, "%s%s%s  %s", cli_style(c, style),
	    class_name((enum sample_class)s->class), cli_style(c, CLI_PLAIN),
	    reason_text((enum reason)s->reason));
	if (r->detail[0] != '\0') {
		text_add(&t, ": ");
		escape_log(&t, r->detail, strlen(r->detail));
	}
	text_printf(&t, "\n  %.1f ms in all", s->total_us / 1e3);
	if (s->cert_days != CERT_DAYS_UNKNOWN)
		text_printf(&t, ", certificate good for %d days", s->cert_days);
	if (s->retry_after_s != RETRY_AFTER_ABSENT)
		text_printf(&t, ", asks to come back in %d s",
		    (int)s->retry_after_s);
	text_printf(&t, "\n  %s\n", meaning(s));
	(void)fputs(text_str(&t), c->out);
	text_done(&t);
}

/* Text from outside may be no UTF-8, which JSON must be. */
static json_t *
safe_string(const char *s)
{
	struct text t;
	json_t *j;

	text_init(&t, LINE_BYTES);
	escape_log(&t, s, strlen(s));
	j = json_string(text_str(&t));
	text_done(&t);
	return j;
}

static void
put(json_t *o, const char *key, json_t *value)
{
	(void)json_object_set_new(o, key, value);
}

static json_t *
step_json(const struct probe_step *s)
{
	json_t *o = json_object(), *phases = json_object();
	char address[ADDRESS_TEXT_BYTES];
	uint32_t us[PHASES];

	put(o, "url", safe_string(s->url));
	if (s->address.family != FAMILY_ANY)
		put(o, "address",
		    json_string(address_format(&s->address, address)));
	put(o, "port", json_integer(s->port));
	put(o, "code", json_integer(s->code));
	put(o, "reason", json_string(reason_name(s->reason)));
	phases_of(s, us);
	for (size_t i = 0; i < PHASES; i++)
		put(phases, phase_names[i], json_integer(us[i]));
	put(o, "phases_us", phases);
	return o;
}

static void
tell_json(struct cli *c, const struct plan *plan, const struct probe_result *r)
{
	const struct sample *s = &r->sample;
	json_t *o = json_object(), *steps = json_array();
	char *line;

	put(o, "endpoint", json_string(plan->target.id));
	put(o, "url", safe_string(plan->target.url));
	put(o, "class", json_string(class_name((enum sample_class)s->class)));
	put(o, "reason", json_string(reason_name((enum reason)s->reason)));
	put(o, "detail", safe_string(r->detail));
	put(o, "code", json_integer(s->code));
	put(o, "total_us", json_integer(s->total_us));
	put(o, "path_proven",
	    json_boolean((s->flags & SAMPLE_PATH_PROVEN) != 0));
	if (s->cert_days != CERT_DAYS_UNKNOWN)
		put(o, "cert_days", json_integer(s->cert_days));
	if (s->retry_after_s != RETRY_AFTER_ABSENT)
		put(o, "retry_after_s", json_integer(s->retry_after_s));
	put(o, "meaning", json_string(meaning(s)));
	for (size_t i = 0; i < r->step_count; i++)
		(void)json_array_append_new(steps, step_json(&r->steps[i]));
	put(o, "steps", steps);
	line = event_json_text(o);
	(void)fprintf(c->out, "%s\n", line);
	mem_free(line);
	json_decref(o);
}

static void
on_probed(void *arg, const struct probe_result *r)
{
	struct errand *e = arg;

	if (e->cli->json)
		tell_json(e->cli, e->plan, r);
	else
		tell(e->cli, e->plan, r);
	e->exit = exit_of(&r->sample);
	loop_stop(e->loop);
}

static int
run(struct cli *c, struct plan *plan)
{
	static const struct fetch_limits limits = {.in_flight_max = 1,
	    .user_agent = "Vigie/" VIGIE_VERSION};
	struct errand e = {.cli = c, .plan = plan, .exit = EXIT_CODE_INTERNAL};
	struct probe_env env = {0};
	struct probe *probe;
	struct fail f;

	env.loop = e.loop = loop_new(&f);
	if (env.loop == NULL)
		return cli_fail(c, &f);
	env.resolver = resolver_new(env.loop, &f);
	if (env.resolver == NULL) {
		e.exit = cli_fail(c, &f);
		goto out;
	}
	env.fetcher = fetcher_new(env.loop, &limits, &f);
	if (env.fetcher == NULL) {
		e.exit = cli_fail(c, &f);
		goto out;
	}
	env.recorder = recorder_new(env.loop);
	env.pinger = pinger_new(env.loop);
	env.dialer = dialer_new(env.loop);
	env.tokens = tokens_new(&(struct token_doors){.loop = env.loop,
	    .resolver = env.resolver,
	    .fetcher = env.fetcher});
	probe = probe_start(&env, plan, on_probed, &e);
	if (probe != NULL)
		loop_run(env.loop);
out:
	plan_forget_token(plan); /* its request is made through these doors */
	tokens_free(env.tokens);
	fetcher_free(env.fetcher);
	dialer_free(env.dialer);
	pinger_free(env.pinger);
	recorder_free(env.recorder);
	resolver_free(env.resolver);
	loop_free(env.loop);
	return e.exit;
}

/* A copy of our own, by the way it travels to a prober. */
static struct target
copy_of(const struct target *t)
{
	unsigned char *buf = mem_array(TARGET_BYTES, 1);
	struct bytes_out o;
	struct bytes_in i;
	struct target copy = {0};

	bytes_out_init(&o, buf, TARGET_BYTES);
	target_put(&o, t);
	bytes_in_init(&i, buf, o.len);
	if (!o.ok || !target_get(&i, &copy))
		copy = (struct target){0};
	mem_free(buf);
	return copy;
}

/* False, and told, when one cannot be read. */
static bool
load_secrets(struct cli *c, const struct target *t, struct secrets *s)
{
	int fds[TARGET_SECRETS];
	size_t n = 0;
	bool whole = true;

	for (unsigned k = 0; k < TARGET_SECRETS && whole; k++) {
		const char *path = target_secret_file(t, (enum target_secret)k);

		if (path == NULL)
			continue;
		fds[n] = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		whole = fds[n] >= 0;
		n += whole ? 1 : 0;
	}
	*s = (struct secrets){0};
	whole = whole && secrets_read(s, t, fds, n);
	while (n > 0)
		(void)close(fds[--n]);
	if (!whole)
		(void)cli_error(c, EXIT_CODE_PERMISSION,
		    "the secret files of %s cannot be read", t->id);
	return whole;
}

static int
probe_target(struct cli *c, const struct target *given)
{
	struct target t = copy_of(given);
	struct plan *plan;
	struct fail f;
	struct secrets secrets;
	int code = EXIT_CODE_PERMISSION;

	if (t.url == NULL)
		return cli_error(c, EXIT_CODE_DATA, "too large to be probed");
	plan = plan_new_take(&t, &f);
	if (plan == NULL)
		return cli_fail(c, &f);
	if (load_secrets(c, &plan->target, &secrets)) {
		plan_take_secrets(plan, &secrets);
		code = run(c, plan);
	}
	secrets_forget(&secrets);
	plan_free(plan);
	return code;
}

static int
probe_url(struct cli *c, const char *url)
{
	struct config_errors errors;
	struct config *config = config_from_urls(&url, 1, &errors);
	int code = EXIT_CODE_USAGE;

	if (config == NULL)
		(void)fputs(text_str(&errors.lines), c->err);
	else
		code =
		    probe_target(c, &config->services[0].endpoints[0].target);
	text_done(&errors.lines);
	config_free(config);
	return code;
}

static const struct target *
find(const struct config *config, const char *id)
{
	const struct config_endpoint *e = config_find(config, id, NULL);

	if (e != NULL)
		return &e->target;
	for (size_t i = 0; i < config->canary_count; i++) {
		if (strcmp(config->canaries[i].id, id) == 0)
			return &config->canaries[i];
	}
	return NULL;
}

static int
probe_named(struct cli *c, const char *id)
{
	struct config *config;
	const struct target *t;
	int code = cli_config(c, &config);

	if (code != EXIT_CODE_GOOD)
		return code;
	t = find(config, id);
	if (t != NULL)
		code = probe_target(c, t);
	else
		code = cli_usage(c,
		    "'%s' is neither an endpoint of %s nor a "
		    "URL",
		    id, cli_config_path(c));
	config_free(config);
	return code;
}

int
cli_probe(struct cli *c, int argc, char **argv)
{
	int opt;

	while ((opt = cli_option(c, argc, argv, NULL)) > 0)
		continue;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c, "one endpoint or URL, please");
	if (strstr(argv[c->operand], "://") != NULL)
		return probe_url(c, argv[c->operand]);
	return probe_named(c, argv[c->operand]);
}

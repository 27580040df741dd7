/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "config/config.h"
#include "config/option.h"
#include "wire/event_json.h"

enum { OPT_DUMP = 1, OPT_KEYS, DUMP_MAX = 512 << 20, LINE_MAX_BYTES = 16384 };

static void
print_json(struct cli *c, json_t *j)
{
	char *line = event_json_text(j);

	(void)fprintf(c->out, "%s\n", line != NULL ? line : "{}");
	mem_free(line);
	json_decref(j);
}

static void
put(json_t *o, const char *key, json_t *value)
{
	/* Fails only for want of memory or on text that was checked. */
	(void)json_object_set_new(o, key, value);
}

static json_t *
endpoint_json(const struct target *t)
{
	json_t *o = json_object();

	put(o, "id", json_string(t->id));
	put(o, "url", json_string(t->url));
	put(o, "interval_ms", json_integer(t->interval));
	put(o, "timeout_ms", json_integer(t->timeout));
	return o;
}

static void
tell_json(struct cli *c, const struct config *config)
{
	json_t *o = json_object(), *list = json_array();

	put(o, "valid", json_true());
	put(o, "services", json_integer((json_int_t)config->service_count));
	put(o, "receivers", json_integer((json_int_t)config->receiver_count));
	put(o, "routes", json_integer((json_int_t)config->route_count));
	put(o, "windows", json_integer((json_int_t)config->window_count));
	put(o, "database", json_string(config->database));
	put(o, "control", json_string(config->control));
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t k = 0; k < s->endpoint_count; k++)
			(void)json_array_append_new(list,
			    endpoint_json(&s->endpoints[k].target));
	}
	put(o, "endpoints", list);
	print_json(c, o);
}

static void
count(struct text *t, size_t n, const char *what)
{
	text_printf(t, "%s%zu %s%s", text_len(t) > 0 ? ", " : "", n, what,
	    n == 1 ? "" : "s");
}

static void
tell_text(struct cli *c, const struct config *config)
{
	char every[DURATION_TEXT_BYTES], timeout[DURATION_TEXT_BYTES];
	struct text t;

	text_init(&t, LINE_MAX_BYTES);
	count(&t, config->service_count, "service");
	count(&t, config->endpoint_count, "endpoint");
	count(&t, config->receiver_count, "receiver");
	count(&t, config->route_count, "route");
	count(&t, config->window_count, "window");
	(void)fprintf(c->out, "%s%s%s\n", cli_style(c, CLI_GREEN), text_str(&t),
	    cli_style(c, CLI_PLAIN));
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t k = 0; k < s->endpoint_count; k++) {
			const struct target *e = &s->endpoints[k].target;

			text_reset(&t);
			escape_log(&t, e->url, strlen(e->url));
			(void)fprintf(c->out,
			    "%-28s every %-7s timeout %-7s %s\n", e->id,
			    duration_format(e->interval, every),
			    duration_format(e->timeout, timeout), text_str(&t));
		}
	}
	text_done(&t);
}

static int
refuse(struct cli *c, const struct config_errors *e)
{
	json_t *o, *list;
	const char *s = text_str(&e->lines);

	(void)fputs(s, c->err);
	if (!c->json)
		return EXIT_CODE_CONFIG;
	o = json_object();
	list = json_array();
	while (*s != '\0') {
		size_t n = strcspn(s, "\n");

		(void)json_array_append_new(list, json_stringn(s, n));
		s += n + (s[n] == '\n');
	}
	put(o, "valid", json_false());
	put(o, "errors", list);
	print_json(c, o);
	return EXIT_CODE_CONFIG;
}

static void
bounds(struct text *t, const struct option_row *r)
{
	char low[DURATION_TEXT_BYTES], high[DURATION_TEXT_BYTES];
	char words[OPTION_WORDS_BYTES];

	if (r->words != NULL)
		text_add(t, option_words(r->words, words));
	else if (r->type == OPTION_DURATION)
		text_printf(t, "%s to %s", duration_format(r->min, low),
		    duration_format(r->max, high));
	else if (r->type == OPTION_INTEGER)
		text_printf(t, "%" PRId64 " to %" PRId64, r->min, r->max);
	else
		text_add(t, option_type_name(r->type));
}

/* Every key of one place, from the table that the parser reads. */
static void
tell_keys_of(struct cli *c, unsigned bit)
{
	struct text t;

	text_init(&t, LINE_MAX_BYTES);
	(void)fprintf(c->out, "%s%s%s\n", cli_style(c, CLI_BOLD),
	    option_scope_name(bit), cli_style(c, CLI_PLAIN));
	for (const struct option_row *r = option_table; r->name != NULL; r++) {
		if ((r->scopes & 1U << bit) == 0 || r->type == OPTION_REFUSED)
			continue;
		text_reset(&t);
		bounds(&t, r);
		(void)fprintf(c->out, "  %-14s %s\n  %14s %s%s%s\n", r->name,
		    r->help, "", text_str(&t),
		    r->preset != NULL ? "; default " : "",
		    r->preset != NULL ? r->preset : "");
	}
	text_done(&t);
}

static int
tell(struct cli *c, const struct config *config, bool dump)
{
	struct text t;

	if (!dump) {
		if (c->json)
			tell_json(c, config);
		else
			tell_text(c, config);
		return EXIT_CODE_GOOD;
	}
	text_init(&t, DUMP_MAX);
	config_dump(config, &t);
	(void)fputs(text_str(&t), c->out);
	text_done(&t);
	return EXIT_CODE_GOOD;
}

int
cli_check(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"dump", no_argument, NULL,
						OPT_DUMP},
	    {"keys", no_argument, NULL, OPT_KEYS}, {0}};
	struct config_errors errors;
	struct config *config;
	bool dump = false, keys = false;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		dump = dump || opt == OPT_DUMP;
		keys = keys || opt == OPT_KEYS;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc != c->operand)
		return cli_usage(c, "the file is named with -c");
	if (keys) {
		for (unsigned bit = 0; bit < SCOPE_COUNT; bit++)
			tell_keys_of(c, bit);
		return EXIT_CODE_GOOD;
	}
	config = config_load(cli_config_path(c), &errors);
	code = config != NULL ? tell(c, config, dump) : refuse(c, &errors);
	text_done(&errors.lines);
	config_free(config);
	return code;
}

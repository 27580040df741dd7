/* SPDX-License-Identifier: MIT */
/* The commands that ask the running daemon to do something, and only that. */
#include "cli/act.h"

#include <jansson.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "io/control.h"

enum { ANSWER_MS = 20 * SECOND_MS };

/* The answer is {"ok":..., "code":..., "message":...}: print and return it. */
static int
report(struct cli *c, const char *answer)
{
	json_t *j = json_loads(answer, 0, NULL);
	const char *message;
	int ok = 0, code = EXIT_CODE_INTERNAL, result;

	if (j == NULL ||
	    json_unpack(j, "{s:b, s:i, s:s}", "ok", &ok, "code", &code,
		"message", &message) != 0) {
		result = cli_error(c, EXIT_CODE_INTERNAL,
		    "the daemon's answer is not understood");
	} else if (c->json) {
		(void)fprintf(c->out, "%s\n", answer);
		result = code;
	} else if (ok) {
		(void)fprintf(c->out, "%s\n", message);
		result = EXIT_CODE_GOOD;
	} else {
		result = cli_error(c, (enum exit_code)code, "%s", message);
	}
	json_decref(j);
	return result;
}

static int
ask(struct cli *c, const char *request)
{
	struct config *config;
	struct text answer;
	struct fail f = {.why = ""};
	enum status s;
	int code = cli_config(c, &config);

	if (code != EXIT_CODE_GOOD)
		return code;
	text_init(&answer, CONTROL_BYTES);
	s = control_ask(config->control, request, ANSWER_MS, &answer, &f);
	if (s == OK)
		code = report(c, text_str(&answer));
	else
		code = cli_error(c,
		    s == ERR_NOTFOUND ? EXIT_CODE_UNAVAILABLE
				      : EXIT_CODE_PERMISSION,
		    "%s", f.why);
	text_done(&answer);
	config_free(config);
	return code;
}

int
act_ask(struct cli *c, json_t *request)
{
	char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	int code;

	json_decref(request);
	if (text == NULL)
		return cli_usage(c, "the text must be valid UTF-8");
	if (strlen(text) > CONTROL_BYTES)
		code = cli_error(c, EXIT_CODE_DATA, "the text is too long");
	else
		code = ask(c, text);
	mem_free(text);
	return code;
}

int
cli_reload(struct cli *c, int argc, char **argv)
{
	int opt;

	while ((opt = cli_option(c, argc, argv, NULL)) > 0)
		continue;
	if (opt == CLI_STOP)
		return c->exit;
	if (c->operand < argc)
		return cli_usage(c, "reload takes no argument");
	return ask(c, "{\"act\":\"reload\"}");
}

static const struct option with_why[] = {{"why", required_argument, NULL, 'w'},
    {0}};

/* The one operand, and --why or NULL; false: c->exit is what to return. */
static bool
take_incident(struct cli *c, int argc, char **argv, const char **incident,
    const char **why)
{
	int opt;

	*why = NULL;
	while ((opt = cli_option(c, argc, argv, with_why)) > 0)
		*why = c->value;
	if (opt == CLI_STOP)
		return false;
	if (argc - c->operand != 1) {
		c->exit = cli_usage(c, "which incident?  One, as 20230214-1");
		return false;
	}
	*incident = argv[c->operand];
	return true;
}

int
cli_resolve(struct cli *c, int argc, char **argv)
{
	const char *incident, *why;

	if (!take_incident(c, argc, argv, &incident, &why))
		return c->exit;
	if (why == NULL || why[0] == '\0')
		return cli_usage(c, "say why: --why TEXT; it is recorded");
	return act_ask(c,
	    json_pack("{s:s, s:s, s:s}", "act", act_name(ACT_RESOLVE),
		"incident", incident, "why", why));
}

int
cli_ack(struct cli *c, int argc, char **argv)
{
	const char *incident, *why;

	if (!take_incident(c, argc, argv, &incident, &why))
		return c->exit;
	return act_ask(c,
	    json_pack("{s:s, s:s, s:s*}", "act", act_name(ACT_ACK), "incident",
		incident, "why", why));
}

int
cli_note(struct cli *c, int argc, char **argv)
{
	struct text note;
	int opt;

	while ((opt = cli_option(c, argc, argv, NULL)) > 0)
		continue;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand < 2)
		return cli_usage(c,
		    "which incident, and what of it?  20230214-1 TEXT");
	text_init(&note, CONTROL_BYTES);
	for (int i = c->operand + 1; i < argc; i++) {
		if (i > c->operand + 1)
			text_char(&note, ' ');
		text_add(&note, argv[i]);
	}
	if (!text_ok(&note))
		opt = cli_error(c, EXIT_CODE_DATA, "the note is too long");
	else
		opt = act_ask(c,
		    json_pack("{s:s, s:s, s:s}", "act", act_name(ACT_NOTE),
			"incident", argv[c->operand], "note", text_str(&note)));
	text_done(&note);
	return opt;
}

int
cli_pause(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"for", required_argument, NULL,
						'f'},
	    {"why", required_argument, NULL, 'w'}, {0}};
	const char *why = NULL;
	struct fail f = {.why = ""};
	span_ms length = 0;
	json_t *request;
	int opt;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == 'w')
			why = c->value;
		else if (duration_parse(c->value, &length, &f) != OK)
			return cli_usage(c, "--for: %s", f.why);
		else if (length == 0)
			return cli_usage(c, "--for: it must last some time");
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c,
		    "pause what?  One endpoint, as service/region, or one "
		    "service");
	request = json_pack("{s:s, s:s, s:s*}", "act", act_name(ACT_PAUSE),
	    "name", argv[c->operand], "why", why);
	/* A length: the daemon's clock is not that of this command. */
	if (request != NULL && length > 0)
		(void)json_object_set_new(request, "for_ms",
		    json_integer(length));
	return act_ask(c, request);
}

int
cli_resume(struct cli *c, int argc, char **argv)
{
	const char *why = NULL;
	int opt;

	while ((opt = cli_option(c, argc, argv, with_why)) > 0)
		why = c->value;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c,
		    "resume what?  One endpoint, as service/region, or one "
		    "service");
	return act_ask(c,
	    json_pack("{s:s, s:s, s:s*}", "act", act_name(ACT_RESUME), "name",
		argv[c->operand], "why", why));
}

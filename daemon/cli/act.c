/* SPDX-License-Identifier: MIT */
/* act - the commands that ask the running daemon to do something. */
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
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

int
cli_resolve(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"why", required_argument, NULL,
						'w'},
	    {0}};
	const char *why = NULL;
	json_t *request;
	char *text;
	int opt;

	while ((opt = cli_option(c, argc, argv, own)) > 0)
		why = c->value;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c, "which incident?  One, as 20230214-1");
	if (why == NULL || why[0] == '\0')
		return cli_usage(c, "say why: --why TEXT; it is recorded");
	request = json_pack("{s:s, s:s, s:s}", "act", "resolve", "incident",
	    argv[c->operand], "why", why);
	text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (text == NULL)
		return cli_usage(c, "the reason must be valid UTF-8");
	opt = ask(c, text);
	mem_free(text);
	return opt;
}

/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "config/suggest.h"
#include "wire/event_json.h"

enum {
	OWN_OPTIONS_MAX = 16,
	MESSAGE_BYTES = 4096,
	ESCAPED_BYTES = 4 * MESSAGE_BYTES
};

/* Values of the common options, out of the way of the commands' own. */
enum {
	OPTION_CONFIG = 0x1000,
	OPTION_JSON,
	OPTION_NO_COLOR,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option common[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {"no-color", no_argument, NULL, OPTION_NO_COLOR},
    {"help", no_argument, NULL, OPTION_HELP},
};
enum { COMMON_COUNT = sizeof(common) / sizeof(common[0]) };

static const struct cli_command commands[] = {
    {"init", "write a commented configuration to start from",
	"[FILE]\n"
	"\n"
	"FILE is vigie.yaml in the working folder if not given; '-' is standard\n"
	"output.  A file that is there already is never overwritten.\n",
	cli_init},
    {"check", "check the configuration and tell what it watches",
	"[-c FILE] [--json] [--dump | --keys | --windows TIME]\n"
	"\n"
	"Every error is told as FILE:LINE:COL: message; exit code 78 then.\n"
	"\n"
	"  --dump   the configuration with all defaults, without secrets\n"
	"  --keys   every key that a configuration may hold\n"
	"  --windows TIME\n"
	"           the next planned windows after that time, in UTC\n",
	cli_check},
    {"test-receiver", "send a test notice to one receiver",
	"[-c FILE] [--json] [--story tesla] RECEIVER\n"
	"\n"
	"Signs and posts one notice of type 'test', not through the daemon, and\n"
	"tells the answer; exit code 0 when all was delivered, else 74.\n"
	"\n"
	"  --story tesla  what it would have been sent on 14 February 2023\n",
	cli_test_receiver},
    {"token", "make a token for the dashboard",
	"[--json] [--role reader|operator] [--append FILE] NAME\n"
	"\n"
	"Prints a new token, which is kept nowhere, and the line for the file\n"
	"that the configuration names as tokens.\n"
	"\n"
	"  --role ROLE    a reader (default) sees all; an operator may act, too\n"
	"  --append FILE  put the line there, and print the token alone\n",
	cli_token},
    {"probe", "probe one endpoint or URL once and say what it means",
	"[-c FILE] [--json] ENDPOINT|URL\n"
	"\n"
	"ENDPOINT is an id of the configuration, like service/region.  Shown are\n"
	"each address asked, the phases of the latency, and the verdict.  Exit\n"
	"code 0: good; 2: failing; 1: says nothing about the service.\n",
	cli_probe},
    {"status", "what is up and what is not, problems first",
	"[-c FILE] [--json] [--database FILE] [FILTER]\n"
	"\n"
	"One line per endpoint; FILTER is a pattern over ids, services and\n"
	"regions.  Exit code 0 all up, 1 degraded or recovering, 2 down,\n"
	"3 maintenance, 4 unknown; of several, down comes first, then\n"
	"maintenance, degraded or recovering, unknown.\n",
	cli_status},
    {"incidents", "list incidents, newest first",
	"[-c FILE] [--json] [--database FILE] [--open] [--since DURATION]\n"
	"                 [ENDPOINT]\n"
	"\n"
	"  --open             only those that are not over\n"
	"  --since DURATION   only those open or closed within it, as 7d or 36h\n",
	cli_incidents},
    {"incident", "all about one incident",
	"[-c FILE] [--json] [--database FILE] ID\n"
	"\n"
	"Timeline, evidence, time in each state, and who was told.\n",
	cli_incident},
    {"explain", "why an endpoint is in its state, and what would change that",
	"[-c FILE] [--json] [--database FILE] ENDPOINT|SERVICE|INCIDENT\n"
	"\n"
	"Evidence, what the server claims, what confirmation lacks, our own\n"
	"network, recoveries of the last six hours, what comes next, and what\n"
	"people report.  Of a SERVICE: how its endpoints are, and that.\n",
	cli_explain},
    {"back", "is it really back?",
	"[-c FILE] [--json] [--database FILE] [--wait [--timeout DURATION]]\n"
	"            ENDPOINT\n"
	"\n"
	"Exit code 0 really back: up, no incident open; 1 recovering or\n"
	"degraded; 2 down; 3 maintenance; 4 unknown.\n"
	"\n"
	"  --wait              until the open incident is resolved, or until it\n"
	"                      fails again: exit code 2 then\n"
	"  --timeout DURATION  wait no longer; the exit code is that of the\n"
	"                      answer by then\n",
	cli_back},
    {"notices", "who was told what, and what is still owed",
	"[-c FILE] [--json] [--database FILE] [--owed | --failed] [RECEIVER]\n"
	"\n"
	"The newest 100 notices, then the counts over all of them.\n",
	cli_notices},
    {"maintenance", "list, add and cancel planned windows",
	"[-c FILE] [--json] [list [--next N] | add ... | cancel ID]\n"
	"\n"
	"  list     those of the configuration and those added, and when next\n"
	"  add      --service ID [--region ID] [--title TEXT] [--why TEXT]\n"
	"           [--timezone ZONE], and when:\n"
	"             [--from TIME] --to TIME | --for DURATION\n"
	"             --every \"Sun 02:00-04:00\"\n"
	"             --rrule \"FREQ=MONTHLY;BYDAY=1SU\" --from TIME --for DURATION\n"
	"             --ics FILE   the events of a calendar; '-' is standard input\n"
	"  cancel   ends it if it is going on; --why TEXT is recorded\n",
	cli_maintenance},
    {"backup", "copy the database while the daemon runs, and verify the copy",
	"[-c FILE] [--json] [--force] [--keep N] [FILE|FOLDER]\n"
	"\n"
	"Without FILE it is put into the folder backups beside the database, as\n"
	"vigie-TIME.db; so it is in FOLDER.  Only a copy that is whole, sound\n"
	"and on disk gets that name.\n"
	"\n"
	"  --force    replace FILE\n"
	"  --keep N   remove all but the newest N that are named vigie-TIME.db\n",
	cli_backup},
    {"db", "how large the database is, of what, and how it grows",
	"[-c FILE] [--json] [--database FILE]\n"
	"\n"
	"Sizes by purpose, free pages, what came in a day, how large it gets once\n"
	"retention is reached, room on its file system, and the newest backup.\n"
	"It looks for a few seconds at most; what it reckons instead is marked ~.\n",
	cli_db},
    {"reload", "have the daemon read its configuration again",
	"[-c FILE] [--json]\n"
	"\n"
	"Waits for the answer; what is wrong leaves the daemon as it was.\n",
	cli_reload},
    {"ack", "say that you take charge of an open incident",
	"[-c FILE] [--json] [--why TEXT] INCIDENT\n"
	"\n"
	"Recorded with your name, shown with the incident, and told quietly; it\n"
	"holds until the incident closes.  What gets worse is told all the same.\n",
	cli_ack},
    {"note", "add a note to the timeline of an incident",
	"[-c FILE] [--json] INCIDENT TEXT...\n"
	"\n"
	"Recorded with your name and told quietly; at most 4096 bytes.  It may be\n"
	"over already.  After '--' the text may begin with a dash.\n",
	cli_note},
    {"resolve", "end an incident that is recovering, and say why",
	"[-c FILE] [--json] --why TEXT ID\n"
	"\n"
	"Recorded with your name; a failure within the quiet time reopens it.\n",
	cli_resolve},
    {"pause", "do not watch an endpoint, or a service, for a while",
	"[-c FILE] [--json] [--for DURATION] [--why TEXT] ENDPOINT|SERVICE\n"
	"\n"
	"Nothing is asked of it then: the time counts as unknown, and an open\n"
	"incident is withdrawn.  It outlives restarts; 'vigie status' shows it.\n"
	"\n"
	"  --for DURATION  so long, as 2h or 1h30m; else until 'vigie resume'\n"
	"  --why TEXT      at most 1024 bytes, recorded with your name\n",
	cli_pause},
    {"resume", "watch again what was paused",
	"[-c FILE] [--json] [--why TEXT] ENDPOINT|SERVICE\n"
	"\n"
	"It is as new: unknown until it is seen well, or failing, again.\n",
	cli_resume},
    {"report-problem", "say that a service fails you",
	"[-c FILE] [--json] [--region REGION] SERVICE\n"
	"       vigie report-problem [-c FILE] [--json] --import FILE.csv\n"
	"\n"
	"Counted by quarter of an hour, once in an hour for each user and service,\n"
	"and shown beside the verdict; it changes no verdict.  Exit code 75: you\n"
	"are counted already, try later.\n"
	"\n"
	"  --region REGION  where it fails you\n"
	"  --import FILE    count the reports of a file; '-' is standard input, and\n"
	"                   .gz and .zst are read as they are.  The same rows are\n"
	"                   counted once, however often they are imported.\n"
	"\n"
	"The first line of the file names its columns, in any order:\n"
	"\n"
	"  time      Unix seconds (fraction allowed) or RFC 3339, from 2000 to now\n"
	"  service   an id of the configuration\n"
	"  region    one of its regions, or empty; may be missing\n"
	"  count     how many, 0 to 1000000; 1 if empty or missing\n",
	cli_report_problem},
    {"replay", "run the detector over recorded samples",
	"[-c FILE] [--json] TRACE...\n"
	"       vigie replay [--json] --compare A.yaml B.yaml TRACE...\n"
	"\n"
	"A trace is CSV with a header; '-' is standard input, and .gz and .zst\n"
	"are read as they are.  Columns, in any order:\n"
	"\n"
	"  ts           Unix seconds (fraction allowed) or RFC 3339\n"
	"  code         HTTP status, 0 for no answer\n"
	"  ms           latency in milliseconds, may be empty\n"
	"  endpoint     default: the name of the file without endings\n"
	"  service, region   default: the parts of the endpoint's id\n"
	"  class        OK, TIMEOUT, MAINT, ...; default: from the code\n"
	"  retry_after, body   what the server said, to tell maintenance\n"
	"\n"
	"Other columns are ignored.  With -c, intervals, timeouts, all_clear and\n"
	"planned windows come from the configuration.\n"
	"\n"
	"  --compare    what two configurations would have said, side by side\n",
	cli_replay},
};
enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

PRINTF_LIKE(2, 0)
static void
say(struct cli *c, const char *fmt, va_list ap)
{
	char message[MESSAGE_BYTES];
	struct text t;

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	/* Arguments and files may hold what a terminal would obey. */
	text_init(&t, ESCAPED_BYTES);
	for (char *s = message, *line; (line = strsep(&s, "\n")) != NULL;) {
		escape_log(&t, line, strlen(line));
		if (s != NULL)
			text_char(&t, '\n');
	}
	(void)fprintf(c->err, "vigie%s%s: %s\n", c->command != NULL ? " " : "",
	    c->command != NULL ? c->command->name : "", text_str(&t));
	text_done(&t);
}

int
cli_usage(struct cli *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, fmt, ap);
	va_end(ap);
	(void)fprintf(c->err, "Try 'vigie help%s%s'.\n",
	    c->command != NULL ? " " : "",
	    c->command != NULL ? c->command->name : "");
	return EXIT_CODE_USAGE;
}

int
cli_error(struct cli *c, enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, fmt, ap);
	va_end(ap);
	return (int)code;
}

void
cli_place(struct cli *c, const char *file, unsigned long line,
    const char *message)
{
	struct text t;

	text_init(&t, ESCAPED_BYTES);
	escape_log(&t, file, strlen(file));
	if (line > 0)
		text_printf(&t, ":%lu", line);
	text_add(&t, ": ");
	escape_log(&t, message, strlen(message));
	(void)fprintf(c->err, "%s\n", text_str(&t));
	text_done(&t);
}

int
cli_fail(struct cli *c, const struct fail *f)
{
	enum exit_code code = EXIT_CODE_IO;

	if (f->code == ERR_SYNTAX || f->code == ERR_RANGE ||
	    f->code == ERR_LIMIT || f->code == ERR_NOTFOUND)
		code = EXIT_CODE_DATA;
	return cli_error(c, code, "%s", f->why);
}

const char *
cli_config_path(const struct cli *c)
{
	return c->config_path != NULL ? c->config_path : CLI_CONFIG_PATH;
}

int
cli_config(struct cli *c, struct config **out)
{
	struct config_errors errors;

	*out = config_load(cli_config_path(c), &errors);
	if (*out == NULL)
		(void)fputs(text_str(&errors.lines), c->err);
	text_done(&errors.lines);
	return *out != NULL ? EXIT_CODE_GOOD : EXIT_CODE_CONFIG;
}

void
cli_json(struct cli *c, json_t *j)
{
	char *line = event_json_text(j);

	(void)fprintf(c->out, "%s\n", line != NULL ? line : "{}");
	mem_free(line);
	json_decref(j);
}

const char *
cli_style(const struct cli *c, enum cli_style s)
{
	static const char *const codes[] = {[CLI_PLAIN] = "\033[0m",
	    [CLI_BOLD] = "\033[1m",
	    [CLI_RED] = "\033[31m",
	    [CLI_YELLOW] = "\033[33m",
	    [CLI_GREEN] = "\033[32m"};

	return c->color ? codes[s] : "";
}

static void
print_help(struct cli *c)
{
	const struct cli_command *k = c->command;

	(void)fprintf(c->out, "vigie %s - %s\n\nUsage: vigie %s %s", k->name,
	    k->summary, k->name, k->usage);
	if (k->usage[0] == '\0' || k->usage[strlen(k->usage) - 1] != '\n')
		(void)fputc('\n', c->out);
	(void)fputs("\nCommon options: -c FILE, --json, --no-color, --help.\n",
	    c->out);
}

/* A common option; false when it is none. */
static bool
take_common(struct cli *c, int value)
{
	if (value == OPTION_CONFIG || value == 'c')
		c->config_path = optarg;
	else if (value == OPTION_JSON)
		c->json = true;
	else if (value == OPTION_NO_COLOR)
		c->color = false;
	else
		return false;
	return true;
}

/* What getopt found wrong, in our words. */
static int
wrong_option(struct cli *c, int argc, char **argv, int value)
{
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";

	if (value == ':')
		return cli_usage(c, "option '%s' needs a value", word);
	if (optopt > 0 && optopt < OPTION_CONFIG)
		return cli_usage(c, "unknown option '-%c'", optopt);
	if (optopt >= OPTION_CONFIG)
		return cli_usage(c, "option '%s' takes no value", word);
	return cli_usage(c, "unknown option '%s'", word);
}

int
cli_option(struct cli *c, int argc, char **argv, const struct option *own)
{
	struct option all[COMMON_COUNT + OWN_OPTIONS_MAX + 1] = {{0}};
	size_t n = 0;
	int value;

	memcpy(all, common, sizeof(common));
	for (; own != NULL && own[n].name != NULL && n < OWN_OPTIONS_MAX; n++)
		all[COMMON_COUNT + n] = own[n];
	c->exit = EXIT_CODE_GOOD;
	do
		value = getopt_long(argc, argv, ":c:h", all, NULL);
	while (take_common(c, value));
	c->value = optarg;
	c->operand = optind;
	if (value == OPTION_HELP || value == 'h') {
		print_help(c);
		return CLI_STOP;
	}
	if (value == '?' || value == ':') {
		c->exit = wrong_option(c, argc, argv, value);
		return CLI_STOP;
	}
	return value;
}

static void
list(struct cli *c, const struct cli_command *k)
{
	(void)fprintf(c->out, "  %-15s %s\n", k->name, k->summary);
}

static void
print_overview(struct cli *c, const struct cli_command *more)
{
	(void)fputs("vigie - a lookout for outages\n"
		    "\n"
		    "Usage: vigie [-c FILE] [--json] COMMAND ...\n"
		    "\n",
	    c->out);
	for (const struct cli_command *k = more; k != NULL && k->name != NULL;
	     k++)
		list(c, k);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		list(c, &commands[i]);
	(void)fputs("  help            "
		    "what a command does: vigie help COMMAND\n"
		    "\n"
		    "Common options: -c FILE (default " CLI_CONFIG_PATH "),\n"
		    "--json, --no-color, --help; --version alone.\n",
	    c->out);
}

static const struct cli_command *
find_command(const struct cli_command *more, const char *name,
    struct suggest *meant)
{
	suggest_init(meant, name);
	for (const struct cli_command *k = more; k != NULL && k->name != NULL;
	     k++) {
		if (strcmp(k->name, name) == 0)
			return k;
		suggest_offer(meant, k->name);
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
		suggest_offer(meant, commands[i].name);
	}
	suggest_offer(meant, "help");
	return NULL;
}

static int
help(struct cli *c, int argc, char **argv, const struct cli_command *more)
{
	char buf[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	if (argc < 2) {
		print_overview(c, more);
		return EXIT_CODE_GOOD;
	}
	c->command = find_command(more, argv[1], &meant);
	if (c->command == NULL)
		return cli_usage(c, "no command '%s'%s", argv[1],
		    suggest_text(&meant, buf));
	print_help(c);
	return EXIT_CODE_GOOD;
}

/* Options before the command; returns false when all is done. */
static bool
take_global(struct cli *c, int argc, char **argv,
    const struct cli_command *more)
{
	struct option all[COMMON_COUNT + 2] = {{0}};
	int value;

	memcpy(all, common, sizeof(common));
	all[COMMON_COUNT] =
	    (struct option){"version", no_argument, NULL, OPTION_VERSION};
	optind = 0; /* starts anew, and makes '+' stop at the command */
	do
		value = getopt_long(argc, argv, "+:c:h", all, NULL);
	while (take_common(c, value));
	c->exit = EXIT_CODE_GOOD;
	if (value == OPTION_VERSION)
		(void)fputs("vigie " VIGIE_VERSION "\n", c->out);
	else if (value == OPTION_HELP || value == 'h')
		print_overview(c, more);
	else if (value != CLI_END)
		c->exit = wrong_option(c, argc, argv, value);
	return value == CLI_END;
}

static int
dispatch(struct cli *c, int argc, char **argv, const struct cli_command *more)
{
	char buf[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	if (!take_global(c, argc, argv, more))
		return c->exit;
	argc -= optind;
	argv += optind;
	if (argc == 0) {
		print_overview(c, more);
		return EXIT_CODE_USAGE;
	}
	if (strcmp(argv[0], "help") == 0)
		return help(c, argc, argv, more);
	c->command = find_command(more, argv[0], &meant);
	if (c->command == NULL)
		return cli_usage(c, "no command '%s'%s", argv[0],
		    suggest_text(&meant, buf));
	optind = 0;
	return c->command->run(c, argc, argv);
}

static bool
wants_color(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

int
cli_main(int argc, char **argv, const struct cli_command *more)
{
	struct cli c = {.out = stdout, .err = stderr};
	int code;

	c.color = wants_color();
	code = dispatch(&c, argc, argv, more);
	errno = 0;
	if (fflush(c.out) != 0 || ferror(c.out)) {
		/* A reader that has gone knows why its output ends. */
		if (errno != EPIPE)
			(void)cli_error(&c, EXIT_CODE_IO,
			    "cannot write the output: %s",
			    errno != 0 ? strerror(errno) : "write failed");
		return EXIT_CODE_IO;
	}
	return code;
}

/* SPDX-License-Identifier: MIT */
/*
 * cli - the frame of the command line: one table of commands, the options
 * that all of them share, help, and how results and errors are printed.
 *
 * A command is `int cli_NAME(struct cli *c, int argc, char **argv)` in a file
 * of its own; argv[0] is the command's name.  It returns an exit code of
 * schema/names.def.  Its first lines are always
 *
 *	while ((opt = cli_option(c, argc, argv, own)) > 0) ...
 *	if (opt == CLI_STOP)
 *		return c->exit;
 *
 * Options may stand before or after the operands.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/status.h"
#include "core/names.h"

#define CLI_CONFIG_PATH "/etc/vigie/vigie.yaml"

struct config;
struct cli_command;

struct cli {
	const char *config_path; /* of -c, or NULL: see cli_config_path() */
	bool json, color;
	FILE *out, *err;
	const struct cli_command *command;

	/* Written by cli_option(). */
	const char *value; /* of the option just returned; borrowed from argv */
	int operand;       /* at the end: index of the first operand in argv */
	int exit;          /* at CLI_STOP: what to return */
};

typedef int cli_fn(struct cli *c, int argc, char **argv);

struct cli_command {
	const char *name;
	const char *summary; /* one line, no full stop */
	const char *usage;   /* "[-c FILE] [--json] TRACE...", then help text */
	cli_fn *run;
};

/*
 * Run what the arguments ask for and return the exit code.  more, ended by a
 * zeroed row, are commands of the program itself: what needs rooms that this
 * one may not include.
 */
int cli_main(int argc, char **argv, const struct cli_command *more);

enum { CLI_END = -1, CLI_STOP = 0 };

/*
 * The next option that is the command's own: the val (> 0) of its row; own
 * ends with a zeroed row and may be NULL.  The common options (-c FILE,
 * --config, --json, --no-color, -h, --help) are handled here.  CLI_STOP when
 * the help was printed or an option was wrong, which has then been said.
 */
MUST_CHECK
int cli_option(struct cli *c, int argc, char **argv, const struct option *own);

/* "vigie NAME: message" and a hint to the help; returns EXIT_CODE_USAGE. */
PRINTF_LIKE(2, 3)
int cli_usage(struct cli *c, const char *fmt, ...);
/* "vigie NAME: message"; returns code. */
PRINTF_LIKE(3, 4)
int cli_error(struct cli *c, enum exit_code code, const char *fmt, ...);
/* "FILE:LINE: message"; line 0: "FILE: message". */
void cli_place(struct cli *c, const char *file, unsigned long line,
    const char *message);
/* "vigie NAME: why"; returns the exit code that stands for f->code. */
int cli_fail(struct cli *c, const struct fail *f);

/* The file of -c, else CLI_CONFIG_PATH. */
const char *cli_config_path(const struct cli *c);
/*
 * Load it into *out (config_free() is the caller's), or print every error:
 * EXIT_CODE_GOOD or EXIT_CODE_CONFIG.
 */
MUST_CHECK
int cli_config(struct cli *c, struct config **out);

/* One line of JSON; takes j. */
struct json_t;
void cli_json(struct cli *c, struct json_t *j);

/* Escape sequences when c->color, else "". */
enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_RED, CLI_YELLOW, CLI_GREEN };
const char *cli_style(const struct cli *c, enum cli_style s);

/* The commands of this room. */
cli_fn cli_ack;
cli_fn cli_back;
cli_fn cli_backup;
cli_fn cli_check;
cli_fn cli_db;
cli_fn cli_explain;
cli_fn cli_incident;
cli_fn cli_incidents;
cli_fn cli_init;
cli_fn cli_maintenance;
cli_fn cli_note;
cli_fn cli_notices;
cli_fn cli_pause;
cli_fn cli_reload;
cli_fn cli_probe;
cli_fn cli_replay;
cli_fn cli_report_problem;
cli_fn cli_resolve;
cli_fn cli_resume;
cli_fn cli_status;
cli_fn cli_test_receiver;
cli_fn cli_token;

#endif

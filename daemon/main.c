/* SPDX-License-Identifier: MIT */
/* main - the program: a command line, and the roles that its children play. */
#include <jansson.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "io/crypto.h"
#include "roles.h"

/* Commands that need rooms which the command line does not know. */
static const struct cli_command own[] = {
    {"run", "watch, decide, remember and tell",
	"[-c FILE] [--stderr] [--time-scale SPEC] [URL...]\n"
	"\n"
	"Watch what the configuration names, or the URLs given, until\n"
	"SIGTERM.  SIGHUP and 'vigie reload' read the configuration again.\n"
	"\n"
	"      --stderr   log to standard error too; the default unless\n"
	"                 started by systemd\n"
	"      --time-scale SPEC\n"
	"                 for demonstrations: time runs N times as fast; N, or\n"
	"                 FROM=N,FROM=N... as 2023-02-14T09:00:00Z=60\n",
	cli_run},
    {0},
};

int
main(int argc, char **argv)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	/* Who reads us may go: that is an error of a write, no death. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	/* No memory ends a process; else what is told would lack a field. */
	json_set_alloc_funcs(mem_zalloc, mem_free);
	crypto_init();
	if (argc > 2 && strcmp(argv[1], "--role") == 0)
		return role_main(argc - 2, argv + 2);
	return cli_main(argc, argv, own);
}

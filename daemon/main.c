/* SPDX-License-Identifier: MIT */
/* main - the program: a command line, and the roles that its children play. */
#include <signal.h>
#include <stddef.h>

#include "cli/cli.h"

/* Commands that need rooms which the command line does not know. */
static const struct cli_command own[] = {
    {0},
};

int
main(int argc, char **argv)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	/* Who reads us may go: that is an error of a write, no death. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	return cli_main(argc, argv, own);
}

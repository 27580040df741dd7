/* SPDX-License-Identifier: MIT */
/* roles - the processes of the program, put together from their rooms. */
#ifndef ROLES_H
#define ROLES_H

#include "cli/cli.h"

/* `vigie run`: the keeper, parent of the others. */
cli_fn cli_run;

/*
 * `vigie --role NAME [--time-scale MAP] [PATH...]`: a child, with its channel
 * on descriptor 3 and the shared log on 4; it may read the paths and no others.
 */
int role_main(int argc, char **argv);

enum { ROLE_CHANNEL_FD = 3, ROLE_LOG_FD = 4 };

#endif

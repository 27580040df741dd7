/* SPDX-License-Identifier: MIT */
/* act - how the commands that act ask the running daemon. */
#ifndef CLI_ACT_H
#define CLI_ACT_H

#include "cli/cli.h"

struct json_t;

/*
 * Ask by the control socket that the configuration names, print the answer
 * and return its exit code.  request is taken; NULL: a text in it was not
 * valid UTF-8, which is said.
 */
MUST_CHECK
int act_ask(struct cli *c, struct json_t *request);

#endif

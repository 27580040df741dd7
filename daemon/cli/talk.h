/* SPDX-License-Identifier: MIT */
/* talk - ask the running daemon, and read its answer as JSON. */
#ifndef CLI_TALK_H
#define CLI_TALK_H

#include "base/attr.h"
#include "base/status.h"
#include "cli/cli.h"

struct json_t;

/*
 * Send the request (taken) and wait.  OK: it was done, and *answer is owned by
 * the caller.  Else *answer is NULL, *f says why, and *code is what to return:
 * of the daemon's answer, or EXIT_CODE_UNAVAILABLE when nobody listens
 * (ERR_NOTFOUND).
 */
MUST_CHECK
enum status talk_ask(const char *control, struct json_t *request,
    struct json_t **answer, int *code, struct fail *f);

#endif

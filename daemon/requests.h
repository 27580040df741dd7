/* SPDX-License-Identifier: MIT */
/*
 * requests - what the command line may ask of the running daemon, by the
 * control socket: one JSON object {"act": NAME, ...} for one answer.
 *
 * The answer of an act is {"ok":..., "code":..., "message":...}, where code is
 * the exit code of who asked.  It is given once what was done is committed.
 * Of EXIT_CODE_DATA there is also {"refusal": NAME} (enum refusal).
 * A new act is a function and a row of the table in requests.c.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "core/names.h"
#include "io/control.h"
#include "keeper/keeper.h"

struct requests {
	struct keeper *keeper;
	/* Of the process, as it needs the files: answers by requests_reply() */
	void (*reload)(void *arg, struct text *out);
	void *arg; /* of reload */
};

control_fn requests_answer; /* arg is a struct requests */

/* Append the answer of an act. */
void requests_reply(struct text *out, enum exit_code code, const char *message);

#endif

/* SPDX-License-Identifier: MIT */
/* windows - maintenance windows that commands add and cancel, and that stay. */
#ifndef KEEPER_WINDOWS_H
#define KEEPER_WINDOWS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/text.h"

struct json_t;
struct keeper;

/*
 * Add a list of windows (config/windowspec.h): all or none, on disk when it returns.
 * One of a calendar replaces that with its uid.  Their ids, "w3 w4", are
 * appended.  ERR_NOTFOUND: nothing is watched there; ERR_RANGE: it is over
 * already; ERR_LIMIT: there are too many; ERR_IO: cannot be written.
 */
MUST_CHECK
enum status keeper_windows_add(struct keeper *k, const char *author,
    bool calendar, const struct json_t *list, struct text *ids, struct fail *f);

/*
 * "w3" is over, now if it is going on.  What was done is said in *said.
 * ERR_NOTFOUND: there is none.
 */
MUST_CHECK
enum status keeper_window_cancel(struct keeper *k, const char *id,
    const char *author, const char *why, struct text *said, struct fail *f);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * reports - people say that a service fails them.  That is counted, and
 * nothing is decided by it: it stands beside the verdict.
 */
#ifndef KEEPER_REPORTS_H
#define KEEPER_REPORTS_H

#include "base/attr.h"
#include "base/status.h"
#include "base/text.h"

struct json_t;
struct keeper;

/*
 * One report, in the database when it returns OK; what was done is added to
 * out.  region may be NULL.  ERR_NOTFOUND: the configuration has no such
 * service, or region of it; ERR_LIMIT: that author is counted already within
 * the hour; ERR_IO: it cannot be written.
 */
MUST_CHECK
enum status keeper_report(struct keeper *k, const char *service,
    const char *region, const char *author, struct text *out, struct fail *f);

/*
 * A part of a file that is counted once.  request holds "digest", 64
 * hexadecimal digits of its rows; "entries", how many they make in all; "at",
 * which of them is the first here; and "list" of [service, region or "",
 * since_ms, count], a quarter of an hour each.  Those that are counted already
 * are left out, so that an import that was cut off can be had again; an empty
 * list asks how far it is.  All of a part is taken or nothing.
 *
 * To out is added {"ok":true, "code":0, "message":, "author":, "begun":,
 * "taken":, "old":}: by whom and when it was last taken from, in ms; how many
 * entries by now; and how many here were too old to be kept.  ERR_SYNTAX,
 * ERR_RANGE, ERR_NOTFOUND (with what was meant), ERR_IO.
 */
MUST_CHECK
enum status keeper_report_import(struct keeper *k, const char *author,
    const struct json_t *request, struct text *out, struct fail *f);

/* Each second: learn a little of what is usual. */
void reports_tick(struct keeper *k);

enum { KEEPER_REPORT_ENTRIES_MAX = 2000000 }; /* of a file */

#endif

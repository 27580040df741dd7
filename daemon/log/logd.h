/* SPDX-License-Identifier: MIT */
/*
 * logd - the process that may block: the only caller of syslog(3).
 *
 *	keeper  -> HELLO           READY comes back
 *	           RECEIVER*       of type syslog, for their facility
 *	           NOTICE*         one ATTEMPT each
 *	anybody -> LINE*           over a second descriptor, shared by all
 *
 * Delivered means handed to the local log daemon, no more.  Without /dev/log
 * everything goes to standard error, is counted, and a warning says so once;
 * notices then come back as RETRY.
 */
#ifndef LOG_LOGD_H
#define LOG_LOGD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "io/channel.h"
#include "io/loop.h"

struct logd;

struct logd_setup {
	int lines_fd;       /* stays the caller's; -1: none */
	const char *ident;  /* of lines and alerts; NULL: "vigie" */
	int facility;       /* of lines, unshifted; alerts default to local0 */
	bool to_stderr;     /* foreground: lines also, and syslog not, ... */
	const char *socket; /* NULL: /dev/log */
};

MUST_CHECK
struct logd *logd_new(struct loop *l, const struct logd_setup *s,
    struct fail *f);
void logd_free(struct logd *d); /* before the channel; NULL is ignored */

/* For channel_new(); then logd_attach() with the channel, borrowed. */
struct channel_events logd_events(struct logd *d);
void logd_attach(struct logd *d, struct channel *c);

/* What stands in one LINE frame; broken ones are counted. */
void logd_take(struct logd *d, const void *frame, size_t bytes);

uint64_t logd_lines(const struct logd *d);
uint64_t logd_broken(const struct logd *d);

#endif

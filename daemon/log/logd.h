/* SPDX-License-Identifier: MIT */
/*
 * logd - the process that may block: the only caller of syslog(3).
 *
 *	keeper  -> HELLO            READY comes back
 *	           RECEIVER*        of type syslog, for its facility
 *	           RECEIVER_REMOVE
 *	           NOTICE*          one ATTEMPT each
 *	anybody -> LINE*            over a second descriptor, shared by all
 *
 * Delivered means handed to the local log daemon, no more.  Without one,
 * everything goes to standard error, is counted, and a warning says so once;
 * notices then come back as RETRY.
 */
#ifndef LOG_LOGD_H
#define LOG_LOGD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "io/channel.h"
#include "io/loop.h"

enum { LOGD_FACILITY_DAEMON = 3, LOGD_FACILITY_ALERTS = 16 /* local0 */ };

struct logd_setup {
	int lines_fd;      /* stays the caller's; -1: none */
	const char *ident; /* NULL: "vigie" */
	int facility;      /* of lines, unshifted */
	bool to_stderr;    /* foreground: lines go there, too */
	/*
	 * Who hands text over instead of syslog(3): false when there is no log
	 * daemon.  NULL: syslog(3).  For tests.
	 */
	bool (*hand_over)(void *arg, int facility, int severity,
	    const char *text);
	void *arg;
};

struct logd;

MUST_CHECK
struct logd *logd_new(struct loop *l, const struct logd_setup *s,
    struct fail *f);
void logd_free(struct logd *d); /* before the channel; NULL is ignored */

/* For channel_new(); then logd_attach() with the channel, borrowed. */
struct channel_events logd_events(struct logd *d);
void logd_attach(struct logd *d, struct channel *c);

/* One packet as it comes from lines_fd; what is no LINE frame is counted. */
void logd_take(struct logd *d, const void *packet, size_t bytes);
/* All that wait at lines_fd now, without waiting for more. */
void logd_read(struct logd *d);

struct logd_counts {
	uint64_t lines, notices;
	uint64_t broken;  /* packets that were no LINE frame */
	uint64_t unheard; /* lines and notices no log daemon took */
};
struct logd_counts logd_counts(const struct logd *d);

#endif

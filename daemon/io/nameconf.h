/* SPDX-License-Identifier: MIT */
/*
 * nameconf - where the name servers stand written, and whether that, or the
 * hosts file, has been changed since.
 */
#ifndef IO_NAMECONF_H
#define IO_NAMECONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct nameconf_stamp { /* all 0 when there is no such file */
	uint64_t inode;
	int64_t size, seconds, nanoseconds;
};

struct nameconf {
	char *servers;       /* fixed ones, "ip[:port],...", or NULL */
	char *path;          /* instead of the system's file, or NULL */
	unsigned short port; /* of its servers */
	struct nameconf_stamp conf, hosts;
};

/* NULL: the system's; servers; or "/path[:port]" of a file.  Copied. */
void nameconf_init(struct nameconf *c, const char *sources);
void nameconf_done(struct nameconf *c);

/* True once after each change. */
MUST_CHECK
bool nameconf_changed(struct nameconf *c);

#endif

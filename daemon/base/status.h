/* SPDX-License-Identifier: MIT */
/* status - how a function of ours can fail. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "base/attr.h"

enum status {
	OK = 0,
	ERR_RANGE,    /* a value lies outside its documented range */
	ERR_SYNTAX,   /* text could not be parsed */
	ERR_NOTFOUND, /* no such thing; often not worth a message */
	ERR_EXISTS,   /* it is there already */
	ERR_LIMIT,    /* one of our own ceilings was reached */
	ERR_IO,       /* the system, a library or the disk refused */
	ERR_CORRUPT   /* stored data breaks an invariant of ours */
};

/* Why it failed, for people.  The caller owns it, usually on the stack. */
struct fail {
	enum status code;
	char why[400];
};

/*
 * Fill *f and return code, so that one statement both explains and returns.
 * f may be NULL for callers that do not care.  Truncates silently.
 */
PRINTF_LIKE(3, 4)
enum status fail_set(struct fail *f, enum status code, const char *fmt, ...);

#endif

/* SPDX-License-Identifier: MIT */
/* certificate - what the TLS library said of a server's certificate. */
#ifndef IO_CERTIFICATE_H
#define IO_CERTIFICATE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"
#include "core/names.h"

/*
 * verify: the library's number (X509_V_*), of a verification that failed; wall
 * is our clock: one that was never set finds every certificate too young.
 */
enum reason certificate_reason(long verify, wall_ms wall);

/* Our clock was never set: nothing follows from what it says. */
bool certificate_clock_unset(wall_ms wall);

/* "Nov 22 22:29:38 2027 GMT" */
MUST_CHECK
bool certificate_time(const char *text, wall_ms *t);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * retry_after - how long a server asks us to wait.
 *
 * All forms of RFC 9110: seconds, IMF-fixdate, RFC 850 and asctime dates.  A
 * date is taken relative to the server's own Date header, so that its clock
 * may be wrong.  Pure.
 */
#ifndef PROBES_RETRY_AFTER_H
#define PROBES_RETRY_AFTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"

/*
 * Seconds to wait, 0..RETRY_AFTER_LONGEST_S; RETRY_AFTER_ABSENT for NULL and
 * for what is unparsable, in the past or further away.  date is the value of
 * the Date header; when it is NULL or senseless, now stands in for it.
 */
int32_t retry_after_parse(const char *value, const char *date, wall_ms now);

/* An HTTP date in any of the three forms; now decides a two-digit year. */
MUST_CHECK
bool retry_after_date(const char *s, wall_ms now, wall_ms *out);

#endif

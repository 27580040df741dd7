/* SPDX-License-Identifier: MIT */
/*
 * maintenance - does an answer claim maintenance?
 *
 * To be asked only of an answer that is not what its endpoint expects: a page
 * about maintenance is a fine answer of a site about maintenance.  A bare 503
 * claims nothing; servers send it for overload too.  Pure.
 */
#ifndef PROBES_MAINTENANCE_H
#define PROBES_MAINTENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/names.h"
#include "io/fetch.h"

enum { MAINTENANCE_BODY_BYTES = 8192 }; /* phrases are looked for in these */

/*
 * REASON_MAINT_* by the strongest sign, or REASON_OK when there is none.
 * retry_after_s is what retry_after_parse() made of the answer.
 */
enum reason maintenance_claim(const struct fetch_result *r,
    int32_t retry_after_s);

/* The phrase found in a body, ASCII folded, or NULL; a static string. */
const char *maintenance_phrase(const unsigned char *body, size_t n);

/*
 * True when a redirect from one host to an absolute URL (taken apart) leads
 * to a page about maintenance, or to a status page on another host.
 */
bool maintenance_redirect(const char *from_host, const char *host,
    const char *target);

#endif

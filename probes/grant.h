/* SPDX-License-Identifier: MIT */
/*
 * grant - the token that a probe shows: waited for within its timeout, and
 * once more where the API does not accept it.
 *
 * A token that does not come says nothing of the service, and neither does
 * the time that waiting for it took.
 */
#ifndef PROBES_GRANT_H
#define PROBES_GRANT_H

#include <stdbool.h>

#include "probes/attempt.h"

/* Begin with probe_lookup() or the like once there is a token. */
void grant_begin(struct probe *p);
/*
 * After a 401: true when the probe goes on by itself, by asking again with a
 * fresh token; at most once.
 */
bool grant_renews(struct probe *p, const struct fetch_result *r);
void grant_cancel(struct probe *p);

/* What to show now, or NULL. */
const char *grant_text(struct probe *p);
/* Replaces a verdict on time that the token took. */
void grant_excuses(const struct probe *p, struct verdict *v);

#endif

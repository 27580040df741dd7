/* SPDX-License-Identifier: MIT */
/*
 * policy - which addresses we connect to.  Judged on the resolved address,
 * just before connecting and on every redirect, never on a name.
 *
 * An IPv6 address that carries an IPv4 one (::ffff:0:0/96, ::/96, 64:ff9b::/96,
 * 2002::/16) is judged by both.
 */
#ifndef IO_POLICY_H
#define IO_POLICY_H

#include <stdbool.h>

#include "base/attr.h"
#include "io/resolve.h"

/*
 * Probes may watch private networks.  Never link-local (cloud metadata lives
 * there), fd00:ec2::254, multicast, unspecified or broadcast.
 */
MUST_CHECK
bool policy_probe_allows(const struct address *a);

/* Webhooks: in addition neither loopback nor private, unless permitted. */
MUST_CHECK
bool policy_webhook_allows(const struct address *a, bool allow_private);

#endif

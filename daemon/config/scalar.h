/* SPDX-License-Identifier: MIT */
/* scalar - one value of the configuration: check it by its row, keep it. */
#ifndef CONFIG_SCALAR_H
#define CONFIG_SCALAR_H

#include <stdbool.h>

#include "config/bind.h"

/*
 * Check the node by the row's type and bounds and write it to `at`, a field as
 * wide as the row says; text replaces (and frees) what was there.  What does
 * not fit is reported and not written.
 */
void scalar_store(struct binder *b, const struct option_row *row,
    const struct yaml *node, void *at);

/*
 * A secret that systemd passes to the daemon alone ("credential:NAME"): a
 * command that runs beside it cannot read it.
 */
bool scalar_is_elsewhere(const char *path);

/* A line within the row's bounds; reports. */
bool scalar_line(struct binder *b, const struct option_row *row,
    const struct yaml *node);

/* An http: or https: URL, or of any kind of probe; reports. */
bool scalar_url(struct binder *b, const char *name, const struct yaml *node,
    bool any_kind);

#endif

/* SPDX-License-Identifier: MIT */
/* endpoint - the keys of a target: defaults, then service, then endpoint. */
#ifndef CONFIG_ENDPOINT_H
#define CONFIG_ENDPOINT_H

#include "config/bind.h"

/* A target with the defaults of the option table. */
void endpoint_init(struct target *t);
/* Everything, deeply; *to is written over. */
void endpoint_copy(struct target *to, const struct target *from);

/* Reads the keys that are more than a scalar; arg is the struct target. */
bind_own_fn endpoint_own;

/*
 * One endpoint under a region: a URL or a mapping, over what its service and
 * the defaults say.  t->id stays NULL.
 */
void endpoint_read(struct binder *b, const struct yaml *node, struct target *t);

#endif

/* SPDX-License-Identifier: MIT */
/* expect - what a good answer looks like. */
#ifndef CONFIG_EXPECT_H
#define CONFIG_EXPECT_H

#include "config/bind.h"

/* Keys given replace those of *e, others stay. */
void expect_read(struct binder *b, const struct yaml *node,
    struct target_expect *e);

/* Forget what is inherited and has a meaning for HTTP alone. */
void expect_only_text(struct target_expect *e);

#endif

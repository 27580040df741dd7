/* SPDX-License-Identifier: MIT */
/* index - endpoints by id. */
#ifndef CONFIG_INDEX_H
#define CONFIG_INDEX_H

#include "config/config.h"

/* Once, when every endpoint has its id. */
void index_build(struct config *c);

#endif

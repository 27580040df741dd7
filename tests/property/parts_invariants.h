/* SPDX-License-Identifier: MIT */
/* parts_invariants - who lives in the lives, and who depends on whom. */
#ifndef PROPERTY_PARTS_INVARIANTS_H
#define PROPERTY_PARTS_INVARIANTS_H

#include "core/core.h"

enum { LIVES_ENDPOINTS = 12 };

struct policy lives_policy(uint32_t i);
bool lives_depends(uint32_t i, uint32_t on);
void lives_depend(struct world *w);

#endif

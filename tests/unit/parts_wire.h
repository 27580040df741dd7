/* SPDX-License-Identifier: MIT */
/* parts_wire - what test_wire.c is too long for. */
#ifndef PARTS_WIRE_H
#define PARTS_WIRE_H

#include "wire/target.h"

/* Every member set to something; target_done() is the caller's. */
void parts_target(struct target *t);

#endif

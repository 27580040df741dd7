/* SPDX-License-Identifier: MIT */
/* impacts - what an event tells of the functions of its service. */
#ifndef KEEPER_IMPACTS_H
#define KEEPER_IMPACTS_H

#include "config/impacts.h"

struct keeper;
struct output;

/* s may be NULL; *out is empty where the event has nothing to say of them. */
void impacts_of_event(const struct keeper *k, const struct config_service *s,
    const struct output *o, struct impacts *out);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * loop_base - what the other door to the event library needs of the loop.
 */
#ifndef IO_LOOP_BASE_H
#define IO_LOOP_BASE_H

#include "io/loop.h"

struct event_base;

struct event_base *loop_base(struct loop *l);

/* A callback of the library that is not of the loop begins: a turn of ours. */
void loop_enter(struct loop *l);

/* Something to wait for, as an armed timer is, until it is let go. */
void loop_hold(struct loop *l);
void loop_let_go(struct loop *l);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * socketmap - watches by descriptor number, for a library that opens and
 * closes its own.  A watch is kept for the next user of its number, so that a
 * short-lived connection costs no allocation.
 */
#ifndef IO_SOCKETMAP_H
#define IO_SOCKETMAP_H

#include "base/attr.h"
#include "io/loop.h"

struct socketmap;

typedef void socketmap_fn(void *arg, int fd, int events); /* WATCH_* */

MUST_CHECK
struct socketmap *socketmap_new(struct loop *l, socketmap_fn *fn, void *arg);
void socketmap_free(struct socketmap *m); /* disarms all; NULL is ignored */

void socketmap_arm(struct socketmap *m, int fd, int events);
/* Before the descriptor is closed. */
void socketmap_disarm(struct socketmap *m, int fd);

#endif

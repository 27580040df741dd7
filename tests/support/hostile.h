/* SPDX-License-Identifier: MIT */
/*
 * hostile - tests/support_py/hostile.py as a child of the test: listeners
 * that misbehave on demand, and certificates made for them.
 */
#ifndef SUPPORT_HOSTILE_H
#define SUPPORT_HOSTILE_H

#include <stdint.h>

struct hostile;

/* Ready when it returns.  To be started from the root of the tree. */
struct hostile *hostile_start(void);
void hostile_stop(struct hostile *h);

/* The port of a listener; the test fails when there is none of that name. */
uint16_t hostile_port(const struct hostile *h, const char *name);
const char *hostile_ca(const struct hostile *h); /* path; borrowed */

#endif

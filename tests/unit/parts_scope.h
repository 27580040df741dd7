/* SPDX-License-Identifier: MIT */
/*
 * parts_scope - a core in which a service of ten endpoints in three regions,
 * and one of two beside it, live and fail:
 *
 *	cars  eu 0-3  na 4-7  cn 8-9	tag 1
 *	maps  eu 10   na 11
 */
#ifndef UNIT_PARTS_SCOPE_H
#define UNIT_PARTS_SCOPE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/core.h"

enum { ENDPOINTS = 12, CARS = 1, MAPS, EU = 1, NA, CN };

struct scene {
	struct world *world;
	wall_ms now;
	bool failing[ENDPOINTS];
	struct text said;
};

struct policy policy(uint32_t i);
void step(struct scene *s, struct input *in);
void watch(struct scene *s, uint32_t i);
void probe(struct scene *s, uint32_t i);
/* At noon, without endpoints. */
void begin_empty(struct scene *s);
/* All are watched, and have been well for 20 minutes. */
void begin(struct scene *s);
void done(struct scene *s);
/* Probe each every 12 s, one a second, for so many minutes. */
void live(struct scene *s, int minutes);
/* Those from one to another fail from now on, or do not. */
void fails(struct scene *s, uint32_t from, uint32_t to, bool failing);
/* What was said loudly since the last time. */
void said(struct scene *s, const char *want);
struct output seen(struct scene *s, uint32_t i);

/* parts_scope_cause.c: how many tests failed */
int causes_run(void);

#endif

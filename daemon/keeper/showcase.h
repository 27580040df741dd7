/* SPDX-License-Identifier: MIT */
/* showcase - what the process that shows is given, and told of each change. */
#ifndef KEEPER_SHOWCASE_H
#define KEEPER_SHOWCASE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/control.h"
#include "wire/showing.h"

struct attempt;
struct keeper;

struct showcase {
	int fd;                 /* what that process serves; -1: nothing */
	char *listen;           /* where, as configured; NULL: nowhere */
	uint64_t change;        /* the last that it was told */
	uint64_t news;          /* transitions, events, reports, plans so far */
	bool refused;           /* it cannot be listened there; has been said */
	struct counted counted; /* but for what is so at present */
	unsigned ticks;
	char *planned;   /* the last list of windows it was told */
	control_fn *ask; /* see keeper_setup */
	void *ask_arg;
};

void showcase_init(struct showcase *s);
void showcase_done(struct showcase *s);
/* Listen, or not, as the configuration has it: false when it does not. */
bool showcase_open(struct keeper *k);
/* Once in a while: it may have become free. */
void showcase_retry(struct keeper *k);
void showcase_greet(struct keeper *k); /* all that it needs to begin */
void showcase_changed(struct keeper *k);
void showcase_news(struct keeper *k); /* that people are to see at once */
/* What is planned, if that is another list than before. */
void showcase_planned(struct keeper *k);
/* What an operator asks for; false when it makes no sense. */
MUST_CHECK
bool showcase_asked(struct keeper *k, struct bytes_in *in);
void showcase_tick(struct keeper *k); /* each second */
/* To be counted: what was just committed, an attempt, the prober's word. */
void showcase_committed(struct keeper *k);
void showcase_attempted(struct keeper *k, const struct attempt *a);
void showcase_probed(struct keeper *k);

#endif

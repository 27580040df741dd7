/* SPDX-License-Identifier: MIT */
/* intake - samples on their way to the core, in order of evidence. */
#ifndef KEEPER_INTAKE_H
#define KEEPER_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "wire/message.h"

struct keeper;

/* Samples on their way to the core, put in order of evidence. */
struct queued {
	wall_ms at;
	uint64_t seq;
	struct probed probed;
};
struct intake {
	struct queued *queue;
	size_t count, size;
	uint64_t seq;
	wall_ms upto;  /* all evidence up to it is here */
	mono_ms heard; /* when the prober last said so */
	bool live;
	wall_ms gap_from;               /* 0: none */
	const struct event_said *doing; /* the act under way, or NULL */
};

void intake_batch(struct keeper *k, struct bytes_in *in);
void intake_excerpt(struct keeper *k, struct excerpt *x); /* taken */
void intake_run(struct keeper *k, wall_ms upto);
void intake_watch_silence(struct keeper *k);
/* Record an input and let the core account for it; strings are copied. */
void intake_input(struct keeper *k, struct input *in, const char *author,
    const char *why);
uint64_t intake_ref(struct keeper *k);

#endif

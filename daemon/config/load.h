/* SPDX-License-Identifier: MIT */
/*
 * load - the state of reading one configuration, shared by the readers of its
 * sections.  Each reader takes its section from all files, in their order,
 * and appends to load->bind.config.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/bind.h"

struct load {
	struct binder bind;
	struct yaml_doc **docs; /* the file, then those of conf.d */
	size_t doc_count;
	struct target defaults; /* as `defaults` says */
};

/* Items of a list of the top level, over all files; owned by caller. */
const struct yaml **load_items(const struct load *l, const char *section,
    size_t *n);

/* The parts, in this order. */
void canary_read_all(struct load *l);
void service_read_all(struct load *l);
void receiver_read_all(struct load *l);
void route_read_all(struct load *l);
void planned_read_all(struct load *l);

/* What holds when the file is silent. */
void canary_defaults(struct config *c);
void receiver_defaults(struct config *c);
void route_defaults(struct config *c);

#endif

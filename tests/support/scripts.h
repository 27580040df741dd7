/* SPDX-License-Identifier: MIT */
/*
 * scripts - for doors that others make: fetchers, resolvers and dialers of a
 * loop begin with its scripts.  All NULL at first.
 */
#ifndef SUPPORT_SCRIPTS_H
#define SUPPORT_SCRIPTS_H

#include "dial_sim.h"
#include "fetch_sim.h"
#include "resolve_sim.h"

struct scripts {
	fetch_script_fn *fetch;
	resolve_script_fn *resolve;
	dial_script_fn *dial;
	void *arg;
};

/* Borrowed from the loop; write before the doors are made. */
struct scripts *loop_sim_scripts(struct loop *l);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * scripts - for doors that others make: fetchers, resolvers and dialers of a
 * loop begin with its scripts.  All NULL at first.
 */
#ifndef SUPPORT_SCRIPTS_H
#define SUPPORT_SCRIPTS_H

#include "dial_sim.h"
#include "fetch_sim.h"
#include "io/resolve_record.h"
#include "resolve_sim.h"

/* Fills *out, a good answer, and after how long. */
typedef void record_script_fn(void *arg, const char *name,
    const struct dns_question *q, struct record_answer *out, span_ms *delay);

/* Both begin as those of a good answer. */
typedef void ping_script_fn(void *arg, const struct address *a,
    enum reason *reason, span_ms *delay);

struct httpd;

struct scripts {
	fetch_script_fn *fetch;
	resolve_script_fn *resolve;
	dial_script_fn *dial;
	record_script_fn *record;
	ping_script_fn *ping;
	void *arg;
	struct httpd *httpd; /* set by the server made last (httpd_sim.h) */
};

/* Borrowed from the loop; write before the doors are made. */
struct scripts *loop_sim_scripts(struct loop *l);

#endif

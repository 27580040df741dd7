/* SPDX-License-Identifier: MIT */
/*
 * fetch_sim - io/fetch.h with scripted answers in virtual time.
 *
 * Without a script every request is answered 200, "", after 10 ms.  The
 * budgets hold here too: a delay beyond the timeout is TIMEOUT (with
 * connect_only: TIMEOUT_CONNECT), a body beyond body_max is cut and
 * BODY_TOO_LARGE, and a malformed request is BLOCKED_BY_POLICY.
 */
#ifndef SUPPORT_FETCH_SIM_H
#define SUPPORT_FETCH_SIM_H

#include "io/fetch.h"

/* All copied at once; what is left 0 or NULL is absent. */
struct fetch_answer {
	enum reason reason;
	uint16_t code;
	const char *const *headers; /* "Name: value", NULL-terminated */
	const char *body;
	size_t body_size;  /* 0: strlen(body) */
	span_ms delay;     /* until the end; a tenth of it to connect */
	bool connect_only; /* the delay passes while connecting */
	wall_ms cert_not_after;
	const char *detail;
};

/* Asked once as each request starts; fills *out (zeroed). */
typedef void fetch_script_fn(void *arg, const struct fetch_request *q,
    wall_ms now, struct fetch_answer *out);
void fetch_sim_script(struct fetcher *x, fetch_script_fn *fn, void *arg);

#endif

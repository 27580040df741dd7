/* SPDX-License-Identifier: MIT */
/* stores - open a store in a scratch folder, and fill it. */
#ifndef STORES_H
#define STORES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scratch.h"
#include "store/load.h"
#include "store/outbox.h"
#include "store/put.h"
#include "store/query.h"
#include "store/store.h"

/* A Tuesday morning. */
#define STORES_T0 ((wall_ms)1676365200000)

static inline enum store_outcome
stores_try(const char *path, wall_ms now, struct store **s, struct fail *f)
{
	struct store_options o = {.path = path,
	    .instance = "test1",
	    .version = "0",
	    .now = now,
	    .boot = 1000};

	*s = NULL;
	*f = (struct fail){OK, ""};
	return store_open(&o, s, f);
}

static inline struct store *
stores_open(const char *path, wall_ms now)
{
	struct store *s;
	struct fail f;
	enum store_outcome o = stores_try(path, now, &s, &f);

	if (o != STORE_OK && o != STORE_NEW)
		fail_msg("outcome %d: %s", o, f.why);
	return s;
}

static inline void
stores_begin(struct store *s, wall_ms now)
{
	struct fail f = {OK, ""};

	if (store_begin(s, now, &f) != OK)
		fail_msg("begin: %s", f.why);
}

static inline void
stores_commit(struct store *s)
{
	struct fail f = {OK, ""};

	if (store_commit(s, &f) != OK)
		fail_msg("commit: %s", f.why);
}

static inline void
stores_put(struct store *s, int64_t endpoint, const struct output *o)
{
	struct fail f = {OK, ""};

	if (store_put_output(s, endpoint, o, "{}", &f) != OK)
		fail_msg("output: %s", f.why);
}

static inline struct sample
stores_sample(wall_ms start, uint32_t total_us, enum reason reason)
{
	return (struct sample){.start = start,
	    .total_us = total_us,
	    .connect_us = 9000,
	    .tls_us = 20000,
	    .wait_us = 40000,
	    .receive_us = 300,
	    .late_us = 800,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .code = reason == REASON_OK ? 200 : 503,
	    .cert_days = 61,
	    .latency = latency_code(total_us),
	    .class = (uint8_t)reason_class(reason),
	    .reason = (uint8_t)reason,
	    .flags = SAMPLE_PATH_PROVEN,
	    .address = {192, 0, 2, 7},
	    .port = 443};
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * webhook - one signed POST to a receiver, as Standard Webhooks 1.0.0 has it;
 * or, without a body, one plain GET.
 *
 * The name is resolved, each address is checked against the policy, and the
 * next address is tried when a connection fails.  The result is data:
 *
 *	2xx                          DELIVERED
 *	410                          GONE
 *	408, 425, 429, 5xx, network  RETRY, with Retry-After if one was given
 *	other 3xx and 4xx, policy    MISCONFIGURED
 *
 * At most 4 KiB of the answer are read, and none of it is shown.
 */
#ifndef IO_WEBHOOK_H
#define IO_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/text.h"
#include "io/fetch.h"
#include "io/loop.h"
#include "io/resolve.h"
#include "wire/message.h"
#include "wire/receiver.h"

enum {
	WEBHOOK_KEYS_MAX = 4,
	WEBHOOK_KEY_BYTES_MIN = 24,
	WEBHOOK_KEY_BYTES_MAX = 64,
	WEBHOOK_SECRET_FILE_MAX = 4096,
	WEBHOOK_ANSWER_MAX = 4096,
	WEBHOOK_TIMEOUT_MS = 15 * SECOND_MS /* default */
};

/* The active secrets of a receiver.  Plain bytes; done() zeroes them. */
struct webhook_keys {
	unsigned char key[WEBHOOK_KEYS_MAX][WEBHOOK_KEY_BYTES_MAX];
	size_t size[WEBHOOK_KEYS_MAX];
	size_t count;
};

/*
 * One secret per line, "whsec_" and base64 of 24..64 bytes; empty lines and
 * those that begin with '#' are skipped.  ERR_SYNTAX names the line, never
 * what stands in it; *k is then empty.
 */
MUST_CHECK
enum status webhook_keys_parse(struct webhook_keys *k, const char *s, size_t n,
    struct fail *f);
/* From a descriptor, which stays the caller's; what was read is zeroed. */
MUST_CHECK
enum status webhook_keys_read(struct webhook_keys *k, int fd, struct fail *f);
void webhook_keys_done(struct webhook_keys *k);

/* "v1,<base64>" of "id.timestamp.body", one per key, a blank between. */
void webhook_sign(const struct webhook_keys *k, const char *id,
    int64_t timestamp_s, const char *body, struct text *out);

/* What a status means; 0 (no answer) is RETRY. */
enum attempt_result webhook_judge(uint16_t code);
/*
 * Retry-After, in seconds or as an HTTP date: clamped to 1..3600 s; -1 when it
 * is NULL or neither.
 */
int32_t webhook_retry_after(const char *value, wall_ms now);

/* All borrowed until the result. */
struct webhook_doors {
	struct loop *loop;
	struct resolver *resolver;
	struct fetcher *fetcher;
};

/* Copied by webhook_start(). */
struct webhook_job {
	const struct receiver *to;
	const struct webhook_keys *keys; /* count 0: not signed */
	const char *id;                  /* webhook-id, stable over retries */
	const char
	    *body; /* JSON; NULL: a GET, to which keys and id mean nothing */
	unsigned first_address; /* which of the addresses comes first */
};

struct webhook_result {
	enum attempt_result result;
	uint16_t code;
	int32_t retry_after_s; /* -1: none */
	uint32_t took_ms;
	char detail[200];
};

struct webhook;
typedef void webhook_fn(void *arg, const struct webhook_result *r);

/* fn is called once, from the loop; the handle is dead then.  Never NULL. */
MUST_CHECK
struct webhook *webhook_start(const struct webhook_doors *d,
    const struct webhook_job *job, webhook_fn *fn, void *arg);
void webhook_cancel(struct webhook *w); /* fn is not called */

#endif

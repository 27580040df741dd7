/* SPDX-License-Identifier: MIT */
/*
 * excerpt - what is kept of a failing answer as evidence: safe to store.
 *
 * Headers by an allow-list (never a cookie or a credential); of the body the
 * first 2 KiB.  What looks like a token is replaced by "[masked]" in both.
 * Nothing is escaped: whoever shows it does that.  Pure.
 */
#ifndef PROBES_EXCERPT_H
#define PROBES_EXCERPT_H

#include <stddef.h>

#include "base/text.h"
#include "io/fetch.h"
#include "wire/message.h"

enum {
	EXCERPT_BODY_BYTES = 2048,
	EXCERPT_HEADER_BYTES = 4096,
	EXCERPT_DETAIL_BYTES = 1024
};

/*
 * Fill headers, body, body_size and detail (may be NULL); slot, generation
 * and start are the caller's.  excerpt_done() frees.  r may be NULL: no answer
 * came.  shown is hidden everywhere; NULL for nothing.
 */
void excerpt_build(struct excerpt *e, const struct fetch_result *r,
    const char *detail, const char *shown);

/*
 * Overwrite with stars what we showed of ourselves and is said again, also
 * where the end of s cuts it.  shown may be NULL.
 */
void excerpt_hide(char *s, size_t n, const char *shown);

/* Append n bytes of s with tokens masked, as far as there is room. */
void excerpt_mask(struct text *out, const char *s, size_t n);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * exposition - the text that Prometheus reads, in either of its forms; private
 * to this room.
 *
 * A family is begun once and followed by its series.  Label values are ours, or
 * ids: none needs an escape.
 */
#ifndef WEB_EXPOSITION_H
#define WEB_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum family_type { FAMILY_GAUGE, FAMILY_COUNTER, FAMILY_STATESET, FAMILY_INFO };

struct exposition {
	struct text *out;
	bool open_metrics; /* else text format 0.0.4 */

	/* Private: the family begun, and how its series are called. */
	const char *family, *ending;
};

/* A name that ends with "_seconds" has that unit; no "_total", no "_info". */
void family_begin(struct exposition *e, enum family_type t, const char *name,
    const char *help);
/* Up to where labels go: "name". */
void series_name(const struct exposition *e);
/* name{label="value"} n, and name n where label is NULL */
void series_number(const struct exposition *e, const char *label,
    const char *value, uint64_t n);
void series_seconds(const struct exposition *e, const char *label,
    const char *value, uint64_t us);
/* "1.25", for any number of microseconds. */
void text_seconds(struct text *t, uint64_t us);

#endif

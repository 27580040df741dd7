/* SPDX-License-Identifier: MIT */
/* line - MSG_LINE: a line for the log. */
#ifndef WIRE_LINE_H
#define WIRE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"

/* A line of our own log, already escaped. */
struct line {
	uint8_t severity, role; /* syslog priority; of the sender */
	char *text;             /* owned */
};
void line_put(struct bytes_out *o, const struct line *l);
MUST_CHECK
bool line_get(struct bytes_in *i, struct line *l);
void line_done(struct line *l);

#endif

/* SPDX-License-Identifier: MIT */
/* put - members of a JSON object; what is not known is left out. */
#ifndef VIEW_PUT_H
#define VIEW_PUT_H

#include <stdint.h>

#include "base/clock.h"

struct json_t;
/* Left out when the text is NULL, or the time 0. */
void put_text(struct json_t *j, const char *key, const char *s);
/* Of text from outside, which may be no UTF-8; the same for an empty one. */
void put_safe(struct json_t *j, const char *key, const char *s);
void put_time(struct json_t *j, const char *key, wall_ms t);
void put_count(struct json_t *j, const char *key, int64_t n);

#endif

/* SPDX-License-Identifier: MIT */
/* planned - maintenance windows, as a table; private to this room. */
#ifndef WEB_PLANNED_H
#define WEB_PLANNED_H

#include "web/site.h"

/* A window is for some service that the visitor is told of. */
bool planned_shown(const struct site *s, const struct visitor *v,
    const json_t *window);
/*
 * Those of a service, NULL: of any, which begin before then or go on, as a
 * section, or nothing at all; 0: whenever, and that there is none is said.
 */
void planned_add(struct text *t, const struct site *s, const struct visitor *v,
    const char *service, wall_ms before);

#endif

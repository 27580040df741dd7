/* SPDX-License-Identifier: MIT */
/*
 * operate - forms for who may act, sent by a script as the API has it; nothing
 * for others.  Private to this room.
 */
#ifndef WEB_OPERATE_H
#define WEB_OPERATE_H

#include "web/site.h"

void operate_incident(struct text *t, const struct visitor *v,
    const struct query_incident *i);
void operate_endpoint(struct text *t, const struct visitor *v,
    const struct status_row *r);
/* A window to plan, and each to cancel that is not over. */
void operate_maintenance(struct text *t, const struct site *s,
    const struct visitor *v);

#endif

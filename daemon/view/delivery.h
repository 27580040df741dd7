/* SPDX-License-Identifier: MIT */
/* delivery - a notice to one receiver, for the command line and the API. */
#ifndef VIEW_DELIVERY_H
#define VIEW_DELIVERY_H

#include "store/query.h"

struct json_t;
/* A new object. */
struct json_t *delivery_json(const struct query_delivery *d);

#endif

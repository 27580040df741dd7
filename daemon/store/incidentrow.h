/* SPDX-License-Identifier: MIT */
/* incidentrow - an incident as columns; private to this room. */
#ifndef STORE_INCIDENTROW_H
#define STORE_INCIDENTROW_H

#include "store/db.h"
#include "store/query.h"

/* INCIDENT_COLUMNS of statements.def; strings until the next step. */
int64_t incidentrow_read(const struct use *u, struct query_incident *i);

#endif

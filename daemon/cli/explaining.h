/* SPDX-License-Identifier: MIT */
/* explaining - a dossier in sentences, and as JSON. */
#ifndef CLI_EXPLAINING_H
#define CLI_EXPLAINING_H

#include "cli/dossier.h"
#include "io/resolve.h"

/* Of an endpoint, with its open incident or suspicion. */
void explaining_endpoint(struct cli *c, const struct dossier *d);
/* Of an incident that is over. */
void explaining_closed(struct cli *c, const struct dossier *d);

/* What people report of its service; nothing if they never did. */
struct reports;
void explaining_reports(struct cli *c, const struct reports *r);
/* All of a service.  ERR_NOTFOUND, without a word: nothing of it is watched. */
MUST_CHECK
enum status explaining_service(struct cli *c, struct query *q,
    const char *service, enum reading_daemon daemon, struct fail *f);

/* What it depends on; into whole, if that is not NULL.  Nothing of nothing. */
struct config_endpoint;
struct json_t;
MUST_CHECK
enum status explaining_depends(struct cli *c, struct query *q,
    const struct config_endpoint *e, struct json_t *whole, struct fail *f);
/* A line of one endpoint: "  shop/eu: down for 5 min", and what comes after. */
void explaining_state(struct cli *c, const struct query_endpoint *e,
    wall_ms known, const char *after);
/* The same as a new object. */
struct json_t *explaining_state_json(const struct query_endpoint *e);

/* For whom, of an incident that is open; else nothing. */
void explaining_scope(struct cli *c, const struct dossier *d);
/* A paragraph of at most 78 columns. */
void explaining_paragraph(struct cli *c, const char *text);

/* The address that answered, or NULL; returns buf. */
const char *explaining_address(const struct sample *s,
    char buf[ADDRESS_TEXT_BYTES]);

struct json_t *explaining_json(const struct dossier *d);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * outlook - what stops for the users of a service and what still works, as the
 * configuration and the database have it.  Ages are as of what is shown.
 */
#ifndef CLI_OUTLOOK_H
#define CLI_OUTLOOK_H

#include "cli/cli.h"
#include "config/config.h"
#include "config/impacts.h"
#include "store/query.h"

struct recall;

struct outlook {                     /* private */
	const struct config *config; /* NULL: nothing can be said */
	struct recall *recall;       /* NULL: nothing is measured */
	struct outlook_row *rows;
	size_t count, size;
	wall_ms now;
};

/* config is borrowed, or NULL; outlook_close() in any case. */
MUST_CHECK
enum status outlook_open(struct query *q, const struct config *config,
    struct outlook *o, struct fail *f);
void outlook_close(struct outlook *o);

/* The service of that id, or NULL; id may be NULL. */
const struct config_service *outlook_service(const struct outlook *o,
    const char *id);

/* What is due while an endpoint of it is in that state. */
enum impacts_view outlook_view(const struct output *now);

/* s may be NULL.  Prints nothing where there is nothing to say. */
void outlook_print(struct cli *c, const struct outlook *o,
    const struct config_service *s, enum impacts_view view, const char *before);

struct json_t;
/* "impacts" and "advice" into j; s may be NULL. */
void outlook_put(struct json_t *j, const struct outlook *o,
    const struct config_service *s, enum impacts_view view);

#endif

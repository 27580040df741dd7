/* SPDX-License-Identifier: MIT */
/* meaning - what the state of a service is to its users; private here. */
#ifndef WEB_MEANING_H
#define WEB_MEANING_H

#include <jansson.h>

#include "view/status.h"

/*
 * What stops, what still works, measured or declared, and the advice; of a
 * service of which nothing fails, what was measured not to work.  Rows are
 * its own; nothing where there is nothing to say.
 */
void meaning_add(struct text *t, const json_t *service,
    const struct status_row *rows, size_t n, const struct status_list *l);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * function - the keys `functions` and `unaffected` of a service: a list of
 * names, or of names with the endpoints that prove whether they work.
 */
#ifndef CONFIG_FUNCTION_H
#define CONFIG_FUNCTION_H

#include "config/bind.h"

/* Replaces what *f holds. */
void function_read(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct config_functions *f);

/* Reports a name that a service, read from node, gives twice. */
void function_check(struct binder *b, const struct yaml *node);

/*
 * Once all services are read and every endpoint has its id: find what the
 * patterns of this one name.  node is what s was read from.
 */
void function_prove(struct binder *b, const struct yaml *node,
    struct config_service *s);

void function_done(struct config_functions *f);

#endif

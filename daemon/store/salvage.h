/* SPDX-License-Identifier: MIT */
/* salvage - what a database that was set aside still owes; private. */
#ifndef STORE_SALVAGE_H
#define STORE_SALVAGE_H

#include <stddef.h>

#include "store/store.h"

/*
 * Owe it from this store on, as far as it can be read there: the same bodies
 * with the same webhook ids.  Once: a second time finds it done.  Returns how
 * many deliveries are owed anew.
 */
size_t salvage(struct store *s, const char *aside);

#endif

/* SPDX-License-Identifier: MIT */
/* trial - a test notice to one receiver, to see whether it takes any. */
#ifndef KEEPER_TRIAL_H
#define KEEPER_TRIAL_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

struct keeper;

/*
 * It is owed like any other: signed, tried again, and seen among the notices as
 * *notice.  ERR_NOTFOUND: there is no such receiver; ERR_RANGE: it takes no
 * notices, or wants none any more; ERR_IO: the database cannot be written.
 */
MUST_CHECK
enum status keeper_test_receiver(struct keeper *k, const char *receiver,
    const char *author, uint64_t *notice, struct fail *f);

#endif

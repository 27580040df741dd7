/* SPDX-License-Identifier: MIT */
/* refusal - what an errno of a socket says about the target, or about us. */
#ifndef IO_REFUSAL_H
#define IO_REFUSAL_H

#include "core/names.h"

/* error: an errno, not 0.  Never REASON_OK; CONNECT_FAILED when unknown. */
enum reason refusal_reason(int error);

#endif

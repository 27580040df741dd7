/* SPDX-License-Identifier: MIT */
/* impacts - of all functions of a configured service, what is told of them. */
#ifndef CONFIG_IMPACTS_H
#define CONFIG_IMPACTS_H

#include "config/config.h"
#include "wire/impact.h"

enum impacts_view {
	IMPACTS_OF_FAILURE, /* declared and measured, and the advice */
	IMPACTS_MEASURED,   /* it does not fail: what was declared is not due */
	IMPACTS_OF_TROUBLE  /* of the measured, those that do not work */
};

/* Facts on an endpoint; false: it is not watched. */
typedef bool impacts_explain_fn(void *arg, const struct config_endpoint *e,
    struct explanation *x);

/* Into *out, which borrows from s; impacts_done() it. */
void impacts_find(const struct config_service *s, enum impacts_view view,
    wall_ms now, impacts_explain_fn *explain, void *arg, struct impacts *out);

#endif

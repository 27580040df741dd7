/* SPDX-License-Identifier: MIT */
/*
 * depends - which endpoints each endpoint depends on, from what the services
 * say under `depends_on`; see need.h.
 *
 * A pattern that names a service stands for what that has in the region of the
 * endpoint that depends on it, or for all of it where it has nothing there.  An
 * endpoint does not depend on itself.
 */
#ifndef CONFIG_DEPENDS_H
#define CONFIG_DEPENDS_H

#include "config/bind.h"

/*
 * Once all services are read and every endpoint has its id; items[i] is what
 * the service i was read from.  What is found is owned by the endpoints.
 * Reports patterns that name nothing or too much, and circles.
 */
void depends_resolve(struct binder *b, const struct yaml *const *items);

void depends_done(struct config_endpoint *e);

#endif

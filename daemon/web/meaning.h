/* SPDX-License-Identifier: MIT */
/* meaning - what the state of a service is to its users; private here. */
#ifndef WEB_MEANING_H
#define WEB_MEANING_H

#include "web/site.h"

struct meaning {
	const struct site *site;
	const struct visitor *visitor;
	const struct status_row *rows; /* of one service */
	size_t n;
	const struct status_list *whole; /* of all */
};

/*
 * What stops, what still works, measured or declared, and the advice; of a
 * service of which nothing fails, what was measured not to work.  What is
 * measured where the visitor may not look is as declared.  Nothing where there
 * is nothing to say.
 */
void meaning_add(struct text *t, const struct meaning *m);

#endif

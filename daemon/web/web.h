/* SPDX-License-Identifier: MIT */
/*
 * web - the process that shows: pages, and the API beneath them.
 *
 * It reads the database through a connection of its own that cannot write, and
 * hears of each change from the keeper after its commit: what is rendered is
 * kept until the next.  It knows no secret.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "io/channel.h"
#include "io/logline.h"
#include "io/loop.h"

struct web;

/* Borrows both; log may be NULL. */
struct web *web_new(struct loop *l, struct logline *log);
void web_free(struct web *w); /* NULL is ignored */

/* What its end of the channel to the keeper is to be made with. */
struct channel_events web_events(struct web *w);
void web_attach(struct web *w, struct channel *c); /* before the loop runs */

#endif

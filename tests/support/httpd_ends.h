/* SPDX-License-Identifier: MIT */
/* httpd_ends - a server and those who ask it: over sockets, or the twin. */
#ifndef SUPPORT_HTTPD_ENDS_H
#define SUPPORT_HTTPD_ENDS_H

#include "httpd_sim.h"

struct httpd *httpd_ends_open(struct loop *l, const struct httpd_limits *m,
    httpd_fn *fn, void *arg);

struct asker;
struct asker *httpd_ends_ask(struct httpd *h, struct loop *l,
    const struct httpd_sim_request *q);
/* Run the loop until the answer has begun, ended, or is said to be so long. */
void httpd_ends_wait(struct asker *a, size_t body_bytes);
/* Whatever is on its way arrives. */
void httpd_ends_settle(struct loop *l);
/* Borrowed until the next call. */
struct httpd_sim_answer httpd_ends_answer(struct asker *a);
/* It goes. */
void httpd_ends_leave(struct asker *a);

#endif

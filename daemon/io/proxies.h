/* SPDX-License-Identifier: MIT */
/*
 * proxies - who is believed in what it says of its clients.
 *
 * Each proxy adds the address it was asked from at the end of X-Forwarded-For:
 * the last that is no proxy of ours is the client; what stands before it is
 * the client's own word.
 */
#ifndef IO_PROXIES_H
#define IO_PROXIES_H

#include "base/status.h"
#include "io/resolve.h"

/* "192.0.2.1", "10.0.0.0/8", "fd00::/8" or "unix"; else ERR_SYNTAX. */
MUST_CHECK
enum status proxies_check(const char *who, struct fail *f);

struct proxies;
/* Each fits; NULL last, the list may be NULL. */
struct proxies *proxies_new(const char *const *list);
void proxies_free(struct proxies *p); /* NULL is ignored */

/* peer NULL: it came through a Unix socket. */
bool proxies_trusts(const struct proxies *p, const struct address *peer);
/* False: forwarded, which may be NULL, names none. */
MUST_CHECK
bool proxies_client(const struct proxies *p, const char *forwarded,
    struct address *client);

#endif

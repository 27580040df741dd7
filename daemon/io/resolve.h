/* SPDX-License-Identifier: MIT */
/*
 * resolve - names to addresses in our own loop; the only door to c-ares.
 *
 * Answers are cached by their TTL (5 s to 1 h; failures 5 s).  A black-holed
 * resolver delays nobody but those who ask for its names.  resolv.conf and
 * hosts are read again within 30 s of a change.  Implemented twice: resolve.c
 * and tests/support/resolve_sim.c (scripted).
 */
#ifndef IO_RESOLVE_H
#define IO_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/names.h"
#include "io/loop.h"

enum { RESOLVE_ADDRESSES_MAX = 16 };

enum family { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6 };

struct address {
	enum family family; /* never ANY */
	uint8_t bytes[16];  /* IPv4 in the first four */
};

struct resolved {
	enum reason reason; /* REASON_OK, or a DNS or LOCAL reason */
	const struct address *addresses; /* borrowed for the call */
	size_t count;
	bool cached;
	uint32_t took_us;
};

struct resolver;
struct resolution;
typedef void resolved_fn(void *arg, const struct resolved *r);

MUST_CHECK
struct resolver *resolver_new(struct loop *l, struct fail *f);
/*
 * The same with other sources, for tests: servers is "ip[:port],...", or the
 * path of a file to use in place of /etc/resolv.conf, with ":port" for the
 * servers named in it.
 */
MUST_CHECK
struct resolver *resolver_new_at(struct loop *l, const char *servers,
    struct fail *f);
/* Pending resolutions must have been cancelled.  NULL is ignored. */
void resolver_free(struct resolver *r);

/*
 * Resolve a name or a literal address.  fn is called once, from the loop,
 * within `timeout`; the handle is dead when it is called.
 */
MUST_CHECK
struct resolution *resolve_start(struct resolver *r, const char *name,
    enum family family, span_ms timeout, resolved_fn *fn, void *arg);
void resolve_cancel(struct resolution *n); /* fn is not called */

/* True and *a filled when text is a literal IPv4 or IPv6 address. */
MUST_CHECK
bool address_parse(const char *text, struct address *a);
/* ::ffff:192.0.2.1 is 192.0.2.1. */
void address_unmap(struct address *a);
enum { ADDRESS_TEXT_BYTES = 46 };
const char *address_format(const struct address *a,
    char buf[ADDRESS_TEXT_BYTES]);

/* The name servers in force, "ip:port"; returns how many were written. */
size_t resolver_servers(struct resolver *r, char out[][64], size_t max);

#endif

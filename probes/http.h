/* SPDX-License-Identifier: MIT */
/*
 * http - the http:// and https:// probe: ask, follow redirects hop by hop,
 * judge.
 *
 * Each hop is looked up and checked anew.  Custom headers, credentials and a
 * body stay with the origin they were configured for; nothing leads from
 * https: back to http:.
 */
#ifndef PROBES_HTTP_H
#define PROBES_HTTP_H

struct probe;

/* Ask the addresses of a probe in turn, or its proxy, and end it. */
void http_begin(struct probe *p);

#endif

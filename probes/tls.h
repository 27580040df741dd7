/* SPDX-License-Identifier: MIT */
/*
 * tls - the tls:// probe: does a TLS server present a certificate that holds?
 *
 * Chain, dates and name are verified as for https:, with the same reasons;
 * nothing is sent once the connection stands, so that any protocol may live
 * behind it.
 */
#ifndef PROBES_TLS_H
#define PROBES_TLS_H

struct probe;

/* Try the addresses of a probe in turn and end it. */
void tls_begin(struct probe *p);

#endif

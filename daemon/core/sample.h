/* SPDX-License-Identifier: MIT */
/* sample - what one probe found. */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/names.h"

enum {
	SAMPLE_PATH_PROVEN =
	    1,            /* an answer from the far side: our path works */
	SAMPLE_EXTRA = 2, /* beyond the timetable: ladder or pace */
	SAMPLE_IPV6 = 4,
	SAMPLE_INSECURE = 8, /* certificate not verified, by configuration */
	SAMPLE_PROXIED = 16,
	SAMPLE_PARTIAL = 32 /* good, but some of its addresses fail */
};

enum {
	RETRY_AFTER_ABSENT = -1,
	CERT_DAYS_UNKNOWN = INT16_MIN,
	RETRY_AFTER_LONGEST_S = 24 * 3600 /* longer counts as absent */
};

/*
 * A time not reached is 0 us.  Phases follow each other: dns, connect, tls,
 * wait (request sent to first byte), receive; total is their sum and a
 * little.  code is the HTTP status, 0 for none.
 */
struct sample {
	wall_ms start;
	uint32_t total_us, dns_us, connect_us, tls_us, wait_us, receive_us;
	uint32_t late_us;      /* start minus due time */
	int32_t retry_after_s; /* RETRY_AFTER_ABSENT or 0..24 h */
	uint16_t code;
	int16_t cert_days; /* until the certificate expires; may be negative */
	uint16_t latency;  /* latency_code(total_us): all that decisions see */
	uint8_t class;     /* enum sample_class */
	uint8_t reason;    /* enum reason */
	uint8_t flags;     /* SAMPLE_* */
	uint8_t address[16]; /* IPv4 in the first four bytes; zero for none */
	uint16_t port;
};

/* When it is evidence: its start plus its length. */
static inline wall_ms
sample_evidence(const struct sample *s)
{
	return s->start + s->total_us / 1000;
}

/*
 * A latency as the prober stores it: log2 of the microseconds in 1/256
 * octaves, by integers only; 0 for 0 and 1 us.  And back, rounded down.
 */
uint16_t latency_code(uint32_t us);
uint32_t latency_us(uint16_t code);

#endif

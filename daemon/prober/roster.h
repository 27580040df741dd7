/* SPDX-License-Identifier: MIT */
/*
 * roster - everything that is probed: endpoints and canaries by slot, each on
 * its timetable and its ladder, one probe in flight each.
 *
 * Overload is skipped and counted, never queued: what is due while its last
 * probe still runs, or while too many probes run, waits for its next turn.
 */
#ifndef PROBER_ROSTER_H
#define PROBER_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "probes/probe.h"
#include "wire/message.h"
#include "wire/target.h"

enum { ROSTER_SLOTS_MAX = 1 << 20 };

struct roster;

struct roster_events {
	/* A probe ended; excerpt is NULL unless it tells something new. */
	void (*on_sample)(void *arg, const struct probed *p,
	    struct excerpt *excerpt);
	void *arg;
};

/* env is borrowed; at most in_flight_max probes run at once. */
MUST_CHECK
struct roster *roster_new(const struct probe_env *env, size_t in_flight_max,
    const struct roster_events *ev);
void roster_free(struct roster *r); /* cancels probes; NULL is ignored */

/*
 * Take what a target owns; it replaces whoever has its slot, or just renews it
 * when nothing else changed.  Takes the secrets when OK.  Probed after the next roster_start().
 */
MUST_CHECK
enum status roster_put_take(struct roster *r, struct target *t,
    struct secrets *secrets, struct fail *f);
/* An endpoint, or else a canary, of that slot and generation. */
void roster_remove(struct roster *r, uint32_t slot, uint32_t generation);
/* Everything is known: put what is new on the timetable. */
void roster_start(struct roster *r);

void roster_pace(struct roster *r, const struct pace *p);
void roster_ask_canaries(struct roster *r);

size_t roster_in_flight(const struct roster *r);
/* Fills what it counts, and counts from zero again. */
void roster_take_stats(struct roster *r, struct prober_stats *s);

#endif

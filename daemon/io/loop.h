/* SPDX-License-Identifier: MIT */
/*
 * loop - one thread's timers, descriptors and signals; the only door to the
 * event library, and the only reader of clocks.
 *
 * Implemented twice: loop.c on libevent for the daemon, and
 * tests/support/loop_sim.c on virtual time, where an hour passes in no time.
 *
 * Contract of every callback in this program:
 *  - it runs from the loop, never from inside the call that asked for it;
 *  - it is called at most once per arming, and never after disarm or free;
 *  - it may free the very object it was called for;
 *  - it must not block: a turn longer than 50 ms is counted as a fault of ours.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

struct loop;
struct timer;
struct timescale;
struct watch;

typedef void timer_fn(void *arg);
enum { WATCH_READ = 1, WATCH_WRITE = 2 };
typedef void watch_fn(void *arg, int events);
typedef void signal_fn(void *arg, int signo);

/* NULL with the reason in *f (may be NULL) when the system has no poller. */
MUST_CHECK
struct loop *loop_new(struct fail *f);

/* Every timer and watch made from it must have been freed before. */
void loop_free(struct loop *l); /* NULL is ignored */

/*
 * Serve callbacks until loop_stop(), or until nothing is left to wait for: no
 * armed timer or watch, no signal.  A stop before the run ends it at once.
 */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/*
 * The axis (base/clock.h), read once per turn: it stands still while a
 * callback runs.  A process starts it at its own wall clock; loop_set_axis()
 * moves it to the keeper's once, before the first timer is armed.
 */
wall_ms loop_now(const struct loop *l);
void loop_set_axis(struct loop *l, wall_ms now);

/*
 * Let the axis run faster than time does, for a demonstration (copied); once,
 * before the first timer is armed.  loop_set_axis() has no effect from then on.
 */
void loop_scale(struct loop *l, const struct timescale *t);
const struct timescale *loop_scaled(const struct loop *l); /* NULL: it is not */

/* Microseconds since some start, read afresh: for latency and lateness. */
int64_t loop_micros(const struct loop *l);

/* CLOCK_MONOTONIC in microseconds: only for those outside who ask for it. */
int64_t loop_monotonic(const struct loop *l);

/* The present wall clock; differs from loop_now() after a clock step. */
wall_ms loop_wall(const struct loop *l);

/*
 * Time by which the machine was suspended since the last call (BOOTTIME
 * against MONOTONIC), usually 0.
 */
span_ms loop_slept(struct loop *l);

/* Longest turn since the last call, in ms. */
span_ms loop_longest_turn(struct loop *l);

/* The caller owns the timer; arg is borrowed until timer_free(). */
MUST_CHECK
struct timer *timer_new(struct loop *l, timer_fn *fn, void *arg);
void timer_free(struct timer *t); /* disarms; NULL is ignored */
/*
 * Fire once, after ms >= 0 (0 is the next turn).  Replaces an earlier arming.
 * On the axis for what is decided and kept; in real time, which is the same
 * unless the axis is scaled, for what others take: networks, disks, processes.
 */
void timer_arm(struct timer *t, span_ms ms);
void timer_arm_real(struct timer *t, span_ms ms);
void timer_disarm(struct timer *t);
bool timer_armed(const struct timer *t);

/*
 * Call fn whenever the descriptor is ready for what it is armed for, until
 * disarmed (persistent, level-triggered).  The descriptor stays the caller's
 * and must outlive the arming.  One that cannot be polled (a regular file) is
 * said to be ready once per arming.
 */
MUST_CHECK
struct watch *watch_new(struct loop *l, int fd, watch_fn *fn, void *arg);
void watch_free(struct watch *w); /* disarms; NULL is ignored */
void watch_arm(struct watch *w, int events);
void watch_disarm(struct watch *w);

/*
 * fn runs in the loop after each arrival of the signal, as long as the loop
 * lives.  ERR_EXISTS: it is watched already.
 */
MUST_CHECK
enum status loop_on_signal(struct loop *l, int signo, signal_fn *fn, void *arg,
    struct fail *f);

#endif

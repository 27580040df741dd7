/* SPDX-License-Identifier: MIT */
/*
 * loop_sim - io/loop.h in virtual time.
 *
 * Time stands still in callbacks and jumps to the next timer between them, so
 * a week passes in no time.  Timers fire in the order (due, order of arming):
 * the same run gives the same result.  Watches are inert: they may be armed
 * but never fire, and nobody waits for them.
 */
#ifndef SUPPORT_LOOP_SIM_H
#define SUPPORT_LOOP_SIM_H

#include "io/loop.h"

/* 2023-02-14T00:00:00Z: where loop_new() starts. */
#define LOOP_SIM_START INT64_C(1676332800000)

MUST_CHECK
struct loop *loop_sim_new(wall_ms start);

/*
 * Fire every timer due up to and including t, then stand at t.  Returns early,
 * with the clock where it was, after loop_stop().
 */
void loop_sim_run_until(struct loop *l, wall_ms t);

/* Suspend: time passes, nothing fires, and loop_slept() tells of it. */
void loop_sim_sleep(struct loop *l, span_ms ms);

/* Somebody sets the wall clock; negative is back.  The axis does not move. */
void loop_sim_step_wall(struct loop *l, span_ms ms);

/* Whoever armed a timer or a watch is no more: none of them fires. */
void loop_sim_forget(struct loop *l);

/* The signal arrives: its callback runs in the next turn. */
void loop_sim_signal(struct loop *l, int signo);

#endif

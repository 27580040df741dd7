/* SPDX-License-Identifier: MIT */
/*
 * The wall clock beside our axis.  A step of it moves nothing while we run: it
 * is written down, and the next start takes the new time.  Only never back:
 * history would be overwritten, or lost to a clock that was not set at boot.
 */
#include "base/utc.h"
#include "keeper/inside.h"

/* Small corrections are no steps; what keeps clocks right makes them. */
static const span_ms least_step = 2 * (span_ms)SECOND_MS;

static void
record(struct keeper *k, span_ms step, const char *effect)
{
	struct input in = {.kind = INPUT_CLOCK_STEP,
	    .at = loop_now(k->loop),
	    .endpoint = ENDPOINT_NONE,
	    .u.wall = loop_wall(k->loop)};
	char text[UTC_TEXT_BYTES];

	log_event(k->log, SEVERITY_WARNING,
	    "clock-step by_ms=%lld wall=%s effect=%s", (long long)step,
	    utc_format(in.u.wall, text), effect);
	intake_input(k, &in, NULL, NULL);
}

void
clock_begin(struct keeper *k)
{
	wall_ms now = loop_now(k->loop);
	wall_ms start = k->store != NULL ? store_started(k->store) : now;

	if (start > now)
		loop_set_axis(k->loop, start);
	k->committed = loop_now(k->loop);
	k->intake.heard = loop_micros(k->loop) / 1000;
	k->clock_ahead = loop_wall(k->loop) - loop_now(k->loop);
	k->clock_behind = start - now > least_step;
}

void
clock_tick(struct keeper *k)
{
	span_ms ahead = loop_wall(k->loop) - loop_now(k->loop);
	span_ms step = ahead - k->clock_ahead;

	if (loop_scaled(k->loop) != NULL)
		return; /* it runs away from the clock at every moment */
	if (k->clock_behind)
		record(k, ahead, "times go on from the last one kept");
	else if (step > least_step || step < -least_step)
		record(k, step, "taken over at the next start");
	k->clock_ahead = ahead;
	k->clock_behind = false;
}

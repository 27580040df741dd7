/* SPDX-License-Identifier: MIT */
#include "io/stall.h"

#include <inttypes.h>

#include "base/mem.h"

struct stall {
	struct loop *loop;
	struct logline *log;
	struct timer *timer;
};

void
stall_say(struct logline *log, const char *role, span_ms longest)
{
	if (longest <= STALL_MS)
		return;
	if (role != NULL)
		log_event(log, SEVERITY_WARNING,
		    "stalled role=%s longest_turn_ms=%" PRId64, role, longest);
	else
		log_event(log, SEVERITY_WARNING,
		    "stalled longest_turn_ms=%" PRId64, longest);
}

static void
on_minute(void *arg)
{
	struct stall *s = arg;

	timer_arm_real(s->timer, MINUTE_MS);
	stall_say(s->log, NULL, loop_longest_turn(s->loop));
}

struct stall *
stall_new(struct loop *l, struct logline *log)
{
	struct stall *s = mem_zalloc(sizeof(*s));

	s->loop = l;
	s->log = log;
	s->timer = timer_new(l, on_minute, s);
	timer_arm_real(s->timer, MINUTE_MS);
	return s;
}

void
stall_free(struct stall *s)
{
	if (s == NULL)
		return;
	timer_free(s->timer);
	mem_free(s);
}

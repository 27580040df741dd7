/* SPDX-License-Identifier: MIT */
/*
 * Whether somebody still looks: the keeper says each second until when all
 * evidence has come.  When that stands still, or nothing is said, what is shown
 * is old, which is said as that and never as the state of a service.
 */
#include "web/frame.h"
#include "web/site.h"

enum { SILENT_MS = 15 * SECOND_MS };

static void
set_stale(struct site *s, bool stale)
{
	frame_set_stale(stale, s->counted.upto);
	if (s->stale == stale)
		return;
	s->stale = stale;
	for (size_t i = 0; i < 2; i++)
		s->status_page[i].change = s->status_json[i].change = 0;
	streams_tell(s);
}

static void
on_silence(void *arg)
{
	set_stale(arg, true);
}

void
fresh_begin(struct site *s)
{
	s->silence = timer_new(s->loop, on_silence, s);
	timer_arm_real(s->silence, SILENT_MS);
	set_stale(s, false);
}

void
fresh_end(struct site *s)
{
	timer_free(s->silence);
}

void
fresh_heard(struct site *s, const struct counted *c)
{
	bool goes_on = c->upto > s->counted.upto;

	s->counted = *c;
	if (!goes_on)
		return;
	timer_arm_real(s->silence, SILENT_MS);
	set_stale(s, false);
}

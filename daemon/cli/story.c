/* SPDX-License-Identifier: MIT */
#include "cli/story.h"

#include <string.h>

#include "base/utc.h"
#include "core/core.h"

enum { INTERVAL_MS = MINUTE_MS };

/* After a change the prober looks again after so many seconds each. */
static const unsigned char ladder_s[] = {3, 5, 10, 15, 20, 30};

struct spell { /* of failing answers */
	const char *from, *to;
};

struct script {
	const char *name, *begin, *end;
	struct event_names names;
	struct notice_service service;
	const struct spell *spells;
	size_t spell_count;
};

static const struct spell tesla_spells[] = {{"2023-02-14T10:00:20Z",
						"2023-02-14T13:04:00Z"},
    {"2023-02-14T13:16:00Z", "2023-02-14T13:41:00Z"},
    {"2023-02-14T13:52:00Z", "2023-02-14T15:30:00Z"}};

static const char *const tesla_functions[] = {"remote commands", "sentry mode",
    "scheduling", NULL};
static const char *const tesla_unaffected[] = {"Bluetooth key", "charging",
    NULL};

static const struct script scripts[] = {{.name = "tesla",
    .begin = "2023-02-14T09:30:20Z",
    .end = "2023-02-14T19:00:00Z",
    .names = {.endpoint = "tesla-fleet/eu",
	.service = "tesla-fleet",
	.region = "eu"},
    .service = {.id = "tesla-fleet",
	.name = "Tesla Fleet API",
	.functions = tesla_functions,
	.unaffected = tesla_unaffected},
    .spells = tesla_spells,
    .spell_count = sizeof tesla_spells / sizeof tesla_spells[0]}};

static wall_ms
time_of(const char *s)
{
	wall_ms t = 0;

	return utc_parse(s, &t) ? t : 0;
}

static void
on_output(void *arg, const struct output *o)
{
	struct story *s = arg;

	if (o->kind == OUTPUT_EVENT && s->count < STORY_EVENTS_MAX)
		s->events[s->count++] = *o;
}

static struct input
sample_at(wall_ms t, bool good)
{
	struct input in = {.kind = INPUT_SAMPLE};
	struct sample *s = &in.u.sample;

	s->start = t;
	s->total_us = 180000;
	s->latency = latency_code(s->total_us);
	s->retry_after_s = RETRY_AFTER_ABSENT;
	s->cert_days = CERT_DAYS_UNKNOWN;
	s->flags = SAMPLE_PATH_PROVEN;
	s->code = good ? 200 : 503;
	s->class = good ? CLASS_OK : CLASS_MAINT;
	s->reason = good ? REASON_OK : REASON_MAINT_PHRASE;
	in.at = sample_evidence(s);
	return in;
}

static bool
fails_at(const struct script *c, wall_ms t)
{
	for (size_t i = 0; i < c->spell_count; i++) {
		if (t >= time_of(c->spells[i].from) &&
		    t < time_of(c->spells[i].to))
			return true;
	}
	return false;
}

static void
play(const struct script *c, struct world *w, struct story *s)
{
	wall_ms begin = time_of(c->begin), end = time_of(c->end);
	size_t rung = sizeof ladder_s;
	bool was_good = true;
	struct input in = {.kind = INPUT_WATCH,
	    .at = begin,
	    .u.policy = {.interval = INTERVAL_MS,
		.timeout = (span_ms)10 * SECOND_MS,
		.all_clear = ALL_CLEAR_DEFAULT}};

	core_step(w, &in, on_output, s);
	for (wall_ms t = begin; t < end;) {
		bool good = !fails_at(c, t);

		if (good != was_good)
			rung = 0;
		was_good = good;
		in = sample_at(t, good);
		core_step(w, &in, on_output, s);
		t += rung < sizeof ladder_s
		    ? (span_ms)ladder_s[rung++] * SECOND_MS
		    : (span_ms)INTERVAL_MS;
	}
	in = (struct input){.kind = INPUT_ADVANCE, .at = end};
	core_step(w, &in, on_output, s);
}

bool
story_tell(const char *name, struct story *s)
{
	const struct script *c = scripts;
	const struct script *behind =
	    scripts + sizeof scripts / sizeof scripts[0];
	struct world *w;

	while (c < behind && strcmp(c->name, name) != 0)
		c++;
	if (c == behind)
		return false;
	*s = (struct story){.names = c->names, .service = c->service};
	w = world_new(0, time_of(c->begin));
	play(c, w, s);
	world_free(w);
	return true;
}

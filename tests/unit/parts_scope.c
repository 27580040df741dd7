/* SPDX-License-Identifier: MIT */
#include "parts_scope.h"

#include <string.h>

static const wall_ms noon = 1676376000000; /* 2023-02-14T12:00:00Z */

static const char *
region_of(uint32_t i)
{
	static const char *const names[ENDPOINTS] = {"eu", "eu", "eu", "eu",
	    "na", "na", "na", "na", "cn", "cn", "eu", "na"};

	return names[i];
}

struct policy
policy(uint32_t i)
{
	const char *r = region_of(i);

	return (struct policy){.interval = MINUTE_MS,
	    .timeout = 10000,
	    .service = i < 10 ? CARS : MAPS,
	    .region = r[0] == 'e' ? EU
		: r[0] == 'n'     ? NA
				  : CN,
	    .tags = {i < 10 ? 1 : 0}};
}

/* "SECOND ENDPOINT event! scope 4/4 eu ..." of what is loud, since noon. */
static void
on_output(void *arg, const struct output *o)
{
	struct scene *s = arg;

	if (o->kind != OUTPUT_EVENT || !o->loud)
		return;
	text_printf(&s->said, "%s%s %s%s%s", text_len(&s->said) ? "; " : "",
	    strchr(event_name(o->event), '.') + 1, scope_name(o->scope),
	    o->at_least ? "+" : "",
	    o->cause == CAUSE_LEAD_ENDED  ? " (lead ended)"
		: o->cause == CAUSE_ALONE ? " (alone)"
					  : "");
	if (o->event != EVENT_OPENED && o->event != EVENT_CHANGED)
		return;
	for (size_t i = 0; i < o->row_count; i++)
		text_printf(&s->said, " %s %u/%u",
		    region_of(o->rows[i].endpoint), o->rows[i].failing,
		    o->rows[i].known);
}

void
step(struct scene *s, struct input *in)
{
	in->at = s->now;
	core_step(s->world, in, on_output, s);
}

void
watch(struct scene *s, uint32_t i)
{
	struct input in = {.kind = INPUT_WATCH, .endpoint = i};

	in.u.policy = policy(i);
	step(s, &in);
}

void
probe(struct scene *s, uint32_t i)
{
	enum sample_class c = s->failing[i] ? CLASS_ORIGIN : CLASS_OK;
	struct input in = {.kind = INPUT_SAMPLE, .endpoint = i};

	in.u.sample = (struct sample){.start = s->now,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .class = (uint8_t)c,
	    .reason = (uint8_t)class_reason(c),
	    .flags = SAMPLE_PATH_PROVEN};
	step(s, &in);
}

void
live(struct scene *s, int minutes)
{
	for (int second = 0; second < 60 * minutes; second++) {
		uint32_t i = (uint32_t)second % ENDPOINTS;

		s->now += SECOND_MS;
		if (world_watches(s->world, i))
			probe(s, i);
	}
}

void
begin_empty(struct scene *s)
{
	*s = (struct scene){.now = noon, .world = world_new(0, noon)};
	text_init(&s->said, 10000);
}

void
begin(struct scene *s)
{
	begin_empty(s);
	for (uint32_t i = 0; i < ENDPOINTS; i++)
		watch(s, i);
	live(s, 20);
}

void
fails(struct scene *s, uint32_t from, uint32_t to, bool failing)
{
	for (uint32_t i = from; i <= to; i++)
		s->failing[i] = failing;
}

void
said(struct scene *s, const char *want)
{
	assert_string_equal(text_str(&s->said), want);
	text_done(&s->said);
	text_init(&s->said, 10000);
}

void
done(struct scene *s)
{
	text_done(&s->said);
	world_free(s->world);
}

struct output
seen(struct scene *s, uint32_t i)
{
	struct output o;

	world_describe(s->world, i, &o);
	return o;
}

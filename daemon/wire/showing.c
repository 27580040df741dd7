/* SPDX-License-Identifier: MIT */
#include "wire/showing.h"

#include "base/mem.h"
#include "wire/field.h"

void
showing_put(struct bytes_out *o, const struct showing *s)
{
	bytes_put_text(o, s->database);
	bytes_put_text(o, s->public_url);
	bytes_put_text(o, s->base_path);
	bytes_put_text(o, s->proxies);
	field_put_bool(o, s->guarded);
}

bool
showing_get(struct bytes_in *i, struct showing *s)
{
	*s = (struct showing){0};
	s->database = field_text_needed(i);
	s->public_url = field_text(i);
	s->base_path = field_text_needed(i);
	s->proxies = field_text_needed(i);
	s->guarded = field_bool(i);
	if (bytes_in_done(i))
		return true;
	showing_done(s);
	return false;
}

void
showing_done(struct showing *s)
{
	mem_free(s->database);
	mem_free(s->public_url);
	mem_free(s->base_path);
	mem_free(s->proxies);
	*s = (struct showing){0};
}

void
changed_put(struct bytes_out *o, const struct changed *c)
{
	bytes_put_u64(o, c->change);
	bytes_put_u64(o, c->news);
	bytes_put_i64(o, c->committed);
	field_put_bool(o, c->degraded);
	field_put_bool(o, c->damaged);
}

bool
changed_get(struct bytes_in *i, struct changed *c)
{
	*c = (struct changed){.change = bytes_get_u64(i)};
	c->news = bytes_get_u64(i);
	c->committed = field_wall(i);
	c->degraded = field_bool(i);
	c->damaged = field_bool(i);
	if (bytes_in_done(i))
		return true;
	*c = (struct changed){0};
	return false;
}

enum untold
untold_of(uint16_t code)
{
	if (code == 401 || code == 403)
		return UNTOLD_AUTH;
	if (code == 429)
		return UNTOLD_LIMITED;
	return code >= 500 ? UNTOLD_SERVER
	    : code >= 400  ? UNTOLD_CLIENT
	    : code >= 300  ? UNTOLD_REDIRECT
			   : UNTOLD_NO_ANSWER;
}

static void
put_all(struct bytes_out *o, const uint64_t *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes_put_u64(o, all[i]);
}

static void
get_all(struct bytes_in *i, uint64_t *all, size_t n)
{
	for (size_t k = 0; k < n; k++)
		all[k] = bytes_get_u64(i);
}

void
counted_put(struct bytes_out *o, const struct counted *c)
{
	bytes_put_i64(o, c->upto);
	put_all(o, c->events, EVENT_COUNT);
	put_all(o, c->incidents, KIND_COUNT);
	put_all(o, c->untold, UNTOLD_COUNT);
	bytes_put_u64(o, c->attempts);
	bytes_put_u64(o, c->probes);
	bytes_put_u64(o, c->skipped);
	bytes_put_u64(o, c->dropped);
	bytes_put_u64(o, c->lost);
	bytes_put_u32(o, c->queued);
	bytes_put_u32(o, c->in_flight);
	bytes_put_u32(o, c->late_p50_us);
	bytes_put_u32(o, c->late_p99_us);
	bytes_put_u32(o, c->longest_turn_ms);
	for (size_t k = 0; k < ROLE_COUNT; k++)
		field_put_bool(o, c->ready[k]);
}

bool
counted_get(struct bytes_in *i, struct counted *c)
{
	*c = (struct counted){0};
	c->upto = field_wall(i);
	get_all(i, c->events, EVENT_COUNT);
	get_all(i, c->incidents, KIND_COUNT);
	get_all(i, c->untold, UNTOLD_COUNT);
	c->attempts = bytes_get_u64(i);
	c->probes = bytes_get_u64(i);
	c->skipped = bytes_get_u64(i);
	c->dropped = bytes_get_u64(i);
	c->lost = bytes_get_u64(i);
	c->queued = bytes_get_u32(i);
	c->in_flight = bytes_get_u32(i);
	c->late_p50_us = bytes_get_u32(i);
	c->late_p99_us = bytes_get_u32(i);
	c->longest_turn_ms = bytes_get_u32(i);
	for (size_t k = 0; k < ROLE_COUNT; k++)
		c->ready[k] = field_bool(i);
	if (bytes_in_done(i))
		return true;
	*c = (struct counted){0};
	return false;
}

void
asked_put(struct bytes_out *o, const struct asked *a)
{
	bytes_put_u64(o, a->id);
	bytes_put_text(o, a->author);
	bytes_put_text(o, a->text);
}

bool
asked_get(struct bytes_in *i, struct asked *a)
{
	*a = (struct asked){.id = bytes_get_u64(i)};
	a->author = field_text(i);
	a->text = field_text_needed(i);
	if (bytes_in_done(i))
		return true;
	asked_done(a);
	return false;
}

void
asked_done(struct asked *a)
{
	mem_free(a->author);
	mem_free(a->text);
	*a = (struct asked){0};
}

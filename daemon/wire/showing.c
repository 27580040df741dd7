/* SPDX-License-Identifier: MIT */
#include "wire/showing.h"

#include "base/mem.h"
#include "wire/field.h"

void
showing_put(struct bytes_out *o, const struct showing *s)
{
	bytes_put_text(o, s->database);
	bytes_put_text(o, s->public_url);
}

bool
showing_get(struct bytes_in *i, struct showing *s)
{
	*s = (struct showing){0};
	s->database = field_text_needed(i);
	s->public_url = field_text(i);
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

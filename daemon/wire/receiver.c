/* SPDX-License-Identifier: MIT */
#include "wire/receiver.h"

#include "base/mem.h"
#include "wire/field.h"

/* LOG_NFACILITIES of every system we know. */
static const unsigned facilities = 24;

bool
receiver_takes_notices(const struct receiver *r)
{
	return r->type != RECEIVER_HEARTBEAT;
}

void
receiver_done(struct receiver *r)
{
	mem_free(r->id);
	mem_free(r->url);
	mem_free(r->secret_file);
	mem_free(r->ca_file);
	mem_free(r->proxy);
	*r = (struct receiver){0};
}

bool
receiver_equal(const struct receiver *a, const struct receiver *b)
{
	return field_same(a->id, b->id) && a->type == b->type &&
	    a->facility == b->facility && field_same(a->url, b->url) &&
	    field_same(a->secret_file, b->secret_file) &&
	    field_same(a->ca_file, b->ca_file) &&
	    field_same(a->proxy, b->proxy) &&
	    a->allow_private == b->allow_private &&
	    a->insecure == b->insecure && a->timeout == b->timeout &&
	    a->every == b->every;
}

void
receiver_put(struct bytes_out *o, const struct receiver *r)
{
	bytes_put_text(o, r->id);
	bytes_put_u8(o, (uint8_t)r->type);
	bytes_put_u32(o, r->generation);
	bytes_put_u8(o, (uint8_t)r->facility);
	bytes_put_text(o, r->url);
	bytes_put_text(o, r->secret_file);
	bytes_put_text(o, r->ca_file);
	bytes_put_text(o, r->proxy);
	field_put_bool(o, r->allow_private);
	field_put_bool(o, r->insecure);
	bytes_put_i64(o, r->timeout);
	bytes_put_i64(o, r->every);
}

/* What is asked for by it can neither flood anybody nor pile up. */
static bool
is_bounded(const struct receiver *r)
{
	return r->type != RECEIVER_HEARTBEAT ||
	    (r->every >= HEARTBEAT_EVERY_MIN_MS &&
		r->every <= HEARTBEAT_EVERY_MAX_MS && r->timeout > 0 &&
		r->timeout < r->every);
}

bool
receiver_get(struct bytes_in *i, struct receiver *r)
{
	*r = (struct receiver){0};
	r->id = field_text_needed(i);
	r->type = (enum receiver_type)field_below(i, RECEIVER_HEARTBEAT + 1);
	r->generation = bytes_get_u32(i);
	r->facility = field_below(i, facilities);
	r->url = field_text(i);
	r->secret_file = field_text(i);
	r->ca_file = field_text(i);
	r->proxy = field_text(i);
	r->allow_private = field_bool(i);
	r->insecure = field_bool(i);
	r->timeout = field_span(i);
	r->every = field_span(i);
	if ((r->type != RECEIVER_SYSLOG && r->url == NULL) || !is_bounded(r))
		i->ok = false;
	if (bytes_in_done(i))
		return true;
	receiver_done(r);
	return false;
}

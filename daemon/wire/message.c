/* SPDX-License-Identifier: MIT */
#include "wire/message.h"
#include "wire/line.h"

#include <string.h>

#include "base/mem.h"
#include "wire/field.h"

enum {
	SEVERITIES = 8,
	FLAGS_ALL = SAMPLE_PATH_PROVEN | SAMPLE_EXTRA | SAMPLE_IPV6 |
	    SAMPLE_INSECURE | SAMPLE_PROXIED | SAMPLE_PARTIAL,
	LATENCY_CODE_MAX = 32 * 256, /* 32 octaves hold every u32 */
	RETRY_LONGEST_S = 3600
};

void
hello_put(struct bytes_out *o, const struct hello *h)
{
	bytes_put_i64(o, h->now);
	bytes_put_text(o, h->user_agent);
	bytes_put_text(o, h->instance);
}

bool
hello_get(struct bytes_in *i, struct hello *h)
{
	*h = (struct hello){0};
	h->now = field_wall(i);
	h->user_agent = field_text_needed(i);
	h->instance = field_text_needed(i);
	if (bytes_in_done(i))
		return true;
	hello_done(h);
	return false;
}

void
hello_done(struct hello *h)
{
	mem_free(h->user_agent);
	mem_free(h->instance);
	*h = (struct hello){0};
}

void
pace_put(struct bytes_out *o, const struct pace *p)
{
	bytes_put_u32(o, p->slot);
	bytes_put_u32(o, p->generation);
	bytes_put_i64(o, p->every);
	bytes_put_i64(o, p->until);
}

bool
pace_get(struct bytes_in *i, struct pace *p)
{
	*p = (struct pace){0};
	p->slot = bytes_get_u32(i);
	p->generation = bytes_get_u32(i);
	p->every = field_span(i);
	p->until = field_wall(i);
	if (bytes_in_done(i))
		return true;
	*p = (struct pace){0};
	return false;
}

static void
sample_put(struct bytes_out *o, const struct sample *s)
{
	bytes_put_i64(o, s->start);
	bytes_put_u32(o, s->total_us);
	bytes_put_u32(o, s->dns_us);
	bytes_put_u32(o, s->connect_us);
	bytes_put_u32(o, s->tls_us);
	bytes_put_u32(o, s->wait_us);
	bytes_put_u32(o, s->receive_us);
	bytes_put_u32(o, s->late_us);
	bytes_put_u32(o, (uint32_t)s->retry_after_s);
	bytes_put_u16(o, s->code);
	bytes_put_u16(o, (uint16_t)s->cert_days);
	bytes_put_u16(o, s->latency);
	bytes_put_u8(o, s->class);
	bytes_put_u8(o, s->reason);
	bytes_put_u8(o, s->flags);
	bytes_put(o, s->address, sizeof(s->address));
	bytes_put_u16(o, s->port);
}

static void
sample_get(struct bytes_in *i, struct sample *s)
{
	s->start = field_wall(i);
	s->total_us = bytes_get_u32(i);
	s->dns_us = bytes_get_u32(i);
	s->connect_us = bytes_get_u32(i);
	s->tls_us = bytes_get_u32(i);
	s->wait_us = bytes_get_u32(i);
	s->receive_us = bytes_get_u32(i);
	s->late_us = bytes_get_u32(i);
	s->retry_after_s = (int32_t)bytes_get_u32(i);
	s->code = bytes_get_u16(i);
	s->cert_days = (int16_t)bytes_get_u16(i);
	s->latency = bytes_get_u16(i);
	s->class = field_below(i, CLASS_COUNT);
	s->reason = field_below(i, REASON_COUNT);
	s->flags = field_below(i, FLAGS_ALL + 1);
	bytes_get(i, s->address, sizeof(s->address));
	s->port = bytes_get_u16(i);
	if (s->retry_after_s < RETRY_AFTER_ABSENT ||
	    s->retry_after_s > RETRY_AFTER_LONGEST_S ||
	    s->latency > LATENCY_CODE_MAX)
		i->ok = false;
}

void
probed_put(struct bytes_out *o, const struct probed *p)
{
	bytes_put_u32(o, p->slot);
	bytes_put_u32(o, p->generation);
	field_put_bool(o, p->canary);
	sample_put(o, &p->sample);
}

void
probed_get(struct bytes_in *i, struct probed *p)
{
	*p = (struct probed){0};
	p->slot = bytes_get_u32(i);
	p->generation = bytes_get_u32(i);
	p->canary = field_bool(i);
	sample_get(i, &p->sample);
	if (!i->ok)
		*p = (struct probed){0};
}

void
excerpt_put(struct bytes_out *o, const struct excerpt *e)
{
	bytes_put_u32(o, e->slot);
	bytes_put_u32(o, e->generation);
	bytes_put_i64(o, e->start);
	bytes_put_text(o, e->headers);
	if (e->body_size > EXCERPT_BODY_MAX)
		o->ok = false;
	bytes_put_blob(o, e->body, e->body_size);
	bytes_put_text(o, e->detail);
}

/* NULL for none; else with a NUL behind it, for the careless. */
static char *
body_get(struct bytes_in *i, size_t *n)
{
	const void *p = bytes_get_blob(i, n);
	char *body;

	if (*n > EXCERPT_BODY_MAX) {
		i->ok = false;
		*n = 0;
	}
	if (*n == 0)
		return NULL;
	body = mem_zalloc(*n + 1);
	memcpy(body, p, *n);
	return body;
}

bool
excerpt_get(struct bytes_in *i, struct excerpt *e)
{
	*e = (struct excerpt){0};
	e->slot = bytes_get_u32(i);
	e->generation = bytes_get_u32(i);
	e->start = field_wall(i);
	e->headers = field_text(i);
	e->body = body_get(i, &e->body_size);
	e->detail = field_text(i);
	if (bytes_in_done(i))
		return true;
	excerpt_done(e);
	return false;
}

void
excerpt_done(struct excerpt *e)
{
	mem_free(e->headers);
	mem_free(e->body);
	mem_free(e->detail);
	*e = (struct excerpt){0};
}

void
stats_put(struct bytes_out *o, const struct prober_stats *s)
{
	bytes_put_u64(o, s->probes);
	bytes_put_u64(o, s->skipped);
	bytes_put_u64(o, s->dropped);
	bytes_put_u64(o, s->redirects_blocked);
	bytes_put_u32(o, s->in_flight);
	bytes_put_u32(o, s->longest_turn_ms);
	bytes_put_u32(o, s->late_p50_us);
	bytes_put_u32(o, s->late_p99_us);
}

bool
stats_get(struct bytes_in *i, struct prober_stats *s)
{
	*s = (struct prober_stats){0};
	s->probes = bytes_get_u64(i);
	s->skipped = bytes_get_u64(i);
	s->dropped = bytes_get_u64(i);
	s->redirects_blocked = bytes_get_u64(i);
	s->in_flight = bytes_get_u32(i);
	s->longest_turn_ms = bytes_get_u32(i);
	s->late_p50_us = bytes_get_u32(i);
	s->late_p99_us = bytes_get_u32(i);
	if (bytes_in_done(i))
		return true;
	*s = (struct prober_stats){0};
	return false;
}

void
notice_put(struct bytes_out *o, const struct notice *n)
{
	bytes_put_u64(o, n->outbox);
	bytes_put_text(o, n->receiver);
	bytes_put_text(o, n->webhook_id);
	bytes_put_u8(o, (uint8_t)n->severity);
	bytes_put_text(o, n->line);
	bytes_put_text(o, n->body);
}

bool
notice_get(struct bytes_in *i, struct notice *n)
{
	*n = (struct notice){0};
	n->outbox = bytes_get_u64(i);
	n->receiver = field_text_needed(i);
	n->webhook_id = field_text(i);
	n->severity = field_below(i, SEVERITIES);
	n->line = field_text(i);
	n->body = field_text(i);
	if (bytes_in_done(i))
		return true;
	notice_done(n);
	return false;
}

void
notice_done(struct notice *n)
{
	mem_free(n->receiver);
	mem_free(n->webhook_id);
	mem_free(n->line);
	mem_free(n->body);
	*n = (struct notice){0};
}

void
attempt_put(struct bytes_out *o, const struct attempt *a)
{
	bytes_put_u64(o, a->outbox);
	bytes_put_u8(o, (uint8_t)a->result);
	bytes_put_u16(o, a->code);
	bytes_put_u32(o, (uint32_t)a->retry_after_s);
	bytes_put_u32(o, a->took_ms);
	bytes_put_text(o, a->detail);
}

bool
attempt_get(struct bytes_in *i, struct attempt *a)
{
	*a = (struct attempt){0};
	a->outbox = bytes_get_u64(i);
	a->result = (enum attempt_result)field_below(i, ATTEMPT_GONE + 1);
	a->code = bytes_get_u16(i);
	a->retry_after_s = (int32_t)bytes_get_u32(i);
	a->took_ms = bytes_get_u32(i);
	a->detail = field_text(i);
	if (bytes_in_done(i) && a->retry_after_s >= -1 &&
	    a->retry_after_s <= RETRY_LONGEST_S)
		return true;
	i->ok = false;
	attempt_done(a);
	return false;
}

void
attempt_done(struct attempt *a)
{
	mem_free(a->detail);
	*a = (struct attempt){0};
}

void
line_put(struct bytes_out *o, const struct line *l)
{
	bytes_put_u8(o, l->severity);
	bytes_put_u8(o, l->role);
	bytes_put_text(o, l->text);
}

bool
line_get(struct bytes_in *i, struct line *l)
{
	*l = (struct line){0};
	l->severity = field_below(i, SEVERITIES);
	l->role = field_below(i, ROLE_COUNT);
	l->text = field_text_needed(i);
	if (bytes_in_done(i))
		return true;
	line_done(l);
	return false;
}

void
line_done(struct line *l)
{
	mem_free(l->text);
	*l = (struct line){0};
}

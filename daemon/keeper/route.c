/* SPDX-License-Identifier: MIT */
#include "keeper/route.h"

#include <assert.h>
#include <string.h>

#include "base/glob.h"
#include "base/mem.h"

enum severity
route_severity(const struct output *o)
{
	switch (o->event) {
	case EVENT_OPENED:
		return o->kind_now == KIND_DEGRADATION ? SEVERITY_WARNING
						       : SEVERITY_ERR;
	case EVENT_CHANGED:
		return o->loud ? SEVERITY_CRIT : SEVERITY_INFO;
	case EVENT_RECEIVER_GONE:
	case EVENT_RECEIVER_FAILING:
		return SEVERITY_CRIT;
	case EVENT_CERT_EXPIRING:
		return SEVERITY_WARNING;
	case EVENT_RECOVERING:
	case EVENT_RESOLVED:
	case EVENT_PARTIAL:
		return SEVERITY_NOTICE;
	case EVENT_RELAPSED:
	case EVENT_WITHDRAWN:
	case EVENT_AMENDED:
	case EVENT_GLITCH:
	case EVENT_SLOW:
	case EVENT_MISCONFIGURED:
	case EVENT_MAINT_STARTED:
	case EVENT_MAINT_ENDED:
	case EVENT_MAINT_OVERRUN:
	case EVENT_BLIND:
	case EVENT_SIGHTED:
	case EVENT_TEST:
	case EVENT_COUNT:
		break;
	}
	return SEVERITY_INFO;
}

static bool
fits(const char *pattern, const char *text)
{
	return pattern == NULL || glob_match(pattern, text != NULL ? text : "");
}

static bool
fits_tag(const char *pattern, char *const *tags)
{
	if (pattern == NULL)
		return true;
	for (; tags != NULL && *tags != NULL; tags++) {
		if (glob_match(pattern, *tags))
			return true;
	}
	return false;
}

static bool
fits_kind(const char *pattern, const struct output *o)
{
	return fits(pattern, kind_name(o->kind_now)) ||
	    fits(pattern, kind_name(o->kind_worst));
}

static bool
route_takes(const struct config_route *r, const struct config_service *s,
    const char *region, const struct output *o)
{
	return (o->loud || r->all) &&
	    fits(r->service, s != NULL ? s->id : NULL) &&
	    fits(r->region, region) &&
	    fits_tag(r->tag, s != NULL ? s->tags : NULL) &&
	    fits_kind(r->kind, o) &&
	    fits(r->severity, severity_name(route_severity(o)));
}

size_t
route_index(const struct config *c, const char *id)
{
	size_t i = 0;

	while (i < c->receiver_count && strcmp(c->receivers[i].id, id) != 0)
		i++;
	return i;
}

/* When this route wants it: age since onset, for what has an onset. */
static wall_ms
wanted_at(const struct config_route *r, const struct output *o)
{
	wall_ms t = o->incident.n > 0 ? o->onset + r->notify_after : o->at;

	return t > o->at ? t : o->at;
}

size_t
route_event(const struct config *c, const struct config_service *s,
    const char *region, const struct output *o, struct route_hit *hits)
{
	/* One more, where unknown receivers end up. */
	wall_ms *at = mem_array(c->receiver_count + 1, sizeof *at);
	size_t n = 0;

	for (size_t i = 0; i < c->receiver_count; i++)
		at[i] = INT64_MAX;
	for (size_t i = 0; i < c->route_count; i++) {
		const struct config_route *r = &c->routes[i];

		if (!route_takes(r, s, region, o))
			continue;
		for (char *const *to = r->to; *to != NULL; to++) {
			size_t k = route_index(c, *to);

			if (wanted_at(r, o) < at[k])
				at[k] = wanted_at(r, o);
		}
	}
	for (size_t i = 0; i < c->receiver_count; i++) {
		if (at[i] != INT64_MAX)
			hits[n++] = (struct route_hit){i, at[i]};
	}
	mem_free(at);
	return n;
}

/* Is this receiver among the hits, which are in its order? */
static const struct route_hit *
hit_of(const struct route_hit *hits, size_t n, size_t receiver)
{
	for (size_t i = 0; i < n; i++) {
		if (hits[i].receiver == receiver)
			return &hits[i];
	}
	return NULL;
}

size_t
route_member(const struct config *c, const struct route_place *own,
    const struct route_place *lead, const struct output *o,
    struct route_hit *hits)
{
	struct output quiet = *o, loud = *o;
	struct route_hit *leads =
	    mem_array(c->receiver_count + 1, sizeof *leads);
	struct route_hit *all = mem_array(c->receiver_count + 1, sizeof *all);
	size_t own_n, lead_n, all_n, n = 0;

	quiet.loud = false;
	loud.loud = true;
	own_n = route_event(c, own->service, own->region, &loud, hits);
	lead_n = route_event(c, lead->service, lead->region, &loud, leads);
	all_n = route_event(c, own->service, own->region, &quiet, all);
	for (size_t i = 0; i < own_n; i++) {
		const struct route_hit *hears =
		    hit_of(all, all_n, hits[i].receiver);

		if (hears != NULL)
			hits[n++] = *hears;
		else if (hit_of(leads, lead_n, hits[i].receiver) == NULL)
			hits[n++] = hits[i];
	}
	mem_free(leads);
	mem_free(all);
	return n;
}

static bool
is_open(const struct config_route *r)
{
	return r->all && r->service == NULL && r->region == NULL &&
	    r->tag == NULL && r->kind == NULL && r->severity == NULL;
}

static bool
takes_all(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->route_count; i++) {
		const struct config_route *r = &c->routes[i];

		for (char *const *to = r->to; is_open(r) && *to != NULL; to++) {
			if (strcmp(*to, id) == 0)
				return true;
		}
	}
	return false;
}

size_t
route_receiver(const struct config *c, const char *about, const bool *gone,
    wall_ms at, struct route_hit *hits)
{
	size_t n = 0;

	for (int anybody = 0; anybody <= 1 && n == 0; anybody++) {
		for (size_t i = 0; i < c->receiver_count; i++) {
			const char *id = c->receivers[i].id;

			if (receiver_takes_notices(&c->receivers[i]) &&
			    !gone[i] && strcmp(id, about) != 0 &&
			    (anybody || takes_all(c, id)))
				hits[n++] = (struct route_hit){i, at};
		}
	}
	return n;
}

void
route_past_add(struct route_past *p, const struct route_row *row)
{
	if (row->dropped)
		return;
	p->any = true;
	p->delivered |= row->delivered;
	p->attempted |= row->attempts > 0;
	if (row->delivered || row->ended)
		return;
	if (!p->open || row->not_before < p->due)
		p->due = row->not_before;
	p->open = true;
}

bool
route_is_end(enum event_kind e)
{
	return e == EVENT_RESOLVED || e == EVENT_WITHDRAWN;
}

enum route_verdict
route_decide(enum event_kind e, bool matched, const struct route_past *p,
    wall_ms now)
{
	bool end = route_is_end(e);

	if (!end && !matched)
		return ROUTE_DROP;
	if (!p->any)
		return end ? ROUTE_DROP : ROUTE_SEND;
	if (p->open) {
		bool held = !p->attempted && !p->delivered && p->due > now;

		return end && held ? ROUTE_DROP_PAIR : ROUTE_HOLD;
	}
	/* Tried but never answered 2xx: it may have arrived all the same. */
	if (p->attempted || p->delivered)
		return ROUTE_SEND;
	return end ? ROUTE_DROP : ROUTE_SEND;
}

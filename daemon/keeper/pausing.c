/* SPDX-License-Identifier: MIT */
#include "keeper/pausing.h"

#include <string.h>

#include "base/utc.h"
#include "config/suggest.h"
#include "keeper/inside.h"

static const span_ms longest = (span_ms)100 * 366 * DAY_MS;

static bool
is_named(const struct watched *w, const char *name)
{
	return w->configured &&
	    (strcmp(w->id, name) == 0 || strcmp(w->service, name) == 0);
}

/* How many it names; of none, what was probably meant. */
static enum status
count_named(const struct keeper *k, const char *name, size_t *n, struct fail *f)
{
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	*n = 0;
	suggest_init(&meant, name);
	for (size_t i = 0; i < k->endpoints.count; i++) {
		const struct watched *w = k->endpoints.all[i];

		if (!w->configured)
			continue;
		*n += is_named(w, name);
		suggest_offer(&meant, w->id);
		suggest_offer(&meant, w->service);
	}
	if (*n > 0)
		return OK;
	return fail_set(f, ERR_NOTFOUND,
	    "the configuration has no endpoint and no service '%.80s'%s", name,
	    suggest_text(&meant, hint));
}

static enum status
prepare(struct keeper *k, const char *name, const char *why, size_t *n,
    struct fail *f)
{
	enum status s = acts_text("the reason", why, KEEPER_WHY_BYTES, f);

	if (s == OK)
		s = count_named(k, name, n, f);
	return s == OK ? acts_writable(k, f) : s;
}

/* "shop/eu", or "3 endpoints of shop" */
static void
add_who(struct text *out, const char *name, size_t n)
{
	if (strchr(name, '/') != NULL)
		text_add(out, name);
	else
		text_printf(out, "%zu endpoint%s of %s", n, n == 1 ? "" : "s",
		    name);
}

static void
pause_one(struct keeper *k, struct watched *w, const struct keeper_pause *p,
    wall_ms until)
{
	struct input in = {.kind = INPUT_UNWATCH,
	    .at = loop_now(k->loop),
	    .endpoint = w->slot,
	    .u.unwatch = {.paused = true, .until = until}};

	intake_input(k, &in, p->author, p->why);
	registry_pause(w, in.at, until, p->author, p->why);
}

static bool
has_incident(const struct keeper *k, const struct watched *w)
{
	struct output o;

	if (!world_watches(k->world, w->slot))
		return false;
	world_describe(k->world, w->slot, &o);
	return o.phase != PHASE_NONE;
}

enum status
keeper_pause(struct keeper *k, const struct keeper_pause *p, struct text *out,
    struct fail *f)
{
	wall_ms until = 0;
	char when[UTC_TEXT_BYTES] = "it is resumed";
	size_t n, incidents = 0;
	enum status s;

	if (p->length < 0 || p->length > longest)
		return fail_set(f, ERR_LIMIT,
		    "a pause lasts up to 100 years, or until it is resumed");
	if (p->length > 0)
		until = loop_now(k->loop) + p->length;
	s = prepare(k, p->name, p->why, &n, f);
	if (s != OK)
		return s;
	for (size_t i = 0; i < k->endpoints.count; i++) {
		struct watched *w = k->endpoints.all[i];

		if (!is_named(w, p->name))
			continue;
		incidents += has_incident(k, w);
		pause_one(k, w, p, until);
	}
	children_targets(k);
	journal_commit(k);
	if (until != 0)
		utc_format(until, when);
	log_event(k->log, SEVERITY_NOTICE,
	    "paused name=%s endpoints=%zu until=%s author=%s", p->name, n,
	    until != 0 ? when : "resumed", p->author);
	text_add(out, "paused ");
	add_who(out, p->name, n);
	text_printf(out, " until %s", when);
	if (incidents > 0)
		text_printf(out, "; %zu open incident%s withdrawn", incidents,
		    incidents == 1 ? " is" : "s are");
	return acts_committed(k, f);
}

enum status
keeper_resume(struct keeper *k, const char *name, const char *author,
    const char *why, struct text *out, struct fail *f)
{
	size_t named, n = 0;
	enum status s = prepare(k, name, why, &named, f);

	if (s != OK)
		return s;
	for (size_t i = 0; i < k->endpoints.count; i++) {
		struct watched *w = k->endpoints.all[i];

		if (!is_named(w, name) || w->pausing == NULL)
			continue;
		registry_resume(k, w, author, why);
		n++;
	}
	if (n == 0) {
		text_printf(out, "%s is not paused", name);
		return OK;
	}
	children_targets(k);
	planned_tick(k);
	journal_commit(k);
	log_event(k->log, SEVERITY_NOTICE,
	    "resumed name=%s endpoints=%zu author=%s", name, n, author);
	text_add(out, "resumed ");
	add_who(out, name, n);
	return acts_committed(k, f);
}

/*
 * While nobody is watched nothing may be there to write, and who reads would
 * think that the time of the pause is that of the present: so it is written
 * that nobody looked.
 */
static void
note_silence(struct keeper *k)
{
	struct input gap = {.kind = INPUT_GAP,
	    .at = loop_now(k->loop),
	    .endpoint = ENDPOINT_NONE,
	    .u.gap_from = k->committed};

	if (!k->degraded && k->journal.count == 0 &&
	    gap.at - k->committed >= MINUTE_MS)
		intake_input(k, &gap, NULL, NULL);
}

/* The end of a pause may have come while nobody was here. */
void
pausing_tick(struct keeper *k)
{
	wall_ms now = loop_now(k->loop);
	size_t active = 0, paused = 0, over = 0;

	for (size_t i = 0; i < k->endpoints.count; i++) {
		struct watched *w = k->endpoints.all[i];
		const struct pausing *p = w->pausing;

		if (p != NULL && p->until != 0 && p->until <= now) {
			log_event(k->log, SEVERITY_NOTICE,
			    "pause-over endpoint=%s", w->id);
			registry_resume(k, w, NULL, NULL);
			over++;
		}
		active += watched_active(w);
		paused += w->pausing != NULL;
	}
	if (over > 0)
		children_targets(k);
	if (active == 0 && paused > 0)
		note_silence(k);
}

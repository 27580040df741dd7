/* SPDX-License-Identifier: MIT */
/* What people say and do about incidents. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "keeper/inside.h"
#include "store/acts.h"

enum status
acts_writable(struct keeper *k, struct fail *f)
{
	journal_commit(k);
	if (k->damage.certain)
		return fail_set(f, ERR_IO,
		    "the database is damaged and would not keep it, so nothing "
		    "was done; restart the daemon, which sets it aside");
	if (k->store != NULL && !k->degraded)
		return OK;
	return fail_set(f, ERR_IO,
	    "the database cannot be written at present, so nothing was done; "
	    "try again when it can");
}

enum status
acts_text(const char *what, const char *s, size_t max, struct fail *f)
{
	if (s == NULL)
		return OK;
	if (s[0] == '\0')
		return fail_set(f, ERR_SYNTAX, "%s is empty", what);
	if (strlen(s) > max)
		return fail_set(f, ERR_LIMIT,
		    "%s has %zu bytes; %zu at most are kept", what, strlen(s),
		    max);
	for (const char *p = s; *p != '\0'; p++) {
		if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') ||
		    *p == 0x7f)
			return fail_set(f, ERR_SYNTAX,
			    "%s holds a control character (0x%02x)", what,
			    (unsigned)*p);
	}
	return OK;
}

/* An incident as it is kept. */
struct found {
	struct keeper *k;
	struct watched *w;
	int64_t row; /* of its endpoint */
	struct output now;
	wall_ms closed, acked;
	char *acked_by; /* owned */
};

static void
on_found(void *arg, int64_t endpoint, const struct query_incident *i)
{
	struct found *x = arg;

	x->w = registry_find(&x->k->endpoints, i->endpoint);
	x->row = endpoint;
	x->now = i->now;
	x->closed = i->closed;
	x->acked = i->acked;
	x->acked_by = mem_dup(i->acked_by);
}

static enum status
find(struct found *x, const char *incident, struct fail *f)
{
	struct incident_id id;
	enum status s;

	if (!incident_parse(incident, &id))
		return fail_set(f, ERR_NOTFOUND,
		    "'%.40s' is not an incident (write 20230214-1)", incident);
	s = acts_writable(x->k, f);
	if (s != OK)
		return s;
	s = store_incident(x->k->store, id, on_found, x, f);
	if (s == ERR_NOTFOUND || (s == OK && x->w == NULL))
		return fail_set(f, ERR_NOTFOUND, "there is no incident %s",
		    incident);
	return s;
}

/* In a transaction of its own: written and told, or nothing of it. */
static enum status
amend(const struct found *x, const struct event_said *said, struct fail *f)
{
	struct keeper *k = x->k;
	struct output o = x->now;
	struct pending e = {.kind = ENTRY_OUTPUT,
	    .u.output = {.output = &o,
		.act = said->act,
		.author = mem_dup(said->author),
		.text = mem_dup(said->text)}};
	struct fail why = {.why = ""};
	char *json;
	enum status s;

	assert(x->w != NULL);
	o.kind = OUTPUT_EVENT;
	o.event = EVENT_AMENDED;
	o.cause = CAUSE_OPERATOR;
	o.endpoint = e.slot = x->w->slot;
	o.at = loop_now(k->loop);
	if (o.at < world_now(k->world))
		o.at = world_now(k->world);
	json = wording_json(k, &e);
	s = store_begin(k->store, loop_now(k->loop), &why);
	if (s == OK) {
		store_put_said(k->store, x->row, &o, said, json);
		telling_event(k, &e, json);
		s = store_commit(k->store, &why);
	}
	if (s != OK)
		s = fail_set(f, ERR_IO, "nothing was recorded: %s", why.why);
	mem_free(json);
	mem_free(e.u.output.author);
	mem_free(e.u.output.text);
	if (s == OK)
		showcase_news(k);
	telling_dispatch(k);
	return s;
}

static enum status
acknowledge(const struct found *x, const struct event_said *said,
    struct text *out, struct fail *f)
{
	char id[INCIDENT_TEXT_BYTES], when[UTC_TEXT_BYTES];
	enum status s;

	incident_format(x->now.incident, id);
	if (x->closed != 0)
		return fail_set(f, ERR_RANGE,
		    "%s is over since %s; 'vigie note' can still add to it", id,
		    utc_format(x->closed, when));
	if (x->acked_by != NULL) {
		text_printf(out, "%s was acknowledged before, by %s at %s", id,
		    x->acked_by, utc_format(x->acked, when));
		return OK;
	}
	s = amend(x, said, f);
	if (s == OK)
		text_printf(out, "acknowledged %s of %s", id, x->w->id);
	return s;
}

enum status
keeper_acknowledge(struct keeper *k, const char *incident, const char *author,
    const char *why, struct text *out, struct fail *f)
{
	const struct event_said said = {ACT_ACK, author, why};
	struct found x = {.k = k};
	enum status s = acts_text("the reason", why, KEEPER_WHY_BYTES, f);

	if (s == OK)
		s = find(&x, incident, f);
	if (s == OK)
		s = acknowledge(&x, &said, out, f);
	mem_free(x.acked_by);
	return s;
}

enum status
keeper_note(struct keeper *k, const char *incident, const char *author,
    const char *note, struct fail *f)
{
	const struct event_said said = {ACT_NOTE, author, note};
	struct found x = {.k = k};
	enum status s = acts_text("the note", note, KEEPER_NOTE_BYTES, f);

	if (s == OK)
		s = find(&x, incident, f);
	if (s == OK)
		s = amend(&x, &said, f);
	mem_free(x.acked_by);
	return s;
}

static enum status
resolve(const struct found *x, const char *author, const char *why,
    struct fail *f)
{
	struct keeper *k = x->k;
	struct input in = {.kind = INPUT_RESOLVE, .at = loop_now(k->loop)};
	char id[INCIDENT_TEXT_BYTES];
	struct output o;

	assert(x->w != NULL);
	in.endpoint = x->w->slot;
	if (x->closed != 0 || !world_watches(k->world, x->w->slot))
		return fail_set(f, ERR_RANGE, "%s is over",
		    incident_format(x->now.incident, id));
	world_describe(k->world, x->w->slot, &o);
	if (o.phase != PHASE_RECOVERING)
		return fail_set(f, ERR_RANGE,
		    "%s is still failing: it would open again at once",
		    x->w->id);
	intake_input(k, &in, author, why);
	journal_commit(k);
	world_describe(k->world, x->w->slot, &o);
	if (o.phase != PHASE_NONE)
		return fail_set(f, ERR_RANGE,
		    "%s: the last answer was not good", x->w->id);
	return acts_committed(k, f);
}

enum status
keeper_resolve(struct keeper *k, const char *incident, const char *author,
    const char *why, struct fail *f)
{
	struct found x = {.k = k};
	enum status s = acts_text("the reason", why, KEEPER_WHY_BYTES, f);

	if (s == OK)
		s = find(&x, incident, f);
	if (s == OK)
		s = resolve(&x, author, why, f);
	mem_free(x.acked_by);
	return s;
}

enum status
acts_committed(const struct keeper *k, struct fail *f)
{
	if (!k->degraded)
		return OK;
	return fail_set(f, ERR_IO,
	    "done, but the database cannot be written any more: it holds "
	    "while the daemon runs, and is written when that works again");
}

/* SPDX-License-Identifier: MIT */
#include "cli/explaining.h"

#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "base/escape.h"
#include "cli/incidents.h"
#include "core/ledger.h"
#include "view/incident.h"
#include "view/paused.h"
#include "view/prospect.h"
#include "wire/degraded.h"
#include "wire/event_json.h"

enum { COLUMNS = 78, PARAGRAPH_BYTES = 8192 };

void
explaining_paragraph(struct cli *c, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (column > 0 && column + 1 + n > COLUMNS) {
			(void)fputc('\n', c->out);
			column = 0;
		} else if (column > 0) {
			(void)fputc(' ', c->out);
			column++;
		}
		(void)fprintf(c->out, "%.*s", (int)n, text);
		column += n;
		text += n;
		text += strspn(text, " ");
	}
	(void)fputc('\n', c->out);
}

static void
head(struct cli *c, const char *title)
{
	(void)fprintf(c->out, "\n%s%s%s\n", cli_style(c, CLI_BOLD), title,
	    cli_style(c, CLI_PLAIN));
}

static void
say(struct cli *c, struct text *t)
{
	if (text_len(t) > 0)
		explaining_paragraph(c, text_str(t));
	text_reset(t);
}

static void
add_time(struct text *t, wall_ms at, wall_ms now)
{
	char buf[PROSPECT_TIME_BYTES];

	text_add(t, prospect_time(at, now, buf));
}

static void
add_for(struct text *t, span_ms d)
{
	char buf[DURATION_TEXT_BYTES];

	text_add(t, duration_format(d > 0 ? d : 0, buf));
}

static void
add_since(struct text *t, const struct dossier *d, wall_ms since)
{
	text_add(t, " since ");
	add_time(t, since, d->known);
	text_add(t, " (");
	add_for(t, d->known - since);
	text_add(t, ")");
}

static void
add_ledger(struct text *t, int tenths)
{
	int size = tenths < 0 ? -tenths : tenths;

	text_printf(t, "%c%d.%d dB", tenths < 0 ? '-' : '+', size / 10,
	    size % 10);
}

/* "down since ...", "recovering: it answers again since ..." */
static void
add_state(struct text *t, const struct dossier *d)
{
	const struct output *o = &d->x.now;
	bool planned = o->origin == ORIGIN_PLANNED;

	switch (o->bucket) {
	case BUCKET_UP:
		text_add(t, "is up");
		break;
	case BUCKET_DEGRADED:
		text_add(t, "is degraded");
		break;
	case BUCKET_RECOVERING:
		text_add(t, "is recovering: it has answered again");
		break;
	case BUCKET_MAINTENANCE:
		text_add(t,
		    planned
			? "is in its planned maintenance"
			: "is under maintenance, says its server, and nobody "
			  "announced it,");
		break;
	case BUCKET_DOWN:
		text_add(t, o->relapses > 0 ? "is down again" : "is down");
		break;
	case BUCKET_UNKNOWN:
	case BUCKET_COUNT:
		text_add(t, "is in an unknown state");
		break;
	}
	add_since(t, d, o->since);
	if (o->bucket == BUCKET_UNKNOWN)
		text_printf(t, ": %s", why_text(o->why));
	if (o->bucket == BUCKET_DEGRADED) {
		text_add(t, ": ");
		degraded_line(&o->degraded, t);
	}
	if (o->bucket == BUCKET_RECOVERING)
		text_add(t, ", and has not been given the all-clear yet");
	text_char(t, '.');
}

static void
add_incident(struct text *t, const struct dossier *d, const struct output *o)
{
	char id[INCIDENT_TEXT_BYTES];

	text_printf(t, "Incident %s, %s (%s), began at ",
	    incident_format(o->incident, id), kind_name(o->kind_worst),
	    origin_name(o->origin));
	add_time(t, o->onset, d->known);
	text_add(t, "; failing ");
	add_for(t, incident_failing_ms(o));
	text_add(t, " in all");
	if (o->relapses > 0)
		text_printf(t, ", with %u relapse%s", o->relapses,
		    o->relapses == 1 ? "" : "s");
	text_char(t, '.');
}

static void
add_pause(struct text *t, const struct dossier *d)
{
	text_add(t, "is ");
	paused_words(t, &d->e, d->known);
	text_add(t, ". Nobody looks");
	add_since(t, d, d->e.paused);
	text_add(t, ": that time is unknown, neither up nor down.");
}

static void
tell_state(struct cli *c, const struct dossier *d, struct text *t)
{
	const struct explanation *x = &d->x;

	text_printf(t, "%s ", d->id);
	if (d->e.paused != 0)
		add_pause(t, d);
	else if (!d->watched)
		text_add(t, "is watched, but nothing is remembered of it yet.");
	else
		add_state(t, d);
	say(c, t);
	if (d->has_incident)
		add_incident(t, d, d->watched ? &x->now : &d->incident.now);
	else if (x->suspect)
		text_add(t,
		    "A failure is being confirmed; until then nothing has "
		    "changed.");
	if (x->now.flapping)
		text_add(t, " It changes often of late (flapping).");
	say(c, t);
	if (d->partial != NULL) {
		text_add(t, "It answers, but not everywhere: ");
		escape_log(t, d->partial, strlen(d->partial));
		text_char(t, '.');
	}
	say(c, t);
}

const char *
explaining_address(const struct sample *s, char buf[ADDRESS_TEXT_BYTES])
{
	static const uint8_t none[sizeof(s->address)];
	struct address a = {.family = (s->flags & SAMPLE_IPV6) != 0
		? FAMILY_IPV6
		: FAMILY_IPV4};

	if (memcmp(s->address, none, sizeof(none)) == 0)
		return NULL;
	memcpy(a.bytes, s->address, sizeof(a.bytes));
	return address_format(&a, buf);
}

static void
add_address(struct text *t, const struct sample *s)
{
	char buf[ADDRESS_TEXT_BYTES];

	if (explaining_address(s, buf) == NULL)
		return;
	text_printf(t, ", from %s", buf);
	if (s->port != 0)
		text_printf(t, " port %u", s->port);
}

static void
tell_proof(struct cli *c, const struct dossier *d, const char *what,
    const struct dossier_proof *p)
{
	const struct sample *s = &p->sample;
	const char *class = class_text((enum sample_class)s->class);
	const char *reason = reason_text((enum reason)s->reason);
	struct text t;

	if (!p->known)
		return;
	text_init(&t, PARAGRAPH_BYTES);
	text_printf(&t, "%s at ", what);
	add_time(&t, p->at, d->known);
	text_printf(&t, ": %s", class_name((enum sample_class)s->class));
	if (s->code != 0)
		text_printf(&t, " %u", s->code);
	text_printf(&t, ", %s", class);
	if (strcmp(class, reason) != 0)
		text_printf(&t, ": %s", reason);
	if (p->sampled)
		add_address(&t, s);
	if (p->detail != NULL && p->detail[0] != '\0') {
		text_add(&t, "; ");
		escape_log(&t, p->detail, strlen(p->detail));
	}
	text_char(&t, '.');
	say(c, &t);
	if (p->body != NULL && p->body[0] != '\0') {
		text_add(&t, "    > ");
		escape_log(&t, p->body, strlen(p->body));
		(void)fprintf(c->out, "%s\n", text_str(&t));
	}
	text_done(&t);
}

static void
tell_evidence(struct cli *c, const struct dossier *d)
{
	char decided[64] = "The deciding one";

	if (!d->first.known && !d->last.known)
		return;
	head(c, "Evidence");
	tell_proof(c, d, "The first failing answer", &d->first);
	if (d->deciding.known)
		(void)snprintf(decided, sizeof(decided),
		    "The deciding one (ledger %+d.%d dB)",
		    d->deciding.ledger / 10,
		    (d->deciding.ledger < 0 ? -d->deciding.ledger
					    : d->deciding.ledger) %
			10);
	tell_proof(c, d, decided, &d->deciding);
	tell_proof(c, d, "The last relapse was decided", &d->again);
	tell_proof(c, d, "The newest answer", &d->last);
}

static void
tell_claims(struct cli *c, const struct dossier *d, struct text *t)
{
	const struct output *o = &d->x.now;
	wall_ms until = d->retry_at + (span_ms)d->retry_after_s * SECOND_MS;

	if (d->retry_after_s != RETRY_AFTER_ABSENT) {
		text_add(t, "The server asked at ");
		add_time(t, d->retry_at, d->known);
		text_printf(t, " to come back in %d s (Retry-After), at ",
		    (int)d->retry_after_s);
		add_time(t, until, d->known);
		text_add(t, ". ");
	}
	if (o->promise_until > 0 && o->origin != ORIGIN_PLANNED &&
	    o->promise_until != until) {
		text_add(t, "It promised to be back at ");
		add_time(t, o->promise_until, d->known);
		text_add(t, ". ");
	}
	if (o->phase != PHASE_NONE && o->origin == ORIGIN_DECLARED)
		text_add(t,
		    "The server claims maintenance; that is no plan that we "
		    "know of. ");
	if ((o->promise_until > 0 || o->phase != PHASE_NONE) && d->promises > 0)
		text_printf(t,
		    "Of the last %" PRId64 " time%s that it said when it would "
		    "be back, it kept its word %" PRId64 " time%s. ",
		    d->promises, d->promises == 1 ? "" : "s", d->kept,
		    d->kept == 1 ? "" : "s");
	if (o->phase != PHASE_NONE && d->x.escalated)
		text_add(t, "It lasted too long: it counts as an outage. ");
	if (d->x.window_until > 0) {
		text_add(t, "A planned window is open until ");
		add_time(t, d->x.window_until, d->known);
		text_char(t, '.');
	}
	if (text_len(t) > 0)
		head(c, "What was claimed or planned");
	say(c, t);
}

static void
tell_confirmation(struct cli *c, const struct dossier *d, struct text *t)
{
	const struct explanation *x = &d->x;

	if (!x->suspect || x->fails == 0)
		return;
	head(c, "What confirmation still lacks");
	text_printf(t, "%u failing answer%s", x->fails,
	    x->fails == 1 ? "" : "s");
	add_since(t, d, x->fail_since);
	if (x->by_ledger) {
		text_add(t, "; the ledger stands at ");
		add_ledger(t, x->now.ledger);
		text_add(t, " and has to reach ");
		add_ledger(t, LEDGER_DOWN);
		text_add(t, ", over 30 s and two answers at least");
	} else {
		text_add(t, "; two, 5 s or more apart, are a relapse");
	}
	text_char(t, '.');
	if (x->waiting)
		text_add(t,
		    " That convinces, but no answer since proves that our own "
		    "network works: the canaries are being asked.");
	say(c, t);
}

static void
tell_network(struct cli *c, const struct dossier *d, struct text *t)
{
	const struct explanation *x = &d->x;
	wall_ms at = x->path_at > x->proven_at ? x->path_at : x->proven_at;

	head(c, "Our own network");
	if (x->blind) {
		text_add(t, "It is lost since ");
		add_time(t, x->path_at, d->known);
		text_add(t,
		    ": what proves no path says nothing until it is back.");
	} else if (at > 0) {
		text_add(t, "It works: the last proof of that is of ");
		add_time(t, at, d->known);
		text_char(t, '.');
	} else {
		text_add(t, "Nothing speaks against it.");
	}
	if (!x->blind && x->unproven && x->fails > 0)
		text_add(t,
		    " The last failing answer proves no path, so this counts.");
	say(c, t);
}

static void
add_frailty(struct text *t, unsigned frailty)
{
	unsigned tenths = (frailty * 10 + RECOVERY_UNIT / 2) / RECOVERY_UNIT;

	if (tenths != 10)
		text_printf(t,
		    "Its recoveries fail again %u.%u times as often as "
		    "elsewhere. ",
		    tenths / 10, tenths % 10);
}

static void
tell_recovery(struct cli *c, const struct dossier *d, struct text *t)
{
	const struct explanation *x = &d->x;

	if ((x->now.phase == PHASE_NONE || x->now.lingers) &&
	    x->recovery_count == 0)
		return;
	head(c, "Is it really back?");
	if (output_recovers(&x->now)) {
		text_add(t, "Good for ");
		add_for(t, d->known - x->quiet_from);
		text_printf(t, "; %u %% to hold for the next hour. ",
		    x->now.chance);
		add_frailty(t, recovery_frailty(&x->own));
	}
	recoveries_words(t, x);
	say(c, t);
}

static void
tell_prospects(struct cli *c, const struct dossier *d)
{
	struct prospect p[PROSPECTS_MAX];
	size_t n = d->watched ? prospects(&d->x, p)
			      : paused_prospects(&d->e, d->known, p);

	head(c, "What would change this");
	for (size_t i = 0; i < n; i++)
		explaining_paragraph(c, p[i].text);
}

void
explaining_endpoint(struct cli *c, const struct dossier *d)
{
	struct text t;

	text_init(&t, PARAGRAPH_BYTES);
	tell_state(c, d, &t);
	if (d->watched)
		explaining_scope(c, d);
	tell_evidence(c, d);
	if (d->watched) {
		tell_claims(c, d, &t);
		tell_confirmation(c, d, &t);
		tell_network(c, d, &t);
		tell_recovery(c, d, &t);
	}
	if (d->watched || d->e.paused != 0)
		tell_prospects(c, d);
	text_done(&t);
}

void
explaining_closed(struct cli *c, const struct dossier *d)
{
	const struct query_incident *i = &d->incident;
	struct text t;

	text_init(&t, PARAGRAPH_BYTES);
	text_printf(&t, "%s: ", d->id);
	add_incident(&t, d, &i->now);
	say(c, &t);
	text_add(&t,
	    i->withdrawn ? "It was withdrawn at " : "It is over: resolved at ");
	add_time(&t, i->closed, d->known);
	text_printf(&t, " (%s)", cause_text(i->now.cause));
	if (!i->withdrawn && i->now.ended > 0) {
		text_add(&t, "; good since ");
		add_time(&t, i->now.ended, d->known);
	}
	text_char(&t, '.');
	say(c, &t);
	tell_evidence(c, d);
	text_done(&t);
}

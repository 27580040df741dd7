/* SPDX-License-Identifier: MIT */
#include "cli/dossier.h"

#include <string.h>

#include "base/mem.h"
#include "config/suggest.h"
#include "store/evidence.h"
#include "store/recall.h"
#include "store/snapshot.h"

enum { LOOK_BACK = 20 }; /* samples searched for a Retry-After */

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct dossier *d = arg;

	if (e->service == NULL || e->retired != 0)
		return false;
	d->e = *e;
	d->e.id = d->id = mem_dup(e->id);
	d->e.service = d->service = mem_dup(e->service);
	d->e.region = d->region = mem_dup(e->region);
	d->e.paused_by = d->paused_by = mem_dup(e->paused_by);
	d->e.paused_why = d->paused_why = mem_dup(e->paused_why);
	return false;
}

/* The candidates are borrowed until the best is read. */
struct names {
	char **all;
	size_t count, size;
};

static bool
on_name(void *arg, const struct query_endpoint *e)
{
	struct names *n = arg;

	if (n->count == n->size) {
		n->size = 2 * n->size + 64;
		n->all = mem_resize(n->all, n->size, sizeof(n->all[0]));
	}
	n->all[n->count++] = mem_dup(e->id);
	return true;
}

static enum status
no_endpoint(struct query *q, const char *id, struct fail *f)
{
	char buf[SUGGEST_TEXT_BYTES];
	struct names n = {0};
	struct suggest meant;
	enum status s = query_endpoints(q, NULL, on_name, &n, f);

	suggest_init(&meant, id);
	for (size_t i = 0; i < n.count; i++)
		suggest_offer(&meant, n.all[i]);
	if (s == OK)
		s = fail_set(f, ERR_NOTFOUND,
		    "no endpoint '%.80s' is watched%s", id,
		    suggest_text(&meant, buf));
	for (size_t i = 0; i < n.count; i++)
		mem_free(n.all[i]);
	mem_free(n.all);
	return s;
}

static void
keep_names(const struct recall *r, struct dossier *d)
{
	const struct output *o = &d->x.now;

	for (size_t i = 0; i < o->row_count && i < SCOPE_ROWS; i++) {
		struct recall_names n = recall_names(r, o->rows[i].endpoint);

		d->scope.services[i] = d->part_services[i] = mem_dup(n.service);
		d->scope.regions[i] = d->part_regions[i] = mem_dup(n.region);
	}
	if (o->lead.n > 0)
		d->scope.lead = d->lead =
		    mem_dup(recall_names(r, o->lead_endpoint).id);
}

struct event_names
dossier_names(const struct dossier *d)
{
	return (struct event_names){.endpoint = d->id,
	    .service = d->service,
	    .region = d->region,
	    .scope = &d->scope};
}

/* What stands in the database; the core's own words come after. */
static enum status
recall(struct query *q, struct dossier *d, struct fail *f)
{
	struct recall *r;
	enum status s = recall_open(q, &r, f);
	uint32_t slot;

	if (s != OK)
		return s;
	d->watched = recall_slot(r, d->e.endpoint, &slot);
	if (d->watched) {
		world_explain(recall_world(r), slot, &d->x);
		keep_names(r, d);
	}
	recall_close(r);
	return OK;
}

enum status
dossier_read(struct query *q, const char *id, struct dossier *d, struct fail *f)
{
	enum status s;

	*d = (struct dossier){.retry_after_s = RETRY_AFTER_ABSENT};
	d->known = query_known_until(q);
	s = query_endpoints(q, id, on_endpoint, d, f);
	if (s == OK && d->id == NULL)
		s = no_endpoint(q, id, f);
	return s == OK ? recall(q, d, f) : s;
}

static char *
text_of(const void *bytes, size_t n)
{
	return bytes == NULL || n == 0 ? NULL : mem_dup_n(bytes, n);
}

static void
proof_done(struct dossier_proof *p)
{
	mem_free(p->detail);
	mem_free(p->headers);
	mem_free(p->body);
	*p = (struct dossier_proof){0};
}

static void
keep(struct dossier_proof *p, const struct query_evidence *e)
{
	proof_done(p);
	*p = (struct dossier_proof){.known = true,
	    .sampled = e->sampled,
	    .sample = e->sample,
	    .at = e->sampled ? e->sample.start : e->event_at,
	    .ledger = e->ledger,
	    .detail = mem_dup(e->detail),
	    .headers = mem_dup(e->headers),
	    .body = text_of(e->body, e->body_size)};
}

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct dossier *d = arg;

	if (e->event == EVENT_OPENED)
		keep(e->first ? &d->first : &d->deciding, e);
	else if (e->event == EVENT_RELAPSED && !e->first)
		keep(&d->again, e);
	return true;
}

static bool
on_proof(void *arg, const struct query_evidence *e)
{
	keep(arg, e);
	return true;
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct dossier *d = arg;

	d->incident = *i;
	d->incident.endpoint = d->incident.service = d->incident.region = NULL;
	d->has_incident = true;
	if (d->id == NULL) /* it may be watched no more */
		d->id = mem_dup(i->endpoint);
	return true;
}

static bool
on_sample(void *arg, uint64_t ref, const struct sample *s)
{
	struct dossier *d = arg;

	(void)ref;
	if (s->retry_after_s == RETRY_AFTER_ABSENT)
		return true;
	d->retry_after_s = s->retry_after_s;
	d->retry_at = sample_evidence(s);
	return false;
}

static bool
on_partial(void *arg, const struct query_evidence *e)
{
	struct dossier *d = arg;

	mem_free(d->partial);
	d->partial = mem_dup(e->detail);
	return true;
}

static enum status
read_partial(struct query *q, struct dossier *d, struct fail *f)
{
	if (!d->e.sampled || d->e.paused != 0 ||
	    (d->e.last.flags & SAMPLE_PARTIAL) == 0)
		return OK;
	d->partial = mem_dup("some addresses failing");
	return evidence_partial(q, d->e.last_ref, d->e.endpoint, on_partial, d,
	    f);
}

static enum status
read_incident(struct query *q, struct incident_id id, struct dossier *d,
    struct fail *f)
{
	const struct query_incident_events on = {.on_incident = on_incident,
	    .on_evidence = on_evidence,
	    .arg = d};

	return query_incident(q, id, &on, f);
}

enum status
dossier_prove(struct query *q, struct dossier *d, struct fail *f)
{
	enum status s = OK;

	if (d->e.incident.n > 0)
		s = read_incident(q, d->e.incident, d, f);
	else if (d->watched && (d->x.fails > 0 || d->x.now.why == WHY_AUTH) &&
	    d->x.now.first_ref > 0)
		s = evidence_read(q, d->x.now.first_ref, d->e.endpoint,
		    on_proof, &d->first, f);
	if (s == OK && d->e.last_ref > 0)
		s = evidence_read(q, d->e.last_ref, d->e.endpoint, on_proof,
		    &d->last, f);
	if (s == OK)
		s = query_samples(q, d->e.endpoint, LOOK_BACK, on_sample, d, f);
	if (s == OK)
		s = evidence_promises(q, d->e.endpoint, &d->promises, &d->kept,
		    f);
	if (s == OK)
		s = read_partial(q, d, f);
	return s;
}

enum status
dossier_incident(struct query *q, struct incident_id id, struct dossier *d,
    struct fail *f)
{
	enum status s;
	char *of;

	*d = (struct dossier){.retry_after_s = RETRY_AFTER_ABSENT};
	d->known = query_known_until(q);
	s = read_incident(q, id, d, f);
	if (s != OK)
		return s;
	of = mem_dup(d->id);
	if (d->incident.closed == 0) {
		/* Read it again, as the present state of its endpoint. */
		dossier_done(d);
		s = dossier_read(q, of, d, f);
		if (s == OK)
			s = dossier_prove(q, d, f);
	}
	mem_free(of);
	return s;
}

void
dossier_done(struct dossier *d)
{
	proof_done(&d->first);
	proof_done(&d->deciding);
	proof_done(&d->again);
	proof_done(&d->last);
	mem_free(d->id);
	mem_free(d->service);
	mem_free(d->region);
	mem_free(d->partial);
	mem_free(d->lead);
	mem_free(d->paused_by);
	mem_free(d->paused_why);
	for (size_t i = 0; i < SCOPE_ROWS; i++) {
		mem_free(d->part_services[i]);
		mem_free(d->part_regions[i]);
	}
	*d = (struct dossier){0};
}

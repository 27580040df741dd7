/* SPDX-License-Identifier: MIT */
/*
 * dossier - all that is known of one endpoint: what the database shows of it,
 * and what the core remembers, as of one instant.
 */
#ifndef CLI_DOSSIER_H
#define CLI_DOSSIER_H

#include "cli/reading.h"
#include "core/explain.h"
#include "store/query.h"

/* A sample that decided something, or came last, and what its answer said. */
struct dossier_proof {
	bool known; /* there is one */
	bool
	    sampled; /* all of sample is set, not class, reason and code alone */
	struct sample sample;
	wall_ms at;
	int ledger;
	char *detail, *headers; /* or NULL */
	char *body;             /* as text up to its first NUL, or NULL */
};

struct dossier {
	struct query_endpoint e; /* its strings are ours */
	char *id, *service, *region, *paused_by, *paused_why;
	wall_ms known; /* everything is as of then */
	bool watched;  /* x is set; if not, e.paused may say why */
	struct explanation x;

	/* Of the incident, or of a suspicion. */
	bool has_incident;
	struct query_incident incident;       /* its strings are not set */
	struct dossier_proof first, deciding; /* of its opening */
	struct dossier_proof again; /* deciding, of its last relapse */
	struct dossier_proof last;  /* the newest sample */
	int32_t retry_after_s;      /* newest word of it; or _ABSENT */
	wall_ms retry_at;           /* when that was said */
	int64_t promises, kept;     /* of its last 20 that ended */
	struct scope_names scope;   /* of x.now; of the next */
	char *part_services[SCOPE_ROWS], *part_regions[SCOPE_ROWS];
	char *lead;    /* endpoint of the lead of its incident, or NULL */
	char *partial; /* which addresses fail of a good endpoint, or NULL */
};

/*
 * Read what is known of an endpoint now.  ERR_NOTFOUND with a sentence, and a
 * suggestion, when there is none; dossier_done() in any case.
 */
MUST_CHECK
enum status dossier_read(struct query *q, const char *id, struct dossier *d,
    struct fail *f);
/* And the evidence of its open incident, or of what is suspected. */
MUST_CHECK
enum status dossier_prove(struct query *q, struct dossier *d, struct fail *f);
/*
 * An incident and its evidence, whether over or not; *d holds its endpoint if
 * that is still watched.  ERR_NOTFOUND when there is none.
 */
MUST_CHECK
enum status dossier_incident(struct query *q, struct incident_id id,
    struct dossier *d, struct fail *f);
void dossier_done(struct dossier *d);
/* Borrowed from the dossier. */
struct event_names dossier_names(const struct dossier *d);

#endif

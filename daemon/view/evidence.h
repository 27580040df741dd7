/* SPDX-License-Identifier: MIT */
/* evidence - why an incident is what it is, in words, each once. */
#ifndef VIEW_EVIDENCE_H
#define VIEW_EVIDENCE_H

#include "base/text.h"
#include "store/query.h"

/* Each event has its own, and many have it in common. */
struct evidence_seen { /* private; begin with zeros */
	struct evidence_shown *shown;
	size_t count, size;
};
/* Is it not one that was asked about before? */
MUST_CHECK
bool evidence_is_news(struct evidence_seen *s, const struct query_evidence *e);
void evidence_seen_done(struct evidence_seen *s);

wall_ms evidence_at(const struct query_evidence *e);
/* "first: ORIGIN 503, server error; ...", harmless. */
void evidence_words(struct text *t, const struct query_evidence *e);

struct json_t;
/* A new object, harmless; with what was kept of the answer, cut. */
struct json_t *evidence_json(const struct query_evidence *e);

#endif

/* SPDX-License-Identifier: MIT */
/* What an incident rests on, for programs of those who may read it. */
#include "view/evidence.h"
#include "web/site.h"

struct proofs {
	json_t *items;
	struct evidence_seen seen;
};

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct proofs *p = arg;

	if (evidence_is_news(&p->seen, e))
		(void)json_array_append_new(p->items, evidence_json(e));
	return true;
}

void
api_evidence(struct site *s, const struct visitor *v)
{
	struct proofs p = {.items = json_array()};
	const struct query_incident_events on = {.on_evidence = on_evidence,
	    .arg = &p};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct incident_id id;
	enum status status = f.code;

	if (!incident_parse(v->rest, &id))
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	else if (q != NULL)
		status = query_incident(q, id, &on, &f);
	if (status == OK) {
		answer_own(v->r, json_pack("{s:o}", "items", p.items));
	} else {
		json_decref(p.items);
		answer_unread(s, v->r, &f);
	}
	evidence_seen_done(&p.seen);
}

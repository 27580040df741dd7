/* SPDX-License-Identifier: MIT */
#include "view/evidence.h"

#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "base/mem.h"
#include "view/put.h"

struct evidence_shown {
	uint64_t ref;
	int ledger;
	bool first;
};

bool
evidence_is_news(struct evidence_seen *s, const struct query_evidence *e)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct evidence_shown *p = &s->shown[i];

		if (p->ref == e->ref && p->first == e->first &&
		    (e->first || p->ledger == e->ledger))
			return false;
	}
	if (s->count == s->size) {
		s->size = 2 * s->size + 16;
		s->shown = mem_resize(s->shown, s->size, sizeof(s->shown[0]));
	}
	s->shown[s->count++] = (struct evidence_shown){.ref = e->ref,
	    .ledger = e->ledger,
	    .first = e->first};
	return true;
}

void
evidence_seen_done(struct evidence_seen *s)
{
	mem_free(s->shown);
	*s = (struct evidence_seen){0};
}

wall_ms
evidence_at(const struct query_evidence *e)
{
	return e->sampled ? e->sample.start : e->event_at;
}

void
evidence_words(struct text *t, const struct query_evidence *e)
{
	int level = e->ledger < 0 ? -e->ledger : e->ledger;

	text_printf(t, "%s: %s", e->first ? "first" : "deciding",
	    class_name((enum sample_class)e->sample.class));
	if (e->sample.code != 0)
		text_printf(t, " %d", e->sample.code);
	text_printf(t, ", %s", reason_text((enum reason)e->sample.reason));
	if (!e->first)
		text_printf(t, "; ledger %c%d.%d dB", e->ledger < 0 ? '-' : '+',
		    level / 10, level % 10);
	if (e->detail != NULL && e->detail[0] != '\0') {
		text_add(t, "; ");
		escape_log(t, e->detail, strlen(e->detail));
	}
}

json_t *
evidence_json(const struct query_evidence *e)
{
	json_t *j = json_object();
	char *body;

	put_time(j, "t", evidence_at(e));
	(void)json_object_set_new(j, "first", json_boolean(e->first));
	put_text(j, "class", class_name((enum sample_class)e->sample.class));
	put_text(j, "reason", reason_name((enum reason)e->sample.reason));
	if (e->sample.code != 0)
		put_count(j, "code", e->sample.code);
	(void)json_object_set_new(j, "ledger", json_real(e->ledger / 10.0));
	put_safe(j, "detail", e->detail);
	put_safe(j, "headers", e->headers);
	if (e->body_size > 0) {
		body = mem_dup_n(e->body, e->body_size);
		put_safe(j, "excerpt", body);
		mem_free(body);
	}
	return j;
}

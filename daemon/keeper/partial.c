/* SPDX-License-Identifier: MIT */
#include "keeper/partial.h"

#include <jansson.h>

#include "base/mem.h"
#include "keeper/inside.h"
#include "wire/partial.h"

enum { CHANGES_MAX = 6 }; /* told in an hour */

static bool
are_partial(const char *words)
{
	unsigned failing, asked;

	return words != NULL && partial_counts(words, &failing, &asked);
}

void
partial_words(struct watched *w, const struct excerpt *x)
{
	mem_free(w->partial.words);
	w->partial.words = are_partial(x->detail) ? mem_dup(x->detail) : NULL;
}

void
partial_done(struct partial *p)
{
	mem_free(p->words);
	*p = (struct partial){0};
}

static void
tell(struct keeper *k, struct watched *w, const struct input *in)
{
	const struct sample *s = &in->u.sample;
	struct output *o = mem_zalloc(sizeof(*o));
	struct pending *e;

	*o = (struct output){.kind = OUTPUT_EVENT,
	    .at = in->at,
	    .endpoint = w->slot,
	    .event = EVENT_PARTIAL,
	    .cause = CAUSE_EVIDENCE,
	    .first_ref = in->ref,
	    .ref = in->ref,
	    .class = (enum sample_class)s->class,
	    .reason = (enum reason)s->reason,
	    .code = s->code};
	e = journal_add(k, ENTRY_OUTPUT, w->slot);
	e->u.output.output = o;
	e->u.output.detail = mem_dup(w->partial.words);
	journal_soon(k);
}

static bool
is_due(struct partial *p, wall_ms now)
{
	if (p->seen == p->told)
		return p->told != 0 && now - p->told_at >= HOUR_MS;
	if (now - p->hour >= HOUR_MS) {
		p->hour = now;
		p->changes = 0;
	}
	return p->changes < CHANGES_MAX;
}

/* The set that a good sample says; false: it fails in part, in which is lost. */
static bool
set_of(struct partial *p, const struct sample *s, uint64_t *set)
{
	if ((s->flags & SAMPLE_PARTIAL) == 0) {
		mem_free(p->words);
		p->words = NULL;
		*set = 0;
		return true;
	}
	if (p->words == NULL)
		return false;
	*set = partial_set(p->words);
	return true;
}

void
partial_look(struct keeper *k, struct watched *w, const struct input *in)
{
	const struct sample *s = &in->u.sample;
	struct partial *p = &w->partial;
	uint64_t before = p->seen;

	if (class_effect((enum sample_class)s->class) != EFFECT_GOOD)
		return;
	if (w->target->addresses != TARGET_ADDRESSES_ALL) {
		/* Of the others nothing is known any more. */
		partial_done(p);
		return;
	}
	if (!set_of(p, s, &p->seen) || p->seen != before || !is_due(p, in->at))
		return;
	p->changes += p->seen != p->told ? 1 : 0;
	p->told = p->seen;
	p->told_at = in->at;
	tell(k, w, in);
}

void
partial_restore(struct watched *w, wall_ms at, const char *json)
{
	struct partial *p = &w->partial;
	json_t *j = json != NULL ? json_loads(json, 0, NULL) : NULL;
	const char *words = json_string_value(json_object_get(j, "detail"));

	if (p->told_at == 0) {
		p->told_at = p->hour = at;
		p->told = are_partial(words) ? partial_set(words) : 0;
		p->seen = p->told;
	}
	if (p->told_at - at < HOUR_MS) {
		p->hour = at;
		p->changes++;
	}
	json_decref(j);
}

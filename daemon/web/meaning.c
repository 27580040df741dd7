/* SPDX-License-Identifier: MIT */
#include "web/meaning.h"

#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "wire/impact.h"

enum { WORDS_BYTES = 1 << 20 };

/* As much as impact_of() looks at. */
static struct explanation
explain(const struct status_row *r)
{
	enum effect last = class_effect((enum sample_class)r->e.last.class);
	struct explanation x = {.now = {.bucket = r->e.bucket}};

	if (!r->e.sampled)
		return x;
	x.heard_at = sample_evidence(&r->e.last);
	/* What says nothing of it leaves open what was said before. */
	x.blind = last != EFFECT_FAILING && last != EFFECT_GOOD;
	x.fails = last == EFFECT_FAILING;
	x.goods = last == EFFECT_GOOD;
	x.now.degraded.partly = r->has_incident &&
	    class_effect(r->incident.class) == EFFECT_FAILING;
	return x;
}

/* It is of a service that the visitor is told of. */
static bool
is_shown(const struct meaning *m, const char *id)
{
	char *service = mem_dup_n(id, strcspn(id, "/"));
	bool shown = site_shows(m->site, m->visitor, service);

	mem_free(service);
	return shown;
}

static struct impacted
judge(const struct meaning *m, const char *name, const json_t *proof,
    enum impact declared)
{
	wall_ms now = m->whole->as_of;
	struct impacted one = {.name = name, .declared = declared};
	size_t i;
	json_t *id;

	json_array_foreach(proof, i, id)
	{
		const struct status_row *r;
		struct explanation x;

		if (!json_is_string(id) || !is_shown(m, json_string_value(id)))
			continue;
		r = status_find(m->whole, json_string_value(id));
		if (r != NULL)
			x = explain(r);
		impact_add(&one, r != NULL ? &x : NULL, now);
	}
	impact_conclude(&one);
	return one;
}

static void
judge_all(struct impacts *out, const struct meaning *m, const char *key,
    enum impact declared, bool failing)
{
	const json_t *service = site_service(m->site, m->rows[0].service);
	const json_t *names = json_object_get(service, key);
	const json_t *proofs =
	    json_object_get(json_object_get(service, "proof"), key);
	size_t i;
	json_t *name;

	json_array_foreach(names, i, name)
	{
		struct impacted one;

		if (!json_is_string(name))
			continue;
		one = judge(m, json_string_value(name),
		    json_array_get(proofs, i), declared);
		if (failing ||
		    (one.basis == BASIS_MEASURED && one.is != IMPACT_WORKS))
			out->all[out->count++] = one;
	}
}

static bool
is_failing(const struct meaning *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->rows[i].e.bucket == BUCKET_DOWN ||
		    m->rows[i].e.bucket == BUCKET_MAINTENANCE)
			return true;
	return false;
}

void
meaning_add(struct text *t, const struct meaning *m)
{
	const json_t *service = site_service(m->site, m->rows[0].service);
	bool failing = is_failing(m);
	struct impacts i = {.advice = NULL};
	struct text words;
	const char *at;

	i.all =
	    mem_array(json_array_size(json_object_get(service, "functions")) +
		    json_array_size(json_object_get(service, "unaffected")) + 1,
		sizeof(i.all[0]));
	if (failing)
		i.advice =
		    json_string_value(json_object_get(service, "advice"));
	judge_all(&i, m, "functions", IMPACT_STOPS, failing);
	judge_all(&i, m, "unaffected", IMPACT_WORKS, failing);
	text_init(&words, WORDS_BYTES);
	impacts_line(&i, m->whole->as_of, SIZE_MAX, "\n", &words);
	if (text_len(&words) > 0) {
		text_add(t, "<p class=\"meaning\">");
		for (at = text_str(&words); *at != '\0';) {
			size_t size = strcspn(at, "\n");
			char *line = mem_dup_n(at, size);

			html_add(t, line);
			mem_free(line);
			at += size;
			if (*at++ != '\n')
				break;
			text_add(t, "<br>");
		}
		text_add(t, "</p>\n");
	}
	text_done(&words);
	impacts_done(&i);
}

/* SPDX-License-Identifier: MIT */
#include "wire/impact.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/utc.h"

enum { TWO_DAYS_S = 48 * 3600, GROUP_BYTES = 256 << 10 };

void
impacts_done(struct impacts *i)
{
	mem_free(i->all);
	*i = (struct impacts){0};
}

enum impact
impact_of(const struct explanation *e, wall_ms now)
{
	if (e == NULL || e->heard_at == 0 || e->blind ||
	    (e->stale_at != 0 && now >= e->stale_at))
		return IMPACT_UNKNOWN;
	switch (e->now.bucket) {
	case BUCKET_UP:
		return e->fails > 0 ? IMPACT_UNKNOWN : IMPACT_WORKS;
	case BUCKET_DEGRADED:
		return e->fails > 0 || e->now.degraded.partly ? IMPACT_PARTLY
							      : IMPACT_WORKS;
	case BUCKET_RECOVERING:
		return IMPACT_RECOVERING;
	case BUCKET_MAINTENANCE:
	case BUCKET_DOWN:
		/* One good answer is no recovery yet, and no failure. */
		return e->goods > 0 ? IMPACT_RECOVERING : IMPACT_STOPS;
	default:
		return IMPACT_UNKNOWN;
	}
}

/* When what i says of its endpoints was measured. */
static wall_ms
when(const struct impacted *i, bool was_known, enum impact is, wall_ms heard)
{
	bool known = is != IMPACT_UNKNOWN;

	if (known != was_known)
		return known ? heard : i->at;
	if (i->at == 0)
		return heard;
	return (heard < i->at) == known && heard != 0 ? heard : i->at;
}

void
impact_add(struct impacted *i, const struct explanation *e, wall_ms now)
{
	enum impact is = impact_of(e, now);
	bool was_known = i->of > i->count[IMPACT_UNKNOWN];

	i->at = when(i, was_known, is, e != NULL ? e->heard_at : 0);
	i->count[is]++;
	i->of++;
}

void
impact_conclude(struct impacted *i)
{
	unsigned known = i->of - i->count[IMPACT_UNKNOWN];

	i->basis = i->of > 0 ? BASIS_MEASURED : BASIS_DECLARED;
	if (i->of == 0)
		i->is = i->declared;
	else if (i->count[IMPACT_WORKS] == i->of)
		i->is = IMPACT_WORKS;
	else if (i->count[IMPACT_WORKS] == known)
		i->is = IMPACT_UNKNOWN; /* of some nothing is known */
	else if (i->count[IMPACT_STOPS] == known)
		i->is = IMPACT_STOPS;
	else if (i->count[IMPACT_RECOVERING] == known)
		i->is = IMPACT_RECOVERING;
	else
		i->is = IMPACT_PARTLY;
}

/* "40 s", "2 min", "3 h", "5 d": the greatest unit says enough. */
static void
add_age(struct text *out, span_ms age)
{
	int64_t s = age > 0 ? age / SECOND_MS : 0;

	if (s < 60)
		text_printf(out, "%" PRId64 " s ago", s);
	else if (s < 3600)
		text_printf(out, "%" PRId64 " min ago", s / 60);
	else if (s < TWO_DAYS_S)
		text_printf(out, "%" PRId64 " h ago", s / 3600);
	else
		text_printf(out, "%" PRId64 " d ago", s / 86400);
}

/* "1 of 3 works, 1 unknown, " where its endpoints do not agree. */
static void
add_counts(struct text *out, const struct impacted *i)
{
	bool first = true;

	if (i->count[i->is] == i->of)
		return;
	for (unsigned n = 0; n < IMPACT_COUNT; n++) {
		if (i->count[n] == 0)
			continue;
		text_printf(out, "%u", i->count[n]);
		if (first)
			text_printf(out, " of %u", i->of);
		text_printf(out, " %s, ", impact_name((enum impact)n));
		first = false;
	}
}

static void
add_one(struct text *out, const struct impacted *i, wall_ms now)
{
	escape_log(out, i->name, strlen(i->name));
	text_add(out, " (");
	if (i->basis == BASIS_MEASURED)
		add_counts(out, i);
	if (i->basis != BASIS_MEASURED) {
		text_add(out, basis_name(i->basis));
	} else if (i->at == 0) {
		text_add(out, "never measured");
	} else {
		text_printf(out, "%s%s ",
		    i->is == IMPACT_UNKNOWN ? "last " : "",
		    basis_name(i->basis));
		add_age(out, now - i->at);
	}
	text_char(out, ')');
}

/* False when there is none. */
static bool
add_group(struct text *out, const struct impacts *i, enum impact is,
    wall_ms now, size_t most)
{
	size_t n = 0;

	for (size_t k = 0; k < i->count; k++) {
		if (i->all[k].is != is)
			continue;
		if (n == 0)
			text_printf(out, "%s: ", impact_text(is));
		else if (n < most)
			text_add(out, ", ");
		if (n++ < most)
			add_one(out, &i->all[k], now);
	}
	if (n > most)
		text_printf(out, " and %zu more", n - most);
	return n > 0;
}

void
impacts_line(const struct impacts *i, wall_ms now, size_t most,
    const char *separator, struct text *out)
{
	struct text group;
	bool any = false;

	text_init(&group, GROUP_BYTES);
	for (unsigned is = 0; is < IMPACT_COUNT; is++) {
		text_reset(&group);
		if (!add_group(&group, i, (enum impact)is, now, most))
			continue;
		text_printf(out, "%s%s", any ? separator : "",
		    text_str(&group));
		any = true;
	}
	text_done(&group);
	if (i->advice == NULL)
		return;
	text_printf(out, "%sadvice: ", any ? separator : "");
	escape_log(out, i->advice, strlen(i->advice));
}

static json_t *
impact_json(const struct impacted *i)
{
	json_t *j = json_object(), *counts;
	char at[UTC_TEXT_BYTES];

	(void)json_object_set_new(j, "name", json_string(i->name));
	(void)json_object_set_new(j, "declared",
	    json_string(impact_name(i->declared)));
	(void)json_object_set_new(j, "impact", json_string(impact_name(i->is)));
	(void)json_object_set_new(j, "basis",
	    json_string(basis_name(i->basis)));
	if (i->basis != BASIS_MEASURED)
		return j;
	if (i->at != 0)
		(void)json_object_set_new(j, "measured_at",
		    json_string(utc_format(i->at, at)));
	counts = json_object();
	for (unsigned n = 0; n < IMPACT_COUNT; n++)
		(void)json_object_set_new(counts, impact_name((enum impact)n),
		    json_integer(i->count[n]));
	(void)json_object_set_new(j, "endpoints", counts);
	return j;
}

json_t *
impacts_json(const struct impacts *i)
{
	json_t *list = json_array();

	for (size_t k = 0; k < i->count; k++)
		(void)json_array_append_new(list, impact_json(&i->all[k]));
	return list;
}

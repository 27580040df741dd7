/* SPDX-License-Identifier: MIT */
#include "web/leads.h"

#include <stdlib.h>

#include "base/html.h"
#include "base/mem.h"
#include "web/frame.h"

static int
compare_id(struct incident_id a, struct incident_id b)
{
	if (a.day != b.day)
		return a.day < b.day ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct status_row *x = *(const struct status_row *const *)a;
	const struct status_row *y = *(const struct status_row *const *)b;

	return compare_id(x->incident.incident, y->incident.incident);
}

static int
compare_key(const void *key, const void *row)
{
	const struct incident_id *id = key;
	const struct status_row *r = *(const struct status_row *const *)row;

	return compare_id(*id, r->incident.incident);
}

void
leads_init(struct leads *l, const struct status_list *list)
{
	*l = (struct leads){
	    .rows = mem_array(list->count + 1, sizeof(struct status_row *))};
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].has_incident)
			l->rows[l->count++] = &list->rows[i];
	if (l->count > 1)
		qsort(l->rows, l->count, sizeof(struct status_row *),
		    compare_rows);
}

const struct status_row *
leads_find(const struct leads *l, const struct status_row *r)
{
	const struct status_row *const *found;

	if (!r->has_incident || r->incident.lead.n == 0 || l->count == 0)
		return NULL;
	found = bsearch(&r->incident.lead, l->rows, l->count,
	    sizeof(struct status_row *), compare_key);
	return found != NULL ? *found : NULL;
}

void
leads_done(struct leads *l)
{
	mem_free(l->rows);
}

void
leads_words(struct text *t, const struct output *o, const char *endpoint)
{
	char id[INCIDENT_TEXT_BYTES];

	incident_format(o->lead, id);
	text_printf(t, "<p>%s <a href=\"%s/i/%s\">%s</a> ",
	    o->effect ? "Caused by" : "Part of", frame_base(), id, id);
	html_safe(t, endpoint);
	text_add(t, "</p>\n");
}

/* SPDX-License-Identifier: MIT */
#include "cli/outlook.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/reading.h"
#include "store/recall.h"
#include "view/put.h"

enum { WORDS_BYTES = 1 << 20 };

struct outlook_row {
	char *id;
	int64_t row;
};

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct outlook *o = arg;

	if (o->count == o->size) {
		o->size = 2 * o->size + 64;
		o->rows = mem_resize(o->rows, o->size, sizeof(o->rows[0]));
	}
	o->rows[o->count++] =
	    (struct outlook_row){.id = mem_dup(e->id), .row = e->endpoint};
	return true;
}

/* Something is proven by endpoints: it is worth to look at them. */
static bool
measures(const struct config *c)
{
	bool any = false;

	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		for (size_t k = 0; k < s->functions.count; k++)
			any = any || s->functions.each[k].proof_count > 0;
		for (size_t k = 0; k < s->unaffected.count; k++)
			any = any || s->unaffected.each[k].proof_count > 0;
	}
	return any;
}

enum status
outlook_open(struct query *q, const struct config *config, struct outlook *o,
    struct fail *f)
{
	enum status s;

	*o = (struct outlook){.config = config, .now = query_known_until(q)};
	if (config == NULL || !measures(config))
		return OK;
	/* They come in the order of their ids. */
	s = query_endpoints(q, NULL, on_endpoint, o, f);
	return s == OK ? recall_open(q, &o->recall, f) : s;
}

void
outlook_close(struct outlook *o)
{
	recall_close(o->recall);
	for (size_t i = 0; i < o->count; i++)
		mem_free(o->rows[i].id);
	mem_free(o->rows);
	*o = (struct outlook){0};
}

const struct config_service *
outlook_service(const struct outlook *o, const char *id)
{
	if (o->config == NULL || id == NULL)
		return NULL;
	for (size_t i = 0; i < o->config->service_count; i++) {
		if (strcmp(o->config->services[i].id, id) == 0)
			return &o->config->services[i];
	}
	return NULL;
}

enum impacts_view
outlook_view(const struct output *now)
{
	return now->bucket == BUCKET_DOWN || now->bucket == BUCKET_MAINTENANCE
	    ? IMPACTS_OF_FAILURE
	    : IMPACTS_MEASURED;
}

static int
compare_id(const void *id, const void *row)
{
	const struct outlook_row *r = row;

	return strcmp(id, r->id);
}

static bool
explain(void *arg, const struct config_endpoint *e, struct explanation *x)
{
	const struct outlook *o = arg;
	const struct outlook_row *r = NULL;
	uint32_t slot;

	if (o->count > 0)
		r = bsearch(e->target.id, o->rows, o->count, sizeof(o->rows[0]),
		    compare_id);
	if (o->recall == NULL || r == NULL ||
	    !recall_slot(o->recall, r->row, &slot))
		return false;
	world_explain(recall_world(o->recall), slot, x);
	return true;
}

static void
find(const struct outlook *o, const struct config_service *s,
    enum impacts_view view, struct impacts *out)
{
	struct outlook asked = *o;

	*out = (struct impacts){0};
	if (s != NULL)
		impacts_find(s, view, o->now, explain, &asked, out);
}

void
outlook_print(struct cli *c, const struct outlook *o,
    const struct config_service *s, enum impacts_view view, const char *before)
{
	struct impacts i;
	struct text words;

	find(o, s, view, &i);
	text_init(&words, WORDS_BYTES);
	impacts_line(&i, o->now, SIZE_MAX, "\n  ", &words);
	if (text_len(&words) > 0)
		(void)fprintf(c->out, "%s\n  %s\n", before, text_str(&words));
	text_done(&words);
	impacts_done(&i);
}

void
outlook_put(json_t *j, const struct outlook *o, const struct config_service *s,
    enum impacts_view view)
{
	struct impacts i;

	if (s == NULL)
		return;
	find(o, s, view, &i);
	(void)json_object_set_new(j, "impacts", impacts_json(&i));
	put_text(j, "advice", s->advice);
	impacts_done(&i);
}

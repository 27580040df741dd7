/* SPDX-License-Identifier: MIT */
/* api - the same for programs, see PAGES in vigie(1). */
#include <string.h>

#include "view/put.h"
#include "view/status.h"
#include "web/site.h"
#include "wire/event_json.h"

static enum status
render(const struct site *s, const struct visitor *v, struct query *q,
    struct kept *k, struct fail *f)
{
	struct status_list l = {0};
	enum status status = site_status(s, v, q, NULL, &l, f);
	char *text;
	json_t *j;

	if (status == OK) {
		j = status_json(&l, site_daemon(s));
		put_count(j, "change", (int64_t)s->now.change);
		text = event_json_text(j);
		kept_put(k, s->now.change, text, strlen(text));
		json_decref(j);
	}
	status_done(&l);
	return status;
}

void
api_status(struct site *s, const struct visitor *v)
{
	struct kept *k = site_kept(s->status_json, v);
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	bool fresh = k->body != NULL && k->change == s->now.change;

	if (!fresh && (q == NULL || render(s, v, q, k, &f) != OK))
		answer_unread(s, v->r, &f);
	else
		answer_kept(s, v->r, k, type_json);
}

/* This process answers. */
void
api_health(struct site *s, const struct visitor *v)
{
	static const char ok[] = "ok\n";

	(void)s;
	http_reply(v->r->exchange,
	    &(struct http_answer){.code = 200,
		.type = "text/plain; charset=utf-8",
		.body = ok,
		.size = sizeof(ok) - 1});
}

/* What is decided is written, and can be read. */
void
api_ready(struct site *s, const struct visitor *v)
{
	struct fail f = {.why = ""};

	if (s->now.degraded || s->now.damaged)
		answer_problem(v->r, 503, "Not ready",
		    "The database cannot be written.");
	else if (site_query(s, &f) == NULL)
		answer_problem(v->r, 503, "Not ready",
		    "The database cannot be read.");
	else
		api_health(s, v);
}

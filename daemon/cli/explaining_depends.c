/* SPDX-License-Identifier: MIT */
/* What an endpoint depends on, and how that is. */
#include <jansson.h>

#include "cli/explaining.h"
#include "config/config.h"

enum { SHOWN = 20 };

struct listing {
	struct cli *cli;
	json_t *list; /* or NULL */
	wall_ms known;
	bool alternative; /* others can stand in for it */
};

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct listing *l = arg;
	json_t *j;

	if (l->list == NULL) {
		explaining_state(l->cli, e, l->known,
		    l->alternative ? ", one of several that will do" : "");
		return true;
	}
	j = explaining_state_json(e);
	(void)json_object_set_new(j, "redundant", json_boolean(l->alternative));
	(void)json_array_append_new(l->list, j);
	return true;
}

/* Does another of its group come before or after it? */
static bool
is_alternative(const struct config_endpoint *e, size_t i)
{
	const struct config_dependency *d = e->depends;

	return (i > 0 && d[i - 1].group == d[i].group) ||
	    (i + 1 < e->depends_count && d[i + 1].group == d[i].group);
}

enum status
explaining_depends(struct cli *c, struct query *q,
    const struct config_endpoint *e, struct json_t *whole, struct fail *f)
{
	struct listing l = {.cli = c, .known = query_known_until(q)};
	size_t n = e->depends_count < SHOWN ? e->depends_count : SHOWN;
	enum status s = OK;

	if (n == 0)
		return OK;
	if (whole != NULL)
		l.list = json_array();
	else
		(void)fprintf(c->out, "\n%sWhat it depends on%s\n",
		    cli_style(c, CLI_BOLD), cli_style(c, CLI_PLAIN));
	for (size_t i = 0; i < n && s == OK; i++) {
		l.alternative = is_alternative(e, i);
		s = query_endpoints(q, e->depends[i].on->target.id, on_endpoint,
		    &l, f);
	}
	if (whole != NULL)
		(void)json_object_set_new(whole, "depends_on", l.list);
	else if (n < e->depends_count)
		(void)fprintf(c->out, "  and %zu more\n", e->depends_count - n);
	return s;
}

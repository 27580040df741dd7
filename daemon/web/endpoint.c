/* SPDX-License-Identifier: MIT */
#include "web/endpoint.h"

#include <string.h>

#include "base/mem.h"

bool
endpoint_find(struct endpoint *e, struct site *s, const struct visitor *v)
{
	char *id = mem_dup(v->rest);
	enum status status;

	for (char *p = id; *p != '\0'; p++)
		if (*p == '~')
			*p = '/';
	*e = (struct endpoint){.fail = {.why = ""}};
	e->q = site_query(s, &e->fail);
	status = e->q != NULL ? site_status(s, v, e->q, id, &e->list, &e->fail)
			      : e->fail.code;
	/* What was asked for is a pattern to who reads. */
	if (status == OK &&
	    (e->list.count != 1 || strcmp(e->list.rows[0].id, id) != 0))
		status = fail_set(&e->fail, ERR_NOTFOUND, "no such endpoint");
	mem_free(id);
	if (status == OK) {
		e->row = &e->list.rows[0];
		return true;
	}
	answer_unread(s, v->r, &e->fail);
	endpoint_done(e);
	return false;
}

void
endpoint_done(struct endpoint *e)
{
	status_done(&e->list);
}

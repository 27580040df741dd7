/* SPDX-License-Identifier: MIT */
#include "store/listing.h"

#include "store/incidentrow.h"
#include "store/reader.h"
#include "store/writer.h"

static enum sql
statement_of(const struct query_incidents *w)
{
	if (w->order == ORDER_OLDEST)
		return SQL_Q_INCIDENTS_OLDEST;
	if (w->order == ORDER_LONGEST)
		return SQL_Q_INCIDENTS_LONGEST;
	if (w->open_only)
		return SQL_Q_INCIDENTS_OPEN;
	return w->since > 0 ? SQL_Q_INCIDENTS_SINCE : SQL_Q_INCIDENTS;
}

static struct use
ask(struct query *q, const struct query_incidents *w, const char *pattern)
{
	wall_ms known = w->longer > 0 ? query_known_until(q) : 0;
	struct use u = reader_ask(q, statement_of(w));

	if (w->after.n > 0)
		use_int(&u, incident_row(w->after));
	else
		use_int(&u, w->order == ORDER_NEWEST ? INT64_MAX : 0);
	use_int(&u, w->closed_only);
	use_int(&u, w->from > 0 ? w->from : INT64_MIN);
	use_int(&u, w->to > 0 ? w->to : INT64_MAX);
	if (w->kind != NULL)
		use_int(&u, *w->kind);
	else
		use_null(&u);
	use_text(&u, w->endpoint);
	use_text(&u, w->service);
	use_text(&u, w->region);
	use_text(&u, pattern);
	use_text(&u, w->scope);
	if (w->origin != NULL)
		use_int(&u, *w->origin);
	else
		use_null(&u);
	use_int(&u, w->longer);
	use_int(&u, known);
	if (w->order != ORDER_NEWEST)
		use_int(&u, w->open_only);
	else if (!w->open_only && w->since > 0)
		use_int(&u, w->since);
	return u;
}

/* False: enough. */
static bool
tell_one(struct query *q, int64_t id, query_incident_fn *fn, void *arg)
{
	struct use u = reader_ask(q, SQL_Q_INCIDENT);
	struct query_incident i;
	bool more = false;

	use_int(&u, id);
	if (use_next(&u)) {
		(void)incidentrow_read(&u, &i);
		more = fn(arg, &i);
	}
	use_end(&u);
	return more;
}

enum status
query_incidents(struct query *q, const struct query_incidents *w,
    query_incident_fn *fn, void *arg, struct fail *f)
{
	size_t left = w->limit > 0 ? w->limit : SIZE_MAX;
	struct query_incident i;
	struct text pattern;
	struct use u;

	reader_pattern(&pattern, w->text);
	u = ask(q, w, w->text != NULL ? text_str(&pattern) : NULL);
	while (left-- > 0 && use_next(&u)) {
		if (w->order == ORDER_LONGEST) {
			if (!tell_one(q, use_col(&u, 0), fn, arg))
				break;
			continue;
		}
		(void)incidentrow_read(&u, &i);
		if (!fn(arg, &i))
			break;
	}
	use_end(&u);
	text_done(&pattern);
	return reader_told(q, f);
}

enum status
query_said(struct query *q, const char *words, size_t max, query_said_fn *fn,
    void *arg, struct fail *f)
{
	struct text pattern;
	struct use u = reader_ask(q, SQL_Q_SAID);

	reader_pattern(&pattern, words);
	use_text(&u, text_str(&pattern));
	use_int(&u, (int64_t)max);
	while (use_next(&u)) {
		const struct query_said s = {.incident = incident_of_row(
						 use_col(&u, 0)),
		    .at = use_col(&u, 1),
		    .said = {.act =
				 use_col(&u, 2) == ACT_ACK ? ACT_ACK : ACT_NOTE,
			.author = use_col_text(&u, 3),
			.text = use_col_text(&u, 4)},
		    .service = use_col_text(&u, 5)};

		if (!fn(arg, &s))
			break;
	}
	use_end(&u);
	text_done(&pattern);
	return reader_told(q, f);
}

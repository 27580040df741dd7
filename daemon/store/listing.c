/* SPDX-License-Identifier: MIT */
#include "store/listing.h"

#include "store/incidentrow.h"
#include "store/reader.h"
#include "store/writer.h"

static struct use
ask(struct query *q, const struct query_incidents *w, const char *pattern)
{
	wall_ms known = w->longer > 0 ? query_known_until(q) : 0;
	struct use u = reader_ask(q,
	    w->open_only       ? SQL_Q_INCIDENTS_OPEN
		: w->since > 0 ? SQL_Q_INCIDENTS_SINCE
			       : SQL_Q_INCIDENTS);

	use_int(&u, w->after.n > 0 ? incident_row(w->after) : INT64_MAX);
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
	if (!w->open_only && w->since > 0)
		use_int(&u, w->since);
	return u;
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

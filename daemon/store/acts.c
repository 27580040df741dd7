/* SPDX-License-Identifier: MIT */
#include "store/acts.h"

#include <assert.h>

#include "store/incidentrow.h"
#include "store/writer.h"

enum status
store_incident(struct store *s, struct incident_id id,
    void (*fn)(void *arg, int64_t endpoint, const struct query_incident *i),
    void *arg, struct fail *f)
{
	struct query_incident i;
	struct use u;
	int64_t endpoint;

	writer_reads(s);
	u = db_use(&s->db, SQL_Q_INCIDENT);
	use_int(&u, incident_row(id));
	if (!use_next(&u)) {
		enum status told = writer_told(s, f);

		return told != OK ? told : ERR_NOTFOUND;
	}
	endpoint = incidentrow_read(&u, &i);
	fn(arg, endpoint, &i);
	use_end(&u);
	return OK;
}

void
store_put_said(struct store *s, int64_t endpoint, const struct output *o,
    const struct event_said *said, const char *json)
{
	struct use u;
	int64_t event;

	assert(s->open && said->author != NULL);
	u = db_use(&s->db, SQL_PUT_EVENT);
	use_int(&u, o->at);
	use_int(&u, o->event);
	use_int(&u, endpoint);
	use_int(&u, incident_row(o->incident));
	use_int(&u, o->loud);
	use_text(&u, json);
	if (!use_run(&u))
		return;
	event = sqlite3_last_insert_rowid(s->db.handle);
	u = db_use(&s->db, SQL_PUT_ACT);
	use_int(&u, event);
	use_int(&u, incident_row(o->incident));
	use_int(&u, said->act);
	use_int(&u, o->at);
	use_text(&u, said->author);
	use_text(&u, said->text);
	(void)use_run(&u);
}

void
acts_over(struct store *s, const struct output *o)
{
	struct use u = db_use(&s->db, SQL_END_ACKS);

	use_int(&u, o->at);
	use_int(&u, incident_row(o->incident));
	(void)use_run(&u);
}

/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "cli/db.h"
#include "view/put.h"

enum { PATH_TEXT_BYTES = 4 * ESCAPE_LOG_BYTES + 8 };

/* A path need not be UTF-8; then it is as it would be printed. */
static void
put_path(json_t *j, const char *path)
{
	json_t *s = json_string(path);
	struct text t;

	if (s == NULL) {
		text_init(&t, PATH_TEXT_BYTES);
		escape_log(&t, path, strlen(path));
		s = json_string(text_str(&t));
		text_done(&t);
	}
	(void)json_object_set_new(j, "path", s);
}

static json_t *
parts_json(const struct measure *m)
{
	json_t *list = json_array();

	for (int p = 0; p < MEASURE_PARTS; p++) {
		const struct measure_size *s = &m->parts[p];
		json_t *j = json_object();

		put_text(j, "name", measure_part_name((enum measure_part)p));
		if (s->way != MEASURE_LEFT_OUT)
			put_count(j, "bytes", s->bytes);
		(void)json_object_set_new(j, "estimated",
		    json_boolean(s->way == MEASURE_ESTIMATED));
		if (s->way == MEASURE_COUNTED)
			put_count(j, "rows", s->rows);
		(void)json_array_append_new(list, j);
	}
	return list;
}

static json_t *
growth_json(const struct db_facts *d)
{
	json_t *j = json_object();

	put_count(j, "days", d->m.days);
	if (d->m.days == 0)
		return j;
	put_time(j, "before", d->m.days_until);
	put_count(j, "samples_per_day", d->m.samples_per_day);
	put_count(j, "rollups_per_day", d->m.rollups_per_day);
	if (d->unfounded != DB_FOUNDED)
		return j;
	put_count(j, "bytes_per_day",
	    growth_per_day(&d->growth, d->growth.now));
	put_count(j, "samples_bytes_per_day",
	    d->growth.parts[MEASURE_SAMPLES].per_day);
	put_count(j, "rollups_bytes_per_day",
	    d->growth.parts[MEASURE_ROLLUPS].per_day);
	return j;
}

static json_t *
kept_json(const struct db_facts *d)
{
	json_t *j = json_object();

	put_count(j, "samples_days", d->keep.samples / DAY_MS);
	put_count(j, "excerpts_days", d->keep.excerpts / DAY_MS);
	put_count(j, "rollups_days", d->keep.rollups / DAY_MS);
	(void)json_object_set_new(j, "configured", json_boolean(d->keep_known));
	put_time(j, "oldest_sample", d->m.oldest_sample);
	return j;
}

static json_t *
point_json(const struct db_facts *d, enum measure_part p)
{
	struct db_point at = db_point_of(d, p);
	json_t *j = json_object();

	put_time(j, "at", at.at);
	put_count(j, "bytes", at.bytes);
	put_count(j, "bytes_per_day", at.per_day);
	return j;
}

static const char *const reasons[] = {[DB_FOUNDED] = "",
    [DB_NO_DAY] = "too_little_history",
    [DB_NO_TABLE] = "no_dbstat",
    [DB_LEFT_OUT] = "not_all_counted"};

static json_t *
projection_json(const struct db_facts *d)
{
	json_t *j = json_object();

	if (d->unfounded != DB_FOUNDED) {
		put_text(j, "none", reasons[d->unfounded]);
		return j;
	}
	(void)json_object_set_new(j, "samples", point_json(d, MEASURE_SAMPLES));
	(void)json_object_set_new(j, "rollups", point_json(d, MEASURE_ROLLUPS));
	return j;
}

static json_t *
backup_json(const struct db_facts *d)
{
	json_t *j;

	if (!db_backup_elsewhere(d) && d->found != OK)
		return json_null();
	j = json_object();
	if (db_backup_elsewhere(d)) {
		put_time(j, "at", d->m.backup);
		put_count(j, "bytes", d->m.backup_bytes);
	} else {
		put_time(j, "at", d->newest.at);
		put_count(j, "bytes", d->newest.bytes);
		put_path(j, d->newest.path);
	}
	return j;
}

json_t *
db_json(const struct db_facts *d)
{
	const struct measure *m = &d->m;
	json_t *j = json_object();

	put_path(j, d->path);
	put_time(j, "as_of", m->known);
	put_text(j, "daemon", reading_daemon_name(d->daemon));
	put_count(j, "schema", m->schema);
	put_time(j, "begun", m->created);
	put_count(j, "file_bytes", m->file_bytes);
	put_count(j, "log_bytes", m->log_bytes);
	put_count(j, "page_bytes", m->page_bytes);
	put_count(j, "pages", m->pages);
	put_count(j, "free_pages", m->free_pages);
	if (d->room >= 0)
		put_count(j, "room_bytes", d->room);
	put_count(j, "samples_at_most", m->samples_at_most);
	if (m->by_table) {
		(void)json_object_set_new(j, "parts", parts_json(m));
		put_count(j, "left_out_bytes", m->left_bytes);
	}
	(void)json_object_set_new(j, "growth", growth_json(d));
	(void)json_object_set_new(j, "kept", kept_json(d));
	(void)json_object_set_new(j, "projection", projection_json(d));
	(void)json_object_set_new(j, "backup", backup_json(d));
	return j;
}

/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "keeper/keeper.h"
#include "scene.h"
#include "witness.h"

struct judging {
	const char *what;
	struct story *story;
	struct verdict *v;
	sqlite3 *db;
	wall_ms kept_from; /* older samples may have aged */
};

static void
against(struct judging *j, const char *claim, const char *detail)
{
	(void)fprintf(stderr, "%s: %s: %s\n", j->what, claim, detail);
	j->v->faults++;
}

/* The first column of the first row; "" for none. */
static void
ask(struct judging *j, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *stmt = NULL;
	const char *got = NULL;

	*out = '\0';
	if (sqlite3_prepare_v2(j->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		against(j, sql, sqlite3_errmsg(j->db));
	else if (sqlite3_step(stmt) == SQLITE_ROW)
		got = (const char *)sqlite3_column_text(stmt, 0);
	if (got != NULL)
		(void)snprintf(out, size, "%s", got);
	(void)sqlite3_finalize(stmt);
}

static void
holds(struct judging *j, const char *sql, const char *want)
{
	char got[256];

	ask(j, sql, got, sizeof(got));
	if (strcmp(got, want) != 0)
		against(j, sql, got);
}

static void
set_aside(struct judging *j)
{
	DIR *folder = opendir(stage_folder(j->story->stage));
	const struct dirent *e;
	char path[512];
	unsigned n = 0, whole = 0;

	while (folder != NULL && (e = readdir(folder)) != NULL) {
		if (strstr(e->d_name, ".db.corrupt-") == NULL)
			continue;
		n++;
		(void)snprintf(path, sizeof(path), "%s/%s",
		    stage_folder(j->story->stage), e->d_name);
		whole += scene_is_damaged(path);
	}
	if (folder != NULL)
		(void)closedir(folder);
	if (scene_damaged() != (n > 0))
		against(j, "damaged, and set aside?",
		    scene_damaged() ? "not" : "was not damaged");
	else if (scene_damaged() && whole != 1)
		against(j, "damaged, and set aside", "not once, or not whole");
	else if (scene_damaged() &&
	    strstr(stage_log(j->story->stage), "database-replaced") == NULL)
		against(j, "damaged, and set aside", "and nobody was told");
}

static const char *const found[] =
    {[ACKED_SAMPLE] = "SELECT 1 FROM sample WHERE ref = ?2 AND endpoint = ?1 "
		      "AND start_ms = ?3",
	[ACKED_TRANSITION] = "SELECT 1 FROM transition WHERE endpoint = ?1 "
			     "AND seq = ?2 AND at_ms = ?3",
	[ACKED_EVENT] = "SELECT 1 FROM event WHERE ifnull(endpoint, 0) = ?1 "
			"AND event = ?2 AND at_ms = ?3",
	[ACKED_OWED] = "SELECT 1 FROM outbox WHERE webhook_id = ?4"};

static void
is_there(struct judging *j, sqlite3_stmt *stmt, const struct acked *a)
{
	char detail[96];

	if (a->kind == ACKED_SAMPLE && a->at < j->kept_from)
		return;
	(void)sqlite3_bind_int64(stmt, 1, a->endpoint);
	(void)sqlite3_bind_int64(stmt, 2, a->ref);
	(void)sqlite3_bind_int64(stmt, 3, a->at);
	(void)sqlite3_bind_text(stmt, 4, a->id, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_ROW) {
		j->v->lost++;
		(void)snprintf(detail, sizeof(detail),
		    "kind %d, of %lld, %lld at %lld", (int)a->kind,
		    (long long)a->endpoint, (long long)a->ref,
		    (long long)a->at);
		against(j, "committed, and lost", a->id[0] ? a->id : detail);
	}
	(void)sqlite3_reset(stmt);
}

static void
committed(struct judging *j)
{
	const struct acked *all;
	size_t n = witness_acked(&all);

	for (unsigned kind = 0; kind <= ACKED_OWED; kind++) {
		sqlite3_stmt *stmt = NULL;

		if (sqlite3_prepare_v2(j->db, found[kind], -1, &stmt, NULL) !=
		    SQLITE_OK) {
			against(j, found[kind], sqlite3_errmsg(j->db));
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			if (all[i].kind == (enum acked_kind)kind)
				is_there(j, stmt, &all[i]);
		}
		(void)sqlite3_finalize(stmt);
	}
}

static void
written_before(struct judging *j, const struct taken *t)
{
	sqlite3_stmt *stmt = NULL;
	const char *body = NULL;

	/* What was told unwritten says so, and is written later. */
	if (t->forgotten || strstr(t->body, "\"persisted\":false") != NULL)
		return;
	if (sqlite3_prepare_v2(j->db,
		"SELECT n.body FROM outbox o JOIN notice n ON n.id = o.notice "
		"WHERE o.webhook_id = ?",
		-1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_bind_text(stmt, 1, t->id, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		body = (const char *)sqlite3_column_text(stmt, 0);
	if (body == NULL || strcmp(body, t->body) != 0) {
		j->v->lost++;
		against(j, "told, and not kept", t->body);
	}
	(void)sqlite3_finalize(stmt);
}

static bool
counts(const char *event)
{
	return strcmp(event, event_name(EVENT_GLITCH)) != 0;
}

/* The next event that the story expects, from the n-th on. */
static bool
next_expected(const struct judging *j, size_t *n, char *out, size_t size)
{
	while (story_expected(j->story, (*n)++, out, size)) {
		char event[64];

		(void)snprintf(event, sizeof(event), "%.*s",
		    (int)strcspn(out, " "), out);
		if (counts(event))
			return true;
	}
	return false;
}

/* The incident of an endpoint that was told of before, if that is not over. */
static const char *
open_before(const struct taken *all, size_t i)
{
	for (size_t k = i; k-- > 0;) {
		const struct taken *t = &all[k];

		if (strcmp(t->receiver, all[i].receiver) != 0 ||
		    strcmp(t->endpoint, all[i].endpoint) != 0 ||
		    strcmp(t->incident, "-") == 0)
			continue;
		return strcmp(t->event, event_name(EVENT_RESOLVED)) == 0 ||
			strcmp(t->event, event_name(EVENT_WITHDRAWN)) == 0
		    ? NULL
		    : t->incident;
	}
	return NULL;
}

static void
told(struct judging *j, const char *receiver)
{
	const struct taken *all;
	size_t n = witness_taken(&all), expected = 0;
	char want[512], got[512];

	for (size_t i = 0; i < n; i++) {
		const char *before;

		if (strcmp(all[i].receiver, receiver) != 0 ||
		    !counts(all[i].event))
			continue;
		(void)snprintf(got, sizeof(got), "%s %s", all[i].event,
		    all[i].endpoint);
		if (!next_expected(j, &expected, want, sizeof(want)))
			against(j, "told beyond what is expected", all[i].body);
		else if (strcmp(got, want) != 0)
			against(j, want, all[i].body);
		before = open_before(all, i);
		if (before != NULL && strcmp(before, all[i].incident) != 0)
			against(j, "another incident", all[i].body);
	}
	if (next_expected(j, &expected, want, sizeof(want)))
		against(j, receiver, want);
}

/* Receivers that are to be told everything: all but those that refuse. */
static void
receivers(struct judging *j)
{
	sqlite3_stmt *stmt = NULL;
	unsigned n = 0;

	if (sqlite3_prepare_v2(j->db,
		"SELECT receiver FROM outbox GROUP BY 1 "
		"HAVING sum(state <> 1) = 0",
		-1, &stmt, NULL) != SQLITE_OK)
		against(j, "receivers", sqlite3_errmsg(j->db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		told(j, (const char *)sqlite3_column_text(stmt, 0));
		n++;
	}
	(void)sqlite3_finalize(stmt);
	if (n == 0)
		against(j, "told", "nobody everything");
}

static void
came_once(struct judging *j)
{
	const struct taken *all;
	size_t n = witness_taken(&all);

	for (size_t i = 0; i < n; i++) {
		written_before(j, &all[i]);
		j->v->again += all[i].again;
		if (all[i].again > 1)
			against(j, "came more than twice", all[i].id);
		if (all[i].other_body)
			against(j, "came again, and was another", all[i].id);
	}
}

void
judge_story(struct story *t, const char *what, struct verdict *v)
{
	struct judging j = {.what = what,
	    .story = t,
	    .v = v,
	    .kept_from = loop_now(stage_loop(t->stage)) - DAY_MS};
	unsigned before = v->faults;
	char path[128];

	/* Commits what is pending, and asks. */
	if (stage_ask(t->stage, "SELECT count(*) FROM sample") <= 0)
		against(&j, "no sample", "in the end");
	(void)snprintf(path, sizeof(path), "%s/vigie.db",
	    stage_folder(t->stage));
	if (sqlite3_open_v2(path, &j.db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK) {
		against(&j, "cannot be opened", path);
	} else {
		holds(&j, "PRAGMA integrity_check", "ok");
		holds(&j, "SELECT count(*) FROM pragma_foreign_key_check", "0");
		holds(&j, "SELECT count(*) FROM outbox WHERE state = 0", "0");
		holds(&j,
		    "SELECT count(*) FROM (SELECT max(seq) - count(*) AS gap "
		    "FROM notice GROUP BY service) WHERE gap <> 0",
		    "0");
		holds(&j,
		    "SELECT count(*) FROM event e WHERE incident IS NOT NULL "
		    "AND NOT EXISTS (SELECT 1 FROM notice n JOIN outbox o "
		    "ON o.notice = n.id WHERE n.event = e.event "
		    "AND n.at_ms = e.at_ms AND n.incident = e.incident)",
		    "0");
		holds(&j,
		    "SELECT count(*) FROM rollup r WHERE period = 0 AND n <> "
		    "(SELECT count(*) FROM sample s WHERE s.endpoint = "
		    "r.endpoint AND s.start_ms >= r.since_ms "
		    "AND s.start_ms < r.since_ms + 300000) "
		    "AND r.since_ms > (SELECT min(start_ms) FROM sample)",
		    "0");
		committed(&j);
		came_once(&j);
		receivers(&j);
	}
	(void)sqlite3_close(j.db);
	set_aside(&j);
	if (strstr(stage_log(t->stage), "store-refused") != NULL)
		against(&j, "refused", "by the database, what was decided");
	if (strstr(stage_log(t->stage), "state-lost") != NULL &&
	    !scene_damaged())
		against(&j, "lost", "what was remembered");
	if (v->faults > before)
		(void)fputs(stage_log(t->stage), stderr);
}

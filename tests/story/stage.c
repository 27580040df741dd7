/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <assert.h>
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utc.h"
#include "channel_sim.h"
#include "config/config.h"
#include "herald/herald.h"
#include "io/logline.h"
#include "keeper/keeper.h"
#include "log/logd.h"
#include "loop_sim.h"
#include "prober/prober.h"
#include "scratch.h"
#include "scripts.h"

enum { RULES_MAX = 64, DESCRIPTORS = 4096, ROLES = ROLE_COUNT };

struct rule {
	char *url;
	struct behaviour behaviour;
};

struct name_rule {
	char *host;
	struct resolve_answer answer;
};

/* A child: the object of its role and its end of the channel. */
struct player {
	enum role role;
	void *object;
	struct channel *channel, *keepers_end;
};

struct stage {
	struct scratch scratch;
	char *yaml; /* the configuration in force, with its "@" */
	struct loop *loop;
	struct text log;
	struct logline *logline;
	struct keeper *keeper;
	struct player players[ROLES];
	struct rule rules[RULES_MAX];
	size_t rule_count;
	struct name_rule names[RULES_MAX];
	size_t name_count;
	struct heard *heard;
	size_t heard_count, repeats;
	char **ids; /* accepted webhook ids */
	size_t id_count;
	char last_incident[32];
	unsigned patience; /* starts that may fail yet */
};

static bool
remembered(const struct stage *s, const char *id)
{
	for (size_t i = 0; i < s->id_count; i++) {
		if (strcmp(s->ids[i], id) == 0)
			return true;
	}
	return false;
}

/* All of it or, when the daemon ends in between, nothing. */
static void
remember(struct stage *s, const char *id, const struct heard *h)
{
	s->ids = mem_resize(s->ids, s->id_count + 1, sizeof(s->ids[0]));
	s->heard =
	    mem_resize(s->heard, s->heard_count + 1, sizeof(s->heard[0]));
	s->ids[s->id_count] = mem_dup(id);
	s->heard[s->heard_count] = *h;
	s->id_count++;
	s->heard_count++;
}

static const char *
header_of(const struct fetch_request *q, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *h = q->headers; h != NULL && *h != NULL; h++) {
		if (strncasecmp(*h, name, n) == 0 && (*h)[n] == ':')
			return *h + n + 1 + ((*h)[n + 1] == ' ');
	}
	return "";
}

/* The receiver accepted a notice: write it down. */
static void
hear(struct stage *s, const struct fetch_request *q, wall_ms now)
{
	const char *id = header_of(q, "webhook-id");
	json_t *body = json_loadb(q->body, q->body_size, 0, NULL);
	json_t *data = json_object_get(body, "data");
	const char *incident =
	    json_string_value(json_object_get(data, "incident"));
	const char *endpoint =
	    json_string_value(json_object_get(data, "endpoint"));
	struct heard h = {.told = now};

	assert(data != NULL);
	if (remembered(s, id)) {
		s->repeats++;
		json_decref(body);
		return;
	}
	h.event = mem_dup(json_string_value(json_object_get(data, "event")));
	h.endpoint = mem_dup(endpoint != NULL ? endpoint : "-");
	h.json = json_dumps(data, JSON_COMPACT);
	h.loud = json_is_true(json_object_get(data, "loud"));
	if (!utc_parse(json_string_value(json_object_get(data, "t")), &h.at))
		h.at = 0;
	remember(s, id, &h);
	if (incident != NULL)
		(void)snprintf(s->last_incident, sizeof(s->last_incident), "%s",
		    incident);
	json_decref(body);
}

static void
on_fetch(void *arg, const struct fetch_request *q, wall_ms now,
    struct fetch_answer *out)
{
	struct stage *s = arg;
	const struct behaviour *b = NULL;
	static const char *headers[2];
	/* By chance, but the same each time. */
	uint64_t chance = (uint64_t)now * 6364136223846793005U >> 33;

	for (size_t i = 0; i < s->rule_count; i++) {
		if (strncmp(q->url, s->rules[i].url, strlen(s->rules[i].url)) ==
		    0)
			b = &s->rules[i].behaviour;
	}
	*out = (struct fetch_answer){.code = 200, .delay = 20, .body = "{}"};
	if (b != NULL && (b->one_in == 0 || chance % b->one_in == 0)) {
		headers[0] = b->header;
		*out = (struct fetch_answer){.reason = b->reason,
		    .code = (uint16_t)b->code,
		    .headers = b->header != NULL ? headers : NULL,
		    .body = b->body,
		    .cert_not_after = b->expires,
		    .delay = b->delay > 0 ? b->delay : 20};
	}
	if (q->method != NULL && strcmp(q->method, "POST") == 0 &&
	    out->reason == REASON_OK && out->code / 100 == 2 &&
	    out->delay < q->timeout)
		hear(s, q, now);
}

static void
on_resolve(void *arg, const char *name, wall_ms now, struct resolve_answer *out)
{
	struct stage *s = arg;

	(void)now;
	*out = (struct resolve_answer){.addresses = {"192.0.2.1"}, .delay = 1};
	for (size_t i = 0; i < s->name_count; i++) {
		if (strcmp(s->names[i].host, name) == 0)
			*out = s->names[i].answer;
	}
}

static void
on_dial(void *arg, const struct address *a, uint16_t port, wall_ms now,
    struct dial_answer *out)
{
	struct stage *s = arg;
	char url[96], text[ADDRESS_TEXT_BYTES];

	(void)now;
	*out = (struct dial_answer){.delay = 1};
	(void)snprintf(url, sizeof(url), "tcp://%s:%u", address_format(a, text),
	    port);
	for (size_t i = 0; i < s->rule_count; i++) {
		if (strcmp(s->rules[i].url, url) == 0) {
			out->reason = s->rules[i].behaviour.reason;
			out->delay = s->rules[i].behaviour.delay;
		}
	}
}

/* The role's own object, and the events of its end. */
static void *
object_new(struct stage *s, enum role role, struct channel_events *ev)
{
	struct logd_setup setup = {.lines_fd = -1, .facility = 3};
	struct herald *h;
	struct prober *p;
	struct logd *d;

	if (role == ROLE_PROBER) {
		p = prober_new(s->loop, DESCRIPTORS);
		*ev = prober_events(p);
		return p;
	}
	if (role == ROLE_HERALD) {
		h = herald_new(s->loop, s->logline, NULL);
		*ev = herald_events(h);
		return h;
	}
	d = logd_new(s->loop, &setup, NULL);
	*ev = logd_events(d);
	return d;
}

static void
player_end(struct player *p)
{
	if (p->object == NULL)
		return;
	if (p->role == ROLE_PROBER)
		prober_free(p->object);
	else if (p->role == ROLE_HERALD)
		herald_free(p->object);
	else
		logd_free(p->object);
	channel_free(p->channel);
	*p = (struct player){0};
}

static struct channel *
start_child(void *arg, enum role role, const struct channel_events *ev,
    struct fail *f)
{
	struct stage *s = arg;
	struct player *p = &s->players[role];
	struct channel_events theirs;
	struct channel *ends[2];

	(void)f;
	player_end(p);
	p->role = role;
	p->object = object_new(s, role, &theirs);
	channel_sim_pair(s->loop, ev, &theirs, ends);
	channel_sim_set_queue(ends[0], 65536);
	p->keepers_end = ends[0];
	p->channel = ends[1];
	if (role == ROLE_PROBER)
		prober_attach(p->object, ends[1]);
	else if (role == ROLE_HERALD)
		herald_attach(p->object, ends[1]);
	else
		logd_attach(p->object, ends[1]);
	return ends[0];
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 ||
	    chmod(path, 0600) != 0)
		abort();
}

static struct config *
load(struct stage *s, const char *yaml, struct text *why)
{
	struct config_errors e;
	struct config *c;
	struct text t;

	text_init(&t, 1 << 20);
	for (; *yaml != '\0'; yaml++) {
		if (*yaml == '@')
			text_add(&t, s->scratch.folder);
		else
			text_char(&t, *yaml);
	}
	write_file(scratch_path(&s->scratch, "vigie.yaml"), text_str(&t));
	text_done(&t);
	c = config_load(scratch_path(&s->scratch, "vigie.yaml"), &e);
	if (why != NULL)
		text_add(why, text_str(&e.lines));
	else if (c == NULL)
		(void)fputs(text_str(&e.lines), stderr);
	text_done(&e.lines);
	return c;
}

static void
end_players(struct stage *s)
{
	for (size_t i = 0; i < ROLES; i++)
		player_end(&s->players[i]);
}

static void
start_keeper(struct stage *s, struct config *c)
{
	struct keeper_setup setup = {.loop = s->loop,
	    .log = s->logline,
	    .config = c,
	    .children = {.start = start_child, .arg = s},
	    .boot = loop_micros(s->loop) / 1000};
	enum exit_code code;
	struct fail f = {.why = ""};

	while ((s->keeper = keeper_new(&setup, &code, &f)) == NULL) {
		if (s->patience == 0 || code == EXIT_CODE_CONFIG) {
			(void)fprintf(stderr, "keeper: %s (%d)\n", f.why,
			    (int)code);
			abort();
		}
		s->patience--;
		end_players(s);
		loop_sim_run_until(s->loop,
		    loop_now(s->loop) + 2 * (span_ms)SECOND_MS);
		setup.boot = loop_micros(s->loop) / 1000;
	}
}

struct stage *
stage_new(wall_ms start, const char *yaml)
{
	struct stage *s = mem_zalloc(sizeof(*s));

	json_set_alloc_funcs(mem_zalloc, mem_free); /* as main.c does */
	scratch_make(&s->scratch);
	s->yaml = mem_dup(yaml);
	s->loop = loop_sim_new(start);
	text_init(&s->log, 1 << 22);
	s->logline = logline_capture(&s->log);
	*loop_sim_scripts(s->loop) = (struct scripts){.fetch = on_fetch,
	    .resolve = on_resolve,
	    .dial = on_dial,
	    .arg = s};
	write_file(scratch_path(&s->scratch, "hook.key"),
	    "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
	return s;
}

void
stage_begin(struct stage *s, unsigned patience)
{
	struct config *c = load(s, s->yaml, NULL);

	s->patience = patience;
	if (c == NULL)
		abort();
	start_keeper(s, c);
}

void
stage_stop(struct stage *s)
{
	keeper_free(s->keeper);
	s->keeper = NULL;
	end_players(s);
}

void
stage_reborn(struct stage *s, const char *folder, span_ms pause)
{
	s->keeper = NULL;
	memset(s->players, 0, sizeof(s->players));
	loop_sim_forget(s->loop);
	(void)snprintf(s->scratch.folder, sizeof(s->scratch.folder), "%s",
	    folder);
	stage_run_until(s, loop_now(s->loop) + pause);
	loop_set_axis(s->loop, loop_wall(s->loop));
	stage_begin(s, s->patience);
}

void
stage_free(struct stage *s)
{
	if (s == NULL)
		return;
	stage_stop(s);
	logline_free(s->logline);
	loop_free(s->loop);
	for (size_t i = 0; i < s->rule_count; i++) {
		mem_free(s->rules[i].url);
		mem_free(s->rules[i].behaviour.body);
		mem_free(s->rules[i].behaviour.header);
	}
	for (size_t i = 0; i < s->name_count; i++)
		mem_free(s->names[i].host);
	for (size_t i = 0; i < s->heard_count; i++) {
		mem_free(s->heard[i].event);
		mem_free(s->heard[i].endpoint);
		mem_free(s->heard[i].json);
	}
	for (size_t i = 0; i < s->id_count; i++)
		mem_free(s->ids[i]);
	mem_free(s->ids);
	mem_free(s->heard);
	mem_free(s->yaml);
	text_done(&s->log);
	scratch_remove(&s->scratch);
	mem_free(s);
}

struct loop *
stage_loop(struct stage *s)
{
	return s->loop;
}

void
stage_run_until(struct stage *s, wall_ms t)
{
	/* A role whose channel ended stops its loop, which is ours too. */
	while (loop_now(s->loop) < t)
		loop_sim_run_until(s->loop, t);
}

void
stage_behave(struct stage *s, const char *url, const struct behaviour *b)
{
	struct behaviour now = *b;
	size_t i = 0;

	now.body = mem_dup(b->body);
	now.header = mem_dup(b->header);
	while (i < s->rule_count && strcmp(s->rules[i].url, url) != 0)
		i++;
	assert(i < RULES_MAX);
	if (i == s->rule_count) {
		s->rules[i].url = mem_dup(url);
		s->rule_count++;
	}
	mem_free(s->rules[i].behaviour.body);
	mem_free(s->rules[i].behaviour.header);
	s->rules[i].behaviour = now;
}

void
stage_resolves(struct stage *s, const char *host,
    const struct resolve_answer *a)
{
	size_t i = 0;

	while (i < s->name_count && strcmp(s->names[i].host, host) != 0)
		i++;
	assert(i < RULES_MAX);
	if (i == s->name_count) {
		s->names[i].host = mem_dup(host);
		s->name_count++;
	}
	s->names[i].answer = *a;
}

void
stage_kill(struct stage *s, enum role role)
{
	/* The other end hears of it as it would of a dead process. */
	player_end(&s->players[role]);
}

void
stage_restart(struct stage *s, span_ms pause, bool killed)
{
	struct config *c = config_load(scratch_path(&s->scratch, "vigie.yaml"),
	    &(struct config_errors){0});

	assert(c != NULL);
	if (killed)
		keeper_kill(s->keeper);
	else
		keeper_free(s->keeper);
	end_players(s);
	stage_run_until(s, loop_now(s->loop) + pause);
	loop_set_axis(s->loop, loop_wall(s->loop));
	start_keeper(s, c);
}

void
stage_disk(struct stage *s, bool full)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct rlimit limit;

	(void)s;
	if (sigaction(SIGXFSZ, &ignore, NULL) != 0 ||
	    getrlimit(RLIMIT_FSIZE, &limit) != 0)
		abort();
	limit.rlim_cur = full ? 0 : limit.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		abort();
}

bool
stage_reload(struct stage *s, const char *yaml, struct text *why)
{
	struct config *c = load(s, yaml, why);
	struct fail f = {.why = ""};

	if (c == NULL)
		return false;
	if (keeper_reload(s->keeper, c, &f) == OK) {
		mem_free(s->yaml);
		s->yaml = mem_dup(yaml);
		return true;
	}
	text_add(why, f.why);
	config_free(c);
	return false;
}

struct keeper *
stage_keeper(struct stage *s)
{
	return s->keeper;
}

const char *
stage_last_incident(const struct stage *s)
{
	return s->last_incident;
}

size_t
stage_heard(const struct stage *s, const struct heard **out)
{
	*out = s->heard;
	return s->heard_count;
}

size_t
stage_repeats(const struct stage *s)
{
	return s->repeats;
}

void
stage_status(const struct stage *s, struct text *out)
{
	keeper_status(s->keeper, out);
}

const char *
stage_log(const struct stage *s)
{
	return text_str(&s->log);
}

int64_t
stage_ask(struct stage *s, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int64_t n = -1;

	keeper_flush(s->keeper);
	if (sqlite3_open_v2(scratch_path(&s->scratch, "vigie.db"), &db,
		SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	else
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return n;
}

bool
stage_keep(struct stage *s, const char *path)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", path);
	bool kept;

	keeper_flush(s->keeper);
	kept = sqlite3_open_v2(scratch_path(&s->scratch, "vigie.db"), &db,
		   SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	if (!kept)
		(void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
	sqlite3_free(sql);
	(void)sqlite3_close(db);
	return kept;
}

const char *
stage_folder(const struct stage *s)
{
	return s->scratch.folder;
}

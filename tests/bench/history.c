/* SPDX-License-Identifier: MIT */
/*
 * history - a database as it is after years of watching.
 *
 *	history FILE ENDPOINTS DAYS UNTIL_S
 *
 * DAYS before UNTIL_S (Unix time) are lived through by the real core: each
 * endpoint is probed once an hour, each minute while it fails or has just
 * failed, and each minute of the last two hours.  What follows from that is
 * written by the real store: transitions, spans, incidents, evidence, notices
 * that two receivers took, and the memory with which a daemon goes on.  Then
 * roll-ups, as of a probe a minute: of days and hours for the whole time, of
 * five minutes for the last two weeks.
 *
 * Samples are kept of failures and of the last two hours alone: no page reads
 * older ones.  The same arguments give the same database.
 */
#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "core/classes.h"
#include "core/core.h"
#include "episode.h"
#include "io/crypto.h"
#include "store/outbox.h"
#include "store/put.h"
#include "store/writer.h"
#include "wire/event_json.h"

enum {
	MINUTES_PER_HOUR = 60,
	LAST_MS = 2 * HOUR_MS,
	NEAR_MS = 3 * HOUR_MS, /* probed each minute around an episode */
	FINE_DAYS = 14,
	FINE_MS = 5 * MINUTE_MS,
	FINE_PER_HOUR = HOUR_MS / FINE_MS,
	COMMIT_MINUTES = 2880,
	EXPIRES_MS = DAY_MS,
	RECEIVERS = 2,
	NAME_BYTES = 32
};

static const char *const regions[REGIONS] = {"af", "ap", "eu", "sa", "us"};
static const char *const receivers[RECEIVERS] = {"chat", "pager"};

struct known { /* an endpoint */
	char id[2 * NAME_BYTES], service[NAME_BYTES];
	int64_t row;
	size_t hint, rolled_hint; /* see past_at() */
};

struct making {
	struct store *store;
	struct world *world;
	struct pasts pasts;
	struct known *known;
	wall_ms from, last; /* when it begins, and the last two hours do */
	uint64_t events, notices, samples, rollups;
};

static void
must(enum status s, const struct fail *f)
{
	if (s == OK)
		return;
	(void)fprintf(stderr, "history: %s\n", f->why);
	exit(1);
}

static int64_t
micros(void *arg)
{
	struct timespec t;

	(void)arg;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
commit(struct making *m)
{
	struct fail f = {.why = ""};

	must(store_commit(m->store, &f), &f);
	must(store_tick(m->store, m->store->now, &f), &f);
}

static void
begin(struct making *m, wall_ms now)
{
	struct fail f = {.why = ""};

	must(store_begin(m->store, now, &f), &f);
}

static struct policy
policy_of(uint32_t i, span_ms interval)
{
	return (struct policy){.interval = interval,
	    .timeout = (wall_ms)10 * SECOND_MS,
	    .site = i / REGIONS + 1,
	    .service = i / REGIONS + 1,
	    .region = i % REGIONS + 1};
}

static struct event_names
names_of(const struct making *m, const struct output *o, struct scope_names *s)
{
	const struct known *k = &m->known[o->endpoint];
	size_t n = o->row_count < SCOPE_ROWS ? o->row_count : SCOPE_ROWS;

	*s = (struct scope_names){0};
	if (o->lead.n > 0)
		s->lead = m->known[o->lead_endpoint].id;
	for (size_t i = 0; i < n; i++) {
		s->services[i] = m->known[o->rows[i].endpoint].service;
		s->regions[i] = regions[o->rows[i].endpoint % REGIONS];
	}
	return (struct event_names){.endpoint = k->id,
	    .service = k->service,
	    .region = regions[o->endpoint % REGIONS],
	    .scope = s};
}

/* Told to all receivers, who took it at once. */
static void
tell(struct making *m, const struct output *o, const struct event_names *n,
    const char *json)
{
	struct store_notice notice = {.service = n->service,
	    .at = o->at,
	    .event = o->event,
	    .incident = o->incident,
	    .loud = o->loud,
	    .severity = 4,
	    .body = json};
	struct text line;

	store_number_notice(m->store, n->service, &notice.id, &notice.seq);
	text_init(&line, (size_t)NAME_BYTES * NAME_BYTES);
	event_line(o, n, &line);
	notice.line = text_str(&line);
	store_put_notice(m->store, &notice);
	for (size_t i = 0; i < RECEIVERS; i++) {
		char id[NAME_BYTES];
		struct attempt a = {.result = ATTEMPT_DELIVERED,
		    .code = 200,
		    .retry_after_s = -1,
		    .took_ms = 80};
		struct store_delivery d = {.notice = notice.id,
		    .receiver = receivers[i],
		    .webhook_id = id,
		    .not_before = o->at,
		    .expires = o->at + EXPIRES_MS};

		(void)snprintf(id, sizeof(id), "%s-%" PRIu64, receivers[i],
		    notice.id);
		a.outbox = store_put_outbox(m->store, &d);
		store_put_attempt(m->store, &a, o->at, 0);
	}
	text_done(&line);
	m->notices++;
}

static void
on_output(void *arg, const struct output *o)
{
	struct making *m = arg;
	struct fail f = {.why = ""};
	struct scope_names scope;
	struct event_names n;
	char *json = NULL;

	if (o->kind == OUTPUT_PACE || o->kind == OUTPUT_CANARIES)
		return;
	if (o->kind == OUTPUT_EVENT) {
		json_t *j;

		n = names_of(m, o, &scope);
		j = event_json(o, &n);
		json = event_json_text(j);
		json_decref(j);
		m->events++;
	}
	must(store_put_output(m->store, m->known[o->endpoint].row, o, json, &f),
	    &f);
	if (o->kind == OUTPUT_EVENT && o->loud && o->lead.n == 0)
		tell(m, o, &n, json);
	mem_free(json);
}

/* What a failing server sent: one of a few dozen pages. */
static void
put_excerpt(struct making *m, uint64_t ref, const struct sample *s)
{
	unsigned char hash[CRYPTO_SHA256_BYTES];
	char headers[] = "Content-Type: text/html\nServer: standin\n",
	     body[512];
	struct excerpt x = {.start = s->start,
	    .headers = headers,
	    .body = body};

	if (s->code == 0)
		return;
	x.body_size = (size_t)snprintf(body, sizeof(body),
	    "<!doctype html><title>%u</title><h1>Error %u</h1><p>The server "
	    "is not able to answer at present.  Reference %u.</p>",
	    s->code, s->code, s->total_us % 50);
	crypto_sha256(body, x.body_size, hash);
	store_put_excerpt(m->store, ref, hash, &x);
}

static void
probe(struct making *m, uint32_t i, wall_ms at)
{
	struct known *k = &m->known[i];
	const struct past *p = &m->pasts.each[i];
	const struct episode *e = past_at(p, &k->hint, at);
	struct input in = {.kind = INPUT_SAMPLE,
	    .endpoint = i,
	    .ref = store_next_ref(m->store)};
	struct sample *s = &in.u.sample;

	past_sample(p, e, at, s);
	in.at = sample_evidence(s);
	if (e != NULL || at >= m->last) {
		store_put_sample(m->store, in.ref, k->row, s);
		if (e != NULL && at < e->from + (wall_ms)2 * MINUTE_MS)
			put_excerpt(m, in.ref, s);
		m->samples++;
	}
	core_step(m->world, &in, on_output, m);
}

static void
watch(struct making *m, uint32_t i, wall_ms at, span_ms interval)
{
	struct input in = {.kind = INPUT_WATCH,
	    .at = at,
	    .endpoint = i,
	    .ref = store_next_ref(m->store)};

	in.u.policy = policy_of(i, interval);
	store_put_input(m->store, m->known[i].row, &in, NULL, NULL);
	core_step(m->world, &in, on_output, m);
}

static void
say(const struct making *m, wall_ms at)
{
	char size[24] = "?";
	struct stat st;

	if (stat(m->store->db.path, &st) == 0)
		(void)snprintf(size, sizeof(size), "%" PRId64,
		    (int64_t)st.st_size / 1000000);
	(void)fprintf(stderr,
	    "history: day %" PRId64 ", %" PRIu64 " events, %" PRIu64
	    " notices, %" PRIu64 " samples, %" PRIu64 " roll-ups, %s MB\n",
	    (at - m->from) / DAY_MS, m->events, m->notices, m->samples,
	    m->rollups, size);
}

/* Each endpoint in its minute, or each minute when there is something to see. */
static void
live(struct making *m, wall_ms from, wall_ms until)
{
	int64_t minute = 0;

	begin(m, from);
	for (wall_ms at = from; at < until; at += MINUTE_MS, minute++) {
		if (minute % COMMIT_MINUTES == COMMIT_MINUTES - 1) {
			commit(m);
			begin(m, at);
		}
		if (minute % ((wall_ms)90 * MINUTES_PER_HOUR * 24) == 0)
			say(m, at);
		for (uint32_t i = 0; i < m->pasts.count; i++)
			if (at >= m->last ||
			    minute % MINUTES_PER_HOUR == i % MINUTES_PER_HOUR ||
			    past_near(&m->pasts.each[i], &m->known[i].hint, at,
				NEAR_MS))
				probe(m, i,
				    at +
					(wall_ms)i * MINUTE_MS /
					    (wall_ms)m->pasts.count);
	}
	commit(m);
}

static void
put_rollup(struct making *m, enum rollup_period p, wall_ms since, size_t i,
    const struct rollup *r)
{
	unsigned char classes[ROLLUP_BLOB_BYTES], sketch[ROLLUP_BLOB_BYTES];
	struct use u = db_use(&m->store->db, SQL_PUT_ROLLUP);

	use_int(&u, p);
	use_int(&u, since);
	use_int(&u, m->known[i].row);
	use_int(&u, r->n);
	use_int(&u, r->good);
	use_int(&u, r->failing);
	use_int(&u, (int64_t)r->sum_us);
	use_opt(&u, r->min_us);
	use_opt(&u, r->max_us);
	use_blob(&u, classes, rollup_pack(r->classes, CLASS_COUNT, classes));
	use_blob(&u, sketch, rollup_pack(r->sketch, ROLLUP_BUCKETS, sketch));
	(void)use_run(&u);
	m->rollups++;
}

/* Into *day, by five minutes. */
static void
roll_hour(struct making *m, wall_ms since, size_t i, struct rollup *day)
{
	const struct past *p = &m->pasts.each[i];
	bool fine = since >= m->last - FINE_DAYS * (wall_ms)DAY_MS;
	struct rollup hour = {0}, part;

	for (int n = 0; n < FINE_PER_HOUR; n++) {
		wall_ms at = since + (wall_ms)n * FINE_MS;

		part = (struct rollup){0};
		for (wall_ms t = at; t < at + FINE_MS; t += MINUTE_MS) {
			struct sample s;

			past_sample(p, past_at(p, &m->known[i].rolled_hint, t),
			    t, &s);
			rollup_add(&part, (enum sample_class)s.class,
			    s.total_us);
		}
		if (fine)
			put_rollup(m, ROLLUP_5MIN, at, i, &part);
		rollup_merge(&hour, &part);
	}
	put_rollup(m, ROLLUP_HOUR, since, i, &hour);
	rollup_merge(day, &hour);
}

/* Hour by hour as they were written, all endpoints of each. */
static void
roll(struct making *m)
{
	struct rollup *days = mem_array(m->pasts.count, sizeof(*days));

	begin(m, m->last);
	for (wall_ms at = m->from; at < m->last; at += HOUR_MS) {
		wall_ms day = rollup_since(ROLLUP_DAY, at);
		bool ends = at + HOUR_MS == m->last ||
		    rollup_since(ROLLUP_DAY, at + HOUR_MS) != day;

		for (size_t i = 0; i < m->pasts.count; i++) {
			roll_hour(m, at, i, &days[i]);
			if (!ends)
				continue;
			put_rollup(m, ROLLUP_DAY, day, i, &days[i]);
			days[i] = (struct rollup){0};
		}
		if (!ends)
			continue;
		commit(m);
		begin(m, m->last);
		if ((at - m->from) / DAY_MS % 90 == 0)
			say(m, at);
	}
	commit(m);
	mem_free(days);
}

static void
remember(struct making *m)
{
	uint64_t ref = store_next_ref(m->store);
	unsigned char buf[CORE_STATE_BYTES];

	begin(m, world_now(m->world));
	for (uint32_t i = 0; i < m->pasts.count; i++)
		store_put_state(m->store, m->known[i].row, ref, buf,
		    world_save(m->world, i, buf));
	store_put_shared(m->store, ref, buf, world_save_shared(m->world, buf));
	commit(m);
}

static void
age(struct making *m)
{
	const struct store_retention keep = store_retention_default();
	struct fail f = {.why = ""};
	bool more = true;

	while (more)
		must(store_retain(m->store, world_now(m->world), &keep, &more,
			 &f),
		    &f);
}

static void
introduce(struct making *m)
{
	begin(m, m->from);
	for (uint32_t i = 0; i < m->pasts.count; i++) {
		struct known *k = &m->known[i];

		(void)snprintf(k->service, sizeof(k->service), "service-%03u",
		    i / REGIONS);
		(void)snprintf(k->id, sizeof(k->id), "%s/%s", k->service,
		    regions[i % REGIONS]);
		k->row = store_endpoint(m->store, k->id, k->service,
		    regions[i % REGIONS], m->from);
		watch(m, i, m->from, HOUR_MS);
	}
	commit(m);
}

int
main(int argc, char **argv)
{
	struct fail f = {.why = ""};
	struct making m = {0};
	struct store_options o = {.instance = "bench", .version = "bench"};
	size_t count;
	wall_ms until;

	if (argc != 5) {
		(void)fprintf(stderr,
		    "usage: history FILE ENDPOINTS DAYS UNTIL_S\n");
		return 64;
	}
	count = strtoul(argv[2], NULL, 10);
	until = strtoll(argv[4], NULL, 10) * SECOND_MS;
	m.last = rollup_since(ROLLUP_HOUR, until - LAST_MS);
	m.from = rollup_since(ROLLUP_DAY, until) -
	    strtoll(argv[3], NULL, 10) * (wall_ms)DAY_MS;
	m.known = mem_array(count, sizeof(*m.known));
	m.world = world_new(0, m.from);
	pasts_init(&m.pasts, count, m.from, until);
	o.path = argv[1];
	o.now = m.from;
	o.micros = micros;
	if (store_open(&o, &m.store, &f) != STORE_NEW)
		must(ERR_IO, &f);
	introduce(&m);
	live(&m, m.from, m.last);
	roll(&m);
	begin(&m, m.last);
	for (uint32_t i = 0; i < count; i++)
		watch(&m, i, m.last, MINUTE_MS);
	commit(&m);
	live(&m, m.last, until);
	remember(&m);
	age(&m);
	say(&m, until);
	store_close(m.store);
	world_free(m.world);
	pasts_done(&m.pasts);
	mem_free(m.known);
	return 0;
}

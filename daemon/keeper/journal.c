/* SPDX-License-Identifier: MIT */
/*
 * What has been decided waits here for its transaction.  If that fails it
 * stays, is told unwritten, and is written when the database works again.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "keeper/inside.h"
#include "store/damage.h"

static void
entry_done(struct pending *e)
{
	switch (e->kind) {
	case ENTRY_INPUT:
		mem_free(e->u.input.author);
		mem_free(e->u.input.why);
		break;
	case ENTRY_OUTPUT:
		mem_free(e->u.output.output);
		mem_free(e->u.output.author);
		mem_free(e->u.output.text);
		mem_free(e->u.output.receiver);
		mem_free(e->u.output.detail);
		break;
	case ENTRY_EXCERPT:
		excerpt_done(&e->u.excerpt.excerpt);
		break;
	case ENTRY_ATTEMPT:
		attempt_done(&e->u.attempt.attempt);
		break;
	case ENTRY_SAMPLE:
		break;
	}
}

static void
clear(struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		entry_done(&j->entries[i]);
	j->count = j->samples = 0;
}

void
journal_done(struct journal *j)
{
	clear(j);
	mem_free(j->entries);
	*j = (struct journal){0};
}

/* While nothing can be written, the older half of the samples gives way. */
static void
shed(struct journal *j)
{
	size_t kept = 0, drop = j->samples / 2;

	for (size_t i = 0; i < j->count; i++) {
		struct pending *e = &j->entries[i];
		bool bulky =
		    e->kind == ENTRY_SAMPLE || e->kind == ENTRY_EXCERPT;

		if (bulky && drop > 0) {
			if (e->kind == ENTRY_SAMPLE) {
				drop--;
				j->samples--;
				j->lost_samples++;
			}
			entry_done(e);
		} else {
			j->entries[kept++] = *e;
		}
	}
	j->count = kept;
}

struct pending *
journal_add(struct keeper *k, enum entry_kind kind, uint32_t slot)
{
	struct journal *j = &k->journal;

	if (j->samples >= JOURNAL_SAMPLES_MAX)
		shed(j);
	if (j->count == j->size) {
		j->size = j->size > 0 ? 2 * j->size : 1024;
		j->entries =
		    mem_resize(j->entries, j->size, sizeof(j->entries[0]));
	}
	if (!timer_armed(k->commit) && !k->stopping)
		timer_arm_real(k->commit, COMMIT_EVERY_MS);
	j->entries[j->count] = (struct pending){.kind = kind, .slot = slot};
	return &j->entries[j->count++];
}

void
journal_soon(struct keeper *k)
{
	if (!k->degraded && !k->stopping)
		timer_arm_real(k->commit, COMMIT_SOON_MS);
}

struct event_said
journal_said(const struct pending *e)
{
	return (struct event_said){.act = e->u.output.act,
	    .author = e->u.output.author,
	    .text = e->u.output.text};
}

static bool
begins_to_watch(const struct pending *e)
{
	return e->kind == ENTRY_INPUT && e->u.input.input.kind == INPUT_WATCH;
}

/* For good: what is paused stays. */
static bool
ends_watching(const struct pending *e)
{
	return e->u.input.input.kind == INPUT_UNWATCH &&
	    !e->u.input.input.u.unwatch.paused;
}

/*
 * The row of what an entry is about; 0 for nothing in particular.  Only a
 * watch brings a retired endpoint back: words about its end come after it.
 */
static int64_t
row_of(struct keeper *k, const struct pending *e)
{
	const struct registry *r = e->canary ? &k->canaries : &k->endpoints;
	struct watched *w;

	if (e->slot == ENDPOINT_NONE || e->slot >= r->count)
		return 0;
	w = r->all[e->slot];
	if (w->row == 0 || begins_to_watch(e))
		w->row = store_endpoint(k->store, w->id, w->service, w->region,
		    loop_now(k->loop));
	return w->row;
}

static void
put_output(struct keeper *k, struct pending *e)
{
	const struct output *o = e->u.output.output;
	struct fail f = {.why = ""};
	char *json = NULL;

	if (o->kind == OUTPUT_EVENT)
		json = wording_json(k, e);
	if (store_put_output(k->store, row_of(k, e), o, json, &f) != OK)
		log_event(k->log, SEVERITY_ERR, "store-refused why=%s", f.why);
	if (o->kind == OUTPUT_EVENT)
		telling_event(k, e, json);
	k->showcase.news +=
	    o->kind == OUTPUT_EVENT || o->kind == OUTPUT_TRANSITION;
	mem_free(json);
}

static void
put_excerpt(struct keeper *k, const struct pending *e)
{
	const struct excerpt *x = &e->u.excerpt.excerpt;
	unsigned char hash[CRYPTO_SHA256_BYTES];

	crypto_sha256(x->body, x->body_size, hash);
	store_put_excerpt(k->store, e->u.excerpt.ref, hash, x);
}

static void
put(struct keeper *k, struct pending *e)
{
	switch (e->kind) {
	case ENTRY_SAMPLE:
		store_put_sample(k->store, e->u.sample.ref, row_of(k, e),
		    &e->u.sample.sample);
		break;
	case ENTRY_INPUT:
		store_put_input(k->store, row_of(k, e), &e->u.input.input,
		    e->u.input.author, e->u.input.why);
		if (ends_watching(e))
			store_retire(k->store, row_of(k, e),
			    e->u.input.input.at);
		break;
	case ENTRY_OUTPUT:
		put_output(k, e);
		break;
	case ENTRY_EXCERPT:
		put_excerpt(k, e);
		break;
	case ENTRY_ATTEMPT:
		telling_write_attempt(k, e);
		break;
	}
}

static void
save(struct keeper *k, struct watched *w, uint64_t ref)
{
	unsigned char buf[CORE_STATE_BYTES];
	size_t n;

	if (!world_watches(k->world, w->slot) || w->row == 0)
		return;
	n = world_save(k->world, w->slot, buf);
	store_put_state(k->store, w->row, ref, buf, n);
	w->dirty = false;
}

/* What changed, and in turn everybody else once a minute. */
static void
save_memories(struct keeper *k)
{
	unsigned char buf[CORE_STATE_BYTES];
	uint64_t ref = intake_ref(k);
	size_t count = k->endpoints.count;
	size_t turn = (count + SAVE_EVERY_S - 1) / SAVE_EVERY_S;

	for (size_t i = 0; i < count; i++) {
		if (k->endpoints.all[i]->dirty)
			save(k, k->endpoints.all[i], ref);
	}
	for (size_t i = 0; i < turn; i++, k->save_next++)
		save(k, k->endpoints.all[k->save_next % count], ref);
	store_put_shared(k->store, ref, buf, world_save_shared(k->world, buf));
}

static void
say_degraded(struct keeper *k, const struct fail *f)
{
	if (!k->degraded)
		log_event(k->log, SEVERITY_CRIT,
		    "database-unwritable why=%s action=%s", f->why,
		    "probing and telling go on");
	k->degraded = true;
}

/* Nobody may have heard of it yet, and it cannot be written: tell now. */
static void
degrade(struct keeper *k, const struct fail *f)
{
	say_degraded(k, f);
	for (size_t i = 0; i < k->journal.count; i++) {
		struct pending *e = &k->journal.entries[i];

		if (e->kind == ENTRY_OUTPUT &&
		    e->u.output.output->kind == OUTPUT_EVENT)
			unwritten_tell(k, e);
	}
	showcase_changed(k);
	if (!k->stopping)
		timer_arm_real(k->commit, COMMIT_EVERY_MS);
}

/* What became of attempts may be news itself. */
static void
put_all(struct keeper *k)
{
	size_t i = 0;

	do {
		for (; i < k->journal.count && !store_failed(k->store); i++)
			put(k, &k->journal.entries[i]);
	} while (!store_failed(k->store) && complaint_tell(k));
}

static bool
write_all(struct keeper *k, struct fail *f)
{
	if (store_begin(k->store, loop_now(k->loop), f) != OK)
		return false;
	put_all(k);
	save_memories(k);
	return store_commit(k->store, f) == OK;
}

static void
put_news(struct keeper *k, struct pending *e)
{
	char *json;

	if (e->kind == ENTRY_ATTEMPT) {
		telling_write_attempt(k, e);
	} else if (e->kind == ENTRY_OUTPUT &&
	    e->u.output.output->kind == OUTPUT_EVENT) {
		json = wording_json(k, e);
		telling_event(k, e, json);
		mem_free(json);
	}
}

/*
 * A damaged file may still hold what is to be told, for the next start to
 * find, where samples and states no longer fit.
 */
static bool
write_news(struct keeper *k)
{
	struct fail f = {.why = ""};

	if (store_begin(k->store, loop_now(k->loop), &f) != OK)
		return false;
	for (size_t i = 0; i < k->journal.count; i++)
		put_news(k, &k->journal.entries[i]);
	return store_commit(k->store, &f) == OK;
}

/* Rows made in a transaction that failed do not exist. */
static void
forget_rows(struct keeper *k)
{
	for (size_t i = 0; i < k->endpoints.count; i++) {
		k->endpoints.all[i]->row = 0;
		k->endpoints.all[i]->dirty = true;
	}
	for (size_t i = 0; i < k->canaries.count; i++)
		k->canaries.all[i]->row = 0;
}

/* What is to be told is on disk; the rest is, or never will be. */
static void
committed(struct keeper *k)
{
	k->committed = loop_now(k->loop);
	telling_committed(k);
	unwritten_done(&k->unwritten);
	showcase_committed(k);
	clear(&k->journal);
	showcase_changed(k);
	telling_dispatch(k);
}

void
journal_commit(struct keeper *k)
{
	struct fail f = {.why = "it could not be opened"};

	timer_disarm(k->commit);
	if (k->journal.count == 0)
		return;
	if (k->store == NULL || !write_all(k, &f)) {
		forget_rows(k);
		if (k->damage.certain && write_news(k)) {
			say_degraded(k, &f);
			committed(k);
		} else {
			degrade(k, &f);
		}
		return;
	}
	if (k->degraded)
		log_event(k->log, SEVERITY_NOTICE,
		    "database-writable entries=%zu lost_samples=%" PRIu64,
		    k->journal.count, k->journal.lost_samples);
	k->degraded = false;
	committed(k);
}

static int64_t
micros(void *arg)
{
	return loop_micros(arg);
}

static struct store_options
options_of(struct keeper *k, const char *instance)
{
	return (struct store_options){.path = k->config->database,
	    .instance = instance,
	    .version = VIGIE_VERSION,
	    .now = loop_now(k->loop),
	    .boot = k->boot,
	    .micros = micros,
	    .micros_arg = k->loop};
}

/*
 * False when the keeper must not go on.  A disk that is full or read-only is
 * no such reason: the store stays NULL, and opening is tried again.
 */
bool
journal_open_store(struct keeper *k, enum exit_code *code, struct fail *f)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[8];
	char instance[9] = "";
	struct store_options o = options_of(k, instance);
	enum store_outcome outcome;

	crypto_random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		instance[i] = alphabet[random[i] & 31];
	outcome = store_open(&o, &k->store, f);
	if (outcome == STORE_CORRUPT) {
		log_event(k->log, SEVERITY_CRIT, "database-replaced why=%s",
		    f->why);
		store_replaced_said(k->store);
	}
	if (k->store != NULL && store_log_missing(k->store))
		log_event(k->log, SEVERITY_CRIT,
		    "database-log-missing path=%s lost=%s", k->config->database,
		    "the last seconds or more before this start");
	if (k->store != NULL) {
		store_skip_refs(k->store, k->local_ref);
		return true;
	}
	if (outcome == STORE_FULL || outcome == STORE_READONLY ||
	    outcome == STORE_IO)
		return true;
	*code = store_exit_code(outcome);
	return false;
}

bool
journal_open_kept(struct keeper *k, enum exit_code *code, struct fail *f)
{
	struct store_options o = options_of(k, "");
	enum store_outcome outcome = store_open_kept(&o, &k->store, f);

	*code = store_exit_code(outcome);
	return outcome == STORE_OK || outcome == STORE_MISSING;
}

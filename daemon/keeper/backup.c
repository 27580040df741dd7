/* SPDX-License-Identifier: MIT */
#include "keeper/backup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utc.h"
#include "keeper/inside.h"
#include "store/backup.h"

enum {
	PAGES_MIN = 16,
	PAGES_MAX = 256,     /* 1 MB */
	SLOW_US = 15 * 1000, /* of one turn: take fewer pages */
	FAST_US = 5 * 1000,
	PAUSE_MS = 1, /* others are served between two turns */
	PATIENCE_US = 5 * 1000 * 1000
};

enum backing_state { BACKING_COPYING, BACKING_COPIED, BACKING_FAILED };

static const char *const states[] = {[BACKING_COPYING] = "copying",
    [BACKING_COPIED] = "copied",
    [BACKING_FAILED] = "failed"};

struct backing {
	enum backing_state state;
	long long job;
	struct timer *turn;
	struct backup *copy; /* while copying */
	int pages;           /* of the next turn */
	int done, all;
	struct backup_facts facts; /* once copied */
	struct fail fail;          /* once failed */
	wall_ms begun;
	int64_t asked_us; /* when its asker was last heard of */
	char author[64];
	char folder[BACKUP_PATH_BYTES];
};

static void
partial_of(const struct backing *b, char path[BACKUP_PATH_BYTES + 32])
{
	(void)snprintf(path, BACKUP_PATH_BYTES + 32, "%s/" BACKUP_PARTIAL,
	    b->folder);
}

static void
failed(struct keeper *k, struct backing *b)
{
	backup_free(b->copy);
	b->copy = NULL;
	b->state = BACKING_FAILED;
	log_event(k->log, SEVERITY_ERR, "backup-failed why=%s", b->fail.why);
}

static void
on_turn(void *arg)
{
	struct keeper *k = arg;
	struct backing *b = k->backing;
	int64_t began = loop_micros(k->loop), took;
	bool more = true;

	if (backup_step(b->copy, b->pages, &more, &b->facts, &b->fail) != OK) {
		failed(k, b);
		return;
	}
	backup_progress(b->copy, &b->done, &b->all);
	if (!more) {
		backup_free(b->copy);
		b->copy = NULL;
		b->state = BACKING_COPIED;
		return;
	}
	took = loop_micros(k->loop) - began;
	if (took > SLOW_US && b->pages > PAGES_MIN)
		b->pages /= 2;
	else if (took < FAST_US && b->pages < PAGES_MAX)
		b->pages *= 2;
	timer_arm_real(b->turn, PAUSE_MS);
}

/* Somebody looks at the copy, or has only just been told that it is there. */
static bool
awaited(struct keeper *k, const struct backing *b)
{
	char path[BACKUP_PATH_BYTES + 32];
	bool held;
	int fd;

	if (loop_micros(k->loop) - b->asked_us < PATIENCE_US)
		return true;
	partial_of(b, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_EX | LOCK_NB) != 0;
	(void)close(fd); /* only read */
	return held;
}

static bool
is_busy(struct keeper *k, const struct backing *b)
{
	return b->state == BACKING_COPYING ||
	    (b->state == BACKING_COPIED && awaited(k, b));
}

enum status
keeper_backup_begin(struct keeper *k, const char *author, struct fail *f)
{
	struct backing *b = k->backing;
	char since[UTC_TEXT_BYTES];
	enum status s;

	if (k->store == NULL)
		return fail_set(f, ERR_IO,
		    "%s: could not be opened yet; see the daemon's log",
		    k->config->database);
	if (b != NULL && is_busy(k, b))
		return fail_set(f, ERR_EXISTS,
		    "another backup is under way, for %s since %s", b->author,
		    utc_format(b->begun, since));
	if (b == NULL) {
		b = k->backing = mem_zalloc(sizeof(*b));
		b->turn = timer_new(k->loop, on_turn, k);
		b->state = BACKING_FAILED;
	}
	s = backup_folder(k->config->database, b->folder, f);
	if (s == OK)
		s = backup_begin(k->store, b->folder, &b->copy, f);
	if (s != OK)
		return s;
	b->state = BACKING_COPYING;
	b->job++;
	b->pages = PAGES_MAX;
	b->done = b->all = 0;
	b->begun = loop_now(k->loop);
	(void)snprintf(b->author, sizeof(b->author), "%s", author);
	log_event(k->log, SEVERITY_INFO, "backup-begin author=%s", author);
	timer_arm_real(b->turn, 0);
	return OK;
}

void
keeper_backup_tell(struct keeper *k, struct text *out)
{
	struct backing *b = k->backing;
	char path[BACKUP_PATH_BYTES + 32] = "";
	bool ok = b != NULL && b->state != BACKING_FAILED;
	const char *why = b != NULL ? b->fail.why : "no backup was begun";
	json_t *j;
	char *text;

	if (b != NULL) {
		b->asked_us = loop_micros(k->loop);
		partial_of(b, path);
	}
	j = json_pack("{s:b, s:i, s:s, s:s}", "ok", ok, "code",
	    ok ? EXIT_CODE_GOOD : EXIT_CODE_IO, "message",
	    ok ? states[b->state] : why, "path", path);
	if (j != NULL && b != NULL)
		(void)json_object_update_new(j,
		    json_pack("{s:I, s:s, s:i, s:i, s:I, s:I, s:I, s:I}", "job",
			(json_int_t)b->job, "state", states[b->state], "pages",
			b->done, "of", b->all, "bytes",
			(json_int_t)b->facts.bytes, "incidents",
			(json_int_t)b->facts.incidents, "notices",
			(json_int_t)b->facts.notices, "schema",
			(json_int_t)b->facts.schema));
	text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);
	text_add(out, text != NULL ? text : "{}");
	mem_free(text);
	json_decref(j);
}

/* A backup is made where the database cannot be written, too. */
static void
record(struct keeper *k, const struct backing *b)
{
	struct fail f = {.why = ""};

	if (store_begin(k->store, loop_now(k->loop), &f) == OK) {
		backup_record(k->store, b->begun, b->facts.bytes);
		if (store_commit(k->store, &f) == OK)
			return;
	}
	log_event(k->log, SEVERITY_WARNING, "backup-unrecorded why=%s", f.why);
}

static enum status
name_it(struct keeper *k, const struct backing *b,
    const struct keeper_backup_end *how, struct text *path, struct fail *f)
{
	char partial[BACKUP_PATH_BYTES + 32], name[BACKUP_NAME_BYTES];
	enum status s;
	size_t gone;

	partial_of(b, partial);
	text_printf(path, "%s/%s", b->folder, backup_name(b->begun, name));
	s = backup_place(partial, text_str(path), false, f);
	if (s != OK || how->only == 0)
		return s;
	gone = backup_prune(b->folder, how->only);
	if (gone > 0)
		log_event(k->log, SEVERITY_INFO, "backups-pruned count=%zu",
		    gone);
	return OK;
}

enum status
keeper_backup_end(struct keeper *k, const struct keeper_backup_end *how,
    struct text *path, struct fail *f)
{
	struct backing *b = k->backing;
	char partial[BACKUP_PATH_BYTES + 32];
	enum status s = OK;

	if (b == NULL || b->job != how->job || b->state != BACKING_COPIED)
		return fail_set(f, ERR_NOTFOUND,
		    "that backup is no longer here; begin another");
	partial_of(b, partial);
	b->state = BACKING_FAILED;
	if (how->good && how->keep)
		s = name_it(k, b, how, path, f);
	else
		(void)unlink(partial); /* the next one would do it, too */
	if (s != OK || !how->good) {
		log_event(k->log, SEVERITY_ERR, "backup-failed why=%s",
		    s != OK ? f->why : "the copy was not sound");
		return s;
	}
	record(k, b);
	log_event(k->log, SEVERITY_NOTICE,
	    "backup-made author=%s bytes=%" PRId64 " path=%s", b->author,
	    b->facts.bytes, how->keep ? text_str(path) : "elsewhere");
	return OK;
}

void
backing_free(struct keeper *k)
{
	if (k->backing == NULL)
		return;
	timer_free(k->backing->turn);
	backup_free(k->backing->copy);
	mem_free(k->backing);
	k->backing = NULL;
}

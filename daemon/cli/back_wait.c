/* SPDX-License-Identifier: MIT */
/*
 * Between two looks nothing is kept open: the file and its log are looked at
 * by name, once a second, and read when they have changed.  So a wait of hours
 * holds back neither a checkpoint nor a database that is set aside.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/backing.h"
#include "io/loop.h"
#include "view/prospect.h"

enum {
	LOOK_MS = SECOND_MS,
	ASK_AFTER_MS = 10 * SECOND_MS,      /* nothing new: does it write? */
	SILENT_MS = 5 * (span_ms)MINUTE_MS, /* nobody to ask: say so then */
	TELL_EVERY_MS = 30 * SECOND_MS,
	PATH_BYTES = 512
};

struct stamp { /* of a file: differs once it has been written to */
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct waiting {
	struct cli *cli;
	const struct reading_source *source;
	struct loop *loop;
	struct timer *look, *limit;
	struct backing *b;
	struct incident_id incident;
	struct stamp file, log;
	int64_t changed_us, asked_us, told_us;
	bool done, unreadable, silent;
	unsigned relapses; /* when the wait began */
	/* As last seen. */
	unsigned long marks;
	bool tty;
};

static struct stamp
stamp_of(const char *path, const char *suffix)
{
	char name[PATH_BYTES];
	struct stat st;

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	if (stat(name, &st) != 0)
		return (struct stamp){0};
	return (struct stamp){.device = st.st_dev,
	    .inode = st.st_ino,
	    .size = st.st_size,
	    .changed = st.st_mtim};
}

static bool
same(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
}

static bool
written(struct waiting *w)
{
	struct stamp file = stamp_of(w->source->database, "");
	struct stamp log = stamp_of(w->source->database, "-wal");
	bool is = !same(&file, &w->file) || !same(&log, &w->log);

	w->file = file;
	w->log = log;
	return is;
}

static void
end(struct waiting *w, enum backing_end how)
{
	w->b->end = how;
	w->done = true;
	loop_stop(w->loop);
}

/* Of a message that stands for itself; progress is for terminals only. */
static void
say(struct waiting *w, const char *words)
{
	(void)cli_error(w->cli, EXIT_CODE_GOOD, "%s", words);
}

static void
tell_progress(struct waiting *w)
{
	char when[PROSPECT_TIME_BYTES];
	struct text t;

	w->told_us = loop_micros(w->loop);
	if (!w->tty || w->done)
		return;
	text_init(&t, 4096);
	text_printf(&t, "%s  ",
	    prospect_time(w->b->d.known, w->b->d.known, when));
	backing_words(&t, w->b);
	(void)fprintf(w->cli->err, "%s\n", text_str(&t));
	text_done(&t);
}

static enum status
read_again(struct waiting *w, struct query *q, struct fail *f)
{
	struct dossier d;
	enum status s = dossier_read(q, w->b->d.id, &d, f);

	if (s != OK) {
		dossier_done(&d);
		return s;
	}
	dossier_done(&w->b->d);
	w->b->d = d;
	w->b->answer = backing_answer(&d);
	return OK;
}

/* What of an incident may change the answer, in one number. */
static unsigned long
marks_of(const struct query_incident *i)
{
	return (unsigned long)i->now.all_clear_at * 64 +
	    (unsigned long)i->now.phase * 8 + (unsigned long)i->now.kind_now;
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct waiting *w = arg;

	w->marks = marks_of(i);
	if (i->withdrawn)
		end(w, BACKING_WITHDRAWN);
	else if (i->now.relapses > w->relapses)
		end(w, BACKING_RELAPSED);
	else if (i->closed != 0)
		end(w, BACKING_RESOLVED);
	return false;
}

static void
look_inside(struct waiting *w)
{
	const struct query_incident_events on = {.on_incident = on_incident,
	    .arg = w};
	bool due =
	    loop_micros(w->loop) - w->told_us >= (int64_t)TELL_EVERY_MS * 1000;
	struct fail f = {.why = ""};
	unsigned long before = w->marks;
	struct query *q = NULL;
	bool ok = reading_connect(w->source, &q, &f) == STORE_OK;

	ok = ok && query_incident(q, w->incident, &on, &f) == OK;
	if (ok && (w->done || w->marks != before || due)) {
		/* Withdrawn, it cannot be found any more: so be it. */
		if (read_again(w, q, &f) == OK)
			tell_progress(w);
	}
	if (!ok && !w->unreadable)
		say(w, f.why);
	w->unreadable = !ok;
	query_close(q);
}

/* Nothing new for a while: is that because nobody writes? */
static void
ask_why(struct waiting *w, int64_t now_us)
{
	span_ms quiet = (now_us - w->changed_us) / 1000;
	bool silent;

	if (quiet < ASK_AFTER_MS ||
	    (now_us - w->asked_us) / 1000 < ASK_AFTER_MS)
		return;
	w->asked_us = now_us;
	w->b->daemon = reading_ask(w->source);
	silent = w->b->daemon == READING_DAEMON_ABSENT ||
	    w->b->daemon == READING_DAEMON_DEGRADED ||
	    w->b->daemon == READING_DAEMON_DAMAGED ||
	    (w->source->control == NULL && quiet >= SILENT_MS);
	if (silent && !w->silent)
		say(w,
		    w->b->daemon == READING_DAEMON_ABSENT
			? "no daemon is running, so nothing new is written; "
			  "still waiting"
			: w->b->daemon == READING_DAEMON_DEGRADED
			? "the daemon cannot write its database; still waiting"
			: w->b->daemon == READING_DAEMON_DAMAGED
			? "the database is damaged: restart the daemon to set "
			  "it aside; still waiting"
			: "nothing was written for five minutes; does the "
			  "daemon run?  Still waiting");
	w->silent = silent;
}

static void
on_look(void *arg)
{
	struct waiting *w = arg;
	int64_t now = loop_micros(w->loop);

	if (written(w) || w->unreadable) {
		if (w->silent)
			say(w, "the database is being written again");
		w->silent = false;
		w->changed_us = now;
		look_inside(w);
	} else {
		ask_why(w, now);
	}
	if (!w->done)
		timer_arm_real(w->look, LOOK_MS);
}

static void
on_limit(void *arg)
{
	struct waiting *w = arg;
	struct fail f = {.why = ""};
	struct query *q = NULL;

	/* The answer as of now; else the last one there was. */
	if (reading_connect(w->source, &q, &f) != STORE_OK ||
	    read_again(w, q, &f) != OK)
		say(w, f.why);
	query_close(q);
	w->b->daemon = reading_ask(w->source);
	end(w, BACKING_TIMEOUT);
}

int
backing_wait(struct cli *c, const struct reading_source *s, span_ms limit,
    struct backing *b)
{
	struct waiting w = {.cli = c,
	    .source = s,
	    .b = b,
	    .incident = b->d.e.incident,
	    .relapses = b->d.x.now.relapses,
	    .tty = isatty(STDERR_FILENO) != 0};
	struct fail f = {.why = ""};

	w.loop = loop_new(&f);
	if (w.loop == NULL)
		return cli_error(c, EXIT_CODE_INTERNAL, "%s", f.why);
	w.look = timer_new(w.loop, on_look, &w);
	w.limit = timer_new(w.loop, on_limit, &w);
	w.changed_us = w.asked_us = loop_micros(w.loop);
	tell_progress(&w);
	/* At once: it may have ended since it was read. */
	timer_arm_real(w.look, 0);
	if (limit > 0)
		timer_arm_real(w.limit, limit);
	loop_run(w.loop);
	timer_free(w.look);
	timer_free(w.limit);
	loop_free(w.loop);
	return EXIT_CODE_GOOD;
}

/* SPDX-License-Identifier: MIT */
/*
 * fault - a story, again and again, each time with another call failing.
 *
 *	fault FAMILY STORY      of the families below; STORY as in player.h
 *
 * The whole daemon plays the story on the stage, and the n-th call of a kind
 * fails.  With VIGIE_LONG=1 this is one call of each place that calls come
 * from, see site.h, or of one place in four where it lasts; else a sample,
 * spread evenly.  Which, VIGIE_SEED says (the day, if it says nothing).
 *
 *	memory   our own allocations: that process must end by abort(), and is
 *	         started again 5 s later on the disk as it was in that moment.
 *	         What follows depends on that disk, and on what receivers have
 *	         heard, so it is played once for each state of them, and each
 *	         half minute.
 *	library  SQLite's allocations, one by one, and all for 20 s
 *	disk     SQLite's calls of its file system: each by one error, those
 *	         that a broken disk would refuse for 20 s too
 *	calls    the calls of the system around the database and its secrets
 *
 * In all but the first the process lives on.  A start that fails with a code
 * that systemd would start it again after is tried again after 2 s.  What
 * must hold in the end stands in aftermath.h; nothing may leak, and each run ends
 * within a minute.
 */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aftermath.h"
#include "base/mem.h"
#include "copy.h"
#include "hit.h"
#include "site.h"

enum {
	HANGS_AFTER_S = 60,
	SAMPLE = 1, /* calls of a kind that fail, when not all do */
	SAMPLE_OF_MEMORY = 12,
	LASTING_ONE_IN = 4,
	PATIENCE = 30
};

static const span_ms lasting = 20 * (span_ms)SECOND_MS;

struct trial {
	const char *family, *name;
	enum op op;
	int code;
	bool lasts;
};

static const struct trial trials[] = {
    {"memory", "our own", OP_MEMORY, 0, false},
    {"library", "once", OP_LIBRARY, 0, false},
    {"library", "for 20 s", OP_LIBRARY, 0, true},
    {"disk", "read: error", OP_READ, SQLITE_IOERR_READ, false},
    {"disk", "read: error for 20 s", OP_READ, SQLITE_IOERR_READ, true},
    {"disk", "write: error", OP_WRITE, SQLITE_IOERR_WRITE, false},
    {"disk", "write: error for 20 s", OP_WRITE, SQLITE_IOERR_WRITE, true},
    {"disk", "write: full", OP_WRITE, SQLITE_FULL, false},
    {"disk", "write: full for 20 s", OP_WRITE, SQLITE_FULL, true},
    {"disk", "sync: error", OP_SYNC, SQLITE_IOERR_FSYNC, false},
    {"disk", "sync: error for 20 s", OP_SYNC, SQLITE_IOERR_FSYNC, true},
    {"disk", "truncate: error", OP_TRUNCATE, SQLITE_IOERR_TRUNCATE, false},
    {"disk", "open: cannot", OP_OPEN, SQLITE_CANTOPEN, false},
    {"disk", "open: cannot for 20 s", OP_OPEN, SQLITE_CANTOPEN, true},
    {"disk", "delete: error", OP_DELETE, SQLITE_IOERR_DELETE, false},
    {"disk", "access: error", OP_ACCESS, SQLITE_IOERR_ACCESS, false},
    {"disk", "size: error", OP_SIZE, SQLITE_IOERR_FSTAT, false},
    {"disk", "lock: error", OP_LOCK, SQLITE_IOERR_LOCK, false},
    {"disk", "shared map: error", OP_SHM_MAP, SQLITE_IOERR_SHMMAP, false},
    {"disk", "shared lock: error", OP_SHM_LOCK, SQLITE_IOERR_SHMLOCK, false},
    {"disk", "shared lock: busy", OP_SHM_LOCK, SQLITE_BUSY, false},
    {"calls", "open: EMFILE", OP_CALL_OPEN, EMFILE, false},
    {"calls", "open: EMFILE for 20 s", OP_CALL_OPEN, EMFILE, true},
    {"calls", "fstat: EIO", OP_CALL_FSTAT, EIO, false},
    {"calls", "pread: EIO", OP_CALL_PREAD, EIO, false},
    {"calls", "fchmod: EPERM", OP_CALL_FCHMOD, EPERM, false},
    {"calls", "lock: ENOLCK", OP_CALL_LOCK, ENOLCK, false},
    {"calls", "mkdir: ENOSPC", OP_CALL_MKDIR, ENOSPC, false},
};

static const struct trial none_fails = {"none", "none", OP_NONE, 0, false};

/* What a run tells the one that counts them. */
struct report {
	unsigned long calls[OP_NONE]; /* when none failed */
	unsigned long failed, aborted, restarted, lost;
	bool degraded;
};

static struct report *report; /* shared with the runs */
static bool thorough;         /* VIGIE_LONG */
/* Our own allocations that shall fail; those before at have. */
static unsigned long *chosen;
static size_t chosen_n, chosen_at;
static const char *path;
static struct story story; /* of this run */
static char what[96];      /* of this run */

static unsigned long
seed(void)
{
	const char *said = getenv("VIGIE_SEED");

	return said != NULL ? strtoul(said, NULL, 10)
			    : (unsigned long)time(NULL) / 86400;
}

/* The calls of a kind that shall fail, n of them, in their order; to be freed. */
static size_t
choose(enum op op, bool lasts, unsigned long **which)
{
	unsigned long calls = report->calls[op];
	unsigned long most = op == OP_MEMORY ? SAMPLE_OF_MEMORY : SAMPLE;
	unsigned long step = (calls + most - 1) / most;
	size_t n = 0;

	if (thorough)
		return site_chosen(op, lasts ? LASTING_ONE_IN : 1, which);
	*which = mem_array(most + 1, sizeof(**which));
	for (unsigned long i = step > 0 ? seed() * 7919 % step : 0; i < calls;
	     i += step)
		(*which)[n++] = i + 1;
	return n;
}

static void
on_stage(struct story *t)
{
	hit.loop = stage_loop(t->stage);
	hit.armed = true;
}

static bool
play(void)
{
	if (!story_load(&story, path)) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		return false;
	}
	story.lenient = true;
	story.patience = PATIENCE;
	story.on_stage = on_stage;
	(void)alarm(HANGS_AFTER_S);
	story_play(&story);
	hit.armed = false;
	return story.stage != NULL;
}

/* The daemon ended here and now: start it on what is on the disk. */
_Noreturn static void
go_on(void)
{
	char folder[COPY_PATH_BYTES];
	bool good;

	hit.armed = false;
	(void)alarm(HANGS_AFTER_S);
	copy_folder(stage_folder(story.stage), folder);
	stage_reborn(story.stage, folder, 5 * (span_ms)SECOND_MS);
	story.next = story.here;
	story_play(&story);
	good = aftermath_holds(&story, what);
	copy_remove(folder);
	_exit(good ? 0 : 1);
}

static bool
ended_well(pid_t pid, int signo)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return false;
	if (signo != 0)
		return WIFSIGNALED(status) && WTERMSIG(status) == signo;
	if (WIFSIGNALED(status))
		(void)fprintf(stderr, "%s: ended by signal %d\n", what,
		    WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* What decides what follows on an end right now; false if it was played. */
static bool
is_new_state(void)
{
	static unsigned long changes = (unsigned long)-1;
	static size_t heard;
	static wall_ms slot;
	const struct heard *h;
	size_t n = stage_heard(story.stage, &h);
	wall_ms now = loop_now(hit.loop) / (30 * (wall_ms)SECOND_MS);

	if (changes == hit.changes && heard == n && slot == now)
		return false;
	changes = hit.changes;
	heard = n;
	slot = now;
	return true;
}

/*
 * In the middle of one of our allocations.  True in a process that goes on
 * with this one failed, which must be its end.
 */
static bool
no_memory(void)
{
	unsigned long n = hit.calls[OP_MEMORY];
	pid_t pid;

	if (chosen_at == chosen_n || chosen[chosen_at] != n)
		return false;
	chosen_at++;
	(void)snprintf(what, sizeof(what), "allocation %lu", n);
	report->failed++;
	pid = fork();
	if (pid == 0) {
		hit.armed = false;
		(void)alarm(HANGS_AFTER_S);
		return true;
	}
	report->aborted += pid > 0 && ended_well(pid, SIGABRT);
	(void)alarm(HANGS_AFTER_S); /* that was not this run's time */
	if (!is_new_state())
		return false;
	pid = fork();
	if (pid == 0)
		go_on();
	report->restarted++;
	report->lost += !(pid > 0 && ended_well(pid, 0));
	(void)alarm(HANGS_AFTER_S);
	return false;
}

/* A run in a process of its own; false when something did not hold. */
static bool
run(const struct trial *k, unsigned long nth)
{
	pid_t pid;

	(void)snprintf(what, sizeof(what), "%s: %s, call %lu", k->family,
	    k->name, nth);
	(void)fflush(stdout);
	pid = fork();
	if (pid < 0)
		return false;
	if (pid > 0)
		return ended_well(pid, 0);

	hit.op = k->op;
	hit.code = k->code;
	hit.nth = nth;
	hit.lasts = k->lasts ? lasting : 0;
	hit.on_memory = k->op == OP_MEMORY ? no_memory : NULL;
	hit.noted = thorough && k->op == OP_NONE;
	if (!play() || !aftermath_holds(&story, what))
		_exit(1);
	if (nth == 0)
		memcpy(report->calls, hit.calls, sizeof(hit.calls));
	report->failed += k->op == OP_MEMORY ? 0 : hit.failed;
	report->degraded =
	    strstr(stage_log(story.stage), "database-unwritable") != NULL;
	story_done(&story);
	exit(0); /* what has leaked is told here */
}

static void
tell_calls(const struct trial *k)
{
	(void)printf("%s: %s: %lu calls", k->family, k->name,
	    report->calls[k->op]);
	if (thorough)
		(void)printf(" from %zu places", site_count(k->op));
	(void)fputs(", ", stdout);
}

static bool
try_memory(const struct trial *k)
{
	bool good;

	chosen_n = choose(k->op, k->lasts, &chosen);
	good = run(k, 0);
	tell_calls(k);
	(void)printf("%lu failed: %lu aborted cleanly, "
		     "%lu times started again from what was left, lost %lu\n",
	    report->failed, report->aborted, report->restarted, report->lost);
	mem_free(chosen);
	return good && report->failed == chosen_n && chosen_n > 0 &&
	    report->aborted == report->failed && report->lost == 0;
}

static bool
try_each(const struct trial *k)
{
	unsigned long degraded = 0, lost = 0, failed = 0, missed = 0;
	unsigned long *calls;
	size_t n = choose(k->op, k->lasts, &calls);

	for (size_t i = 0; i < n; i++) {
		bool good;

		report->failed = 0;
		good = run(k, calls[i]);
		lost += !good;
		missed += report->failed == 0;
		failed += report->failed;
		degraded += good && report->degraded;
	}
	mem_free(calls);
	tell_calls(k);
	(void)printf("%zu runs, %lu failed: %lu times degraded and recovered, "
		     "missed %lu, lost %lu\n",
	    n, failed, degraded, missed, lost);
	/* How often SQLite asks for a lock is a little up to chance. */
	return lost == 0 && missed <= n / 20;
}

int
main(int argc, char **argv)
{
	struct rlimit none = {0, 0};
	bool good = true, any = false;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: fault FAMILY STORY\n");
		return 2;
	}
	path = argv[2];
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED || setrlimit(RLIMIT_CORE, &none) != 0)
		return 2;
	thorough = getenv("VIGIE_LONG") != NULL;
	site_init(seed());
	hit_library();
	if (!run(&none_fails, 0))
		return 1;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		if (strcmp(trials[i].family, argv[1]) != 0)
			continue;
		any = true;
		good = (trials[i].op == OP_MEMORY ? try_memory(&trials[i])
						  : try_each(&trials[i])) &&
		    good;
		(void)fflush(stdout);
	}
	return good && any ? 0 : 1;
}

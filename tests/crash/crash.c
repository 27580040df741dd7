/* SPDX-License-Identifier: MIT */
/*
 * crash - a story, again and again, in each of which the daemon ends at once:
 * at a named point as by SIGKILL, or because the power goes.
 *
 *	crash kill|power STORY [damage]    STORY as in player.h
 *	crash points STORY DAMAGED         is each point reached by one of them?
 *
 * The whole daemon plays the story on the stage.  In a moment that was chosen
 * the process is forked: there the daemon is forgotten wherever it was, the
 * files are copied as they are (kill) or as the loss of power leaves them
 * (power; see left.h), and 5 s or half a minute later it starts again on
 * these and plays the story to its end.  Here it goes on as if nothing had
 * been.  What must hold in the end stands in judge.h.
 *
 * kill: at each point that the story comes to, at one time of all; at four
 * with VIGIE_LONG=1.  power: half of the cuts
 * are at what SQLite asks of the file system, half at any other point; in
 * half of them all that was not synced is lost, in the others a part of it.
 * VIGIE_SEED repeats a run.  With "damage" the database is damaged when the
 * story restarts the daemon.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "judge.h"
#include "left.h"
#include "points.h"
#include "scene.h"
#include "witness.h"

enum {
	HANGS_AFTER_S = 300, /* of the wall clock, on a machine that is busy */
	HITS = 1,
	HITS_LONG = 4,
	CUTS = 12,
	CUTS_LONG = 60,
	PLAN_MAX = 4096
};

struct hit {
	unsigned point;
	unsigned long nth;
	enum left left;
	uint64_t seed;
};

/* Seen by all processes. */
struct shared {
	unsigned long reached[POINTS];
	struct verdict verdict;
	bool over; /* the last one that was forked came to its end */
};

static struct shared *shared;
static struct story story;
static struct hit plan[PLAN_MAX];
static size_t planned, hits, bad;
static unsigned long here[POINTS];
static uint64_t seed;
static bool power;

static uint64_t
drawn(void)
{
	/* Of a linear generator, the better half. */
	seed = seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return seed >> 33;
}

static void
count(unsigned point)
{
	shared->reached[point]++;
}

static void
on_stage(struct story *t)
{
	witness_watch(t->stage);
}

static void
begin(void (*reached)(unsigned point))
{
	story.on_stage = on_stage;
	story.lenient = true;
	point_reached = reached;
	story_play(&story);
	point_reached = NULL;
}

/* In a process of its own: the daemon is no more, and comes back. */
static void
come_back(const struct hit *h, const char *folder)
{
	char what[128];

	(void)alarm(HANGS_AFTER_S);
	point_reached = NULL;
	left_stop();
	(void)snprintf(what, sizeof(what), "%s %s %s %lu left=%d seed=%" PRIu64,
	    story.path, h->point % 2 != 0 ? "after" : "before",
	    point_function(h->point), h->nth, (int)h->left, h->seed);
	stage_reborn(story.stage, folder,
	    (h->left == LEFT_ALL ? 5 : 30) * (span_ms)SECOND_MS);
	story.next = story.here;
	story_play(&story);
	judge_story(&story, what, &shared->verdict);
	shared->over = true;
	_exit(0);
}

static void
strike(const struct hit *h)
{
	unsigned before = shared->verdict.faults;
	char folder[LEFT_PATH_BYTES];
	int status = 0;
	pid_t pid;

	left_copy(stage_folder(story.stage), h->left, h->seed, folder);
	(void)fflush(NULL);
	shared->over = false;
	pid = fork();
	if (pid == 0)
		come_back(h, folder);
	if (pid < 0)
		abort();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	left_remove(folder);
	hits++;
	if (!shared->over || status != 0 || shared->verdict.faults > before) {
		bad++;
		(void)fprintf(stderr,
		    "%s: %s %s, time %lu, left %d, seed %" PRIu64
		    ": does not hold (status %d)\n",
		    story.path, h->point % 2 != 0 ? "after" : "before",
		    point_function(h->point), h->nth, (int)h->left, h->seed,
		    status);
	}
}

static void
look_for_hit(unsigned point)
{
	here[point]++;
	for (size_t i = 0; i < planned; i++) {
		if (plan[i].point == point && plan[i].nth == here[point])
			strike(&plan[i]);
	}
}

static void
add(unsigned point, unsigned long nth)
{
	enum left left = LEFT_ALL;

	if (planned == PLAN_MAX)
		abort();
	if (power)
		left = planned % 2 == 0 ? LEFT_SYNCED : LEFT_SOME;
	plan[planned++] = (struct hit){.point = point,
	    .nth = nth,
	    .left = left,
	    .seed = drawn()};
}

static void
plan_kills(size_t each)
{
	for (unsigned p = 0; p < POINTS; p++) {
		unsigned long n = shared->reached[p];

		for (size_t i = 0; i < each; i++) {
			unsigned long first = n * i / each;
			unsigned long after = n * (i + 1) / each;

			/* One of each part of them: none twice. */
			if (after > first)
				add(p, 1 + first + drawn() % (after - first));
		}
	}
}

/* One of the points from `from` on that were reached, each time the same. */
static void
plan_cut(unsigned from, unsigned to, bool weighed)
{
	unsigned long all = 0, k;
	unsigned p = from;

	for (unsigned i = from; i < to; i++)
		all += weighed ? shared->reached[i] : shared->reached[i] > 0;
	if (all == 0)
		return;
	k = drawn() % all;
	for (;; p++) {
		unsigned long n =
		    weighed ? shared->reached[p] : shared->reached[p] > 0;

		if (k < n)
			break;
		k -= n;
	}
	add(p, 1 + drawn() % shared->reached[p]);
}

static void
plan_cuts(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i / 2 % 2 == 0)
			plan_cut(2 * (unsigned)F_disk_open, POINTS, i % 4 == 0);
		else
			plan_cut(0, 2 * (unsigned)F_disk_open, false);
	}
}

/* Undisturbed: it holds, and how often each point is reached. */
static bool
rehearse(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)alarm(HANGS_AFTER_S);
		begin(count);
		judge_story(&story, story.path, &shared->verdict);
		stage_free(story.stage);
		_exit(0);
	}
	if (pid < 0)
		abort();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 && shared->verdict.faults == 0;
}

static uint64_t
first_seed(void)
{
	const char *given = getenv("VIGIE_SEED");

	if (given != NULL)
		return strtoull(given, NULL, 10);
	return (uint64_t)time(NULL) / 86400;
}

static bool
play_all(void)
{
	const char *words = getenv("VIGIE_LONG");
	bool lasting = words != NULL && strcmp(words, "1") == 0;
	uint64_t first = seed = first_seed();
	unsigned reached = 0;

	if (!rehearse()) {
		(void)fprintf(stderr, "%s: does not hold undisturbed\n",
		    story.path);
		return false;
	}
	shared->verdict = (struct verdict){0};
	if (power)
		plan_cuts(lasting ? CUTS_LONG : CUTS);
	else
		plan_kills(lasting ? HITS_LONG : HITS);
	begin(look_for_hit);
	for (unsigned p = 0; p < POINTS; p++)
		reached += shared->reached[p] > 0;
	(void)printf("%s: %u points, %zu %s, %u told twice, %u lost, %zu bad; "
		     "VIGIE_SEED=%" PRIu64 "\n",
	    story.path, reached, hits, power ? "cuts" : "hits",
	    shared->verdict.again, shared->verdict.lost, bad, first);
	if (hits < planned)
		(void)fprintf(stderr, "%s: %zu of %zu moments did not come\n",
		    story.path, planned - hits, planned);
	return bad == 0 && hits == planned && hits > 0;
}

/* The second story with damage; the first is loaded. */
static bool
reach_all(const char *damaged)
{
	unsigned missed = 0;

	if (!rehearse())
		return false;
	story_done(&story);
	scene_damage();
	if (!story_load(&story, damaged) || !rehearse())
		return false;
	for (unsigned p = 0; p < POINTS; p++) {
		if (shared->reached[p] > 0)
			continue;
		missed++;
		(void)printf("%s %s: never reached\n",
		    p % 2 != 0 ? "after" : "before", point_function(p));
	}
	(void)printf("%u of %u points reached\n", POINTS - missed, POINTS);
	return missed == 0;
}

int
main(int argc, char **argv)
{
	bool points = argc > 1 && strcmp(argv[1], "points") == 0;
	bool good;

	if ((argc != 3 && argc != 4) || (points && argc != 4) ||
	    !story_load(&story, argv[2])) {
		(void)fprintf(stderr,
		    "usage: crash kill|power STORY [damage]\n"
		    "       crash points STORY DAMAGED\n");
		return 2;
	}
	power = strcmp(argv[1], "power") == 0;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
	disk_begin();
	if (argc == 4 && !points)
		scene_damage();
	good = points ? reach_all(argv[3]) : play_all();
	story_done(&story);
	return good ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * story - play one story file on the stage and compare what was told.
 *
 * What a story is made of stands in player.h.  With a DATABASE nothing is
 * expected: the events are printed, and the database is kept there.
 */
#include <stdio.h>
#include <string.h>

#include "player.h"

/* For a demonstration: what was told, a line each, and the database. */
static void
show(struct story *t, const char *database)
{
	const struct heard *h;
	size_t count = stage_heard(t->stage, &h);

	for (; t->told < count; t->told++)
		(void)printf("%s\n", h[t->told].json);
	if (!stage_keep(t->stage, database))
		t->faults++;
}

static void
finish(struct story *t)
{
	const struct heard *h;
	size_t count = stage_heard(t->stage, &h);

	for (size_t i = t->told; i < count; i++)
		story_fault(t, "told, but not expected", h[i].json);
	(void)printf("%s: %zu events told, %zu repeated, %u faults\n", t->path,
	    count, stage_repeats(t->stage), t->faults);
	if (strstr(stage_log(t->stage), "store-refused") != NULL)
		story_fault(t, "the database refused what was decided",
		    "see below");
	if (t->faults > 0)
		(void)fputs(stage_log(t->stage), stderr);
}

int
main(int argc, char **argv)
{
	struct story t;
	unsigned faults;

	if ((argc != 2 && argc != 3) || !story_load(&t, argv[1])) {
		(void)fprintf(stderr, "usage: story FILE [DATABASE]\n");
		return 2;
	}
	story_play(&t);
	if (t.stage == NULL) {
		(void)fprintf(stderr, "%s: no config\n", t.path);
		story_done(&t);
		return 2;
	}
	if (argc == 3)
		show(&t, argv[2]);
	finish(&t);
	faults = t.faults;
	story_done(&t);
	return faults == 0 ? 0 : 1;
}

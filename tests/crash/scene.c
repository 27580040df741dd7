/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "left.h"
#include "points.h"
#include "stage.h"
#include "store/migrate.h"
#include "store/store.h"
#include "witness.h"

enum { PAGE_BYTES = 4096, FIRST_BAD_PAGE = 2, MIGRATIONS_MAX = 64 };

static const char next[] =
    "CREATE TABLE later (id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;"
    "INSERT INTO later (word) SELECT name FROM endpoint;"
    "CREATE INDEX later_sample ON sample (start_ms);"
    "UPDATE notice SET line = line;";

static bool newer, wanted, due, done;
static off_t damaged_bytes;

/*
 * These stand in for calls of our objects; see --wrap of ld(1):
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
struct migrations __real_migrations_built_in(void);
struct migrations __wrap_migrations_built_in(void);
void __real_stage_restart(struct stage *s, span_ms pause, bool killed);
void __wrap_stage_restart(struct stage *s, span_ms pause, bool killed);
enum store_outcome __real_store_open(const struct store_options *o,
    struct store **s, struct fail *f);
enum store_outcome __wrap_store_open(const struct store_options *o,
    struct store **s, struct fail *f);

struct migrations
__wrap_migrations_built_in(void)
{
	static struct asset all[MIGRATIONS_MAX];
	static char path[32];
	struct migrations m = __real_migrations_built_in();

	if (!newer || m.count >= MIGRATIONS_MAX)
		return m;
	memcpy(all, m.assets, m.count * sizeof(all[0]));
	(void)snprintf(path, sizeof(path), "%03u-later.sql",
	    (migrations_newest(&m) + 1) % 1000);
	all[m.count] = (struct asset){.path = path,
	    .data = (const unsigned char *)next,
	    .size = strlen(next)};
	return (struct migrations){all, m.count + 1};
}

void
__wrap_stage_restart(struct stage *s, span_ms pause, bool killed)
{
	newer = true;
	due = wanted;
	wanted = false;
	__real_stage_restart(s, pause, killed);
}

/* Its tables, but not the page that says whose file it is. */
static void
damage(const char *path)
{
	unsigned char rubbish[PAGE_BYTES];
	struct stat st;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	memset(rubbish, 0xa5, sizeof(rubbish));
	if (fd < 0 || fstat(fd, &st) != 0)
		abort();
	damaged_bytes = st.st_size;
	for (off_t at = (FIRST_BAD_PAGE - 1) * (off_t)PAGE_BYTES;
	     at < st.st_size; at += 2 * (off_t)PAGE_BYTES) {
		if (pwrite(fd, rubbish, sizeof(rubbish), at) !=
		    (ssize_t)sizeof(rubbish))
			abort();
	}
	(void)close(fd);
}

enum store_outcome
__wrap_store_open(const struct store_options *o, struct store **s,
    struct fail *f)
{
	enum store_outcome outcome;

	if (due) {
		due = false;
		done = true;
		damage(o->path);
		left_settled();
		witness_forget();
	}
	point_before(F_store_open);
	outcome = __real_store_open(o, s, f);
	point_after(F_store_open);
	return outcome;
}

/* NOLINTEND(bugprone-reserved-identifier) */

void
scene_damage(void)
{
	wanted = true;
}

bool
scene_damaged(void)
{
	return done;
}

bool
scene_is_damaged(const char *path)
{
	unsigned char rubbish[PAGE_BYTES], found[PAGE_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool is;

	memset(rubbish, 0xa5, sizeof(rubbish));
	is = fd >= 0 && fstat(fd, &st) == 0 && st.st_size == damaged_bytes &&
	    pread(fd, found, sizeof(found),
		(FIRST_BAD_PAGE - 1) * (off_t)PAGE_BYTES) ==
		(ssize_t)sizeof(found) &&
	    memcmp(found, rubbish, sizeof(found)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return is;
}

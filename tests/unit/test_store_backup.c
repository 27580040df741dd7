/* SPDX-License-Identifier: MIT */
#include "stores.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/backup.h"
#include "store/db.h"

enum { SAMPLES = 20000, PAGES = 16 };

static void
put_samples(struct store *s, int64_t e, wall_ms from, int n)
{
	stores_begin(s, from);
	for (int i = 0; i < n; i++) {
		struct sample x = stores_sample(from + i, 90000, REASON_OK);

		store_put_sample(s, store_next_ref(s), e, &x);
	}
	stores_commit(s);
}

/* Of an endpoint of its own: one has one at a time. */
static void
put_incident(struct store *s, uint32_t n)
{
	struct output o = {.kind = OUTPUT_EVENT,
	    .event = EVENT_OPENED,
	    .at = STORES_T0 + n,
	    .onset = STORES_T0 + n,
	    .incident = {20230214, n},
	    .kind_now = KIND_OUTAGE};
	char id[32];

	(void)snprintf(id, sizeof(id), "a/i%u", n);
	stores_begin(s, STORES_T0);
	stores_put(s, store_endpoint(s, id, "a", id + 2, STORES_T0), &o);
	stores_commit(s);
}

static struct store *
filled(struct scratch *d, int64_t *e)
{
	struct store *s;

	scratch_make(d);
	s = stores_open(scratch_path(d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	*e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	stores_commit(s);
	put_samples(s, *e, STORES_T0, SAMPLES);
	return s;
}

static void
folder_of(const struct scratch *d, char out[BACKUP_PATH_BYTES])
{
	struct fail f = {.why = ""};
	char database[128];

	(void)snprintf(database, sizeof(database), "%s/v.db", d->folder);
	if (backup_folder(database, out, &f) != OK)
		fail_msg("%s", f.why);
}

static void
whole(struct store *s, const char *folder, struct backup_facts *facts)
{
	struct fail f = {.why = ""};
	struct backup *b;
	bool more = true;

	if (backup_begin(s, folder, &b, &f) != OK)
		fail_msg("%s", f.why);
	while (more)
		if (backup_step(b, 256, &more, facts, &f) != OK)
			fail_msg("%s", f.why);
	backup_free(b);
}

static int64_t
ask_file(const char *path, const char *sql)
{
	struct db d;
	int64_t n;

	if (!db_open(&d, path, path, SQLITE_OPEN_READONLY))
		fail_msg("%s", d.fail.why);
	n = db_ask(&d, sql, -1);
	if (d.failed)
		fail_msg("%s", d.fail.why);
	db_close(&d);
	return n;
}

static bool
there(const char *folder, const char *name)
{
	char path[BACKUP_PATH_BYTES + 64];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* No log beside it, and who may read it is told by its mode. */
static void
needs_nothing_else(const char *folder, const char *path, int64_t bytes)
{
	unsigned char header[20];
	struct stat st;
	int fd = open(path, O_RDONLY);

	assert_int_equal(read(fd, header, sizeof(header)), sizeof(header));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(st.st_size, bytes);
	assert_int_equal(header[18], 1);
	assert_int_equal(header[19], 1);
	assert_false(there(folder, BACKUP_PARTIAL "-wal"));
	assert_false(there(folder, BACKUP_PARTIAL "-journal"));
}

/* Commits between the steps are in the copy, and do not make it begin anew. */
static void
what_is_committed_meanwhile_is_copied(void **state)
{
	struct backup_facts facts;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	int done = 0, all, before, steps = 0;
	struct scratch d;
	struct backup *b;
	bool more = true;
	int64_t e;
	struct store *s = filled(&d, &e);

	(void)state;
	folder_of(&d, folder);
	assert_int_equal(backup_begin(s, folder, &b, &f), OK);
	for (; more; steps++) {
		if (steps % 3 == 1)
			put_samples(s, e, STORES_T0 + SAMPLES + steps, 5);
		if (steps % 8 == 2)
			put_incident(s, (uint32_t)steps);
		if (steps % 10 == 4)
			assert_int_equal(store_tick(s, STORES_T0 + DAY_MS, &f),
			    OK);
		if (backup_step(b, PAGES, &more, &facts, &f) != OK)
			fail_msg("%s", f.why);
		before = done;
		backup_progress(b, &done, &all);
		assert_true(done >= before);
	}
	backup_free(b);
	assert_true(steps > 10);

	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	if (backup_verify(partial, &facts, &f) != OK)
		fail_msg("%s", f.why);
	assert_int_equal(facts.incidents, (steps + 5) / 8);
	assert_int_equal(ask_file(partial, "SELECT count(*) FROM sample"),
	    SAMPLES + (steps + 1) / 3 * 5);
	needs_nothing_else(folder, partial, facts.bytes);
	store_close(s);
	scratch_remove(&d);
}

/* It goes on where the database was, and does not miss a log. */
static void
a_backup_is_gone_on_with(void **state)
{
	struct backup_facts facts;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	char name[BACKUP_NAME_BYTES], path[BACKUP_PATH_BYTES + 64];
	struct scratch d;
	int64_t e;
	struct store *s = filled(&d, &e);
	uint64_t ref;
	uint32_t last;

	(void)state;
	put_incident(s, 7);
	folder_of(&d, folder);
	whole(s, folder, &facts);
	ref = store_next_ref(s);
	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	(void)snprintf(path, sizeof(path), "%s/%s", folder,
	    backup_name(STORES_T0, name));
	assert_string_equal(name, "vigie-20230214T090000Z.db");
	assert_int_equal(backup_place(partial, path, false, &f), OK);
	assert_int_equal(access(partial, F_OK), -1);

	/* The same name again: only if it may be replaced. */
	whole(s, folder, &facts);
	assert_int_equal(backup_place(partial, path, false, &f), ERR_EXISTS);
	assert_non_null(strstr(f.why, "--force"));
	assert_int_equal(backup_place(partial, path, true, &f), OK);
	store_close(s);

	s = stores_open(path, STORES_T0 + DAY_MS);
	assert_false(store_log_missing(s));
	assert_int_equal(store_last_incident(s, 20230214, &last, &f), OK);
	assert_int_equal(last, 7);
	assert_true(store_next_ref(s) >= ref);
	store_close(s);
	scratch_remove(&d);
}

static void
one_at_a_time_and_leftovers_go(void **state)
{
	struct backup_facts facts;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	struct scratch d;
	struct backup *b, *second = NULL;
	bool more;
	int64_t e;
	struct store *s = filled(&d, &e);
	FILE *left;

	(void)state;
	folder_of(&d, folder);
	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	left = fopen(partial, "w");
	assert_non_null(left);
	(void)fputs("left of a crash", left);
	assert_int_equal(fclose(left), 0);
	assert_int_equal(backup_begin(s, folder, &b, &f), OK);
	assert_int_equal(backup_step(b, 1, &more, &facts, &f), OK);
	assert_true(more);
	assert_int_equal(backup_begin(s, folder, &second, &f), ERR_EXISTS);
	assert_non_null(strstr(f.why, "under way"));
	assert_null(second);
	/* Given up: nothing stays. */
	backup_free(b);
	assert_int_equal(access(partial, F_OK), -1);
	store_close(s);
	scratch_remove(&d);
}

static void
damage(const char *path, long at)
{
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	for (int i = 0; i < 4096; i++)
		assert_int_equal(fputc(0x55, file), 0x55);
	assert_int_equal(fclose(file), 0);
}

static void
a_copy_that_is_not_whole_is_found_out(void **state)
{
	struct backup_facts facts, other;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	struct scratch d;
	int64_t e;
	struct store *s = filled(&d, &e);

	(void)state;
	folder_of(&d, folder);
	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	whole(s, folder, &facts);
	assert_int_equal(backup_verify(partial, &facts, &f), OK);
	other = facts;
	other.incidents++;
	assert_int_equal(backup_verify(partial, &other, &f), ERR_CORRUPT);
	assert_non_null(strstr(f.why, "incidents"));
	other = facts;
	other.schema++;
	assert_int_equal(backup_verify(partial, &other, &f), ERR_CORRUPT);
	damage(partial, 4096L * 100);
	assert_int_equal(backup_verify(partial, &facts, &f), ERR_CORRUPT);
	whole(s, folder, &facts);
	assert_int_equal(truncate(partial, facts.bytes / 2), 0);
	assert_int_equal(backup_verify(partial, &facts, &f), ERR_CORRUPT);
	store_close(s);
	scratch_remove(&d);
}

static void
touch(const char *folder, const char *name, const char *bytes)
{
	char path[BACKUP_PATH_BYTES + 64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

/* The newest stay; what is not ours stays, whatever its name. */
static void
only_our_own_are_pruned(void **state)
{
	struct backup_facts facts;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	char name[BACKUP_NAME_BYTES], path[BACKUP_PATH_BYTES + 64];
	struct scratch d;
	int64_t e;
	struct store *s = filled(&d, &e);

	(void)state;
	folder_of(&d, folder);
	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	for (int i = 0; i < 5; i++) {
		whole(s, folder, &facts);
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    backup_name(STORES_T0 + i * (wall_ms)HOUR_MS, name));
		assert_int_equal(backup_place(partial, path, false, &f), OK);
	}
	touch(folder, "vigie-20200101T000000Z.db", "somebody's poem");
	touch(folder, "vigie-2020.db", "");
	touch(folder, "notes.txt", "");
	assert_int_equal(backup_prune(folder, 2), 3);
	assert_false(there(folder, "vigie-20230214T090000Z.db"));
	assert_false(there(folder, "vigie-20230214T110000Z.db"));
	assert_true(there(folder, "vigie-20230214T120000Z.db"));
	assert_true(there(folder, "vigie-20230214T130000Z.db"));
	assert_true(there(folder, "vigie-20200101T000000Z.db"));
	assert_true(there(folder, "vigie-2020.db"));
	assert_true(there(folder, "notes.txt"));
	assert_int_equal(backup_prune(folder, 2), 0);
	store_close(s);
	scratch_remove(&d);
}

/* By name, whatever their times of change; and nothing is made. */
static void
the_newest_is_found(void **state)
{
	struct backup_facts facts;
	struct backup_found found;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	char name[BACKUP_NAME_BYTES], path[BACKUP_PATH_BYTES + 64];
	char database[128];
	struct scratch d;
	int64_t e;
	struct store *s = filled(&d, &e);

	(void)state;
	(void)snprintf(database, sizeof(database), "%s/v.db", d.folder);
	assert_int_equal(backup_newest(database, &found, &f), ERR_NOTFOUND);
	assert_false(there(d.folder, BACKUP_FOLDER));
	folder_of(&d, folder);
	assert_int_equal(backup_newest(database, &found, &f), ERR_NOTFOUND);
	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	for (int i = 2; i > 0; i--) {
		whole(s, folder, &facts);
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    backup_name(STORES_T0 + i * (wall_ms)HOUR_MS, name));
		assert_int_equal(backup_place(partial, path, false, &f), OK);
	}
	touch(folder, "vigie-20300101T000000Z.db", "somebody's poem");
	touch(folder, "vigie-20300101T000001Z.db", "");
	touch(folder, "vigie-20309999T999999Z.db", "");
	touch(folder, "zzz.db", "");
	assert_int_equal(backup_newest(database, &found, &f), OK);
	assert_int_equal(found.at, STORES_T0 + 2 * (wall_ms)HOUR_MS);
	assert_int_equal(found.bytes, facts.bytes);
	(void)snprintf(path, sizeof(path), "%s/vigie-20230214T110000Z.db",
	    folder);
	assert_string_equal(found.path, path);
	store_close(s);
	scratch_remove(&d);
}

static void
a_closed_database_is_copied_without_touching_it(void **state)
{
	struct backup_facts facts;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES], partial[BACKUP_PATH_BYTES + 32];
	char database[128];
	struct scratch d;
	struct backup *b = NULL;
	bool more = true;
	int64_t e;
	struct store *s = filled(&d, &e);

	(void)state;
	(void)snprintf(database, sizeof(database), "%s/v.db", d.folder);
	folder_of(&d, folder);
	store_close(s);
	assert_int_equal(backup_begin_closed(database, folder, &b, &f), OK);
	while (more)
		assert_int_equal(backup_step(b, 64, &more, &facts, &f), OK);
	backup_free(b);
	(void)snprintf(partial, sizeof(partial), "%s/" BACKUP_PARTIAL, folder);
	assert_int_equal(backup_verify(partial, &facts, &f), OK);
	assert_false(there(d.folder, "v.db-wal"));
	assert_false(there(d.folder, "v.db-shm"));
	(void)snprintf(database, sizeof(database), "%s/none.db", d.folder);
	assert_int_not_equal(backup_begin_closed(database, folder, &b, &f), OK);
	assert_non_null(strstr(f.why, "no database"));
	assert_false(there(d.folder, "none.db-lock"));
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_committed_meanwhile_is_copied),
	    cmocka_unit_test(a_backup_is_gone_on_with),
	    cmocka_unit_test(one_at_a_time_and_leftovers_go),
	    cmocka_unit_test(a_copy_that_is_not_whole_is_found_out),
	    cmocka_unit_test(only_our_own_are_pruned),
	    cmocka_unit_test(the_newest_is_found),
	    cmocka_unit_test(a_closed_database_is_copied_without_touching_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

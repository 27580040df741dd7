/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stores.h"

#include "store/damage.h"
#include "store/file.h"
#include "store/migrate.h"

enum { NOBODY = 65534, PAGE = 4096 };

static int
make(void **state)
{
	struct scratch *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	scratch_make(d);
	*state = d;
	return 0;
}

static int
drop(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

static void
run(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t
ask(const char *path, const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t v;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	v = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return v;
}

static void
fill(const char *path, int samples)
{
	struct store *s = stores_open(path, STORES_T0);
	struct sample p;
	int64_t e;

	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	for (int i = 0; i < samples; i++) {
		p = stores_sample(STORES_T0 + (wall_ms)i * 1000, 70000,
		    REASON_OK);
		store_put_sample(s, store_next_ref(s), e, &p);
	}
	stores_commit(s);
	store_close(s);
}

/* Exit status of a child that runs fn. */
static int
in_child(int (*fn)(const char *path), const char *path)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
new_file_is_private(void **state)
{
	const char *path = scratch_path(*state, "sub/v.db");
	struct fail f;
	struct migrations m = migrations_built_in();
	struct store *s;
	struct stat st;
	char folder[128];

	assert_int_equal(stores_try(path, STORES_T0, &s, &f), STORE_NEW);
	assert_string_equal(store_instance(s), "test1");
	assert_int_equal(store_epoch(s), 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	(void)snprintf(folder, sizeof(folder), "%s-wal", path);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	(void)snprintf(folder, sizeof(folder), "%.*s",
	    (int)(strlen(path) - strlen("/v.db")), path);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	store_close(s);
	(void)snprintf(folder, sizeof(folder), "%s-wal", path);
	assert_int_equal(stat(folder, &st), -1);

	assert_int_equal(stores_try(path, STORES_T0 + 5000, &s, &f), STORE_OK);
	assert_int_equal(store_epoch(s), 2);
	store_close(s);
	assert_int_equal(ask(path, "PRAGMA application_id"), 0x56696769);
	assert_int_equal(ask(path, "PRAGMA auto_vacuum"), 2);
	assert_int_equal(ask(path, "PRAGMA user_version"),
	    migrations_newest(&m));
}

static int
open_status(const char *path)
{
	struct store *s;
	struct fail f;
	enum store_outcome o = stores_try(path, STORES_T0, &s, &f);

	store_close(s);
	if (o != STORE_OK && o != STORE_NEW && f.why[0] == '\0')
		return 100;
	if (o == STORE_LOCKED && strstr(f.why, "process") == NULL)
		return 101;
	return (int)o;
}

static int
open_as_nobody(const char *path)
{
	if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
		return 99;
	return open_status(path);
}

static void
second_daemon_is_refused(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	struct store *s = stores_open(path, STORES_T0);
	char pid[32];
	struct stat st;

	assert_int_equal(in_child(open_status, path), STORE_LOCKED);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	/* It has changed nothing: we can go on. */
	stores_begin(s, STORES_T0);
	(void)store_endpoint(s, "a/b", "a", "b", STORES_T0);
	stores_commit(s);
	store_close(s);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(in_child(open_status, path), STORE_OK);
}

static void
no_permission(void **state)
{
	struct scratch *d = *state;
	const char *path = scratch_path(d, "v.db");
	struct stat st;

	if (getuid() != 0)
		skip();
	assert_int_equal(chmod(d->folder, 0755), 0);
	assert_int_equal(in_child(open_as_nobody, path), STORE_PERMISSION);
	assert_int_equal(stat(path, &st), -1);
	fill(path, 1);
	assert_int_equal(in_child(open_as_nobody, path), STORE_PERMISSION);
	assert_int_equal(store_exit_code(STORE_PERMISSION), 77);
}

static void
foreign_file_is_left_alone(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	struct stat before, after;
	struct store *s;
	struct fail f;

	run(path, "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(stores_try(path, STORES_T0, &s, &f), STORE_FOREIGN);
	assert_non_null(strstr(f.why, "not a database of this program"));
	assert_int_equal(stat(path, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim,
	    sizeof(after.st_mtim));
	assert_int_equal(ask(path, "SELECT x FROM t"), 1);
}

static void
any_other_file_is_left_alone(void **state)
{
	const char *path = scratch_path(*state, "passwd");
	struct store *s;
	struct fail f;
	FILE *file = fopen(path, "w");
	struct stat st;

	assert_non_null(file);
	assert_true(fputs("root:x:0:0\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(stores_try(path, STORES_T0, &s, &f), STORE_FOREIGN);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 11);
	assert_int_equal(stores_try("/dev/null", STORES_T0, &s, &f),
	    STORE_FOREIGN);
}

static void
newer_file_is_left_alone(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	struct store *s;
	struct fail f;

	fill(path, 1);
	run(path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99");
	assert_int_equal(stores_try(path, STORES_T0, &s, &f), STORE_NEWER);
	assert_non_null(strstr(f.why, "99"));
	assert_int_equal(ask(path, "PRAGMA user_version"), 99);
	assert_int_equal(ask(path, "SELECT count(*) FROM sample"), 1);
}

/* The file moved aside; empty for none. */
static void
find_aside(struct scratch *d, char *out, size_t size)
{
	char command[160];
	FILE *p;

	(void)snprintf(command, sizeof(command),
	    "%s/v.db.corrupt-"
	    "20230214T090000Z",
	    d->folder);
	(void)snprintf(out, size, "%s", command);
	p = fopen(out, "r");
	if (p == NULL)
		out[0] = '\0';
	else
		(void)fclose(p);
}

static void
expect_replaced(struct scratch *d, const char *path)
{
	char aside[160];
	struct store *s;
	struct fail f;

	assert_int_equal(stores_try(path, STORES_T0, &s, &f), STORE_CORRUPT);
	assert_non_null(s);
	assert_non_null(strstr(f.why, "moved to"));
	find_aside(d, aside, sizeof(aside));
	assert_string_not_equal(aside, "");
	stores_begin(s, STORES_T0);
	assert_true(store_endpoint(s, "a/b", "a", "b", STORES_T0) > 0);
	stores_commit(s);
	store_close(s);
	assert_int_equal(ask(path, "SELECT count(*) FROM sample"), 0);
}

/* As where a clock stands still: the names differ all the same. */
static void
each_is_kept(void **state)
{
	static const char *const names[] = {"v.db.corrupt-20230214T090000Z",
	    "v.db.corrupt-20230214T090000Z-2",
	    "v.db.corrupt-20230214T090000Z-3"};
	const char *path = scratch_path(*state, "v.db");
	struct store *s;
	struct fail f;

	for (int i = 0; i < 3; i++) {
		fill(path, 10 + i);
		assert_int_equal(truncate(path, PAGE + 60), 0);
		assert_int_equal(stores_try(path, STORES_T0, &s, &f),
		    STORE_CORRUPT);
		assert_non_null(strstr(f.why, names[i]));
		store_replaced_said(s);
		store_close(s);
		file_discard(path);
	}
	for (int i = 0; i < 3; i++) {
		struct stat st;

		assert_int_equal(stat(scratch_path(*state, names[i]), &st), 0);
		assert_int_equal(st.st_size, PAGE + 60);
	}
}

static void
damaged_page(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	unsigned char junk[PAGE];
	struct stat st;
	int fd;

	fill(path, 5000);
	assert_int_equal(stat(path, &st), 0);
	memset(junk, 0xa5, sizeof(junk));
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, sizeof(junk),
			     st.st_size - 4 * (off_t)PAGE),
	    PAGE);
	assert_int_equal(close(fd), 0);
	expect_replaced(*state, path);
}

/* With hardly any time, samples are not looked at, but all else is. */
static void
damage_beyond_the_budget(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	struct store_options o = {.path = path,
	    .instance = "test1",
	    .version = "0",
	    .now = STORES_T0,
	    .check_budget = 1};
	unsigned char junk[PAGE];
	int64_t root;
	struct store *s;
	struct fail f;
	int fd;

	fill(path, 5000);
	root = ask(path,
	    "SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'");
	assert_int_equal(store_open(&o, &s, &f), STORE_OK);
	store_close(s);
	memset(junk, 0xa5, sizeof(junk));
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), (root - 1) * PAGE),
	    PAGE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(store_open(&o, &s, &f), STORE_CORRUPT);
	store_close(s);
}

static void
damaged_first_page(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	int fd;

	fill(path, 10);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "junk", 4, 0), 4);
	assert_int_equal(close(fd), 0);
	expect_replaced(*state, path);
}

static void
truncated(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	struct stat st;

	fill(path, 5000);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size / 2 / PAGE * PAGE), 0);
	expect_replaced(*state, path);
}

static void
truncated_within_the_header(void **state)
{
	const char *path = scratch_path(*state, "v.db");

	fill(path, 10);
	assert_int_equal(truncate(path, 50), 0);
	expect_replaced(*state, path);
}

static void
empty_file_is_a_new_one(void **state)
{
	const char *path = scratch_path(*state, "v.db");
	FILE *file = fopen(path, "w");
	struct store *s;
	struct fail f;

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(stores_try(path, STORES_T0, &s, &f), STORE_NEW);
	store_close(s);
}

/* Fill until FULL, make room, go on with the same store. */
static int
fill_up(struct store *s, int64_t e, struct sample *p, int most)
{
	struct fail f = {OK, ""};

	for (int i = 0; i < most; i++) {
		if (store_begin(s, p->start, &f) == OK) {
			for (int k = 0; k < 100; k++)
				store_put_sample(s, store_next_ref(s), e, p);
			if (store_commit(s, &f) == OK)
				continue;
		}
		if (store_outcome(s) != STORE_FULL)
			print_message("%s\n", f.why);
		return store_outcome(s) == STORE_FULL ? 0 : 1;
	}
	return 2;
}

static int
full_and_back(const char *path)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct rlimit limit = {.rlim_cur = 400000, .rlim_max = RLIM_INFINITY};
	struct sample p = stores_sample(STORES_T0, 70000, REASON_OK);
	struct store *s;
	struct fail f;
	int64_t e;
	int rc;

	if (sigaction(SIGXFSZ, &ignore, NULL) != 0 ||
	    stores_try(path, STORES_T0, &s, &f) != STORE_NEW)
		return 10;
	if (store_begin(s, STORES_T0, &f) != OK)
		return 11;
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	if (store_commit(s, &f) != OK || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 12;
	rc = fill_up(s, e, &p, 1000);
	if (rc != 0)
		return 20 + rc;
	/* Again: it stays usable while there is no room. */
	rc = fill_up(s, e, &p, 1);
	if (rc != 0)
		return 30 + rc;
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || fill_up(s, e, &p, 10) != 2)
		return 40;
	store_close(s);
	return 0;
}

static void
full_disk_passes(void **state)
{
	const char *path = scratch_path(*state, "v.db");

	assert_int_equal(in_child(full_and_back, path), 0);
	assert_int_equal(ask(path,
			     "SELECT count(*) = 1 FROM pragma_integrity_check"),
	    1);
	/* The chain of an endpoint has no hole where commits failed. */
	assert_int_equal(ask(path,
			     "SELECT count(*) FROM sample s WHERE back > 0 AND "
			     "NOT EXISTS (SELECT 1 FROM sample p WHERE p.ref = "
			     "s.ref - s.back)"),
	    0);
	assert_int_equal(ask(path,
			     "SELECT count(*) FROM sample WHERE back = 0"),
	    1);
	assert_true(ask(path, "SELECT count(*) FROM sample") >= 1000);
}

static int
open_on_full(const char *path)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct rlimit limit = {.rlim_cur = 8000, .rlim_max = RLIM_INFINITY};
	int o;

	if (sigaction(SIGXFSZ, &ignore, NULL) != 0 ||
	    setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 99;
	o = open_status(path);
	return access(path, F_OK) == 0 ? 50 + o : o;
}

static void
full_disk_at_start_leaves_nothing(void **state)
{
	const char *path = scratch_path(*state, "v.db");

	assert_int_equal(in_child(open_on_full, path), STORE_FULL);
	assert_int_equal(store_exit_code(STORE_FULL), 74);
	fill(path, 1);
}

static int
open_on_tmpfs(const char *path)
{
	char file[128];
	int o;

	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", path, "tmpfs", 0, "size=64k") != 0)
		return 98;
	(void)snprintf(file, sizeof(file), "%s/v.db", path);
	o = open_status(file);
	if (o != STORE_FULL)
		return 60 + o;
	if (mount("none", path, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=64k") !=
	    0)
		return 97;
	return open_status(file);
}

static void
small_and_read_only_file_system(void **state)
{
	struct scratch *d = *state;
	int o = in_child(open_on_tmpfs, d->folder);

	if (o == 98)
		skip(); /* this machine does not let us mount */
	assert_int_equal(o, STORE_READONLY);
	assert_int_equal(store_exit_code(STORE_READONLY), 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ROW(name) cmocka_unit_test_setup_teardown(name, make, drop)
	    ROW(new_file_is_private),
	    ROW(second_daemon_is_refused),
	    ROW(no_permission),
	    ROW(foreign_file_is_left_alone),
	    ROW(any_other_file_is_left_alone),
	    ROW(newer_file_is_left_alone),
	    ROW(each_is_kept),
	    ROW(damaged_page),
	    ROW(damage_beyond_the_budget),
	    ROW(damaged_first_page),
	    ROW(truncated),
	    ROW(truncated_within_the_header),
	    ROW(empty_file_is_a_new_one),
	    ROW(full_disk_passes),
	    ROW(full_disk_at_start_leaves_nothing),
	    ROW(small_and_read_only_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
